"""Outlines on the way in: are they sound, how large are they, how are they drawn from afar."""

import numpy as np
import shapely
from django.contrib.gis.geos import GEOSGeometry, MultiPolygon
from pyproj import Geod, Transformer
from shapely.geometry.base import BaseGeometry

from boundaries.models import Division, Level

GEOD = Geod(ellps="WGS84")
# About a pixel at zoom 13, where outlines begin to be drawn exactly.
COARSE_M = 20
# Features further from the known outline than this are refused.
BEYOND_M = 5_000
# EPSG:3857 ends here.
LAST_LATITUDE = 85.0
# Outlines that differ by less are the same: a centimetre.
SAME_DEG = 1e-7
KINDS = {"Point": "点", "MultiPoint": "点", "LineString": "线", "MultiLineString": "线"}


def fault(shape: BaseGeometry | None) -> str | None:
    """Why this cannot be a division's outline, as a Chinese sentence."""
    if shape is None or shape.is_empty:
        return "没有图形。请补画边界，或删去这一条；只有代码的名单请用 CSV 导入。"
    if shape.geom_type not in ("Polygon", "MultiPolygon"):
        kind = KINDS.get(shape.geom_type, "混合图形")
        return f"是{kind}，不是面。区划边界必须是面，请改画后再导入。"
    if not shapely.is_valid(shape):
        reason = shapely.is_valid_reason(shape)
        where = reason[reason.find("[") + 1 :].rstrip("]").split()
        at = (
            "，位置约 " + ", ".join(f"{float(v):.5f}" for v in where[:2]) if len(where) == 2 else ""
        )
        return f"边界自相交或有重叠的环{at}。请在绘图软件里修复(例如 QGIS“修正几何图形”)后再导入。"
    west, south, east, north = shape.bounds
    if max(abs(south), abs(north)) > LAST_LATITUDE or max(abs(west), abs(east)) > 180:
        return "坐标超出地图范围。请核对坐标系。"
    return None


def beyond(shapes: list[BaseGeometry], reference: BaseGeometry) -> list[float]:
    """For each shape the metres from its nearest point to the known outline."""
    scale = np.array([111_320 * np.cos(np.radians(reference.centroid.y)), 110_950])
    known = shapely.transform(reference, lambda p: p * scale)
    shapely.prepare(known)
    return [float(known.distance(shapely.transform(s, lambda p: p * scale))) for s in shapes]


def multi(shape: BaseGeometry) -> BaseGeometry:
    """Always a MultiPolygon, rings wound the same way, so that equal outlines compare equal."""
    parts = shapely.get_parts(shape)
    return shapely.normalize(shapely.MultiPolygon(list(parts)))


def area_m2(shape: BaseGeometry) -> float:
    """On the ellipsoid: in EPSG:3857 the district would be 46 % too large."""
    # Holes count against the shell only when they are wound against it.
    wound = shapely.orient_polygons(shape, exterior_cw=False)
    return abs(GEOD.geometry_area_perimeter(wound)[0])


def same(one: BaseGeometry | None, other: BaseGeometry | None) -> bool:
    if one is None or other is None:
        return one is other
    return bool(shapely.equals_exact(shapely.normalize(one), shapely.normalize(other), SAME_DEG))


def is_real(division: Division) -> bool:
    """Whether we know where it lies. An invented outline is known to be wrong."""
    return division.geom is not None and not division.outline_invented


def to_django(shape: BaseGeometry | None) -> GEOSGeometry | None:
    return None if shape is None else GEOSGeometry(memoryview(shape.wkb), srid=4326)


def from_django(geom: MultiPolygon | None) -> BaseGeometry | None:
    return None if geom is None else shapely.from_wkb(bytes(geom.wkb))


def badly_joined(shapes: list[BaseGeometry]) -> int:
    """How many outlines do not meet their neighbours edge to edge."""
    edges = shapely.coverage_invalid_edges(shapes)
    return int((~shapely.is_empty(edges)).sum())


def redraw_coarse(level: Level) -> None:
    """Simplify all outlines of a level together, so that neighbours keep touching."""
    divisions = list(Division.objects.current().filter(level=level).exclude(geom=None).only("geom"))
    if not divisions:
        return
    mercator = Transformer.from_crs(4326, 3857, always_xy=True).transform
    flat = shapely.transform(
        np.array([from_django(d.geom) for d in divisions]), mercator, interleaved=False
    )
    coarse = shapely.coverage_simplify(flat, COARSE_M)
    # Of outlines that overlap, some may come out broken: those are drawn exactly.
    sound = shapely.is_valid(coarse) & ~shapely.is_empty(coarse)
    for division, shape, good in zip(divisions, coarse, sound, strict=True):
        division.coarse_3857 = (
            GEOSGeometry(memoryview(multi(shape).wkb), srid=3857) if good else None
        )
    Division.objects.bulk_update(divisions, ["coarse_3857"], batch_size=500)
