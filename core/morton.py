"""Tiles as ranges of Morton codes; the same order as `sec.morton22` in the database."""

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np

# Half the side of the square that EPSG:3857 maps the world to, in metres.
HALF_WORLD_M = math.pi * 6378137.0
DEEPEST = 22


def spread(v: int) -> int:
    """Leave a zero bit between each two of the 22 low bits of `v`."""
    v = (v | v << 16) & 0x0000FFFF0000FFFF
    v = (v | v << 8) & 0x00FF00FF00FF00FF
    v = (v | v << 4) & 0x0F0F0F0F0F0F0F0F
    v = (v | v << 2) & 0x3333333333333333
    return (v | v << 1) & 0x5555555555555555


@dataclass(frozen=True)
class Tile:
    """An XYZ tile, y growing southwards."""

    z: int
    x: int
    y: int

    @property
    def exists(self) -> bool:
        return 0 <= self.z <= DEEPEST and 0 <= self.x < 2**self.z and 0 <= self.y < 2**self.z

    @cached_property
    def qk(self) -> tuple[int, int]:
        """First and last z22 Morton code inside this tile."""
        width = 2 * (DEEPEST - self.z)
        first = (spread(self.x) | spread(self.y) << 1) << width
        return first, first + (1 << width) - 1

    @cached_property
    def bounds_m(self) -> tuple[float, float, float, float]:
        """West, south, east, north in metres of EPSG:3857."""
        side = 2 * HALF_WORLD_M / 2**self.z
        west, north = self.x * side - HALF_WORLD_M, HALF_WORLD_M - self.y * side
        return west, north - side, west + side, north


def tile_at(lon: float, lat: float, z: int) -> Tile:
    """The tile of a point (degrees, WGS84); points beyond the Mercator square go to its edge."""
    n = 2**z
    phi = math.radians(min(85.05112877, max(-85.05112877, lat)))
    x = math.floor((lon + 180) / 360 * n)
    y = math.floor((1 - math.log(math.tan(phi) + 1 / math.cos(phi)) / math.pi) / 2 * n)
    return Tile(z, min(n - 1, max(0, x)), min(n - 1, max(0, y)))


def cover(west: float, south: float, east: float, north: float) -> list[tuple[int, int]]:
    """At most 16 ranges of z22 Morton codes that hold every point of a lon-lat box, and more."""
    for z in range(DEEPEST, -1, -1):
        first, last = tile_at(west, north, z), tile_at(east, south, z)
        if last.x - first.x < 4 and last.y - first.y < 4:
            break
    ranges: list[tuple[int, int]] = []
    tiles = [Tile(z, x, y) for x in range(first.x, last.x + 1) for y in range(first.y, last.y + 1)]
    for low, high in sorted(tile.qk for tile in tiles):
        if ranges and ranges[-1][1] + 1 == low:
            low = ranges.pop()[0]
        ranges.append((low, high))
    return ranges


def codes(lonlat: np.ndarray) -> np.ndarray:
    """The z22 Morton codes of n × 2 degrees; for NaN any code."""
    n = 2**DEEPEST
    lon, lat = np.nan_to_num(lonlat).T
    phi = np.radians(lat.clip(-85.05112877, 85.05112877))
    x = np.floor((lon + 180) / 360 * n).clip(0, n - 1).astype(np.int64)
    y = np.floor((1 - np.log(np.tan(phi) + 1 / np.cos(phi)) / np.pi) / 2 * n)
    return spread(x) | spread(y.clip(0, n - 1).astype(np.int64)) << 1
