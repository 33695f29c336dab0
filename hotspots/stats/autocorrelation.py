"""Gi*, Moran's I: whether neighbours resemble each other. Shown beside the map, never the verdict.

On 3,000 areas of pure noise, Gi* at p < .05 flags some 170 (`./bench hotspots`).
"""

from dataclasses import dataclass

import numpy as np
from numba import njit
from scipy import stats

from grids.designer.chance import below
from hotspots.stats.few import AREAS_FOR_Z, TooFew
from hotspots.stats.neighbours import Neighbours

# Quadrants of the Moran plot, numbered as in PySAL.
HIGH_HIGH, LOW_HIGH, LOW_LOW, HIGH_LOW = 1, 2, 3, 4


@dataclass(frozen=True)
class Local:
    """One figure an area; `p` two-sided, `q` the same under control of the false discovery rate."""

    value: np.ndarray
    z: np.ndarray
    p: np.ndarray
    q: np.ndarray
    quadrant: np.ndarray | None = None


@dataclass(frozen=True)
class Global:
    value: float
    expected: float
    variance: float
    z: float
    p: float


def false_discovery(p: np.ndarray) -> np.ndarray:
    """Benjamini & Hochberg 1995: adjusted p-values. Flag q ≤ .05 and 5 % of the flags are false.

    Valid for independent tests and for those that rise together, as overlapping neighbourhoods do.
    """
    n = len(p)
    order = np.argsort(p)
    scaled = p[order] * n / np.arange(1, n + 1)
    q = np.empty(n)
    q[order] = np.minimum(np.minimum.accumulate(scaled[::-1])[::-1], 1.0)
    return q


def gi_star(x: np.ndarray, near: Neighbours) -> Local | TooFew:
    """Getis-Ord Gi* with binary weights and the area itself (Ord & Getis 1995, eq. 14).

    z = (Σ_j w_ij x_j − x̄ W_i) / (s √((n S_1i − W_i²)/(n−1))), s with divisor n, normal p.
    Valid for ≥ AREAS_FOR_Z areas and values that are not mostly zero: with rates of few
    households its p-values are far too small.
    """
    if few := _too_few(x):
        return few
    n = len(x)
    mean, s = x.mean(), x.std()
    weights = near.count + 1.0
    total = near.ring(x)
    room = n * weights - weights**2
    # Whoever borders all others has nothing to be compared with.
    z = np.where(
        room > 0,
        (total - mean * weights) / (s * np.sqrt(np.where(room > 0, room, 1) / (n - 1))),
        0.0,
    )
    p = 2 * stats.norm.sf(np.abs(z))
    return Local(total / x.sum() if x.sum() else total, z, p, false_discovery(p))


def local_moran(x: np.ndarray, near: Neighbours) -> Local | TooFew:
    """Local Moran's I_i (Anselin 1995), row-standardised; z under conditional randomisation.

    I_i = n z_i Σ_j w_ij z_j / Σ z², moments of Sokal, Oden & Thomson 1998 as in spdep's
    localmoran(conditional=TRUE). Same limits as Gi*.
    """
    if few := _too_few(x):
        return few
    n = len(x)
    d = x - x.mean()
    m2 = (d**2).mean()
    k = near.count
    lag = near.around(d) / np.maximum(k, 1)
    value = d * lag / m2
    has = (k > 0).astype(float)
    expected = -(d**2) * has / ((n - 1) * m2)
    square = has / np.maximum(k, 1)  # Σ_j w_ij²
    variance = (d / m2) ** 2 * (n / (n - 2)) * (square - has / (n - 1)) * (m2 - d**2 / (n - 1))
    moves = variance > 0
    z = np.where(moves, (value - expected) / np.sqrt(np.where(moves, variance, 1)), 0.0)
    p = 2 * stats.norm.sf(np.abs(z))
    quadrant = np.where(
        d > 0, np.where(lag > 0, HIGH_HIGH, HIGH_LOW), np.where(lag > 0, LOW_HIGH, LOW_LOW)
    )
    return Local(value, z, p, false_discovery(p), quadrant)


def global_moran(x: np.ndarray, near: Neighbours) -> Global | TooFew:
    """Moran's I (Moran 1950), row-standardised; variance under randomisation (Cliff & Ord 1981)."""
    if few := _too_few(x):
        return few
    n = len(x)
    d = x - x.mean()
    k = near.count
    row = np.repeat(1 / np.maximum(k, 1), k)
    weights = near.matrix.copy()
    weights.data = row
    s0 = row.sum()
    value = n / s0 * (d @ (weights @ d)) / (d @ d)
    both = weights + weights.T
    s1 = (both.multiply(both)).sum() / 2
    s2 = ((np.asarray(weights.sum(1)).ravel() + np.asarray(weights.sum(0)).ravel()) ** 2).sum()
    b2 = (d**4).mean() / (d**2).mean() ** 2
    expected = -1 / (n - 1)
    variance = (
        n * ((n**2 - 3 * n + 3) * s1 - n * s2 + 3 * s0**2)
        - b2 * ((n**2 - n) * s1 - 2 * n * s2 + 6 * s0**2)
    ) / ((n - 1) * (n - 2) * (n - 3) * s0**2) - expected**2
    z = (value - expected) / np.sqrt(variance)
    return Global(
        float(value), expected, float(variance), float(z), float(2 * stats.norm.sf(abs(z)))
    )


def local_by_permutation(
    x: np.ndarray, near: Neighbours, *, sims: int = 9999, seed: int
) -> np.ndarray | TooFew:
    """One-sided pseudo-p of Gi* and, up to the sign of x_i − x̄, of local Moran, as PySAL's p_sim.

    The neighbours of an area are drawn anew from all others (Anselin 1995, conditional
    permutation). The smallest p is 1/(sims+1): with 999 of them no area of 3,000 can pass the
    false discovery rate.
    """
    if few := _too_few(x):
        return few
    more, less = _permute(
        x.astype(float), near.ptr, near.nbr, sims, np.array([2 * seed + 1], np.uint64)
    )
    return (np.minimum(more, less) + 1) / (sims + 1)


def global_by_permutation(
    x: np.ndarray, near: Neighbours, *, sims: int = 999, seed: int
) -> float | TooFew:
    """One-sided pseudo-p of Moran's I: all values change places."""
    if few := _too_few(x):
        return few
    rng = np.random.default_rng(seed)
    row = near.matrix.copy()
    row.data = np.repeat(1 / np.maximum(near.count, 1), near.count)
    d = x - x.mean()
    seen = d @ (row @ d)
    mixed = rng.permuted(np.tile(d, (sims, 1)), axis=1)
    drawn = np.einsum("ij,ji->i", mixed, row @ mixed.T)
    more = int((drawn >= seen).sum())
    return (min(more, sims - more) + 1) / (sims + 1)


@njit(cache=True)
def _permute(x, ptr, nbr, sims, state):
    """How often a drawn sum of neighbours is ≥, and ≤, the one there is."""
    n = len(x)
    more = np.zeros(n, np.int64)
    less = np.zeros(n, np.int64)
    others = np.empty(n - 1, np.int64)
    for i in range(n):
        k = ptr[i + 1] - ptr[i]
        seen = 0.0
        for e in range(ptr[i], ptr[i + 1]):
            seen += x[nbr[e]]
        # The order of a sum of the same values must not decide whether it is a tie.
        slack = 1e-12 * (abs(seen) + 1.0)
        for j in range(n - 1):
            others[j] = j if j < i else j + 1
        for _ in range(sims):
            drawn = 0.0
            # The first k places of a Fisher-Yates shuffle: k others, each as likely as any.
            for j in range(k):
                r = j + below(state, n - 1 - j)
                others[j], others[r] = others[r], others[j]
                drawn += x[others[j]]
            if drawn >= seen - slack:
                more[i] += 1
            if drawn <= seen + slack:
                less[i] += 1
    return more, less


def _too_few(x: np.ndarray) -> TooFew | None:
    if len(x) < AREAS_FOR_Z:
        return TooFew("few_areas", len(x), AREAS_FOR_Z)
    if np.ptp(x) == 0:
        return TooFew("all_alike")
    return None
