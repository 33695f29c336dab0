"""A density surface: context for the eye, never called significant.

It says how many per km², not how many per household: it shows where people live.
"""

from dataclasses import dataclass

import numpy as np

from hotspots.stats.few import POINTS_FOR_DENSITY, TooFew

NARROWEST_M = 300.0
# Points so many bandwidths away in x and y still count as contributing to a cell.
REACH = 2.0


@dataclass(frozen=True)
class Surface:
    """`per_km2[row, column]` at cell centres; nan where fewer than POINTS_FOR_DENSITY contribute."""

    per_km2: np.ndarray
    x: np.ndarray
    y: np.ndarray
    bandwidth_m: float


def density(
    points: np.ndarray, extent: tuple[float, float, float, float], *,
    cell_m: float = 100.0, bandwidth_m: float = 800.0,
) -> Surface | TooFew:  # fmt: skip
    """Gaussian kernel density (Silverman 1986, ch. 4), events per km², without correction at the edge.

    f(c) = Σ_p exp(−|c−p|²/2h²) / (2πh²). The kernel is a product of one in x and one in y, so the
    surface is a product of matrices: exact, no bins. Where fewer than five contribute, nothing
    is shown, and h is at least 300 m: a point must not be readable from the surface. Points
    geocoded to the centre of a village are the caller's to leave out. Near the edge it is too low.
    """
    if len(points) < POINTS_FOR_DENSITY:
        return TooFew("few_points", len(points), POINTS_FOR_DENSITY)
    h = max(bandwidth_m, NARROWEST_M)
    x = np.arange(extent[0] + cell_m / 2, extent[2], cell_m)
    y = np.arange(extent[1] + cell_m / 2, extent[3], cell_m)
    dx, dy = x[:, None] - points[:, 0], y[:, None] - points[:, 1]
    per_m2 = _bell(dy, h) @ _bell(dx, h).T
    near = (np.abs(dy) <= REACH * h).astype(float) @ (np.abs(dx) <= REACH * h).astype(float).T
    shown = near >= POINTS_FOR_DENSITY - 0.5
    return Surface(np.where(shown, 1e6 * per_m2, np.nan), x, y, h)


def _bell(d: np.ndarray, h: float) -> np.ndarray:
    return np.exp(-0.5 * (d / h) ** 2) / (np.sqrt(2 * np.pi) * h)
