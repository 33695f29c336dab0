"""The coordinate doctor: where does this file lie, whatever it says about itself?

A file that claims WGS84, or nothing, may hold GCJ-02 (580 m off here), BD-09 (1.3 km) or plane
coordinates of any zone. Each possibility is laid over an outline we know: the district's, or that
of the divisions the file's features belong to. The *misfit* is the median distance from points of
the known outline to the outer edge of what the file holds. It is measured where any possibility
comes near the known outline, and over the same points for all of them: so it works for the
outline itself, for parts that together fill it, and for a few parts at its edge. Parts that do not
reach the edge prove nothing, and then we ask.
"""

from dataclasses import dataclass, field

import numpy as np
import shapely
from pyproj import Geod
from shapely.geometry.base import BaseGeometry

from core.coords import Crs, by_epsg, gauss_kruger_near, parse_crs
from core.errors import Invalid
from core.geofile.layer import Declared, Layer

# A winner fits to this many metres: official outlines are drawn that coarsely ...
FITS_M = 200
# ... but less is believed of a file that fills only a part, or names a system we do not know.
FITS_CLOSELY_M = 60
# And the next best is this much worse.
WORSE_BY_M, WORSE_TIMES = 100, 2
# The known outline is looked at every so many metres, where a possibility comes this near to it.
SAMPLE_M, NEAR_M = 100, 500
# A part at the edge must follow it for so many metres to prove anything, and round a bend: a
# straight stretch says nothing of a shift along it, nor of a village that lies behind it.
ENOUGH_M = 3_000
# A file that fills this share of the known outline shares its edge.
FILLS = 0.85
# Further away than this a file is somewhere else.
ELSEWHERE_M = 5_000
# A few vertices tell whether a possibility lands anywhere near.
FIRST_LOOK = 500
# Systems that, when declared, may have been written by a program that knew no better.
CLAIMS_WGS84 = {4326, 4490, 4269}
GEOD = Geod(ellps="WGS84")


class CrsUnclear(Invalid):
    """`detail["candidates"]` says how far off each possibility is."""

    message = "看不出坐标系。请用 --crs 指定。"


@dataclass(frozen=True)
class Candidate:
    """One possibility. `name` is for ``--crs``; swapped axes are found out by themselves."""

    name: str
    title: str
    misfit_m: float


@dataclass(frozen=True)
class Placement:
    """Where the features lie: WGS84 geometries parallel to the layer's, and how we know."""

    geometries: list[BaseGeometry | None]
    declared: str
    used: str
    method: str
    # How far the numbers moved; None where they were metres of a plane.
    shift_m: float | None
    candidates: tuple[Candidate, ...] = ()


@dataclass(frozen=True)
class _Reading:
    """A way to read the numbers."""

    crs: Crs
    swapped: bool = False

    @property
    def name(self) -> str:
        return self.crs.name + ("(yx)" if self.swapped else "")

    @property
    def title(self) -> str:
        title = "WGS84 / CGCS2000 经纬度" if self.crs.name == "wgs84" else self.crs.title
        return title + ("，纬度或北向坐标在前" if self.swapped else "")

    def read(self, xy: np.ndarray) -> np.ndarray:
        return self.crs.to_wgs84(xy[:, ::-1] if self.swapped else xy)

    def plausible(self, xy: np.ndarray) -> bool:
        """Whether all of it lands where the system is meant for, give or take five degrees."""
        lonlat = self.read(xy)
        west, south, east, north = self.crs.area
        low, high = (west - 5, max(south - 5, -90)), (east + 5, min(north + 5, 90))
        return bool(np.isfinite(lonlat).all() and (lonlat >= low).all() and (lonlat <= high).all())


@dataclass
class _Trial:
    """How a reading fits the known outline."""

    reading: _Reading
    distance_m: float  # from the known outline as a whole; 0 when it touches
    to_edge: np.ndarray | None = None  # for each sample of the outline, in metres
    fills: float = 0.0
    misfit_m: float = field(default=np.inf)


def place(layer: Layer, *, crs: str = "auto", reference: BaseGeometry | None = None) -> Placement:
    """Bring a layer to WGS84, or say why that cannot be done without ``--crs``."""
    shapes = [f.geometry if f.problem is None else None for f in layer.features]
    known = np.array([g for g in shapes if g is not None and not g.is_empty], dtype=object)
    if not len(known):
        return Placement(shapes, _say(layer.declared), "", "没有图形", None)
    xy = shapely.get_coordinates(known)
    given = parse_crs(crs) if crs != "auto" else None
    if reference is None:
        reading, method = _without_reference(layer.declared, given, xy)
        trials = []
    else:
        reading, method, trials = _against(reference, layer.declared, given, known, xy)
    return Placement(
        geometries=[g and shapely.transform(g, reading.read) for g in shapes],
        declared=_say(layer.declared),
        used=reading.name,
        method=method + ("。坐标为纬度(北向)在前，已对调" if reading.swapped else ""),
        shift_m=_shift(reading, xy),
        candidates=_candidates(trials),
    )


def _without_reference(declared: Declared, given: Crs | None, xy: np.ndarray):
    """The reading when nothing is known of the place yet."""
    crs, method = given, "按 --crs 指定"
    if crs is None and declared.kind != "none":
        crs, method = _declared_crs(declared), f"按文件声明的 {_say(declared)}，没有已知边界可核对"
        if crs is None:
            raise CrsUnclear(
                f"文件声明的坐标系“{_say(declared)}”不在可用之列，"
                "也没有已知边界可以核对。请用 --crs 指定，例如 --crs EPSG:4547。"
            )
    if crs is None and not _looks_like_degrees(xy):
        raise CrsUnclear(
            "文件是平面坐标但没有说明坐标系，也没有已知边界可以核对。请用 --crs 指定，例如 --crs EPSG:4547。"
        )
    if crs is None:
        crs, method = parse_crs("wgs84"), "文件没有说明坐标系，按 WGS84 经纬度读取，未经核对"
    for reading in (_Reading(crs), _Reading(crs, swapped=True)):
        if reading.plausible(xy):
            return reading, method
    raise CrsUnclear(f"坐标数值不可能是 {crs.title}。请核对文件，或用 --crs 指定正确的坐标系。")


def _against(reference, declared: Declared, given: Crs | None, shapes, xy):
    """The reading, its reason, and all trials, by comparison with the known outline."""
    stated = given or _declared_crs(declared)
    trusted = stated if given or not _claims_little(declared) else None
    readings = _both_ways([stated]) if given else _possibilities(xy, reference)
    if trusted and not given:
        readings = _both_ways([trusted]) + [r for r in readings if r.crs != trusted]
    known = _Known(reference)
    trials = [_try(reading, shapes, xy, known) for reading in readings]
    trials = [t for t in trials if np.isfinite(t.distance_m)]
    _measure(trials)
    trials.sort(key=lambda t: t.misfit_m)
    if not trials or trials[0].distance_m > ELSEWHERE_M:
        raise _unclear(trials, _elsewhere(trials, stated))
    best = trials[0]
    if given:
        return best.reading, f"按 --crs 指定，与已知边界中位偏差 {_m(best.misfit_m)}", trials
    filled = best.fills >= FILLS
    next_m = trials[1].misfit_m if len(trials) > 1 else np.inf
    # Zones lie 200 km apart: inside one of them is inside no other. Datums overlap.
    alone = not best.reading.crs.in_degrees and next_m > ELSEWHERE_M
    close = not filled or declared.kind == "unknown"
    fits = best.misfit_m <= (FITS_CLOSELY_M if close else FITS_M) or (alone and not filled)
    enough = filled or alone or known.followed_m(best.to_edge <= FITS_CLOSELY_M) >= ENOUGH_M
    clear = next_m >= max(best.misfit_m + WORSE_BY_M, WORSE_TIMES * best.misfit_m)
    if trusted:
        return _trusted(trusted, declared, trials, decided=fits and enough and clear)
    if fits and enough and clear:
        method = f"与已知边界比对：{best.reading.title}中位偏差 {_m(best.misfit_m)}"
        if len(trials) > 1:
            method += f"，其次{trials[1].reading.title} {_m(next_m)}"
        return best.reading, method, trials
    if not enough:
        reason = "文件里的图形没有沿着已知边界，看不出有没有整体偏移"
    elif not fits:
        reason = "哪一种坐标系都与已知边界不吻合"
    else:
        reason = "几种坐标系与已知边界的偏差相近，无法确定"
    raise _unclear(trials, reason)


def _trusted(crs: Crs, declared: Declared, trials: list[_Trial], *, decided: bool):
    """A plane or shifted system was declared: believe it unless the place speaks against it."""
    own = min((t for t in trials if t.reading.crs == crs), key=lambda t: t.misfit_m, default=None)
    best = trials[0]
    contradicted = (
        own is None
        or own.distance_m > ELSEWHERE_M
        or (decided and best is not own)
        or (own.fills >= FILLS and own.misfit_m > FITS_M)
    )
    if contradicted:
        raise _unclear(trials, f"文件声明的坐标系 {_say(declared)} 与已知边界矛盾")
    method = f"按文件声明的 {_say(declared)}，与已知边界中位偏差 {_m(own.misfit_m)}"
    return own.reading, method, trials


def _possibilities(xy: np.ndarray, reference: BaseGeometry) -> list[_Reading]:
    if _looks_like_degrees(xy):
        return _both_ways([parse_crs(name) for name in ("wgs84", "gcj02", "bd09")])
    zones = gauss_kruger_near(reference.centroid.x)
    return [*_both_ways(zones), _Reading(parse_crs("EPSG:3857"))]


def _both_ways(systems: list[Crs]) -> list[_Reading]:
    return [_Reading(crs, swapped) for swapped in (False, True) for crs in systems]


class _Known:
    """The known outline in metres about its middle: true to a thousandth over a county."""

    def __init__(self, reference: BaseGeometry):
        west, south, east, north = reference.bounds
        self.middle = np.array([(west + east) / 2, (south + north) / 2])
        self.scale = np.array([111_320 * np.cos(np.radians(self.middle[1])), 110_950])
        self.shape = shapely.transform(reference, self.metres)
        rings = shapely.get_rings(shapely.get_parts(self.shape))
        along = [(r, np.arange(0, r.length, SAMPLE_M)) for r in rings]
        self.samples, ahead = (
            np.concatenate([shapely.line_interpolate_point(r, at + step) for r, at in along])
            for step in (0, 1)
        )
        # Which way the outline runs at each sample, as a unit vector.
        way = shapely.get_coordinates(ahead) - shapely.get_coordinates(self.samples)
        self.way = way / np.maximum(np.hypot(*way.T), 1e-9)[:, None]
        shapely.prepare(self.shape)

    def metres(self, lonlat: np.ndarray) -> np.ndarray:
        return (lonlat - self.middle) * self.scale

    def followed_m(self, samples: np.ndarray) -> float:
        """The length these samples stand for, as far as it runs in both directions.

        All of it for a round outline, none for a straight stretch: twice the smaller eigenvalue of
        the sum of the directions' outer products.
        """
        way = self.way[samples]
        return float(2 * SAMPLE_M * np.linalg.eigvalsh(way.T @ way)[0])


def _try(reading: _Reading, shapes: np.ndarray, xy: np.ndarray, known: _Known) -> _Trial:
    """Lay one reading over the known outline."""
    lonlat = reading.read(xy[:: max(1, len(xy) // FIRST_LOOK)])
    if not np.isfinite(lonlat).all() or (np.abs(lonlat) > (180, 90)).any():
        return _Trial(reading, np.inf)
    points = known.metres(lonlat)
    gap = shapely.box(*points.min(axis=0), *points.max(axis=0)).distance(known.shape)
    if gap > ELSEWHERE_M:
        return _Trial(reading, gap)
    placed = shapely.transform(shapes, lambda part: known.metres(reading.read(part)))
    placed = placed[shapely.is_valid(placed)]
    # What belongs to the known outline; a neighbouring district in the same file does not.
    inside = shapely.area(shapely.intersection(placed, known.shape))
    members = placed[inside > shapely.area(placed) / 2]
    if not len(members):
        # Beside it is not in it.
        return _Trial(reading, max(gap, ELSEWHERE_M + 1))
    union = shapely.union_all(members)
    edge = union.boundary
    shapely.prepare(edge)
    return _Trial(
        reading,
        distance_m=0.0,
        to_edge=shapely.distance(known.samples, edge),
        fills=union.intersection(known.shape).area / known.shape.area,
    )


def _measure(trials: list[_Trial]) -> None:
    """Fill in every misfit, over the same samples of the known outline."""
    tried = [t for t in trials if t.to_edge is not None]
    for trial in trials:
        trial.misfit_m = trial.distance_m
    if not tried:
        return
    nearest = np.min([t.to_edge for t in tried], axis=0)
    looked_at = nearest <= NEAR_M
    for trial in tried:
        trial.misfit_m = float(
            np.median(trial.to_edge[looked_at]) if looked_at.any() else trial.to_edge.min()
        )


def _looks_like_degrees(xy: np.ndarray) -> bool:
    return bool((np.abs(xy) <= 180).all())


def _claims_little(declared: Declared) -> bool:
    """Whether the claim is none at all, or one that programs write without knowing."""
    return declared.kind in ("none", "unknown") or declared.epsg in CLAIMS_WGS84


def _declared_crs(declared: Declared) -> Crs | None:
    if declared.kind == "epsg":
        return by_epsg(declared.epsg)
    return parse_crs(declared.kind) if declared.kind in ("gcj02", "bd09") else None


def _say(declared: Declared) -> str:
    match declared.kind:
        case "epsg":
            return f"EPSG:{declared.epsg}"
        case "none":
            return ""
        case "unknown":
            return declared.text[:40]
    return declared.kind


def _shift(reading: _Reading, xy: np.ndarray) -> float | None:
    """How far the reading moves the numbers on the ground, on average."""
    if not reading.crs.in_degrees:
        return None
    raw, lonlat = (xy[:, ::-1] if reading.swapped else xy), reading.read(xy)
    return round(float(np.mean(GEOD.inv(*raw.T, *lonlat.T)[2])), 2)


def _candidates(trials: list[_Trial]) -> tuple[Candidate, ...]:
    return tuple(Candidate(t.reading.name, t.reading.title, round(t.misfit_m, 1)) for t in trials)


def _elsewhere(trials: list[_Trial], stated: Crs | None) -> str:
    gap = f"，最近的也相差 {_m(trials[0].distance_m)}" if trials else ""
    whichever = f"按 {stated.title} 放置" if stated else "无论按哪种坐标系放置"
    return f"{whichever}，图形都不在已知边界之内{gap}"


def _unclear(trials: list[_Trial], reason: str) -> CrsUnclear:
    shown = _candidates(trials)
    listed = ";".join(f"{c.title} 偏差 {_m(c.misfit_m)}" for c in shown[:5])
    return CrsUnclear(
        f"{reason}。" + (f"{listed}。" if listed else "") + "请用 --crs 指定，例如 --crs gcj02。",
        reason=reason,
        candidates=[vars(c) for c in shown],
    )


def _m(metres: float) -> str:
    return f"{metres:.0f} 米" if metres < 10_000 else f"{metres / 1000:.0f} 公里"
