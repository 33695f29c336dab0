"""Settlements: homes that stand together, and whether a border goes through them. Pure.

Two homes belong together when a chain of homes links them of which each stands within 60 m of the
next (single link): about four homesteads of a plains village, and what the designer calls near. A
wider gap is a field or a pond. Ten homes make a settlement, as in Germany's official landscape
model (a settlement body has at least ten properties: ioer-monitor.de, "Settlement body").
"""

from dataclasses import dataclass

import numpy as np
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from grids.designer.design import NEAR_M

LEAST_HOMES = 10


def settlements(xy_m: np.ndarray) -> np.ndarray:
    """The settlement of each home, from 0; -1: it stands alone or with few others."""
    n = len(xy_m)
    if not n:
        return np.zeros(0, np.int64)
    pairs = cKDTree(xy_m).query_pairs(NEAR_M, output_type="ndarray")
    graph = coo_matrix((np.ones(len(pairs), bool), pairs.T), shape=(n, n))
    _, chain = connected_components(graph, directed=False)
    large = np.bincount(chain) >= LEAST_HOMES
    number = np.where(large, np.cumsum(large) - 1, -1)
    return number[chain].astype(np.int64)


@dataclass(frozen=True)
class Cuts:
    """Of the settlements of one village and its grids."""

    settlements: int
    cut: int
    # Cut though one grid could have held it whole.
    needless: int
    # For each grid, how many settlements its border cuts needlessly.
    by_grid: np.ndarray


def cuts(settlement: np.ndarray, grid: np.ndarray, grids: int, room: float) -> Cuts:
    """`grid` of each home (-1: none) among `grids`; a grid has room for `room` homes.

    A settlement larger than a grid may be has to be cut: that is no fault of the border.
    """
    inside = (settlement >= 0) & (grid >= 0)
    total = int(settlement.max(initial=-1)) + 1
    homes = np.zeros((total, grids), np.int64)
    np.add.at(homes, (settlement[inside], grid[inside]), 1)
    cut = (homes > 0).sum(axis=1) > 1
    needless = cut & (homes.sum(axis=1) <= room)
    return Cuts(total, int(cut.sum()), int(needless.sum()), (homes[needless] > 0).sum(axis=0))
