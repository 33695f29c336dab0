"""Families as columns, and in which grid of a draft each stands."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
import shapely

from accounts.models import Member
from grids.drafts.state import Cell, State
from households.models import Household, Protection


@dataclass(frozen=True)
class Homes:
    id: np.ndarray
    village: np.ndarray
    grid: np.ndarray  # 0: none
    xy: np.ndarray  # lon, lat
    slot: np.ndarray
    # Shielded: it goes with its grid, and stands in the middle of it as far as anybody is told.
    kept: np.ndarray

    def __len__(self) -> int:
        return len(self.id)

    def some(self, chosen: np.ndarray) -> "Homes":
        columns = (self.id, self.village, self.grid, self.xy, self.slot, self.kept)
        return Homes(*(column[chosen] for column in columns))


def _read(axis: str) -> str:
    return f"""CASE WHEN households_household.protection = 'none'
        THEN ST_{axis}(households_household.point)
        ELSE (SELECT ST_{axis}(ST_Transform(g.anchor_3857, 4326)) FROM grids_grid AS g
              WHERE g.id = households_household.grid_id) END"""


def read_homes(member: Member, villages: Collection[int]) -> Homes:
    """The families with a position that a member may see there."""
    rows = list(
        Household.objects.visible_to(member)
        .filter(village__in=villages, point__isnull=False)
        .exclude(protection=Protection.SHIELDED, grid=None)
        .order_by("pk")
        .extra(select={"x": _read("X"), "y": _read("Y")})
        .values_list("pk", "village_id", "grid_id", "slot", "protection", "x", "y")
    )
    table = np.array([[v or 0 for v in row[:4]] for row in rows], np.int64).reshape(len(rows), 4)
    kept = np.array([row[4] != Protection.NONE for row in rows], bool)
    xy = np.array([row[5:] for row in rows], float).reshape(len(rows), 2)
    return Homes(table[:, 0], table[:, 1], table[:, 2], xy, table[:, 3], kept)


def placed(homes: Homes, cells: Sequence[Cell]) -> np.ndarray:
    """The position in `cells` of the one that covers each home, of two the first; -1: none.

    `cells` in the order of their codes, as households.services joins them.
    """
    found = np.full(len(homes), -1)
    if not len(homes) or not cells:
        return found
    shapes = np.array([c.geom for c in cells], dtype=object)
    home, cell = shapely.STRtree(shapes).query(shapely.points(homes.xy), predicate="intersects")
    own = homes.village[home] == np.array([c.village for c in cells])[cell]
    home, cell = home[own], cell[own]
    order = np.lexsort((-cell, home))  # the first cell is written last
    found[home[order]] = cell[order]
    at = {c.grid: i for i, c in enumerate(cells) if c.grid}
    for i in np.flatnonzero(homes.kept).tolist():
        found[i] = at.get(int(homes.grid[i]), found[i])
    return found


def stood(homes: Homes, state: State, cells: Sequence[Cell]) -> np.ndarray:
    """As `placed`, but for cells that stand as published their grid's own families are theirs."""
    redrawn = {c.village for c in state.redrawn()}
    ids = np.array([c.grid if c.grid and c.village not in redrawn else 0 for c in cells] or [0])
    order = np.argsort(ids, kind="stable")
    at = order[np.searchsorted(ids, homes.grid, sorter=order).clip(max=len(ids) - 1)]
    found = np.where((ids[at] == homes.grid) & (homes.grid > 0), at, -1)
    moved = np.flatnonzero(np.isin(homes.village, list(redrawn)))
    if len(moved):
        found[moved] = placed(homes.some(moved), cells)
    return found


def counts_by_cell(homes: Homes, where: np.ndarray, n: int) -> np.ndarray:
    """Households by slot, n × 6."""
    inside = where >= 0
    flat = np.bincount(where[inside] * 6 + homes.slot[inside], minlength=n * 6)
    return flat.reshape(n, 6)
