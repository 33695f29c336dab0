"""Which version of the data a village is at, and where the villages lie.

Tiles and polls are validated by these numbers, so reading them must cost next to nothing: they are
kept for a second per process.
"""

import hashlib
from dataclasses import dataclass, field

import numpy as np
from django.db import connection
from django.utils import timezone

from audit.services import seal_access_log
from core.memo import Memo
from core.morton import Tile
from households.colouring.lapsing import lapse_due
from households.territory.publish import publish_due


@dataclass(frozen=True)
class Snapshot:
    """Every village: id and data version, bounds in metres of EPSG:3857 (NaN: no outline)."""

    keys: np.ndarray  # n × 2, int64: id, data version
    bounds: np.ndarray  # n × 4, float64: west, south, east, north
    # Which villages a tile shows, for the tiles asked about while this snapshot lasts.
    _shown: dict[Tile, np.ndarray] = field(default_factory=dict, repr=False)

    @property
    def ids(self) -> np.ndarray:
        return self.keys[:, 0]

    def touching(self, tile: Tile) -> np.ndarray:
        """Which villages a tile shows: their places in `ids`."""
        shown = self._shown.get(tile)
        if shown is None:
            shown = self._shown[tile] = np.flatnonzero(self._touching(tile))
        return shown

    def _touching(self, tile: Tile) -> np.ndarray:
        west, south, east, north = tile.bounds_m
        # What is drawn across a tile's edge belongs to it too: its 64/4096 buffer, and more.
        margin = (east - west) / 32
        b = self.bounds
        # Said by what it misses: a village without outline, all NaN, may have grids anywhere.
        return ~(
            (b[:, 0] > east + margin)
            | (b[:, 2] < west - margin)
            | (b[:, 1] > north + margin)
            | (b[:, 3] < south - margin)
        )

    def stamp(self, chosen: np.ndarray | slice = slice(None)) -> str:
        """A text that changes when one of the chosen villages does."""
        return hashlib.blake2b(self.keys[chosen].tobytes(), digest_size=8).hexdigest()


def _read(_key) -> Snapshot:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT d.id, coalesce(v.version, 0),"
            " ST_XMin(d.geom_3857), ST_YMin(d.geom_3857),"
            " ST_XMax(d.geom_3857), ST_YMax(d.geom_3857)"
            " FROM boundaries_division AS d"
            " LEFT JOIN households_dataversion AS v ON v.village_id = d.id"
            " WHERE d.level = 'village' ORDER BY d.id"
        )
        rows = cursor.fetchall()
    keys = np.array([row[:2] for row in rows], np.int64).reshape(len(rows), 2)
    bounds = np.array([row[2:] for row in rows], float).reshape(len(rows), 4)  # None → NaN
    return Snapshot(keys, bounds)


_snapshots = Memo(_read, seconds=1, size=1)
_turned_on = None


def snapshot() -> Snapshot:
    """The villages as they stand now, after what the first request of a day sets right."""
    global _turned_on
    today = timezone.localdate()
    if _turned_on != today:
        lapse_due()
        publish_due()
        seal_access_log()
        _turned_on = today
    return _snapshots.get(None)


def near_ids(villages: dict[int, int], tile: Tile) -> list[int]:
    """Of the keys, those whose village the tile shows."""
    if not villages:
        return []
    now = snapshot()
    near = set(now.ids[now.touching(tile)].tolist())
    return [key for key, village in villages.items() if village in near]


def forget() -> None:
    """For tests, whose database is another one each time."""
    global _turned_on
    _turned_on = None
    _snapshots.forget()
