"""From coordinates or WKB to a geometry that can be used, or to a sentence that says why not.

Nothing is repaired that would change a shape: a crossed boundary has two readings, and only the
person who drew it knows which she meant.
"""

import re
from collections.abc import Callable

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from core.geofile.layer import Feature
from core.geofile.text import garbled, plain

MAX_VERTICES = 200_000
# Ends of a ring nearer than this meet: a millionth of a degree is 0.1 m, as are 0.1 units of a
# projected system.
CLOSED_DEGREES, CLOSED_METRES = 1e-6, 0.1

REDRAW = "请在制图软件里修好后重新导出"
Z_DROPPED = "带有高程或测量值，只取了平面坐标"
RING_CLOSED = "边界首尾差不到 0.1 米，已接上"
CURVES_DRAWN = "曲线已改为折线"

_REASONS = {
    "Self-intersection": "的边界自己相交",
    "Ring Self-intersection": "的边界碰到了自己",
    "Hole lies outside shell": "有一个洞在边界之外",
    "Holes are nested": "的洞里还套着洞",
    "Interior is disconnected": "的洞把里面切成了不相连的几块",
    "Nested shells": "一块面套在另一块面里",
    "Duplicate Rings": "有两圈边界完全重合",
    "Too few points in geometry component": "的点太少，围不成面",
}


_OTHERWISE = "的图形不合规则"


class Unfit(Exception):
    """Why a geometry cannot be used (a Chinese clause), and what to do about it."""

    def __init__(self, why: str, remedy: str = REDRAW):
        self.why, self.remedy = why, remedy
        super().__init__(why)


class Sketch:
    """A geometry drawn while its file is still being read: the lists of a whole file would take
    ten times its size."""

    def __init__(self, kind: str, coordinates: object):
        self._notes: set[str] = set()
        self._drawn: BaseGeometry | Unfit | None
        try:
            self._drawn = GEOMETRIES[kind](coordinates, self._notes)
        except Unfit as unfit:
            self._drawn = unfit

    def show(self, notes: set[str]) -> BaseGeometry | None:
        if isinstance(self._drawn, Unfit):
            raise self._drawn
        notes |= self._notes
        return self._drawn


def make_feature(
    number: int,
    properties: dict[str, str],
    draw: Callable[[set[str]], BaseGeometry | None],
    notes: tuple[str, ...] = (),
) -> Feature:
    """One feature; `draw` gets a set for its notes and may raise Unfit."""
    made = set(notes)
    try:
        geometry = examine(draw(made), made)
        for name, value in properties.items():
            if garbled(name) or garbled(value):
                raise Unfit(f"的“{name[:10]}”是乱码({value[:12]})", "请用 UTF-8 重新导出")
    except Unfit as unfit:
        problem = f"第 {number} 个要素{unfit.why}；{unfit.remedy}。"
        return Feature(number, properties, None, problem)
    return Feature(number, properties, geometry, None, tuple(sorted(made)))


def examine(geometry: BaseGeometry | None, notes: set[str]) -> BaseGeometry:
    """The geometry in two dimensions, or Unfit."""
    if geometry is None or geometry.is_empty:
        raise Unfit("没有图形", "请补上图形，或从文件里删去这一条")
    if geometry.has_z or geometry.has_m:
        geometry = shapely.force_2d(geometry)
        notes.add(Z_DROPPED)
    vertices = shapely.get_num_coordinates(geometry)
    if vertices > MAX_VERTICES:
        raise Unfit(
            f"有 {vertices:,} 个折点，超过上限 {MAX_VERTICES:,} 个", "请先在制图软件里化简边界"
        )
    if not np.isfinite(shapely.get_coordinates(geometry)).all():
        raise Unfit("的坐标里有空值或无穷大")
    if not geometry.is_valid:
        raise Unfit(_invalidity(geometry))
    return geometry


def _invalidity(geometry: BaseGeometry) -> str:
    reason = shapely.is_valid_reason(geometry)
    found = re.fullmatch(r"(.*?)\[(\S+) (\S+)\]", reason)
    if not found:
        return _REASONS.get(reason, _OTHERWISE)
    x, y = float(found[2]), float(found[3])
    return f"{_REASONS.get(found[1], _OTHERWISE)}(在 {x:.6f}, {y:.6f} 附近)"


def from_wkb(wkb: bytes | None) -> BaseGeometry | None:
    if not wkb:
        return None
    try:
        with np.errstate(invalid="ignore"):  # NaN is looked for later
            return shapely.from_wkb(wkb)
    except shapely.GEOSException as error:
        if "closed" in str(error):
            raise Unfit("的边界没有首尾相接") from None
        if "oint" in str(error):
            raise Unfit("的点太少，围不成面") from None
        raise Unfit("的图形无法读取") from None


def from_geojson(raw: object, notes: set[str]) -> BaseGeometry | None:
    """A GeoJSON geometry object (nesting is bounded by the depth of the file)."""
    if raw is None:
        return None
    if not isinstance(raw, dict):
        raise Unfit("的图形不是一个对象")
    kind = raw.get("type")
    if kind == "GeometryCollection":
        parts = raw.get("geometries")
        if not isinstance(parts, list):
            raise Unfit("的图形集合里没有图形")
        return collect([from_geojson(part, notes) for part in parts])
    if not isinstance(kind, str) or kind not in GEOMETRIES:
        raise Unfit(f"的图形类型“{plain(kind)[:20]}”不认识")
    coordinates = raw.get("coordinates")
    if isinstance(coordinates, Sketch):
        return coordinates.show(notes)
    return GEOMETRIES[kind](coordinates, notes)


def collect(parts: list[BaseGeometry | None]) -> BaseGeometry | None:
    """Several geometries as one: areas only make a MultiPolygon."""
    parts = [part for part in parts if part is not None and not part.is_empty]
    if len(parts) < 2:
        return parts[0] if parts else None
    if all(part.geom_type in ("Polygon", "MultiPolygon") for part in parts):
        return shapely.multipolygons([p for part in parts for p in shapely.get_parts(part)])
    return shapely.geometrycollections(parts)


def _list(value: object) -> list:
    if not isinstance(value, list):
        raise Unfit("的坐标括号层次不对")
    return value


def _positions(value: object, notes: set[str]) -> np.ndarray:
    positions = _list(value)
    if not all(isinstance(p, list) for p in positions):
        raise Unfit("的坐标括号层次不对(少了一层)")
    if not all(len(p) >= 2 for p in positions):
        raise Unfit("有一个坐标不足两个数")
    kinds = {type(v) for p in positions for v in p}
    if list in kinds:
        raise Unfit("的坐标括号层次不对(多了一层)")
    if kinds - {int, float}:
        raise Unfit("的坐标里有不是数字的内容")
    if any(len(p) > 2 for p in positions):
        notes.add(Z_DROPPED)
    try:
        xy = np.array([p[:2] for p in positions], dtype=np.float64).reshape(-1, 2)
    except OverflowError:
        raise Unfit("的坐标里有空值或无穷大") from None
    if not np.isfinite(xy).all():
        raise Unfit("的坐标里有空值或无穷大")
    return xy


def _point(value, notes):
    return shapely.points(_positions([value], notes)[0]) if value else None


def _line(value, notes):
    xy = _positions(value, notes)
    if len(xy) == 1:
        raise Unfit("有一条线只有一个点")
    return shapely.linestrings(xy) if len(xy) else None


def _ring(value, notes) -> np.ndarray:
    xy = _positions(value, notes)
    if len(xy) < 4:
        raise Unfit("的点太少，围不成面")
    if (xy[0] != xy[-1]).any():
        if not _closes(xy):
            gap = np.hypot(*(xy[0] - xy[-1]))
            raise Unfit(f"的边界没有首尾相接(缺口 {gap:.6f})", "请把边界闭合后重新导出")
        xy[-1] = xy[0]
        notes.add(RING_CLOSED)
    return xy


def _closes(xy: np.ndarray) -> bool:
    near = CLOSED_DEGREES if np.abs(xy).max() <= 360 else CLOSED_METRES
    return bool(np.hypot(*(xy[0] - xy[-1])) <= near)


def _polygon(value, notes):
    rings = [_ring(ring, notes) for ring in _list(value)]
    return shapely.Polygon(rings[0], rings[1:]) if rings else None


def _several(draw, join):
    def drawn(value, notes):
        parts = [draw(part, notes) for part in _list(value)]
        parts = [part for part in parts if part is not None]
        return join(parts) if parts else None

    return drawn


GEOMETRIES = {
    "Point": _point,
    "LineString": _line,
    "Polygon": _polygon,
    "MultiPoint": _several(_point, shapely.multipoints),
    "MultiLineString": _several(_line, shapely.multilinestrings),
    "MultiPolygon": _several(_polygon, shapely.multipolygons),
}
