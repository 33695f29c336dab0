"""What a file makes of the ground of one village, against what it was when it went out."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import shapely
from scipy.spatial import cKDTree

from boundaries.models import Division
from boundaries.services.outlines import from_django
from grids.coverage import differ, tile
from grids.drafts import steps
from grids.drafts.state import Cell
from grids.imports import as_geojson, say
from grids.sheets import Line

# In a file of six decimals a vertex is as far from its place as this, in degrees.
ROUNDED = 1e-6
# A part of a grid's ground below this is a border that was not drawn exactly.
LEAST_SHARE = 1e-6
# The lattice on which borders are healed, in degrees.
GRAIN = 5e-8


@dataclass
class Ground:
    """`outlines`: of the lines whose ground is new, by their place in the list that was given."""

    outlines: dict[int, shapely.MultiPolygon] = field(default_factory=dict)
    gone: list[Cell] = field(default_factory=list)
    reasons: list[str] = field(default_factory=list)
    faults: list[dict] = field(default_factory=list)

    @property
    def same(self) -> bool:
        return not (self.outlines or self.gone or self.reasons)


def compare(
    village: Division, cells: Sequence[Cell], lines: Sequence[tuple[Line, Cell | None]]
) -> Ground:
    """`cells`: all grids of the village as they went out. `lines`: with the cell each was."""
    ground = Ground()
    there = {cell.key for _, cell in lines if cell}
    ground.gone = [c for c in cells if c.key not in there]
    moved = [
        i for i, (line, cell) in enumerate(lines)
        if cell is None or differ(cell.geom, line.draft.geometry)
    ]  # fmt: skip
    if not moved and not ground.gone:
        return ground
    if village.geom is None:
        ground.reasons.append(f"{village}还没有边界，网格无从核对；请先导入它的边界。")
        return ground
    outline = from_django(village.geom)
    nearest = cKDTree(shapely.get_coordinates([outline, *(c.geom for c in cells)]))
    drawn = [
        _fitted(line.draft.geometry, nearest) if i in moved else cell.geom
        for i, (line, cell) in enumerate(lines)
    ]
    tiling = tile(outline, drawn)
    drafts = [line.draft for line, _ in lines]
    for fault in tiling.faults:
        ground.reasons.append(say(fault, village, drafts))
        ground.faults.append(as_geojson(fault, village, drafts))
    if tiling.faults:
        if ground.gone:
            missing = "、".join(c.code or c.name or c.key for c in ground.gone)
            ground.reasons.append(
                f"文件里少了{village.name}的网格 {missing}；请补上，或划给别的网格。"
            )
        return ground
    for i, (healed, given) in enumerate(zip(tiling.grids, drawn, strict=True)):
        cell = lines[i][1]
        if i in moved:
            ground.outlines[i] = _multi(healed if tiling.slivers else given)
        elif tiling.slivers and not _as_drawn(healed, cell.geom):
            ground.outlines[i] = healed
    return ground


def _fitted(shape, known: cKDTree):
    """Vertices that stand where some stood before, to a rounding, stand exactly there."""

    def fit(xy: np.ndarray) -> np.ndarray:
        distance, i = known.query(xy)
        return np.where((distance <= ROUNDED)[:, None], known.data[i], xy)

    fitted = shapely.transform(shape, fit)
    return fitted if fitted.is_valid else shape


def _as_drawn(a, b) -> bool:
    return shapely.equals_exact(shapely.normalize(a), shapely.normalize(b), GRAIN)


def _multi(shape) -> shapely.MultiPolygon:
    return shapely.MultiPolygon([p for p in shapely.get_parts(shape) if p.geom_type == "Polygon"])


def redrawn(cell: Cell, outline, gone: Sequence[Cell]) -> Cell:
    """A grid that stays, on other ground; of the grids that went it keeps the memory."""
    heirs = parents_on(gone, outline)
    return replace(cell, geom=outline, parents=tuple(dict.fromkeys(cell.parents + heirs)))


def parents_on(cells: Iterable[Cell], outline) -> tuple[int, ...]:
    """The published grids from whose ground this is drawn."""
    held = [c for c in cells if c.geom.intersection(outline).area > LEAST_SHARE * c.geom.area]
    return steps.published(held)
