"""Cutting a grid, moving ground between two, joining several. Pure; degrees in and out."""

from collections.abc import Sequence

import numpy as np
import shapely
from shapely import LineString, MultiPolygon, Polygon
from shapely.geometry.base import BaseGeometry

from grids.coverage import TOLERANCE_M, Frame, is_thin
from grids.designer.errors import (
    LineCrossesItself,
    LineDoesNotCross,
    LineThroughHousehold,
    NotNeighbours,
    PartNotWhole,
    PartWithoutHouseholds,
)
from grids.errors import LassoCrossesItself, NotAShape

# A line nearer to a house than this would leave open on which side it stands.
CLEAR_M = 1.0
# Grids that share less border meet in a corner.
BORDER_M = 1.0
# A drawn line snaps to a corner of the grid this near.
SNAP_M = 3.0
# A hand draws a few hundred points; a hundred thousand would only keep others waiting.
MOST_POINTS = 10_000


def ring(points: Sequence) -> Polygon:
    """A drawn closed shape, refused when it crosses itself."""
    xy = coordinates(points, 3)
    shape = Polygon(xy)
    if not shape.is_valid:
        raise LassoCrossesItself()
    if shape.area == 0:
        raise NotAShape()
    return shape


def coordinates(points, least: int) -> np.ndarray:
    """Points as drawn, lon and lat each, refused when they cannot have been drawn on the map."""
    try:
        xy = np.array(points, dtype=float)
    except (TypeError, ValueError):
        raise NotAShape() from None
    if xy.ndim != 2 or xy.shape[1] != 2 or not np.isfinite(xy).all():
        raise NotAShape()
    if len(xy) > MOST_POINTS:
        raise NotAShape(f"画的线有 {len(xy)} 个点，最多 {MOST_POINTS} 个，请画得简单些。")
    if (np.abs(xy) > (180, 90)).any():
        raise NotAShape("图形画到了地图以外，请在网格附近重新画。")
    if len(np.unique(xy, axis=0)) < least:
        raise NotAShape()
    return xy


def by_line(grid: BaseGeometry, points: Sequence, homes: np.ndarray) -> list[MultiPolygon]:
    """Cut a grid in two along a drawn line. `homes`: lon, lat of its families."""
    xy = coordinates(points, 2)
    frame = Frame.around(grid)
    shape = frame.metres(grid)
    line = shapely.snap(frame.metres(LineString(xy)), shapely.boundary(shape), 0.0)
    line = _snapped(line, shape)
    if not line.is_simple:
        raise LineCrossesItself()
    noded = shapely.union_all([shapely.boundary(shape), line])
    faces = [
        f
        for f in shapely.get_parts(shapely.polygonize(shapely.get_parts(noded)))
        if shape.covers(f.point_on_surface())
    ]
    whole = len(shapely.get_parts(shape))
    if len(faces) == whole:
        raise LineDoesNotCross()
    if len(faces) > whole + 1 or any(is_thin(f) for f in faces):
        raise PartNotWhole()
    _clear(line.intersection(shape), frame, homes)
    return _checked(_gathered(shape, faces), frame, homes)


def _snapped(line: LineString, shape: BaseGeometry) -> LineString:
    """Each drawn point on a corner of the grid, if one is near."""
    corners = shapely.points(shapely.get_coordinates(shape))
    tree = shapely.STRtree(corners)
    xy = shapely.get_coordinates(line)
    near = tree.query_nearest(shapely.points(xy), max_distance=SNAP_M, all_matches=False)
    xy[near[0]] = shapely.get_coordinates(corners[near[1]])
    keep = np.r_[True, np.any(np.diff(xy, axis=0) != 0, axis=1)]
    return LineString(xy[keep]) if keep.sum() > 1 else line


def _gathered(shape: BaseGeometry, faces: list[Polygon]) -> list[BaseGeometry]:
    """The two halves of the piece that was cut; pieces left alone go with the nearer half."""
    pieces = list(shapely.get_parts(shape))
    alone = [p for p in pieces if any(f.equals(p) for f in faces)]
    halves = [[f] for f in faces if not any(f.equals(p) for p in alone)]
    for piece in alone:
        min(halves, key=lambda h: h[0].distance(piece)).append(piece)
    return [shapely.union_all(h) for h in halves]


def by_ring(grid: BaseGeometry, points: Sequence, homes: np.ndarray) -> list[MultiPolygon]:
    """Cut out what a drawn ring holds of a grid."""
    frame = Frame.around(grid)
    shape, drawn = frame.metres(grid), frame.metres(ring(points))
    inside, rest = _wide(shape.intersection(drawn)), _wide(shape.difference(drawn))
    if inside.is_empty or rest.is_empty:
        raise LineDoesNotCross("圈里要有这个网格的一部分，圈外也要留下一部分。")
    if _pieces(inside) + _pieces(rest) > _pieces(shape) + 1:
        raise PartNotWhole()
    _clear(drawn.boundary.intersection(shape), frame, homes)
    return _checked([inside, rest], frame, homes)


def moved(
    source: BaseGeometry, target: BaseGeometry, points: Sequence, homes: np.ndarray
) -> tuple[MultiPolygon, MultiPolygon]:
    """Give the ground of `source` inside a drawn ring to its neighbour `target`."""
    frame = Frame.around(source)
    one, other = frame.metres(source), frame.metres(target)
    drawn = frame.metres(ring(points))
    given, rest = _wide(one.intersection(drawn)), _wide(one.difference(drawn))
    if given.is_empty:
        raise LineDoesNotCross("圈里没有要划出的网格的地方。")
    if rest.is_empty:
        raise LineDoesNotCross("整个网格都在圈里；要全部并过去，请用“合并”。")
    grown = shapely.union_all([other, given])
    if _pieces(rest) > _pieces(one) or _pieces(grown) > _pieces(other):
        raise PartNotWhole("这样划，有的地方会和自己的网格断开；请重新圈。")
    _clear(drawn.boundary.intersection(one), frame, homes)
    return tuple(_multi(g) for g in frame.degrees(np.array([rest, grown])))


def joined(grids: Sequence[BaseGeometry]) -> MultiPolygon:
    """Neighbours as one. They must hang together."""
    frame = Frame.around(grids[0])
    shapes = frame.metres(np.array(grids, dtype=object))
    reached, waiting = [shapes[0]], list(shapes[1:])
    while waiting:
        near = next((s for s in waiting if any(share_border(s, r) for r in reached)), None)
        if near is None:
            raise NotNeighbours()
        reached.append(near)
        waiting = [s for s in waiting if s is not near]
    return united(grids)


def united(grids: Sequence[BaseGeometry]) -> MultiPolygon:
    """Grids as one outline, whether they hang together or not."""
    frame = Frame.around(grids[0])
    return _multi(frame.degrees(shapely.union_all(frame.metres(np.array(grids, dtype=object)))))


def share_border(a: BaseGeometry, b: BaseGeometry) -> bool:
    """Whether two shapes in metres share more than a corner, a strip within the tolerance apart."""
    if a.distance(b) > TOLERANCE_M:
        return False
    return a.buffer(TOLERANCE_M).intersection(b.boundary).length > BORDER_M + 4 * TOLERANCE_M


def _clear(border: BaseGeometry, frame: Frame, homes: np.ndarray) -> None:
    if len(homes) and not border.is_empty:
        points = frame.metres(shapely.points(homes))
        if shapely.dwithin(points, border, CLEAR_M).any():
            raise LineThroughHousehold()


def _checked(parts: list[BaseGeometry], frame: Frame, homes: np.ndarray) -> list[MultiPolygon]:
    if len(homes):
        points = frame.metres(shapely.points(homes))
        for part in parts:
            shapely.prepare(part)
            if not shapely.intersects(part, points).any():
                raise PartWithoutHouseholds()
    return [_multi(g) for g in frame.degrees(np.array(parts))]


def _wide(geometry: BaseGeometry) -> BaseGeometry:
    parts = [p for p in shapely.get_parts(geometry) if p.geom_type == "Polygon" and not is_thin(p)]
    return MultiPolygon(parts)


def _pieces(geometry: BaseGeometry) -> int:
    return len(shapely.get_parts(geometry))


def _multi(geometry: BaseGeometry) -> MultiPolygon:
    polygons = [p for p in shapely.get_parts(geometry) if p.geom_type == "Polygon"]
    return MultiPolygon(polygons)
