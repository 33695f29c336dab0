"""Roads from OpenStreetMap, and how long the ways between homes take. Pure: no Django, no database.

Reads .osm, .osm.pbf and .gpkg by GDAL (pyogrio), also gzipped .osm. The ways between are Dijkstra's
(1959), by scipy, on a graph from which all bends without a crossing have been taken out.
"""

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyogrio
import shapely
from numba import njit
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import dijkstra
from scipy.spatial import cKDTree

from core.errors import Invalid
from visits.planner.distance import EARTH_M, SPEED

# Metres per second by car, by kind of road; the links of a kind are like the kind.
CAR = {
    "motorway": 25, "trunk": 20, "primary": 15, "secondary": 13, "tertiary": 11,
    "unclassified": 9, "residential": 7, "living_street": 3, "service": 4, "road": 7, "track": 4,
}  # fmt: skip
NO_FEET = {"motorway", "motorway_link", "trunk", "trunk_link"}
ON_FOOT = {"footway", "path", "pedestrian", "steps", "cycleway", "bridleway", "corridor"}
NO_RIDING = {"steps", "corridor"}
CLOSED = {"no", "private"}
# A home farther from every road than this stands in no network that we have.
SNAP_M = 500.0
TAG = re.compile(r'"([^"]+)"=>"([^"]*)"')


class NotRoads(Invalid):
    message = "文件里没有找到道路。请用 OpenStreetMap 的 .osm.pbf、.osm 或 .gpkg 文件。"


@dataclass(frozen=True)
class RoadGraph:
    """Pieces of road between points; seconds in both directions for each mode, inf where closed."""

    points: np.ndarray  # lon, lat
    pieces: np.ndarray  # pairs of rows of `points`
    metres: np.ndarray
    forth: dict[str, np.ndarray]
    back: dict[str, np.ndarray]

    def seconds(self, points: np.ndarray, mode: str) -> np.ndarray:
        """Between all of `points` (lon, lat); inf where no road leads. Homes are joined to the
        nearest point of a road in the straight line, on foot."""
        row, off_m = self._nearest(points, mode)
        near = off_m <= SNAP_M
        found = np.full((len(points), len(points)), np.inf)
        if near.any():
            ends, where = np.unique(row[near], return_inverse=True)
            matrix = self.between(ends, mode)
            walk = off_m[near] / SPEED["walk"]
            found[np.ix_(near, near)] = matrix[np.ix_(where, where)] + walk[:, None] + walk
        np.fill_diagonal(found, 0.0)
        return found

    def between(self, ends: np.ndarray, mode: str) -> np.ndarray:
        """Seconds between the points of these rows."""
        forth, back = self.forth[mode], self.back[mode]
        open_ = np.isfinite(forth) | np.isfinite(back)
        index, graph = _without_bends(
            len(self.points), self.pieces[open_], forth[open_], back[open_], ends
        )
        return dijkstra(graph, indices=index[ends])[:, index[ends]]

    def _nearest(self, points: np.ndarray, mode: str) -> tuple[np.ndarray, np.ndarray]:
        usable = np.isfinite(self.forth[mode]) | np.isfinite(self.back[mode])
        rows = np.unique(self.pieces[usable])
        points = np.asarray(points, float).reshape(-1, 2)
        if not len(rows):
            return np.zeros(len(points), int), np.full(len(points), np.inf)
        tree = cKDTree(_on_globe(self.points[rows]))
        off_m, nearest = tree.query(_on_globe(points))
        return rows[nearest], off_m


def read_roads(path: str | Path) -> RoadGraph:
    """The graph of a file; NotRoads when it holds none."""
    name = str(path)
    source = f"/vsigzip/{name}" if name.endswith(".gz") else name
    try:
        layers = [str(layer) for layer, _ in pyogrio.list_layers(source)]
        layer = "lines" if "lines" in layers else layers[0]
        fields = list(pyogrio.read_info(source, layer=layer)["fields"])
        if "highway" not in fields:
            raise NotRoads
        wanted = [f for f in ("highway", "oneway", "access", "foot", "other_tags") if f in fields]
        meta, _, shapes, columns = pyogrio.raw.read(
            source, layer=layer, columns=wanted, where="highway IS NOT NULL"
        )
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, IndexError):
        raise NotRoads from None
    table = dict(zip(meta["fields"], columns, strict=True))
    tags = [
        {**dict(TAG.findall(other or "")), **{k: table[k][i] for k in table if table[k][i]}}
        for i, other in enumerate(table.get("other_tags", [""] * len(shapes)))
    ]
    return graph_of(shapely.from_wkb(shapes), tags)


def graph_of(lines, tags: list[dict]) -> RoadGraph:
    """From lines in lon and lat; lines that share a vertex cross there."""
    parts, owner = shapely.get_parts(lines, return_index=True)
    xy, line = shapely.get_coordinates(parts, return_index=True)
    if not len(xy):
        raise NotRoads
    # The 1e-7 degrees of OpenStreetMap.
    points, row = np.unique(np.rint(xy * 1e7).astype(np.int64), axis=0, return_inverse=True)
    row = row.ravel()
    inside = line[1:] == line[:-1]
    pieces = np.column_stack([row[:-1], row[1:]])[inside]
    way = owner[line[1:][inside]]
    degrees = points / 1e7
    along = degrees[pieces]
    cosine = np.cos(np.radians(along[:, :, 1].mean(axis=1)))
    step = np.radians(along[:, 1] - along[:, 0])
    metres = EARTH_M * np.hypot(step[:, 0] * cosine, step[:, 1])
    keep = pieces[:, 0] != pieces[:, 1]
    forth, back = {}, {}
    for mode in SPEED:
        speeds = np.array([_speeds(tag, mode) for tag in tags]).reshape(-1, 2)[way]
        with np.errstate(divide="ignore", invalid="ignore"):
            forth[mode] = (metres / speeds[:, 0])[keep]
            back[mode] = (metres / speeds[:, 1])[keep]
    return RoadGraph(degrees, pieces[keep], metres[keep], forth, back)


def _speeds(tag: dict, mode: str) -> tuple[float, float]:
    """Metres per second along the line and against it; 0 where one may not go."""
    kind = tag.get("highway", "")
    plain = kind.removesuffix("_link")
    if kind not in ON_FOOT and plain not in CAR:
        return 0.0, 0.0
    shut = tag.get("access") in CLOSED
    if mode == "walk":
        allowed = tag.get("foot", "yes" if not shut and kind not in NO_FEET else "no")
        return (SPEED["walk"],) * 2 if allowed not in CLOSED else (0.0, 0.0)
    if shut:
        return 0.0, 0.0
    if mode == "ebike":
        rides = kind not in NO_FEET and kind not in NO_RIDING
        return (SPEED["ebike"],) * 2 if rides else (0.0, 0.0)
    speed = float(CAR.get(plain, 0))
    one_way = tag.get("oneway") or ("yes" if kind == "motorway" or "junction" in tag else "no")
    if one_way in ("yes", "true", "1"):
        return speed, 0.0
    return (0.0, speed) if one_way == "-1" else (speed, speed)


def _on_globe(points: np.ndarray) -> np.ndarray:
    """Metres in space: near each other as on the ground, and whole at 180 degrees."""
    lon, lat = np.radians(np.asarray(points, float)).T
    return EARTH_M * np.column_stack(
        [np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)]
    )


def _without_bends(count: int, pieces, forth, back, ends):
    """(row of the small graph for each point or -1, the graph): bends joined to whole ways."""
    degree = np.bincount(pieces.ravel(), minlength=count)
    kept = degree != 2
    kept[ends] = True
    order = np.argsort(pieces.ravel(), kind="stable")
    first = np.concatenate([[0], np.cumsum(degree)])
    a, b, cost = _chains(first, order, pieces.ravel(), kept, forth, back)
    rows = np.flatnonzero(kept)
    index = np.full(count, -1)
    index[rows] = np.arange(len(rows))
    open_ = np.isfinite(cost)
    a, b, cost = index[a[open_]], index[b[open_]], cost[open_]
    # Of several ways between two crossings the shortest; csr_matrix would add them up.
    order = np.lexsort((cost, b, a))
    a, b, cost = a[order], b[order], cost[order]
    new = np.ones(len(a), bool)
    new[1:] = (a[1:] != a[:-1]) | (b[1:] != b[:-1])
    return index, csr_matrix((cost[new], (a[new], b[new])), shape=(len(rows),) * 2)


@njit(cache=True)
def _chains(first, order, flat, kept, forth, back):
    """From each kept point along each of its pieces to the next kept point: from, to, seconds."""
    at_from = np.empty(len(order), np.int64)
    at_to = np.empty(len(order), np.int64)
    cost = np.empty(len(order), np.float64)
    n = 0
    for start in range(len(kept)):
        if not kept[start]:
            continue
        for e in range(first[start], first[start + 1]):
            end = order[e]
            total = 0.0
            while True:
                piece = end >> 1
                total += forth[piece] if end & 1 == 0 else back[piece]
                there = end ^ 1
                point = flat[there]
                if kept[point]:
                    break
                other = order[first[point]]
                end = order[first[point] + 1] if other == there else other
            at_from[n] = start
            at_to[n] = point
            cost[n] = total
            n += 1
    return at_from[:n], at_to[:n], cost[:n]
