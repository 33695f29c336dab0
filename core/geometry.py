"""Small expressions over geometry columns."""

from django.contrib.gis.db.models.functions import Transform
from django.db.models import F, FloatField, Func

EDGES = {"west": "ST_XMin", "south": "ST_YMin", "east": "ST_XMax", "north": "ST_YMax"}


def edges(column: str) -> dict[str, Func]:
    """Annotations `west`, `south`, `east`, `north` in degrees; null where there is no outline."""
    return {
        name: Func(F(column), function=function, output_field=FloatField())
        for name, function in EDGES.items()
    }


def anchor() -> dict[str, Func]:
    """Annotations `lon`, `lat` of `anchor_3857`: where a place's name is written."""
    point = Transform("anchor_3857", 4326)
    return {
        name: Func(point, function=function, output_field=FloatField())
        for name, function in {"lon": "ST_X", "lat": "ST_Y"}.items()
    }


def anchor_of(row: object) -> list[float] | None:
    """The annotated anchor as `[lon, lat]`, 6 decimals."""
    return None if row.lon is None else [round(row.lon, 6), round(row.lat, 6)]


def bbox_of(row: dict | object) -> list[float] | None:
    """The annotated edges as `[west, south, east, north]`, 6 decimals."""
    read = row.get if isinstance(row, dict) else lambda name: getattr(row, name)
    values = [read(name) for name in EDGES]
    return None if values[0] is None else [round(v, 6) for v in values]
