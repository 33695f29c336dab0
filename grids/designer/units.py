"""The pieces that grids are made of: one per building, cut along roads and rivers. Metres."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree
from shapely.geometry.base import BaseGeometry

from grids.designer.errors import NothingToDesign
from grids.designer.mesh import GRAIN_M, Mesh, mesh_of

# Households nearer than this live in one building and stay together.
ONE_BUILDING_M = 0.5
# A village without households is divided by area, from about this many pieces.
PIECES_BY_AREA = 400


@dataclass(frozen=True)
class Units:
    """Pieces that tile a place, and which touch. Arrays over units, then over pairs that touch."""

    weight: np.ndarray  # load, any unit
    homes: np.ndarray  # households
    xy: np.ndarray  # m, where the load is
    area: np.ndarray  # m²
    outer_m: np.ndarray  # border on the edge of the place
    pairs: np.ndarray  # (m, 2) units that touch, lower first
    border_m: np.ndarray  # 0 for a ferry: two units that do not touch but must hang together
    road: np.ndarray  # share of the border that runs along a road, 0..1
    river: np.ndarray
    island: np.ndarray  # number of the connected part, ferries not counted
    unit_of: np.ndarray  # of each household
    mesh: Mesh | None = None
    face_unit: np.ndarray | None = None
    polygons: np.ndarray | None = None

    def __len__(self):
        return len(self.weight)


def build_units(
    outline: BaseGeometry,
    xy: np.ndarray,
    weight: np.ndarray,
    *,
    roads: Sequence[BaseGeometry] = (),
    rivers: Sequence[BaseGeometry] = (),
) -> Units:
    """Cut `outline` along roads and rivers into blocks, and each block between its buildings.

    Lines may end outside; a dead end cuts nothing. A block without a building goes to the
    neighbour it shares most border with that is neither road nor river. Without households the
    pieces are equal squares and their area is the load.
    """
    if outline.is_empty or not outline.area:
        raise NothingToDesign()
    xy = np.asarray(xy, float).reshape(-1, 2)
    weight = np.asarray(weight, float)
    homes_known = len(xy) > 0
    if homes_known:
        site, unit_of = _buildings(xy)
        load = np.round(np.bincount(unit_of, weight, minlength=len(site)), 3)
        homes = np.bincount(unit_of, minlength=len(site))
    else:
        site, unit_of = _lattice(outline), np.zeros(0, int)
        homes = np.zeros(len(site), int)
    blocks = _blocks(outline, [*roads, *rivers])
    site_block = _block_of(blocks, site)
    mesh = mesh_of(
        [*shapely.boundary(blocks), *_between(blocks, site, site_block)], shapely.union_all(blocks)
    )
    face_block = _block_of(blocks, mesh.point)
    owner, site = _owners(mesh, face_block, site, site_block)
    n = len(site)
    extra = n - len(homes)  # islands without a household
    homes = np.r_[homes, np.zeros(extra, int)]
    area = np.bincount(owner, mesh.area, minlength=n)
    load = np.r_[load, np.zeros(extra)] if homes_known else np.round(area, 3)
    along_river = mesh.along(rivers)
    barrier = (face_block[mesh.left] != face_block[mesh.right]) & ~mesh.rim
    return _assemble(
        load, homes, site, area, mesh.left_right(owner), mesh.length, mesh.rim,
        barrier & ~along_river, barrier & along_river, unit_of,
        mesh=mesh.marked(barrier), face_unit=owner,
    )  # fmt: skip


def units_from_polygons(
    polygons: Sequence[BaseGeometry], weight: np.ndarray, homes: np.ndarray | None = None
) -> Units:
    """Given areas as units, for example whole natural villages; those that share a border touch."""
    shapes = np.array(polygons, dtype=object)
    if not len(shapes):
        raise NothingToDesign()
    i, j = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    i, j = i[i < j], j[i < j]
    order = np.lexsort((j, i))
    i, j = i[order], j[order]
    edge = shapely.boundary(shapes)
    length = np.round(shapely.length(shapely.intersection(edge[i], edge[j])), 3)
    touch = length > 0
    pairs, length = np.c_[i, j][touch], length[touch]
    n = len(shapes)
    outer = shapely.length(edge) - np.bincount(pairs.ravel(), np.repeat(length, 2), minlength=n)
    left_right = np.r_[pairs, np.c_[np.arange(n), np.full(n, -1)]]
    none = np.zeros(len(left_right), bool)
    return _assemble(
        np.asarray(weight, float), np.ones(n, int) if homes is None else np.asarray(homes),
        shapely.get_coordinates(shapely.centroid(shapes)), shapely.area(shapes), left_right,
        np.r_[length, np.maximum(0, outer)], np.r_[np.zeros(len(pairs), bool), np.ones(n, bool)],
        none, none, np.arange(n), polygons=shapes,
    )  # fmt: skip


def _buildings(xy: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    pairs = cKDTree(xy).query_pairs(ONE_BUILDING_M, output_type="ndarray")
    graph = coo_matrix((np.ones(len(pairs)), pairs.T), shape=(len(xy), len(xy)))
    count, building = connected_components(graph, directed=False)
    size = np.bincount(building, minlength=count)
    centre = np.c_[np.bincount(building, xy[:, 0]), np.bincount(building, xy[:, 1])] / size[:, None]
    return np.round(centre, 3), building


def _lattice(outline: BaseGeometry) -> np.ndarray:
    step = (outline.area / PIECES_BY_AREA) ** 0.5
    west, south, east, north = outline.bounds
    x, y = np.meshgrid(
        np.arange(west + step / 2, east, step), np.arange(south + step / 2, north, step)
    )
    points = np.c_[x.ravel(), y.ravel()]
    inside = points[shapely.contains_xy(outline, points)]
    parts = [p for p in shapely.get_parts(outline) if not shapely.contains_xy(p, inside).any()]
    if parts:
        inside = np.r_[inside, shapely.get_coordinates([p.representative_point() for p in parts])]
    return np.round(inside, 3)


def _blocks(outline: BaseGeometry, lines: Sequence[BaseGeometry]) -> np.ndarray:
    noded = shapely.union_all([outline.boundary, *lines], grid_size=GRAIN_M)
    faces = shapely.get_parts(shapely.polygonize(shapely.get_parts(noded)))
    return faces[shapely.contains(outline, shapely.point_on_surface(faces))]


def _block_of(blocks: np.ndarray, xy: np.ndarray) -> np.ndarray:
    """The block a point lies in, or the nearest; the first of several."""
    tree = shapely.STRtree(blocks)
    points = shapely.points(xy)
    found = np.full(len(xy), len(blocks))
    i, b = tree.query(points, predicate="intersects")
    np.minimum.at(found, i, b)
    lost = found == len(blocks)
    if lost.any():
        found[lost] = tree.nearest(points[lost])
    return found


def _between(blocks: np.ndarray, site: np.ndarray, site_block: np.ndarray) -> list[BaseGeometry]:
    """Lines half-way between the buildings of a block (Voronoi)."""
    lines = []
    for b, block in enumerate(blocks):
        mine = site[site_block == b]
        if len(mine) > 1:
            edges = shapely.voronoi_polygons(
                shapely.multipoints(mine), extend_to=block, only_edges=True
            )
            lines.append(shapely.intersection(edges, block))
    return lines


def _owners(mesh, face_block, site, site_block) -> tuple[np.ndarray, np.ndarray]:
    """The building that each face belongs to, and the buildings with added ones for islands."""
    owner = np.full(len(mesh.area), -1)
    home = np.full(len(site), -1)
    for b in np.unique(site_block):
        mine, faces = np.flatnonzero(site_block == b), np.flatnonzero(face_block == b)
        owner[faces] = mine[cKDTree(site[mine]).query(mesh.point[faces])[1]]
        tree = shapely.STRtree(mesh.faces[faces])
        home[mine] = faces[tree.nearest(shapely.points(site[mine]))]
    inner = ~mesh.rim
    left, right, length = mesh.left[inner], mesh.right[inner], mesh.length[inner]
    barrier = face_block[left] != face_block[right]
    # Where a block is not convex a cell falls apart: only the piece with the building stays.
    same = (owner[left] == owner[right]) & ~barrier
    graph = coo_matrix((np.ones(same.sum()), (left[same], right[same])), shape=(len(owner),) * 2)
    piece = connected_components(graph, directed=False)[1]
    has = owner >= 0
    stray = has.copy()
    stray[has] = piece[home[owner[has]]] != piece[has]
    owner[stray] = -1
    # Two buildings may share one face of a millimetre; each keeps the face it stands on.
    owner[home] = np.arange(len(home))
    reach = length * np.where(barrier, 0.2, 1.0)
    while (owner < 0).any():
        pull: dict[int, dict[int, float]] = {}
        for a, b in ((left, right), (right, left)):
            edge = np.flatnonzero((owner[a] < 0) & (owner[b] >= 0))
            for e in edge:
                near = pull.setdefault(int(piece[a[e]]), {})
                near[int(owner[b[e]])] = near.get(int(owner[b[e]]), 0.0) + reach[e]
        if not pull:
            break
        for p, near in pull.items():
            winner = max(near, key=lambda u: (round(near[u], 3), -u))
            owner[(piece == p) & (owner < 0)] = winner
    lost = np.flatnonzero(owner < 0)
    if len(lost):
        graph = coo_matrix((np.ones(len(left)), (left, right)), shape=(len(owner),) * 2)
        part = connected_components(graph, directed=False)[1]
        for p in np.unique(part[lost]):
            faces = np.flatnonzero(part == p)
            owner[faces] = len(site)
            site = np.r_[site, mesh.point[faces[:1]]]
    return owner, site


def _assemble(
    weight, homes, xy, area, left_right, length, rim, road, river, unit_of, **shape
) -> Units:
    """Add up the borders of each pair of units; join islands to the nearest land by a ferry."""
    n = len(weight)
    outer = np.bincount(left_right[rim].max(axis=1), length[rim], minlength=n)
    cut = ~rim & (left_right[:, 0] != left_right[:, 1])
    low, high = left_right[cut].min(axis=1), left_right[cut].max(axis=1)
    key, index = np.unique(low * n + high, return_inverse=True)
    size = len(key)
    border = np.round(np.bincount(index, length[cut], minlength=size), 3)
    pairs = np.c_[key // n, key % n]
    share = [
        np.bincount(index, length[cut] * kind[cut], minlength=size) / np.maximum(border, 1e-9)
        for kind in (road, river)
    ]
    graph = coo_matrix((np.ones(size), pairs.T), shape=(n, n))
    islands, island = connected_components(graph, directed=False)
    if islands > 1:
        ferries = _ferries(xy, island, islands)
        pairs = np.r_[pairs, ferries]
        border, *share = (np.r_[a, np.zeros(len(ferries))] for a in (border, *share))
    return Units(
        weight, homes, np.round(xy, 3), np.round(area, 3), np.round(outer, 3), pairs, border,
        share[0], share[1], island, unit_of, **shape,
    )  # fmt: skip


def _ferries(xy: np.ndarray, island: np.ndarray, islands: int) -> np.ndarray:
    """The shortest links that join all islands (Prim)."""
    joined = island == island[0]
    links = []
    for _ in range(islands - 1):
        here, there = np.flatnonzero(joined), np.flatnonzero(~joined)
        distance, nearest = cKDTree(xy[here]).query(xy[there])
        t = int(np.argmin(distance))
        links.append(sorted((here[nearest[t]], there[t])))
        joined |= island == island[there[t]]
    return np.array(links)
