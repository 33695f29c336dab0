"""Grids drawn by the designer: a place, its families and what they ask of us, in and out."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import shapely
from scipy.spatial import cKDTree

from core.errors import Invalid
from grids.coverage import Frame
from grids.designer.design import NEAR_M, OBJECTIVES, Design, design_grids, rebalance
from grids.designer.units import Units, build_units
from grids.drafts import cuts, steps
from grids.drafts.state import Cell, State
from grids.errors import MergeAcrossVillages, NothingChanges
from households.territory.homes import Homes, placed
from households.territory.load import Rates

# A family we know, and that needs us most, is the last to change hands.
RED_STAYS = 5.0
MOST_PARTS = 60


class TooManyParts(Invalid):
    message = f"一次最多划成 {MOST_PARTS} 个网格。"


@dataclass(frozen=True)
class Site:
    """Neighbouring grids of one village as one place, in metres."""

    cells: list[Cell]
    frame: Frame
    homes: np.ndarray  # positions in `Homes`
    where: np.ndarray  # cell of each
    units: Units
    weight: np.ndarray

    @property
    def load_h(self) -> float:
        return float(self.weight.sum())


def site(cells: Sequence[Cell], homes: Homes, rates: Rates, *, whole: bool) -> Site:
    """`whole`: they are all grids of their village, which may lie in parts of which each gets its own.
    Some of them must hang together."""
    if len({c.village for c in cells}) > 1:
        raise MergeAcrossVillages()
    outline = (cuts.united if whole else cuts.joined)([c.geom for c in cells])
    where = placed(homes, cells)
    inside = np.flatnonzero(where >= 0)
    frame = Frame.around(outline)
    xy = shapely.get_coordinates(frame.metres(shapely.points(homes.xy[inside])))
    weight = rates.hours[homes.slot[inside]]
    units = build_units(frame.metres(outline), xy, weight)
    return Site(list(cells), frame, inside, where[inside], units, weight)


def parts_of(place: Site, parts: int | None, target_h: float | None) -> int:
    # Below that a target asks for more parts than there may be.
    target_h = max(target_h or 0, place.load_h / (2 * MOST_PARTS), 1e-9)
    k = parts or max(1, round(place.load_h / target_h))
    if k > MOST_PARTS:
        raise TooManyParts()
    return k


def divide(place: Site, k: int, objective: str, seed: int) -> Design:
    return design_grids(place.units, k, objective=objective, seed=seed)


def as_edit(state: State, place: Site, design: Design) -> steps.Edit:
    """New grids for the old; each keeps the people of the grid most of its families come from."""
    keys = state.new_keys(len(design.polygons))
    # Ground without a grid has no key.
    changed = steps.gone([c for c in place.cells if c.key])
    for i, (key, polygon) in enumerate(zip(keys, design.polygons, strict=True)):
        geom = place.frame.degrees(polygon)
        came = Counter(place.where[design.household == i].tolist())
        old = place.cells[came.most_common(1)[0][0] if came else _nearest(place.cells, geom)]
        changed[key] = Cell(
            key, old.village, "", geom, lead=old.lead, supports=old.supports,
            parents=_parents(place.cells, geom),
        )  # fmt: skip
    title = f"把{steps.named(place.cells)}划成 {len(keys)} 个网格"
    return steps.Edit(title, changed)


def _nearest(cells: list[Cell], geom) -> int:
    return max(range(len(cells)), key=lambda i: cells[i].geom.intersection(geom).area)


def _parents(cells: list[Cell], geom) -> tuple[int, ...]:
    touched = [c for c in cells if c.geom.intersection(geom).area > 1e-6 * geom.area]
    return steps.published(touched)


def evened(place: Site, slot: np.ndarray, tol: float) -> steps.Edit:
    """The same grids with loads within `tol` of each other, as few families as possible moved."""
    units, k = place.units, len(place.cells)
    label = _grid_of_units(place, k)
    cost = np.where(slot[place.homes] == 1, RED_STAYS, 1.0)
    design, moves = rebalance(units, label, tol=tol, change_cost=cost)
    if not moves:
        raise NothingChanges("这些网格的工作量已经均衡，不用调整。")
    changed = {
        cell.key: replace(cell, geom=place.frame.degrees(design.polygons[i]))
        for i, cell in enumerate(place.cells)
    }
    return steps.Edit(f"均衡{steps.named(place.cells)}，{len(moves)} 户换网格", changed)


def _grid_of_units(place: Site, k: int) -> np.ndarray:
    """A unit is in the grid most of its families are in; one without, in that under its point."""
    tally = np.zeros((len(place.units), k))
    np.add.at(tally, (place.units.unit_of, place.where), 1)
    label = tally.argmax(axis=1)
    empty = np.flatnonzero(tally.sum(axis=1) == 0)
    shapes = place.frame.metres(np.array([c.geom for c in place.cells], dtype=object))
    if len(empty):
        points = shapely.points(place.units.xy[empty])
        label[empty] = [shapely.distance(shapes, p).argmin() for p in points]
    return label


def explained(place: Site, k: int, seed: int) -> list[dict]:
    """Three ways to divide a place, each with its figures and a sentence."""
    told = []
    for name, objective in OBJECTIVES.items():
        design = divide(place, k, name, seed)
        shapes = [place.frame.degrees(p) for p in design.polygons]
        told.append(
            {
                "objective": name,
                "title": objective.title,
                "explanation": objective.sentence,
                "max_dev": round(float(design.metrics.max_dev), 4),
                "pp_min": round(float(design.metrics.pp_min), 3),
                "cut_clusters": _cut(place, design),
                "notes": design.notes,
                "outlines": [shapely.to_geojson(shapely.set_precision(s, 1e-6)) for s in shapes],
            }
        )
    return told


def _cut(place: Site, design: Design) -> int:
    """Pairs of families within a stone's throw that come into different grids."""
    units = place.units
    xy = units.xy[units.unit_of]
    pairs = (
        cKDTree(xy).query_pairs(NEAR_M, output_type="ndarray") if len(xy) else np.zeros((0, 2), int)
    )
    return int((design.household[pairs[:, 0]] != design.household[pairs[:, 1]]).sum())
