"""Grids with their people as a workbook, a GeoPackage or GeoJSON. No colours, nobody's family."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from django.utils import timezone

from accounts.models import Member
from boundaries.models import Division, Level
from core.errors import Malformed
from core.geofile.gdal import write_geopackage
from core.workbook import workbook
from grids.drafts.state import Cell, State
from grids.drafts.store import state_of, villages_of
from grids.models import Draft
from grids.sheets import BETWEEN, LAYER, TITLES
from households import figures
from households.models import HouseholdTally
from households.scope import resolve
from households.territory.homes import placed, read_homes

DECIMALS = 6
_NUMBERS = {"households", "target", "version"}
_KINDS = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "gpkg": "application/geopackage+sqlite3",
    "geojson": "application/geo+json",
}


@dataclass(frozen=True)
class Exported:
    name: str
    content_type: str
    content: bytes
    grids: int


def export(member: Member, place: Division, draft: Draft | None, kind: str) -> Exported:
    """What a member may know of a place, as published or as a draft has it."""
    if kind not in _KINDS:
        raise Malformed("as 应为 xlsx、gpkg 或 geojson。")
    state = state_of(draft, villages_of(place))
    cells = state.cells()
    return _file(place, draft, cells, _counts(member, state, cells), kind)


def export_all(place: Division, kind: str) -> Exported:
    """For the command line, which acts as the system."""
    cells = state_of(None, villages_of(place)).cells()
    tallies = dict(HouseholdTally.objects.exclude(grid=None).values_list("grid", "n"))
    return _file(place, None, cells, [tallies.get(c.grid, 0) for c in cells], kind)


def _counts(member: Member, state: State, cells: Sequence[Cell]) -> list[int | None]:
    """Households of each cell, None where the member may not know."""
    scope = resolve(member.pk)
    published = figures.by_grid(scope)
    known = [published.of(c.grid) if c.grid else None for c in cells]
    n = [None if f is None else 0 if f.state == "empty" else f.n for f in known]
    redrawn = {c.key for c in state.redrawn()}
    if redrawn:
        homes = read_homes(member, {c.village for c in cells if c.key in redrawn})
        inside = np.bincount(placed(homes, cells) + 1, minlength=len(cells) + 1)[1:]
        for i, cell in enumerate(cells):
            if cell.key in redrawn:
                n[i] = int(inside[i]) if cell.village in scope.village_ids else None
    return n


def _file(place: Division, draft: Draft | None, cells, counts, kind: str) -> Exported:
    what = [w for w in TITLES if w != "draft_key" or draft]
    rows = [[said[w] for w in what] for said in told(draft, cells, counts)]
    columns = [TITLES[w] for w in what]
    match kind:
        case "xlsx":
            content = workbook(LAYER, columns, rows)
        case "gpkg":
            kinds = [int if w in _NUMBERS else str for w in what]
            fields = list(zip(columns, kinds, strict=True))
            content = write_geopackage(LAYER, fields, rows, [_multi(c.geom) for c in cells])
        case _:
            content = _geojson(columns, rows, [_multi(c.geom) for c in cells])
    return Exported(_file_name(place, draft, kind), _KINDS[kind], content, len(cells))


def told(
    draft: Draft | None, cells: Sequence[Cell], counts: Sequence[int | None]
) -> list[dict[str, str | int | None]]:
    """Each cell by column."""
    named = Member.objects.in_bulk({m for c in cells for m in (c.lead, *c.supports) if m})
    villages = Division.objects.only("code", "name").in_bulk({c.village for c in cells})
    return [
        {
            "code": c.code,
            "name": c.name,
            "village": villages[c.village].code,
            "village_name": villages[c.village].name,
            "lead": _said([c.lead], named, "name"),
            "lead_account": _said([c.lead], named, "username"),
            "supports": _said(c.supports, named, "name"),
            "support_accounts": _said(c.supports, named, "username"),
            "households": n,
            "target": c.target,
            "version": c.version,
            "draft_key": f"{draft.pk}.{draft.version}.{c.key}" if draft else "",
        }
        for c, n in zip(cells, counts, strict=True)
    ]


def _said(ids: Sequence[int | None], named: dict[int, Member], how: str) -> str:
    return BETWEEN.join(getattr(named[pk], how) for pk in ids if pk)


def _file_name(place: Division, draft: Draft | None, kind: str) -> str:
    within = place.parent.name if place.level == Level.VILLAGE else ""
    shown = f"草稿{draft.pk}" if draft else ""
    return f"{within}{place.name}{LAYER}{shown}{timezone.localdate()}.{kind}"


def _multi(shape) -> shapely.MultiPolygon:
    parts = [p for p in shapely.get_parts(shape) if p.geom_type == "Polygon"]
    return shapely.MultiPolygon(parts)


def rounded(shapes: Sequence) -> np.ndarray:
    """To six decimals vertex by vertex, so that neighbours keep the vertices they share.

    Not `set_precision`, which looks at each outline alone; only for one that rounding breaks.
    """
    shapes = np.array(shapes, dtype=object)
    near = shapely.transform(shapes, lambda xy: np.round(xy, DECIMALS))
    near = shapely.remove_repeated_points(near)
    broken = ~shapely.is_valid(near)
    near[broken] = shapely.set_precision(shapes[broken], 10**-DECIMALS)
    return near


def _geojson(columns: list[str], rows: list[list], shapes: list) -> bytes:
    """RFC 7946: longitude first, outer rings anticlockwise."""
    drawn = shapely.to_geojson(shapely.orient_polygons(rounded(shapes))) if shapes else []
    features = ",\n".join(
        f'{{"type":"Feature","properties":{_json(columns, row)},"geometry":{g}}}'
        for row, g in zip(rows, drawn, strict=True)
    )
    text = f'{{"type":"FeatureCollection","name":"{LAYER}","features":[\n{features}\n]}}\n'
    return text.encode()


def _json(columns: list[str], row: list) -> str:
    return json.dumps(dict(zip(columns, row, strict=True)), ensure_ascii=False)
