"""The families a reader sees of a territory, in which grid each stands, and how far it is to them."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import shapely

from accounts.models import Member
from grids.coverage import Frame
from grids.drafts.state import Cell, State
from households.scope import resolve
from households.territory.clusters import Cuts, cuts, settlements
from households.territory.homes import Homes, read_homes, stood
from households.territory.load import BAND, DETOUR


@dataclass(frozen=True)
class Families:
    """`where` is the position in `cells` of each home, -1: none. `whole`: ids of the villages of
    which the reader sees every family."""

    cells: Sequence[Cell]
    homes: Homes
    where: np.ndarray
    whole: frozenset[int]

    @cached_property
    def frame(self) -> Frame:
        return Frame.around(shapely.MultiPoint(self.homes.xy))

    @cached_property
    def xy_m(self) -> np.ndarray:
        if not len(self.homes):
            return np.zeros((0, 2))
        return shapely.get_coordinates(self.frame.metres(shapely.points(self.homes.xy)))

    @cached_property
    def cuts(self) -> dict[int, Cuts]:
        """Which settlements the borders cut, by village."""
        village = np.array([c.village for c in self.cells], np.int64)
        found = {}
        # Where a shielded family lives must not show in what a border is said to cut.
        open_to_all = ~self.homes.kept
        for v in sorted(self.whole & set(village.tolist())):
            own = np.flatnonzero((self.homes.village == v) & open_to_all)
            grids = np.flatnonzero(village == v)
            number = np.full(len(self.cells) + 1, -1)  # the last for those in none
            number[grids] = np.arange(len(grids))
            room = (1 + BAND) * len(own) / len(grids)
            found[v] = cuts(settlements(self.xy_m[own]), number[self.where[own]], len(grids), room)
        return found

    def needless_cuts(self) -> list[int | None]:
        """For each cell how many settlements its border cuts needlessly; None where unknown."""
        order = {v: iter(c.by_grid.tolist()) for v, c in self.cuts.items()}
        return [next(order[c.village]) if c.village in order else None for c in self.cells]

    def way_m(self, home: tuple[float, float], chosen: np.ndarray) -> int | None:
        """How far it is on average from a member's home to the families of the chosen cells."""
        mask = np.zeros(len(self.cells) + 1, bool)
        mask[:-1] = chosen
        there = self.xy_m[mask[self.where]]
        if not len(there):
            return None
        at = shapely.get_coordinates(self.frame.metres(shapely.Point(home)))[0]
        return round(float(np.hypot(*(there - at).T).mean()) * DETOUR)


def families(member: Member, state: State, cells: Sequence[Cell]) -> Families:
    homes = read_homes(member, {c.village for c in cells})
    whole = resolve(member.pk).village_ids
    return Families(cells, homes, stood(homes, state, cells), frozenset(whole))


def homes_of(viewer: Member) -> dict[int, tuple[float, float]]:
    """Where members live, as far as `viewer` may know it."""
    known = Member.objects.homes_visible_to(viewer).values_list("pk", "home")
    return {pk: home.coords for pk, home in known}
