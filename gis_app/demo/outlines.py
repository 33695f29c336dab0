"""Invented outlines inside a real one: towns, villages and grids that cover it without a gap.

Everything grows from the grids. Villages get sites, denser near the city; towns take the sites
nearest to them, as many as they really have villages; every village scatters its grids' seeds about
its site. The cells of all seeds together, bent by one smooth wobble, are the grids; a village is
the union of its grids and a town of its villages. So a border is drawn once, for all who share it.
"""

from dataclasses import dataclass

import numpy as np
import shapely

from gis_app.demo.patches import GRID_DEGREES, Borders, borders, gather_strays, unions
from gis_app.demo.plane import Plane, Wobble
from gis_app.demo.sharing import share_out_whole, ways
from gis_app.demo.sources import County
from grids.numbering import reading_order

GRIDS = 2900
# Fewest and most grids of a village.
GRIDS_OF_VILLAGE = (2, 16)
SAMPLES = 24_000
ROUNDS = 4
STEP_M = 45.0
CLOSEST_M = 90.0
GOLDEN_ANGLE = np.pi * (3 - np.sqrt(5))


@dataclass(frozen=True)
class Outlines:
    """Geometries in lon-lat, 6 decimals; each level covers the level above exactly."""

    towns: np.ndarray
    villages: np.ndarray  # in the order of the county's list
    grids: np.ndarray  # ordered by village, then by number
    village_of_grid: np.ndarray
    number_of_grid: np.ndarray  # from 1: west to east, and north to south
    village_sites: np.ndarray  # lon, lat: the middle of each village's houses
    grid_seeds: np.ndarray  # lon, lat: the middle of each grid's houses


def invent_outlines(county: County, rng: np.random.Generator) -> Outlines:
    """The same county and the same generator give the same outlines."""
    middle = county.outline.centroid
    plane = Plane(middle.x, middle.y)
    ground = plane.to_metres(county.outline)
    shapely.prepare(ground)
    wobble = Wobble(rng)

    sites = _village_sites(ground, len(county.village_codes), rng)
    site_of_seed, seeds = _grid_seeds(sites, ground, rng)
    faces, seed_of_face = _cells(wobble(seeds), plane, wobble, county.outline)
    near, area = borders(faces), shapely.area(faces)
    seed_of_face = gather_strays(seed_of_face, area, near, kin=site_of_seed)
    # A seed whose every piece went to a neighbour is no more.
    kept, grid_of_face = np.unique(seed_of_face, return_inverse=True)
    seeds, near = seeds[kept], near.between(grid_of_face)
    site = gather_strays(site_of_seed[kept], np.bincount(grid_of_face, area), near)
    chosen = _sites_of_villages(county, plane, sites, near.between(site))

    grids, village = unions(faces, grid_of_face), np.argsort(chosen)[site]
    villages = unions(grids, village)
    order, number = _numbered(grids, village)
    return Outlines(
        towns=unions(villages, county.town_of_village),
        villages=villages,
        grids=grids[order],
        village_of_grid=village[order],
        number_of_grid=number,
        village_sites=plane.lonlat(sites[chosen]),
        grid_seeds=plane.lonlat(seeds[order]),
    )


def _village_sites(ground, n: int, rng) -> np.ndarray:
    """n sites, evenly loose (a few rounds of Lloyd), denser near the city in the hole."""
    west, south, east, north = ground.bounds
    samples = rng.random((3 * SAMPLES, 2)) * [east - west, north - south] + [west, south]
    samples = samples[shapely.contains_xy(ground, samples)][:SAMPLES]
    keep = 0.42 + 0.58 * np.exp(-_to_city(ground, samples) / 2500)
    samples = samples[rng.random(len(samples)) < keep]
    sites = samples[np.argsort(rng.random(len(samples)), kind="stable")[:n]]
    for _ in range(ROUNDS):
        nearest = shapely.STRtree(shapely.points(sites)).nearest(shapely.points(samples))
        count = np.bincount(nearest, minlength=n)
        sums = [np.bincount(nearest, samples[:, axis], minlength=n) for axis in (0, 1)]
        # A mean may lie in the hole; the nearest sample never does.
        means = np.stack(sums, axis=1) / np.maximum(count, 1)[:, None]
        sites = samples[shapely.STRtree(shapely.points(samples)).nearest(shapely.points(means))]
    return sites


def _to_city(ground, xy: np.ndarray) -> np.ndarray:
    """Metres to the city, which is the hole in the district."""
    city = shapely.union_all([shapely.Polygon(ring) for ring in ground.interiors])
    return shapely.distance(city, shapely.points(xy))


def _sites_of_villages(county: County, plane: Plane, sites: np.ndarray, near: Borders):
    """Which site each village of the list gets: its town's, communities nearer to the city."""
    wanted = np.bincount(county.town_of_village, minlength=len(county.town_codes))
    places = shapely.points(plane.metres(county.town_places))
    starts = shapely.STRtree(shapely.points(sites)).nearest(places)
    town_of_site = share_out_whole(ways(sites, near, starts), wanted, near)
    to_city = _to_city(plane.to_metres(county.outline), sites)
    urban = np.array(["社区" in name or "居委会" in name for name in county.village_names])
    chosen = np.empty(len(sites), int)
    for town in range(len(wanted)):
        villages = np.flatnonzero(county.town_of_village == town)
        own = np.flatnonzero(town_of_site == town)
        villages = villages[np.argsort(~urban[villages], kind="stable")]
        chosen[villages] = own[np.argsort(to_city[own], kind="stable")]
    return chosen


def _grid_seeds(sites, ground, rng) -> tuple[np.ndarray, np.ndarray]:
    """The seeds of each village's grids, like a sunflower's about its site: small cells in the
    middle, which reach out into the fields. And whose each is."""
    n = len(sites)
    cells = shapely.voronoi_polygons(shapely.MultiPoint(sites), extend_to=ground, ordered=True)
    cells = shapely.intersection(shapely.get_parts(cells), ground)
    radius = np.sqrt(shapely.area(cells) / np.pi)
    low, high = GRIDS_OF_VILLAGE
    # Mean about one, long-tailed to the right.
    size = np.exp(0.45 * (rng.random((n, 4)).sum(axis=1) - 2) * np.sqrt(3)) / 1.1
    count = np.clip(np.round(size * GRIDS / n), low, high).astype(int)
    village = np.repeat(np.arange(n), count)
    k = np.arange(len(village)) - np.repeat(np.cumsum(count) - count, count)
    turn, squeeze, lean = rng.random((3, n))
    jitter = rng.random((len(village), 2)) - 0.5
    angle = k * GOLDEN_ANGLE + turn[village] * 2 * np.pi + jitter[:, 0] * 0.7
    reach = 0.62 * np.sqrt((k + 0.5) / count[village]) * (1 + 0.3 * jitter[:, 1])
    along, across = np.cos(angle) * reach, np.sin(angle) * reach * (0.6 + 0.4 * squeeze[village])
    c, s = np.cos(lean * np.pi)[village], np.sin(lean * np.pi)[village]
    offset = np.stack([along * c - across * s, along * s + across * c], axis=1)
    offset *= radius[village][:, None]
    for _ in range(12):
        outside = ~shapely.contains_xy(ground, sites[village] + offset)
        offset[outside] *= 0.7
    seeds = sites[village] + offset
    # Two seeds as near as neighbours' yards would make slivers.
    a, b = shapely.STRtree(shapely.points(seeds)).query(
        shapely.points(seeds), predicate="dwithin", distance=CLOSEST_M
    )
    apart = np.setdiff1d(np.arange(len(seeds)), np.maximum(a, b)[a != b])
    return village[apart], seeds[apart]


def _cells(seeds, plane: Plane, wobble: Wobble, outline) -> tuple[np.ndarray, np.ndarray]:
    """The wobbling cells of the seeds inside the outline, and whose each is (several may be)."""
    around = shapely.MultiPoint(seeds).envelope.buffer(5000)
    edges = shapely.voronoi_polygons(shapely.MultiPoint(seeds), extend_to=around, only_edges=True)
    edges = shapely.segmentize(shapely.get_parts(edges), STEP_M)
    edges = shapely.transform(edges, lambda xy: plane.lonlat(wobble.inverse(xy)))
    # Everything is noded once, on the 6 decimals that leave the house: exact ever after.
    lines = shapely.union_all([*edges, outline.boundary], grid_size=GRID_DEGREES)
    faces = shapely.get_parts(shapely.polygonize(shapely.get_parts(lines)))
    inner = shapely.point_on_surface(faces)
    shapely.prepare(outline)
    inside = shapely.contains(outline, inner)
    faces, inner = faces[inside], plane.metres(shapely.get_coordinates(inner[inside]))
    return faces, shapely.STRtree(shapely.points(seeds)).nearest(shapely.points(wobble(inner)))


def _numbered(grids: np.ndarray, village: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The order of the grids by village and, in it, by number; and the numbers, from 1."""
    order = []
    for own in np.split(np.argsort(village, kind="stable"), np.cumsum(np.bincount(village))[:-1]):
        order.extend(own[reading_order(list(grids[own]))])
    order = np.array(order)
    first = np.searchsorted(village[order], village[order])
    return order, np.arange(len(order)) - first + 1
