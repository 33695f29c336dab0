"""区域性， 整体性， 适度性： is a grid one area, is it whole, is its load bearable. Pure.

Whole: connected; compactness is Polsby–Popper's 4πA/P²; of the village's ground inside its convex
hull most is its own. Bearable: load within 20 % of the mean of the village's grids. One area: inside
one village (the database sees to it), no settlement cut that it could have held whole, and one can
walk across: the diameter of the smallest circle around it, lengthened for lanes.
"""

from collections import Counter
from collections.abc import Collection, Sequence
from functools import cached_property

import numpy as np
import shapely
from django.utils.translation import gettext as _

from grids.coverage import Frame
from grids.drafts.state import Cell
from households.territory.clusters import Cuts
from households.territory.load import BAND, DETOUR

RAGGED = 0.2
# Less of the ground inside the hull: others' ground reaches deep into it.
HOLLOW = 0.7
FAR_M = 3_000


class Shapes:
    """Measures of cells, an entry each, in square metres and metres."""

    def __init__(self, cells: Sequence[Cell]):
        degrees = np.array([c.geom for c in cells], dtype=object)
        self.metres, self.area = degrees, np.zeros(0)
        self.village = np.array([c.village for c in cells], np.int64)
        if not len(cells):
            return
        bounds = shapely.box(*shapely.total_bounds(degrees))
        self.metres = Frame.around(bounds).metres(degrees)
        self.area = shapely.area(self.metres)

    @cached_property
    def compact(self) -> np.ndarray:
        return 4 * np.pi * self.area / np.maximum(shapely.length(self.metres), 1e-9) ** 2

    @cached_property
    def hull(self) -> np.ndarray:
        """Of the village's ground inside a grid's convex hull, the share that is the grid's.

        The village's own bays are not the grid's fault. The cells must be whole villages.
        """
        inside = np.zeros(len(self.area))
        hulls = shapely.convex_hull(self.metres)
        for village in np.unique(self.village):
            own = self.village == village
            ground = shapely.union_all(self.metres[own])
            inside[own] = shapely.area(shapely.intersection(hulls[own], ground))
        return np.minimum(1, self.area / np.maximum(inside, 1e-9))

    @cached_property
    def across(self) -> np.ndarray:
        return 2 * shapely.minimum_bounding_radius(self.metres) * DETOUR

    @cached_property
    def pieces(self) -> np.ndarray:
        return shapely.get_num_geometries(self.metres)


def judge(
    shapes: Shapes, i: int, load_h: float | None, mean_h: float | None, cut: int | None
) -> dict:
    """The three gauges of one grid, with a sentence for each that is not good.

    `cut`: how many settlements its border cuts needlessly; None: the reader may not know.
    """
    notes = []
    area = "ok"
    if cut:
        area = "warn"
        notes.append(_("边界切开了 %(n)s 个本可不拆的自然村。") % {"n": cut})
    if shapes.across[i] > FAR_M:
        area = "warn"
        km = f"{shapes.across[i] / 1000:.1f}"
        notes.append(_("走到最远处约 %(km)s 千米，范围偏大。") % {"km": km})
    whole = "ok"
    if shapes.pieces[i] > 1:
        whole = "bad"
        notes.append(_("由 %(n)s 块不相连的部分组成。") % {"n": shapes.pieces[i]})
    elif shapes.compact[i] < RAGGED:
        whole = "warn"
        notes.append(_("形状狭长或曲折。"))
    elif shapes.hull[i] < HOLLOW:
        whole = "warn"
        others = f"{1 - shapes.hull[i]:.0%}"
        notes.append(_("围起来的地有 %(share)s 是别的网格的，缺口较深。") % {"share": others})
    load = None
    if load_h is not None and mean_h:
        share = load_h / mean_h - 1
        load = "ok" if abs(share) <= BAND else "warn" if abs(share) <= 2 * BAND else "bad"
        if load != "ok":
            more, less = _("工作量比本村平均多 %(share)s。"), _("工作量比本村平均少 %(share)s。")
            notes.append((more if share > 0 else less) % {"share": f"{abs(share):.0%}"})
    return {
        "area": area,
        "whole": whole,
        "load": load,
        "compactness": round(float(shapes.compact[i]), 3),
        "hull": round(float(shapes.hull[i]), 3),
        "across_m": round(float(shapes.across[i])),
        "settlements_cut": cut,
        "notes": notes,
    }


def plan(rows: Sequence[dict], cuts: Collection[Cuts]) -> dict:
    """The gauges of a whole plan: how many grids are how good, and the worst of each measure."""
    judged = [r["gauges"] for r in rows]
    if not judged:
        return {}
    counted = {
        name: dict(Counter(g[name] for g in judged if g[name]))
        for name in ("area", "whole", "load")
    }
    return counted | {
        "across_m": max(g["across_m"] for g in judged),
        "compactness": round(float(np.mean([g["compactness"] for g in judged])), 3),
        "compactness_min": min(g["compactness"] for g in judged),
        "hull": round(float(np.mean([g["hull"] for g in judged])), 3),
        "hull_min": min(g["hull"] for g in judged),
        # None where the reader may not know where families live.
        "settlements": sum(c.settlements for c in cuts) if cuts else None,
        "settlements_cut": sum(c.needless for c in cuts) if cuts else None,
        "settlements_divided": sum(c.cut for c in cuts) if cuts else None,
    }


def neighbour_colours(shapes: Shapes, leads: Sequence[int | None]) -> list[int | None]:
    """A small number a lead, so that the grids of different leads that touch differ. None: no lead.

    Greedy over leads, those with most neighbours first (Welsh and Powell 1967).
    """
    if not len(leads):
        return []
    tree = shapely.STRtree(shapes.metres)
    a, b = tree.query(shapes.metres, predicate="dwithin", distance=0.5)
    near: dict[int, set[int]] = {lead: set() for lead in leads if lead}
    for i, j in zip(a.tolist(), b.tolist(), strict=True):
        if leads[i] and leads[j] and leads[i] != leads[j]:
            near[leads[i]].add(leads[j])
    colour: dict[int, int] = {}
    for lead in sorted(near, key=lambda m: (-len(near[m]), m)):
        taken = {colour[m] for m in near[lead] if m in colour}
        colour[lead] = next(k for k in range(len(near) + 1) if k not in taken)
    return [colour[lead] if lead else None for lead in leads]
