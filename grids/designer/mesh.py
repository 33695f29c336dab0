"""A plane cut into faces, and the outlines of groups of faces, straightened where nobody lives."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import shapely
from shapely import LineString, MultiPolygon, Polygon
from shapely.geometry.base import BaseGeometry

# All vertices lie on a lattice this fine, as in grids/coverage.py.
GRAIN_M = 0.001
# A border between two grids may be straightened by this much, if it passes no household.
STRAIGHTEN_M = (30.0, 20.0, 12.0, 6.0, 3.0)
CLEAR_M = 1.0


@dataclass(frozen=True)
class Mesh:
    """Faces, and the segments between them. A segment on the rim has no face on its right."""

    faces: np.ndarray
    point: np.ndarray  # inside each face
    area: np.ndarray
    node: np.ndarray  # xy
    start: np.ndarray  # node of each segment
    end: np.ndarray
    left: np.ndarray  # face
    right: np.ndarray  # face; on the rim the same as left
    rim: np.ndarray
    length: np.ndarray
    barrier: np.ndarray  # runs along a road or river

    def left_right(self, group: np.ndarray) -> np.ndarray:
        """The groups on both sides of each segment; -1 outside."""
        return np.c_[group[self.left], np.where(self.rim, -1, group[self.right])]

    def along(self, lines: Sequence[BaseGeometry]) -> np.ndarray:
        """Which segments run along one of the lines."""
        if not len(lines):
            return np.zeros(len(self.left), bool)
        middle = shapely.points((self.node[self.start] + self.node[self.end]) / 2)
        near = shapely.STRtree(list(lines)).query(middle, predicate="dwithin", distance=0.01)[0]
        found = np.zeros(len(middle), bool)
        found[near] = True
        return found

    def marked(self, barrier: np.ndarray) -> "Mesh":
        return replace(self, barrier=barrier)


@dataclass(frozen=True)
class Outlines:
    polygons: list[MultiPolygon]
    inner_m: float  # borders between grids
    barrier_m: float  # of these along roads and rivers


def mesh_of(lines: Sequence[BaseGeometry], inside: BaseGeometry) -> Mesh:
    """Node the lines on the lattice and keep the faces that lie inside."""
    noded = shapely.union_all(list(lines), grid_size=GRAIN_M)
    faces = shapely.get_parts(shapely.polygonize(shapely.get_parts(noded)))
    point = shapely.point_on_surface(faces)
    shapely.prepare(inside)
    keep = shapely.intersects(inside, point)
    faces, point = faces[keep], point[keep]
    # West to east, so that numbers do not depend on how the lines were noded.
    place = np.round(shapely.get_coordinates(point), 3)
    order = np.lexsort((place[:, 1], place[:, 0]))
    faces, place = faces[order], place[order]
    rings, ring_face = shapely.get_rings(shapely.orient_polygons(faces), return_index=True)
    xy, ring = shapely.get_coordinates(rings, return_index=True)
    lattice = np.round(xy / GRAIN_M).astype(np.int64)
    _, first, node = np.unique(lattice, axis=0, return_index=True, return_inverse=True)
    node = node.reshape(-1)
    same = ring[:-1] == ring[1:]
    a, b, face = node[:-1][same], node[1:][same], ring_face[ring[:-1][same]]
    key = np.minimum(a, b) * (node.max() + 1) + np.maximum(a, b)
    order = np.argsort(key, kind="stable")
    twin = np.flatnonzero(key[order][:-1] == key[order][1:])
    head, tail = order[twin], order[twin + 1]
    right = face.copy()
    right[head] = face[tail]
    single = np.ones(len(key), bool)
    single[tail] = False
    rim = single.copy()
    rim[head] = False
    a, b, left, right, rim = a[single], b[single], face[single], right[single], rim[single]
    spot = xy[first]
    return Mesh(
        faces, place, shapely.area(faces), spot, a, b, left, right, rim,
        np.hypot(*(spot[b] - spot[a]).T), np.zeros(len(a), bool),
    )  # fmt: skip


def outlines(
    mesh: Mesh,
    group: np.ndarray,
    count: int,
    pins: np.ndarray,
    pin_group: np.ndarray,
    *,
    straighten: bool = True,
) -> Outlines:
    """The polygons of groups of faces, an exact coverage.

    Borders that follow neither road nor river nor the rim are straightened as far as every pin
    (household) stays on its side, no nearer than `CLEAR_M` unless it was before, and no line
    crosses another.
    """
    sides = mesh.left_right(group)
    cut = np.flatnonzero(sides[:, 0] != sides[:, 1])
    inner = cut[~mesh.rim[cut]]
    inner_m = float(mesh.length[inner].sum())
    barrier_m = float(mesh.length[inner][mesh.barrier[inner]].sum())
    chains, free = _chains(mesh, sides, cut)
    straight = _straighten(chains, free, shapely.points(pins)) if straighten else chains
    polygons = _polygons(straight, count, pins, pin_group)
    whole = float(mesh.area.sum())
    if polygons is None or abs(sum(p.area for p in polygons) - whole) > 1e-9 * whole:
        polygons = [
            _multi(shapely.coverage_union_all(mesh.faces[group == g])) for g in range(count)
        ]
        return Outlines(polygons, inner_m, barrier_m)
    saved = sum(c.length for c in chains) - sum(c.length for c in straight)
    return Outlines(polygons, inner_m - saved, barrier_m)


def _multi(geometry: BaseGeometry) -> MultiPolygon:
    return geometry if geometry.geom_type == "MultiPolygon" else MultiPolygon([geometry])


def _chains(mesh: Mesh, sides: np.ndarray, cut: np.ndarray) -> tuple[list[LineString], list[bool]]:
    """Borders from one junction to the next, and which may be straightened."""
    kind = np.where(mesh.rim[cut], 1, np.where(mesh.barrier[cut], 2, 0))
    at: dict[int, list[int]] = {}
    for s, (a, b) in enumerate(zip(mesh.start[cut].tolist(), mesh.end[cut].tolist(), strict=True)):
        at.setdefault(a, []).append(s)
        at.setdefault(b, []).append(s)
    ends = np.c_[mesh.start[cut], mesh.end[cut]].tolist()

    def passes(node: int) -> bool:
        here = at[node]
        return len(here) == 2 and kind[here[0]] == kind[here[1]]

    seen = [False] * len(cut)
    chains, free = [], []
    # Junctions first; what is left after them are rings without one.
    order = [s for s in range(len(cut)) if not (passes(ends[s][0]) and passes(ends[s][1]))]
    for s in [*order, *range(len(cut))]:
        if seen[s]:
            continue
        seen[s] = True
        begin, node = ends[s] if not passes(ends[s][0]) else ends[s][::-1]
        walk = [begin, node]
        while node != begin and passes(node):
            s = next((t for t in at[node] if not seen[t]), -1)
            if s < 0:
                break
            seen[s] = True
            node = ends[s][1] if ends[s][0] == node else ends[s][0]
            walk.append(node)
        chains.append(LineString(mesh.node[walk]))
        free.append(bool(kind[s] == 0 and walk[0] != walk[-1]))
    return chains, free


def _straighten(chains: list[LineString], free: list[bool], pins: np.ndarray) -> list[LineString]:
    now = list(chains)
    tree = shapely.STRtree(pins)
    room = shapely.STRtree([shapely.box(*c.bounds) for c in chains])
    for c, chain in enumerate(chains):
        if not free[c] or len(chain.coords) < 3:
            continue
        # Everything that may happen lies within the chain's own hull.
        around = shapely.convex_hull(chain).buffer(CLEAR_M)
        others = shapely.union_all([now[o] for o in room.query(around) if o != c])
        near = pins[tree.query(around, predicate="intersects")]
        before = np.minimum(shapely.distance(near, chain), CLEAR_M) - 1e-9
        tips = shapely.boundary(chain)
        for metres in STRAIGHTEN_M:
            line = shapely.simplify(chain, metres)
            if not line.is_simple or (shapely.distance(near, line) < before).any():
                continue
            swept = shapely.make_valid(Polygon([*chain.coords, *line.coords[-2::-1]]))
            if shapely.intersects(swept, near).any():
                continue
            if not shapely.difference(shapely.intersection(line, others), tips).is_empty:
                continue
            now[c] = line
            break
    return now


def _polygons(
    chains: list[LineString], count: int, pins: np.ndarray, pin_group: np.ndarray
) -> list[MultiPolygon] | None:
    """Faces between the chains by the pins in them; None if a face is empty or holds two groups."""
    faces = shapely.get_parts(shapely.polygonize(chains))
    pin, face = shapely.STRtree(faces).query(shapely.points(pins), predicate="intersects")
    owner = np.full(len(faces), -1)
    owner[face] = pin_group[pin]
    if (owner[face] != pin_group[pin]).any() or set(owner[owner >= 0].tolist()) != set(
        range(count)
    ):
        return None
    # A face without a pin is a hole in the place itself; the caller compares the areas.
    return [_multi(shapely.coverage_union_all(faces[owner == g])) for g in range(count)]
