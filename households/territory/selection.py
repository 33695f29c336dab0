"""Which grids a drawn shape chooses. The map's tiles only show it; this decides."""

import numpy as np
import shapely
from django.db import connection

from boundaries.models import Division
from core.errors import Malformed
from grids.drafts import cuts
from grids.drafts.state import key_of
from grids.drafts.store import villages_of
from grids.models import Draft, DraftGrid

# By its box first: only the outlines near the drawn shape are read.
_NEAR = """
    SELECT id, ST_AsBinary(geom) FROM grids_grid
    WHERE closed_on IS NULL AND village_id = ANY (%s)
      AND geom && ST_MakeEnvelope(%s, %s, %s, %s, 4326)
    ORDER BY code
"""


def select(place: Division, draft: Draft | None, asked: dict) -> list[str]:
    """Keys of the grids whose interior a polygon or box touches, a point hits, a village holds."""
    villages = villages_of(place)
    if "village" in asked:
        if not isinstance(asked["village"], str):
            raise _nothing_drawn()
        chosen = Division.objects.filter(code=asked["village"], pk__in=villages).first()
        return _of_villages([chosen.pk] if chosen else [], draft)
    shape = _shape(asked)
    with connection.cursor() as cursor:
        cursor.execute(_NEAR, [villages, *shape.bounds])
        rows = cursor.fetchall()
    keys = [key_of(pk) for pk, _ in rows]
    outlines = list(shapely.from_wkb([bytes(wkb) for _, wkb in rows]))
    if draft:
        keys, outlines = _as_drafted(draft, villages, keys, outlines)
    drawn = np.array(outlines, dtype=object)
    shapely.prepare(shape)
    hit = shapely.intersects(shape, drawn) & ~shapely.touches(shape, drawn)
    return [key for key, chosen in zip(keys, hit.tolist(), strict=True) if chosen]


def _shape(asked: dict):
    if "polygon" in asked:
        polygon = asked["polygon"]
        if isinstance(polygon, dict):
            rings = polygon.get("coordinates")
            polygon = rings[0] if isinstance(rings, list) and rings else None
        return cuts.ring(polygon)
    match asked:
        case {"box": [west, south, east, north]}:
            return shapely.box(*cuts.coordinates([[west, south], [east, north]], 2).ravel())
        case {"point": [lon, lat]}:
            return shapely.Point(*cuts.coordinates([[lon, lat]], 1).ravel())
    raise _nothing_drawn()


def _nothing_drawn() -> Malformed:
    return Malformed("请给出 polygon、box、point 或 village。")


def _as_drafted(draft: Draft, villages: list[int], keys: list[str], outlines: list):
    over = dict(
        DraftGrid.objects.filter(draft=draft, village__in=villages).values_list("key", "content")
    )
    left = [(k, g) for k, g in zip(keys, outlines, strict=True) if k not in over]
    standing = [(k, shapely.from_wkb(c["geom"])) for k, c in over.items() if not c["removed"]]
    both = left + standing
    return [k for k, _ in both], [g for _, g in both]


def _of_villages(villages: list[int], draft: Draft | None) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM grids_grid WHERE closed_on IS NULL AND village_id = ANY (%s)"
            " ORDER BY code",
            [villages],
        )
        keys = [key_of(pk) for (pk,) in cursor.fetchall()]
    if draft:
        over = DraftGrid.objects.filter(draft=draft, village__in=villages).order_by("key")
        gone = dict(over.values_list("key", "content__removed"))
        keys = [k for k in keys if k not in gone] + [
            k for k, removed in gone.items() if not removed
        ]
    return keys
