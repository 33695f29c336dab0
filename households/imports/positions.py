"""Which coordinate system a list's numbers are in, judged by where they put its families.

Every row names its village, so a system is tried by how far it puts the points outside the
outlines of their own villages. Points that lie well inside whatever is tried prove nothing; when
all do, we ask rather than guess: between the systems in use here lie 0.6 to 1.3 km.
"""

import numpy as np
import shapely

from boundaries.doctor import Candidate, CrsUnclear, Placement
from core.coords import Crs, gauss_kruger_near, parse_crs
from households.imports.places import Atlas

# Points looked at to find the system, spread over the whole list.
SAMPLE = 3_000
# A point that no system brings nearer to its village says nothing about systems.
NEAR_M, FAR_M = 1_000, 5_000
# The winner puts points this near on average, and the next best is so much worse.
FITS_M, WORSE_BY_M, WORSE_TIMES = 100, 10, 2
# A family may live a little outside the outline we know of the district.
MARGIN_M = 5_000


def _metres(middle: np.ndarray):
    """Degrees to metres about a place: true to a thousandth over a county."""
    scale = np.array([111_320 * np.cos(np.radians(middle[1])), 110_950])
    return lambda lonlat: (lonlat - middle) * scale


def place_points(xy: np.ndarray, villages: np.ndarray, atlas: Atlas, crs: str) -> Placement:
    """The system of these numbers (n × 2) for rows of these villages (indexes into the atlas).

    The placement holds no geometries: convert with `parse_crs(placement.used)`.
    """
    if crs != "auto":
        chosen = parse_crs(crs)
        return Placement([], "", chosen.name, "按 --crs 指定", _shift(chosen, xy))
    sample = np.random.default_rng(0).permutation(len(xy))[:SAMPLE]
    chosen, method, candidates = _tried(xy[sample], villages[sample], atlas)
    return Placement([], "", chosen.name, method, _shift(chosen, xy), candidates)


def _tried(xy: np.ndarray, villages: np.ndarray, atlas: Atlas):
    outlines = _outlines(villages, atlas)
    known = np.array([shape is not None for shape in outlines])
    if not known.any():
        raise CrsUnclear(
            "没有任何已知边界，无法核对坐标系。请先导入区划边界，或用 --crs 指定，例如 --crs wgs84。"
        )
    xy, outlines = xy[known], outlines[known]
    middle = np.mean([shape.centroid.coords[0] for shape in outlines], axis=0)
    to_metres = _metres(middle)
    shapes = {id(shape): shapely.transform(shape, to_metres) for shape in outlines}
    flat = np.array([shapes[id(shape)] for shape in outlines])
    systems = _possible(xy, middle[0])
    distances = np.array([_distances(crs, xy, flat, to_metres) for crs in systems])
    nearest = distances.min(axis=0)
    telling = nearest < NEAR_M
    if (nearest == FAR_M).all():
        # Nothing lands near, swapped columns for instance: each row is refused for its own reason.
        return systems[0], "没有一个点落在所在村附近，未能核对", ()
    misfit = distances[:, telling if telling.any() else slice(None)].mean(axis=1)
    order = np.argsort(misfit, kind="stable")
    candidates = tuple(
        Candidate(systems[i].name, systems[i].title, round(float(misfit[i]), 1)) for i in order
    )
    best, second = candidates[:2]
    clear = second.misfit_m >= max(best.misfit_m + WORSE_BY_M, WORSE_TIMES * best.misfit_m)
    if best.misfit_m > FITS_M:
        raise _unclear("哪一种坐标系都与村界不吻合", candidates)
    if not clear:
        raise _unclear("几种坐标系都说得通", candidates)
    method = (
        f"与村界比对：{best.title} 平均落在界外 {best.misfit_m:.0f} 米，"
        f"其次 {second.title} {second.misfit_m:.0f} 米"
    )
    return systems[order[0]], method, candidates


def _unclear(why: str, candidates: tuple[Candidate, ...]) -> CrsUnclear:
    listed = ";".join(f"{c.title} {c.misfit_m:.0f} 米" for c in candidates[:4])
    return CrsUnclear(
        f"看不出经纬度属于哪种坐标系：{why}(点到所在村边界之外的平均距离：{listed})。"
        "请用 --crs 指定，例如 --crs wgs84 或 --crs gcj02。",
        candidates=[vars(c) for c in candidates],
    )


def _outlines(villages: np.ndarray, atlas: Atlas) -> np.ndarray:
    """For each row the smallest known outline around it: of the village, the town, the district."""
    found = {}
    for index in np.unique(villages):
        village = atlas.villages[index]
        town = atlas.towns[village.parent_id]
        found[index] = village.shape or town.shape or atlas.districts[town.parent_id].shape
    result = np.empty(len(villages), object)
    result[:] = [found[index] for index in villages]
    return result


def _possible(xy: np.ndarray, lon: float) -> list[Crs]:
    if (np.abs(np.median(xy, axis=0)) <= 180).all():
        return [parse_crs(name) for name in ("wgs84", "gcj02", "bd09")]
    return [*gauss_kruger_near(lon), parse_crs("EPSG:3857")]


def _distances(crs: Crs, xy: np.ndarray, flat: np.ndarray, to_metres) -> np.ndarray:
    """How far outside its outline each point comes to lie, in metres; no more than FAR_M."""
    at = to_metres(crs.to_wgs84(xy))
    at = np.where(np.isfinite(at).all(axis=1)[:, None], at, 1e9)
    return np.minimum(shapely.distance(shapely.points(at), flat), FAR_M)


def _shift(crs: Crs, xy: np.ndarray) -> float | None:
    """How far the numbers move on the ground, on average; None for those of a plane."""
    if not crs.in_degrees or not len(xy):
        return None
    some = xy[:: max(1, len(xy) // SAMPLE)]
    to_metres = _metres(some.mean(axis=0))
    moved = to_metres(crs.to_wgs84(some)) - to_metres(some)
    return round(float(np.hypot(*moved.T).mean()), 2)


def strangers(lonlat: np.ndarray, villages: np.ndarray, atlas: Atlas) -> dict[int, str]:
    """Points further than 5 km from their district: index → why, and what to do."""
    refused: dict[int, str] = {}
    district_of = np.array([atlas.district_id(i) for i in range(len(atlas.villages))] or [0])
    districts = district_of[villages]
    for pk in np.unique(districts):
        shape = _district_shape(int(pk), atlas, district_of)
        if shape is None:
            continue
        to_metres = _metres(np.array(shape.centroid.coords[0]))
        around = shapely.transform(shape, to_metres).buffer(MARGIN_M)
        shapely.prepare(around)
        here = np.flatnonzero(districts == pk)
        inside = shapely.intersects_xy(around, *to_metres(lonlat[here]).T)
        name = atlas.districts[int(pk)].name
        for i in here[~inside]:
            lon, lat = lonlat[i]
            swapped = shapely.intersects_xy(around, *to_metres(np.array([lat, lon])))
            refused[int(i)] = (
                "经度和纬度填反了，请对调"
                if swapped
                else f"位置({lon:.5f}, {lat:.5f})不在{name}及其周围 5 公里之内。"
                "请核对坐标；没有位置就留空"
            )
    return refused


def _district_shape(pk: int, atlas: Atlas, district_of: np.ndarray):
    """The district's outline, or what is known of it from its towns and villages."""
    shape = atlas.districts[pk].shape
    if shape is not None:
        return shape
    parts = [t.shape for t in atlas.towns.values() if t.parent_id == pk and t.shape]
    parts += [
        atlas.villages[i].shape
        for i in np.flatnonzero(district_of == pk)
        if atlas.villages[i].shape
    ]
    return shapely.union_all(parts) if parts else None
