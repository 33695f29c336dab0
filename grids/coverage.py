"""Do the grids of a village tile it? Pure: shapely and numpy, degrees in, degrees out.

Everything is measured and drawn in metres of a frame of the village's own. Strips thinner than
`TOLERANCE_M` are how exactly people draw; they are healed. Whatever is wider is a fault, and
somebody must decide.

Not `shapely.coverage_clean`: it leaves gaps that open to the village's border, gives a whole strip
along many grids to one of them, and does not know the village.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import cos, hypot, radians, sin, sqrt

import numpy as np
import shapely
from shapely import LineString, MultiLineString, MultiPolygon, Polygon
from shapely.geometry.base import BaseGeometry

TOLERANCE_M = 0.5
# Healed outlines lie on a lattice this fine: what two grids share is then the same to the last bit.
GRAIN_M = 0.001
# Of a degree: 0.1 mm, finer than the lattice.
DECIMALS = 9

# WGS84.
MAJOR_M = 6_378_137.0
ECCENTRICITY2 = 0.00669437999014


@dataclass(frozen=True)
class Frame:
    """Metres east and north of a point, right to 0.1 % within a village.

    Affine, so that a straight edge stays straight and a vertex on it stays on it; a true
    projection would bend an edge of 3 km by a decimetre.
    """

    lon: float
    lat: float
    east_m: float  # metres in a degree of longitude
    north_m: float

    @classmethod
    def around(cls, geometry: BaseGeometry) -> "Frame":
        west, south, east, north = geometry.bounds
        lat = (south + north) / 2
        w = sqrt(1 - ECCENTRICITY2 * sin(radians(lat)) ** 2)
        return cls(
            lon=(west + east) / 2,
            lat=lat,
            east_m=radians(1) * MAJOR_M * cos(radians(lat)) / w,
            north_m=radians(1) * MAJOR_M * (1 - ECCENTRICITY2) / w**3,
        )

    def metres(self, geometry):
        """From degrees; takes one geometry or an array."""
        scale = np.array([self.east_m, self.north_m])
        origin = np.array([self.lon, self.lat])
        return shapely.transform(geometry, lambda xy: (xy - origin) * scale)

    def degrees(self, geometry):
        scale = np.array([self.east_m, self.north_m])
        origin = np.array([self.lon, self.lat])
        return shapely.transform(geometry, lambda xy: np.round(xy / scale + origin, DECIMALS))


@dataclass(frozen=True)
class Fault:
    """A place where the tiling is wrong. `grids` are positions in the list that was given."""

    kind: str  # "gap" "overlap" "outside" "thin"
    grids: tuple[int, ...]
    area_m2: float
    geometry: BaseGeometry  # degrees


@dataclass(frozen=True)
class Sliver:
    """A strip thinner than the tolerance, now part of one grid or, outside the village, of none."""

    kind: str  # "gap" "overlap" "outside"
    grids: tuple[int, ...]
    area_m2: float


@dataclass(frozen=True)
class Tiling:
    """Either faults, or the healed grids in the order given: an exact, valid coverage."""

    grids: list[MultiPolygon] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    slivers: list[Sliver] = field(default_factory=list)


def tile(outline: BaseGeometry, polygons: Sequence[BaseGeometry]) -> Tiling:
    """Check that valid `polygons` tile the village `outline`, and heal what is thin."""
    frame = Frame.around(outline)
    village = frame.metres(outline)
    drawn = frame.metres(np.array(polygons, dtype=object))
    faults = _faults(village, drawn, frame)
    if faults:
        return Tiling(faults=faults)
    faces, slivers = _heal(village, drawn)
    merged = [shapely.coverage_union_all(faces[i]) for i in range(len(drawn))]
    return Tiling(grids=[_multi(g) for g in frame.degrees(np.array(merged))], slivers=slivers)


def differ(a: BaseGeometry, b: BaseGeometry) -> bool:
    """Whether two outlines in degrees differ by more than thin strips."""
    if shapely.equals_exact(shapely.normalize(a), shapely.normalize(b), 10**-DECIMALS):
        return False
    frame = Frame.around(a)
    return bool(_wide_parts(frame.metres(a).symmetric_difference(frame.metres(b))))


def is_thin(geometry: BaseGeometry) -> bool:
    """Whether no circle as wide as the tolerance fits into it. Metres."""
    radius = TOLERANCE_M / 2
    # The widest circle's radius is at least area / perimeter, which spares most of the work.
    if geometry.area >= radius * geometry.length:
        return False
    return geometry.buffer(-radius, quad_segs=2).is_empty


def _parts(geometry: BaseGeometry) -> list[Polygon]:
    return [p for p in shapely.get_parts(geometry) if p.geom_type == "Polygon" and p.area]


def _wide_parts(geometry: BaseGeometry) -> list[Polygon]:
    return [p for p in _parts(geometry) if not is_thin(p)]


def _multi(geometry: BaseGeometry) -> MultiPolygon:
    return geometry if geometry.geom_type == "MultiPolygon" else MultiPolygon([geometry])


def _faults(village: BaseGeometry, drawn: np.ndarray, frame: Frame) -> list[Fault]:
    faults = []

    def add(kind: str, grids: Sequence[int], place: BaseGeometry) -> None:
        members = tuple(int(i) for i in grids)
        faults.append(Fault(kind, members, place.area, frame.degrees(place)))

    tree = shapely.STRtree(drawn)
    for i, grid in enumerate(drawn):
        if is_thin(grid):
            add("thin", [i], grid)
        for part in _wide_parts(grid.difference(village)):
            add("outside", [i], part)
    for i, j in sorted(zip(*tree.query(drawn, predicate="intersects"), strict=True)):
        if i < j:
            for part in _wide_parts(drawn[i].intersection(drawn[j])):
                add("overlap", [i, j], part)
    for part in _wide_parts(village.difference(shapely.union_all(drawn))):
        beside = tree.query(part, predicate="dwithin", distance=TOLERANCE_M)
        add("gap", sorted(beside), part)
    return faults


def _heal(village: BaseGeometry, drawn: np.ndarray) -> tuple[list[list[Polygon]], list[Sliver]]:
    """The faces of each grid after every thin strip has found an owner."""
    lines = [village.boundary, *shapely.boundary(drawn)]
    first = _Arrangement(village, drawn, lines)
    cuts = first.cuts()
    last = _Arrangement(village, drawn, [*lines, *cuts]) if cuts else first
    return last.settled(), first.slivers()


def _claims(faces: np.ndarray, thin: np.ndarray, polygons: np.ndarray) -> list[list[int]]:
    """Which polygons hold each face. For a thin one by area: a point inside a face a millimetre
    wide may lie on the wrong side of a line that was moved to the lattice."""
    tree = shapely.STRtree(polygons)
    wide = np.flatnonzero(~thin)
    face, polygon = tree.query(shapely.point_on_surface(faces[wide]), predicate="within")
    pairs = list(zip(wide[face].tolist(), polygon.tolist(), strict=True))
    strips = np.flatnonzero(thin)
    face, polygon = tree.query(faces[strips], predicate="intersects")
    strip = faces[strips[face]]
    held = shapely.area(shapely.intersection(strip, polygons[polygon])) > shapely.area(strip) / 2
    pairs += zip(strips[face[held]].tolist(), polygon[held].tolist(), strict=True)
    found: list[list[int]] = [[] for _ in faces]
    for f, p in sorted(pairs):
        found[f].append(p)
    return found


class _Arrangement:
    """The faces into which all outlines together cut the plane, and who claims each."""

    def __init__(self, village: BaseGeometry, drawn: np.ndarray, lines: list[BaseGeometry]):
        noded = shapely.union_all(lines, grid_size=GRAIN_M)
        self.faces = shapely.get_parts(shapely.polygonize(shapely.get_parts(noded)))
        thin = np.array([is_thin(face) for face in self.faces], dtype=bool)
        self.inside = np.array([bool(c) for c in _claims(self.faces, thin, np.array([village]))])
        self.claims = _claims(self.faces, thin, drawn)
        self.count = len(drawn)
        # A face is settled when it is wide and claimed once: its grid, else -1.
        self.owner = np.array(
            [
                claims[0] if len(claims) == 1 and settled else -1
                for claims, settled in zip(self.claims, self.inside & ~thin, strict=True)
            ],
            dtype=int,
        )
        self._walk()
        # Overlaps first: then each unclaimed strip lies between grids and the border only.
        self._settle([face for face in self._open() if self.claims[face]])

    def _walk(self) -> None:
        """Number the nodes and find which face lies across each edge."""
        rings, ring_face = shapely.get_rings(self.faces, return_index=True)
        xy, ring = shapely.get_coordinates(rings, return_index=True)
        lattice = np.round(xy / GRAIN_M).astype(np.int64)
        _, node = np.unique(lattice, axis=0, return_inverse=True)
        node = node.reshape(-1)
        same = ring[:-1] == ring[1:]
        self.start, self.end = xy[:-1][same], xy[1:][same]
        self.edge_ring = ring[:-1][same]
        self.edge_face = ring_face[self.edge_ring]
        a, b = node[:-1][same], node[1:][same]
        key = np.minimum(a, b) * (node.max() + 1) + np.maximum(a, b)
        order = np.argsort(key, kind="stable")
        twin = np.flatnonzero(key[order][:-1] == key[order][1:])
        self.across = np.full(len(key), -1)
        self.across[order[twin]] = self.edge_face[order[twin + 1]]
        self.across[order[twin + 1]] = self.edge_face[order[twin]]

    def _neighbours(self, face: int, owner: np.ndarray) -> dict[int, float]:
        """Metres of border that a face shares with each grid."""
        shared: dict[int, float] = {}
        for edge in np.flatnonzero(self.edge_face == face):
            grid = owner[self.across[edge]] if self.across[edge] >= 0 else -1
            if grid >= 0:
                length = hypot(*(self.end[edge] - self.start[edge]))
                shared[int(grid)] = shared.get(int(grid), 0.0) + length
        return shared

    def _open(self) -> np.ndarray:
        return np.flatnonzero(self.inside & (self.owner < 0))

    def slivers(self) -> list[Sliver]:
        found = []
        for i, face in enumerate(self.faces):
            claims = self.claims[i]
            if not self.inside[i] and claims:
                found.append(Sliver("outside", tuple(claims), face.area))
            elif self.inside[i] and len(claims) > 1:
                found.append(Sliver("overlap", tuple(claims), face.area))
            elif self.inside[i] and not claims:
                beside = sorted(self._neighbours(i, self.owner))
                found.append(Sliver("gap", tuple(beside), face.area))
        return found

    def cuts(self) -> list[LineString]:
        """Lines across unclaimed strips, from each of their corners to each other side.

        Without them a strip along the village's border would go to one grid as a tentacle that
        shuts the next one off from the border.
        """
        lines: list[LineString] = []
        for face in self._open():
            edges = np.flatnonzero(self.edge_face == face)
            across = self.across[edges]
            beside = np.where(across >= 0, self.owner[across], -1)
            if len(set(beside) - {-1}) < 2:
                continue
            corners = shapely.points(self.end[edges])
            for side in np.unique(beside):
                there = edges[beside == side]
                sides = shapely.linestrings(np.stack([self.start[there], self.end[there]], axis=1))
                lines.extend(shapely.shortest_line(corners, MultiLineString(list(sides))))
        return [line for line in lines if GRAIN_M / 2 < line.length <= 2 * TOLERANCE_M]

    def settled(self) -> list[list[Polygon]]:
        """The faces of each grid, once every strip has an owner."""
        self._settle(self._open())
        return [list(self.faces[self.owner == i]) for i in range(self.count)]

    def _settle(self, waiting: Sequence[int]) -> None:
        """Give each face to the grid it shares most border with, first to those claiming it."""
        while len(waiting):
            known = self.owner.copy()
            for face in waiting:
                shared = self._neighbours(face, known)
                claimed = {g: m for g, m in shared.items() if g in self.claims[face]}
                if shared:
                    best = claimed or shared
                    self.owner[face] = max(best, key=lambda g: (best[g], -g))
            left = [face for face in waiting if self.owner[face] < 0]
            if len(left) == len(waiting):
                return
            waiting = left


def simplified_together(outlines: Sequence[BaseGeometry], tolerance: float) -> list[MultiPolygon]:
    """Outlines for small scales that still touch each other, in the units they came in.

    Neighbours from different villages do not have the same vertices on their border, so they are
    cleaned first; for a picture that is good enough.
    """
    if not len(outlines):
        return []
    clean = shapely.coverage_clean(np.array(outlines, dtype=object), snapping_distance=0.01)
    return [_multi(g) for g in shapely.coverage_simplify(clean, tolerance)]
