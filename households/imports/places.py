"""The places that a household list speaks of, read once."""

import re
from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np
import shapely
from django.db.models import BinaryField, F, Func, Q

from boundaries.models import Division, DivisionChange, Level
from core.errors import Invalid
from core.tables import code, normal
from grids.models import Grid
from households.models import ColourClass

# A list says 柳村, 柳村村 or 柳村社区 where the register says 柳村村委会; 东 for 东镇.
_VILLAGE_ENDING = re.compile(r"(?<=.)(村民委员会|居民委员会|村委会|居委会|社区|村)+$")
_TOWN_ENDING = re.compile(r"(?<=.)(街道办事处|办事处|街道|镇|乡)$")


def _shape(column: str) -> Func:
    return Func(F(column), function="ST_AsBinary", output_field=BinaryField())


@dataclass(frozen=True)
class Place:
    id: int
    code: str
    name: str
    parent_id: int | None
    shape: shapely.Geometry | None


class Atlas:
    """Every division that is in force now, by what a list may call it."""

    def __init__(self, within: Division | None = None):
        """Villages outside `within` are known, and refused."""
        rows = (
            # A town out of force may still be the parent of a village in force.
            Division.objects.filter(Q(valid_to=None) | ~Q(level=Level.VILLAGE))
            .order_by("code", "pk")
            .annotate(wkb=_shape("geom"))
            .values_list("level", "pk", "code", "name", "parent_id", "wkb")
        )
        by_level: dict[str, list[Place]] = defaultdict(list)
        for level, *fields, wkb in rows:
            shape = shapely.from_wkb(bytes(wkb)) if wkb is not None else None
            by_level[level].append(Place(*fields, shape))
        self.villages = by_level[Level.VILLAGE]
        self.towns = {town.id: town for town in by_level[Level.TOWN]}
        self.districts = {district.id: district for district in by_level[Level.DISTRICT]}
        self._refused: frozenset[int] = frozenset()
        if within is not None:
            inside = set(Division.objects.under(within).values_list("pk", flat=True))
            self._refused = frozenset(
                i for i, village in enumerate(self.villages) if village.id not in inside
            )
        self._by_code = {village.code: i for i, village in enumerate(self.villages)}
        # (town or "", village) → indexes; by full names, and by names without their endings.
        self._by_name: dict[tuple[str, str], set[int]] = defaultdict(set)
        self._by_short_name: dict[tuple[str, str], set[int]] = defaultdict(set)
        for i, village in enumerate(self.villages):
            town = self.towns[village.parent_id].name
            for known, name_of in (
                (self._by_name, lambda text, ending: text),
                (self._by_short_name, lambda text, ending: ending.sub("", text)),
            ):
                name = name_of(village.name, _VILLAGE_ENDING)
                known["", name].add(i)
                known[name_of(town, _TOWN_ENDING), name].add(i)

    def district_id(self, village: int) -> int:
        return self.towns[self.villages[village].parent_id].parent_id

    def village_of(self, code_cell: str | None, town: str | None, village: str | None) -> int:
        """The village of a row: by its code, or without one by the names of town and village."""
        found = self._village_of(code_cell, town, village)
        if found in self._refused:
            raise Invalid(f"{self.villages[found].name}不在您的任职地里")
        return found

    def _village_of(self, code_cell: str | None, town: str | None, village: str | None) -> int:
        wanted = code(code_cell)
        if wanted:
            return self._village_by_code(wanted)
        town, village = "".join(normal(town).split()), "".join(normal(village).split())
        if not village:
            raise Invalid("没有村代码,也没有村名")
        found = self._by_name.get((town, village)) or self._by_short_name.get(
            (_TOWN_ENDING.sub("", town), _VILLAGE_ENDING.sub("", village)), set()
        )
        if len(found) == 1:
            return next(iter(found))
        place = f"{town}{village}"
        if not found:
            raise Invalid(f"找不到“{place}”。请核对乡镇和村的名称,或填写 12 位村代码")
        listed = "、".join(
            f"{self.towns[v.parent_id].name}{v.name} {v.code}"
            for v in (self.villages[i] for i in sorted(found)[:5])
        )
        raise Invalid(f"“{place}”有 {len(found)} 个:{listed}。请填写 12 位村代码")

    def _village_by_code(self, wanted: str) -> int:
        if wanted in self._by_code:
            return self._by_code[wanted]
        if not (wanted.isascii() and wanted.isdigit() and len(wanted) == 12):
            raise Invalid(f"村代码“{wanted[:20]}”不是 12 位数字")
        successors = DivisionChange.objects.filter(
            from_division__code=wanted, to_division__valid_to=None
        ).order_by("-changed_on", "-share", "pk")
        now = "、".join(
            f"{change.to_division.name} {change.to_division.code}"
            for change in successors.select_related("to_division")[:3]
        )
        if now:
            raise Invalid(f"村代码 {wanted} 已停用,现为 {now}")
        raise Invalid(f"没有代码为 {wanted} 的村。请核对，或先导入区划")

    @cached_property
    def _colours(self) -> dict[int, dict[str, int]]:
        """For each county its current colours: by name, by name without 色， by letter."""
        known: dict[int, dict[str, int]] = defaultdict(dict)
        for colour in ColourClass.objects.filter(scheme__valid_to=None).select_related("scheme"):
            for text in (colour.name, colour.name.removesuffix("色"), colour.letter):
                known[colour.scheme.county_id][text] = colour.pk
        return known

    def colour_of(self, village: int, text: str) -> int:
        known = self._colours[self.district_id(village)]
        chosen = known.get(text) or known.get(text.removesuffix("家庭"))
        if chosen is None:
            names = "、".join(name for name in known if name.endswith("色")) or "还没有配色方案"
            raise Invalid(f"颜色“{text[:20]}”不在本区县的方案里({names})")
        return chosen


@dataclass(frozen=True)
class Grids:
    """The grids in force, by village id; in each village from the highest code to the lowest."""

    by_village: dict[int, list[tuple[int, shapely.Geometry]]]

    @classmethod
    def load(cls) -> "Grids":
        rows = (
            Grid.objects.current()
            .order_by("-code", "-pk")
            .annotate(wkb=_shape("geom"))
            .values_list("village_id", "pk", "wkb")
        )
        found = defaultdict(list)
        for village, pk, wkb in rows:
            found[village].append((pk, shapely.from_wkb(bytes(wkb))))
        return cls(found)

    def covering(self, villages: np.ndarray, lonlat: np.ndarray) -> np.ndarray:
        """For points of these villages (ids) the grid of the same village, or -1.

        Lower codes come later and so win on a shared edge.
        """
        result = np.full(len(villages), -1, np.int64)
        order = np.argsort(villages, kind="stable")
        bounds = np.flatnonzero(np.diff(villages[order], prepend=-1, append=-1))
        for start, end in pairwise(bounds):
            here = order[start:end]
            x, y = lonlat[here].T
            for pk, shape in self.by_village.get(int(villages[here[0]]), ()):
                shapely.prepare(shape)
                result[here[shapely.intersects_xy(shape, x, y)]] = pk
        return result

    def anywhere(self, lonlat: np.ndarray) -> np.ndarray:
        """Which points stand in any grid at all."""
        shapes = [shape for grids in self.by_village.values() for _, shape in grids]
        inside = np.zeros(len(lonlat), bool)
        if shapes and len(lonlat):
            tree = shapely.STRtree(shapes)
            inside[tree.query(shapely.points(lonlat), predicate="intersects")[0]] = True
        return inside
