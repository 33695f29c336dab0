"""Where the invented households live: in hamlets, along lanes, inside their grids."""

from dataclasses import dataclass

import numpy as np
import shapely

from gis_app.demo.outlines import Outlines
from gis_app.demo.plane import Plane

# Households of an average grid in a district of 250,000, and the least and most of any.
TYPICAL, FEWEST, MOST = 86, 5, 300
# Along a lane from door to door, and from lane to lane.
PLOT_M = np.array([15.0, 28.0])
# Every so many plots a lane crosses.
BLOCK = 8
WITHOUT_POSITION = 0.003
DECIMALS = 6


@dataclass(frozen=True)
class Homes:
    """One entry a household, ordered by grid."""

    grid: np.ndarray  # index into the outlines' grids
    lonlat: np.ndarray  # 6 decimals
    number: np.ndarray  # in its village, from 1
    placed: np.ndarray  # false: its position is not known, hence neither its grid


def share(total: int, weights: np.ndarray) -> np.ndarray:
    """Whole numbers in proportion to the weights that add up to the total (largest remainder)."""
    exact = total * weights / weights.sum()
    whole = np.floor(exact).astype(int)
    rest = np.argsort(whole - exact, kind="stable")[: total - whole.sum()]
    whole[rest] += 1
    return whole


def settle(outlines: Outlines, total: int, rng: np.random.Generator) -> Homes:
    """Spread `total` households over the grids, from 5 to 300 a grid at full size.

    A hamlet is as large as it would be at 250,000 households; a smaller demo leaves plots empty, a
    larger one draws them closer.
    """
    n = len(outlines.grids)
    # About normal, by the sum of twelve uniform numbers; the same on every machine.
    spread = np.exp(0.85 * (rng.random((n, 12)).sum(axis=1) - 6))
    size = np.clip(TYPICAL * spread / spread.mean(), FEWEST, MOST)
    count = share(total, size)
    plots = np.maximum(np.round(size), np.ceil(1.1 * count)).astype(int)
    lonlat = _doors(outlines, count, plots, rng)

    grid = np.repeat(np.arange(n), count)
    village = outlines.village_of_grid[grid]
    number = np.arange(total) - np.searchsorted(village, village) + 1
    placed = np.ones(total, bool)
    placed[np.argsort(rng.random(total), kind="stable")[: round(WITHOUT_POSITION * total)]] = False
    return Homes(grid, lonlat, number, placed)


def _doors(outlines: Outlines, count, plots, rng) -> np.ndarray:
    """For each grid, `count` of the `plots` plots nearest to its seed."""
    middle = outlines.grid_seeds.mean(axis=0)
    plane = Plane(*middle)
    seeds, sites = plane.metres(outlines.grid_seeds), plane.metres(outlines.village_sites)
    sites = sites[outlines.village_of_grid]
    # The lanes of a village run one way, nearly east, and its grids share them.
    lean = (rng.random(len(outlines.village_sites)) - 0.5)[outlines.village_of_grid] * 0.3
    east = np.stack([np.cos(lean), np.sin(lean)], axis=1)
    north = np.stack([-east[:, 1], east[:, 0]], axis=1)
    area = shapely.area(shapely.transform(outlines.grids, plane.metres))
    pitch = np.minimum(1, np.sqrt(0.4 * area / (plots * PLOT_M.prod())))[:, None] * PLOT_M
    start = np.stack([((seeds - sites) * axis).sum(axis=1) for axis in (east, north)], axis=1)
    start = np.round(start / pitch)
    shapely.prepare(outlines.grids)

    doors = np.empty((count.sum(), 2))
    first = np.cumsum(count) - count
    # Hamlets lie along something, and lean towards the middle of their village.
    squeeze = 1 + 1.2 * rng.random((len(count), 1)) * [[0.0, 1.0]]
    todo, reach = np.flatnonzero(count), 3.0
    while len(todo):
        looked_at = (plots[todo] * reach + 20).astype(int)
        grid = np.repeat(todo, looked_at)
        rank = np.arange(len(grid)) - np.repeat(np.cumsum(looked_at) - looked_at, looked_at)
        plot = start[grid] + _nearest_plots(int(looked_at.max()))[rank]
        away = (plot + (rng.random(plot.shape) - 0.5) * 0.3) * pitch[grid]
        at = sites[grid] + away[:, :1] * east[grid] + away[:, 1:] * north[grid]
        at = np.round(plane.lonlat(at), DECIMALS)
        usable = plot[:, 0] % BLOCK != 0
        usable &= shapely.contains_xy(outlines.grids[grid], at[:, 0], at[:, 1])
        far = np.hypot(*((plot - start[grid]) * pitch[grid] * squeeze[grid]).T)
        far = far * (0.75 + 0.5 * rng.random(len(grid))) + 0.5 * np.hypot(*away.T)
        grid, at, far = grid[usable], at[usable], far[usable]
        order = np.lexsort((far, grid))
        grid, at = grid[order], at[order]
        # Of each grid the nearest plots; of these any, so many as it has households.
        near = np.arange(len(grid)) - np.searchsorted(grid, grid) < plots[grid]
        grid, at = grid[near], at[near]
        order = np.lexsort((rng.random(len(grid)), grid))
        rank = np.arange(len(grid)) - np.searchsorted(grid, grid)
        chosen = rank < count[grid]
        doors[first[grid[chosen]] + rank[chosen]] = at[order[chosen]]
        todo = todo[np.bincount(grid, minlength=len(count))[todo] < count[todo]]
        # A narrow grid: look further.
        reach *= 3
    return doors


def _nearest_plots(n: int) -> np.ndarray:
    """The n plots nearest to plot 0, 0: column along the lane and lane."""
    half = int(np.ceil(np.sqrt(n))) + 2
    column, lane = np.meshgrid(np.arange(-half * 2, half * 2 + 1), np.arange(-half, half + 1))
    plots = np.stack([column.ravel(), lane.ravel()], axis=1)
    distance = ((plots * PLOT_M) ** 2).sum(axis=1)
    return plots[np.argsort(distance, kind="stable")[:n]]
