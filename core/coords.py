"""Coordinates as other people give them, into the only ones we store: WGS84 lon, lat.

Sources. GCJ-02: the published polynomial and sine series on the Krasovsky 1940 ellipsoid, as in
eviltransform, gcoord and prcoords, which agree to 0.1 mm (docs of github.com/hujiulong/gcoord and
github.com/Artoria2e5/PRCoords). BD-09: Baidu's rotation about the origin, from the same libraries.
Gauss-Krüger: EPSG 4491-4554 through PROJ. CGCS2000 differs from WGS84 by centimetres (Yang Yuanxi,
"Chinese geodetic coordinate system 2000", Chinese Science Bulletin 54, 2009), so it counts as equal.

The one-step inverses in use elsewhere err by up to 3 m; these are iterated, with a cap.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import numpy as np
from pyproj import CRS, Transformer

from core.errors import Invalid

# Krasovsky 1940: semi-major axis in metres and first eccentricity squared.
_A, _EE = 6378245.0, 0.00669342162296594323
# Outside this box nothing is shifted: west, south, east, north.
_BOX = (72.004, 0.8293, 137.8347, 55.8271)
_BAIDU = np.pi * 3000 / 180
# Each step gains two digits and more; the cap only matters for numbers that are no coordinates.
_STEPS, _CLOSE_ENOUGH = 12, 1e-11

_UTM = range(32643, 32654)  # WGS84 / UTM 43N-53N, which cover China
_GK_6_ZONED, _GK_6 = range(4491, 4502), range(4502, 4513)
_GK_3_ZONED, _GK_3 = range(4513, 4534), range(4534, 4555)


class CrsUnknown(Invalid):
    message = "不认识这个坐标系。"


@dataclass(frozen=True)
class Crs:
    """One of the known reference systems; `name` is what ``--crs`` takes."""

    name: str
    title: str

    @property
    def in_degrees(self) -> bool:
        return self.name in _NAMED or int(self.name[5:]) in _GEOGRAPHIC

    @property
    def area(self) -> tuple[float, float, float, float]:
        """Where the system is meant to be used: west, south, east, north in degrees."""
        if self.name in ("gcj02", "bd09"):
            return _BOX
        return _area(4326 if self.name in _NAMED else int(self.name[5:]))

    def to_wgs84(self, xy: np.ndarray) -> np.ndarray:
        """n × 2 lon/lat or easting/northing → n × 2 lon, lat."""
        return self._through(xy, 1)

    def from_wgs84(self, lonlat: np.ndarray) -> np.ndarray:
        """n × 2 lon, lat → n × 2 in this system."""
        return self._through(lonlat, 0)

    def _through(self, xy: np.ndarray, way: int) -> np.ndarray:
        xy = np.asarray(xy, float).reshape(-1, 2)
        if self.name in _FORMULAS:
            return _FORMULAS[self.name][way](xy)
        if self.in_degrees:
            return xy.copy()
        x, y = _projection(int(self.name[5:]))[way].transform(xy[:, 0], xy[:, 1])
        return np.column_stack([x, y])


@cache
def _area(epsg: int) -> tuple[float, float, float, float]:
    west, south, east, north = CRS.from_epsg(epsg).area_of_use.bounds
    # NAD83's runs across the date line.
    return (west, south, east, north) if west < east else (-180.0, south, 180.0, north)


@cache
def _projection(epsg: int) -> tuple[Transformer, Transformer]:
    """From and to the system's own degrees: a projection only, never a change of datum."""
    projected = CRS.from_epsg(epsg)
    degrees = projected.geodetic_crs
    return (
        Transformer.from_crs(degrees, projected, always_xy=True),
        Transformer.from_crs(projected, degrees, always_xy=True),
    )


def wgs84_to_gcj02(lonlat: np.ndarray) -> np.ndarray:
    return _in_china(lambda p: p + _gcj02_offset(p), lonlat)


def gcj02_to_wgs84(lonlat: np.ndarray) -> np.ndarray:
    # Whether a point is shifted at all is asked once, of the point given. Asking again in each step
    # is how others come to loop forever at the edge of the box.
    return _in_china(lambda p: _undo(lambda q: q + _gcj02_offset(q), p), lonlat)


def gcj02_to_bd09(lonlat: np.ndarray) -> np.ndarray:
    return _in_china(_baidu, lonlat)


def bd09_to_gcj02(lonlat: np.ndarray) -> np.ndarray:
    return _in_china(lambda p: _undo(_baidu, p), lonlat)


def wgs84_to_bd09(lonlat: np.ndarray) -> np.ndarray:
    return gcj02_to_bd09(wgs84_to_gcj02(lonlat))


def bd09_to_wgs84(lonlat: np.ndarray) -> np.ndarray:
    return gcj02_to_wgs84(bd09_to_gcj02(lonlat))


def _undo(forward: Callable[[np.ndarray], np.ndarray], target: np.ndarray) -> np.ndarray:
    """The points that `forward` takes to `target`, by fixed-point iteration.

    Both forward formulas differ from a plain shift by less than one part in a hundred, so the
    iteration contracts everywhere inside the box.
    """
    guess = target.astype(float)
    for _ in range(_STEPS):
        step = target - forward(guess)
        guess = guess + step
        if not (np.abs(step) > _CLOSE_ENOUGH).any():
            break
    return guess


def _in_china(convert: Callable[[np.ndarray], np.ndarray], lonlat: np.ndarray) -> np.ndarray:
    """Convert what lies in the box; everything else, NaN too, stays as it is."""
    west, south, east, north = _BOX
    x, y = lonlat[:, 0], lonlat[:, 1]
    inside = (x >= west) & (x <= east) & (y >= south) & (y <= north)
    result = np.array(lonlat, float)
    result[inside] = convert(result[inside])
    return result


def _baidu(gcj02: np.ndarray) -> np.ndarray:
    x, y = gcj02[:, 0], gcj02[:, 1]
    radius = np.hypot(x, y) + 0.00002 * np.sin(y * _BAIDU)
    angle = np.arctan2(y, x) + 0.000003 * np.cos(x * _BAIDU)
    return np.column_stack([radius * np.cos(angle) + 0.0065, radius * np.sin(angle) + 0.006])


def _gcj02_offset(lonlat: np.ndarray) -> np.ndarray:
    """How far GCJ-02 moves WGS84 points, in degrees."""
    x, y = lonlat[:, 0] - 105.0, lonlat[:, 1] - 35.0
    root = np.sqrt(np.abs(x))
    ripple = 20 * np.sin(6 * x * np.pi) + 20 * np.sin(2 * x * np.pi)
    east = (
        300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root
        + (ripple + 20 * np.sin(x * np.pi) + 40 * np.sin(x / 3 * np.pi)
           + 150 * np.sin(x / 12 * np.pi) + 300 * np.sin(x / 30 * np.pi)) * 2 / 3
    )  # fmt: skip
    north = (
        -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root
        + (ripple + 20 * np.sin(y * np.pi) + 40 * np.sin(y / 3 * np.pi)
           + 160 * np.sin(y / 12 * np.pi) + 320 * np.sin(y / 30 * np.pi)) * 2 / 3
    )  # fmt: skip
    latitude = np.radians(lonlat[:, 1])
    w2 = 1 - _EE * np.sin(latitude) ** 2
    metres_per_radian_east = _A / np.sqrt(w2) * np.cos(latitude)
    metres_per_radian_north = _A * (1 - _EE) / w2**1.5
    return np.degrees(
        np.column_stack([east / metres_per_radian_east, north / metres_per_radian_north])
    )


# name → (from WGS84, to WGS84)
_FORMULAS = {
    "gcj02": (wgs84_to_gcj02, gcj02_to_wgs84),
    "bd09": (wgs84_to_bd09, bd09_to_wgs84),
}
_NAMED = {
    "wgs84": "WGS84 经纬度",
    "cgcs2000": "CGCS2000 经纬度",
    "gcj02": "GCJ-02(火星坐标)",
    "bd09": "BD-09(百度坐标)",
}
_GEOGRAPHIC = {
    4326: "WGS84 经纬度",
    4490: "CGCS2000 经纬度",
    4269: "NAD83 经纬度(与 WGS84 相差约 1 米)",
}


def _projected_title(epsg: int) -> str | None:
    """The Chinese name of a projected system of the closed list."""
    if epsg == 3857:
        return "网络墨卡托(EPSG:3857)"
    if epsg in _UTM:
        return f"WGS84 / UTM {epsg - 32600}N"
    if epsg in _GK_6_ZONED:
        return f"CGCS2000 高斯-克吕格 6 度带 {epsg - 4478} 带"
    if epsg in _GK_6:
        return f"CGCS2000 高斯-克吕格 6 度带 中央经线 {75 + 6 * (epsg - 4502)}°(无带号)"
    if epsg in _GK_3_ZONED:
        return f"CGCS2000 高斯-克吕格 3 度带 {epsg - 4488} 带"
    if epsg in _GK_3:
        return f"CGCS2000 高斯-克吕格 3 度带 中央经线 {75 + 3 * (epsg - 4534)}°(无带号)"
    return None


def by_epsg(epsg: int) -> Crs | None:
    """The system of this EPSG number, or None when it is not in the closed list."""
    title = _GEOGRAPHIC.get(epsg) or _projected_title(epsg)
    return Crs(f"epsg:{epsg}", title) if title else None


def parse_crs(text: str) -> Crs:
    """What a user wrote after ``--crs``. Only known names: her text never reaches PROJ or GDAL."""
    wanted = text.strip().casefold().replace(" ", "").replace("-", "")
    if wanted in _NAMED:
        return Crs(wanted, _NAMED[wanted])
    number = wanted.removeprefix("epsg:")
    known = (
        by_epsg(int(number)) if number.isascii() and number.isdigit() and len(number) < 6 else None
    )
    if known is None:
        raise CrsUnknown(
            f"不认识坐标系“{text[:40]}”。可用：wgs84、cgcs2000、gcj02、bd09,"
            "或 EPSG:4326、4490、3857、4491 至 4554(CGCS2000 高斯-克吕格)、32643 至 32653(UTM)。"
        )
    return known


def gauss_kruger_near(lon: float) -> list[Crs]:
    """The zones a map of a place at this longitude is drawn in: 3° zones, then 6°, nearest first.

    Each with and without the zone's number before the easting.
    """
    zone = round(lon / 3)
    wide = int(lon // 6) + 1
    numbers = [
        n
        for z in (zone, zone - 1, zone + 1)
        for n in (4488 + z, 4534 + z - 25)
        if n in _GK_3_ZONED or n in _GK_3
    ]
    # Without a number a 6° zone is the 3° zone of the same central meridian.
    numbers += [n for z in (wide, wide - 1, wide + 1) if (n := 4478 + z) in _GK_6_ZONED]
    return [by_epsg(n) for n in numbers]
