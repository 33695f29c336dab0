"""Seconds from place to place: by roads where they are known, else by straight line and detour."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np

# Metres per second, and how much longer the way is than the straight line. The detour is the
# median in villages without a river between; see docs/planning.md.
SPEED = {"walk": 1.2, "ebike": 4.2, "car": 7.0}
DETOUR = 1.35
EARTH_M = 6_371_008.8
# The longest way that the matrix can say, a month.
MOST_S = 31 * 86_400


class Roads(Protocol):
    def seconds(self, points: np.ndarray, mode: str) -> np.ndarray:
        """Seconds between all of `points` (lon, lat); inf where no road leads."""


@dataclass(frozen=True)
class Ways:
    seconds: np.ndarray  # int32
    metres: np.ndarray  # the way; by road what the mode's usual speed makes in the time
    guessed: tuple[tuple[int, int], ...] = ()  # no road leads there
    note: str | None = None


def straight_metres(points: np.ndarray) -> np.ndarray:
    """Between all of `points` (lon, lat), on a plane that touches the globe in their midst.

    Within 50 km of each other this errs by less than four in a thousand.
    """
    points = np.asarray(points, float).reshape(-1, 2)
    if not len(points):
        return np.zeros((0, 0))
    angle = np.radians(points)
    x = angle[:, 0] * np.cos(angle[:, 1].mean()) * EARTH_M
    y = angle[:, 1] * EARTH_M
    return np.hypot(x[:, None] - x, y[:, None] - y)


def ways_between(
    points: np.ndarray, mode: str, *, roads: Roads | None = None, detour: float = DETOUR
) -> Ways:
    """All ways between `points`. Where roads do not lead, the straight line and the detour."""
    metres = straight_metres(points) * detour
    by_line = metres / SPEED[mode]
    if roads is None:
        return Ways(_whole(by_line), np.rint(metres).astype(np.int32))
    by_road = roads.seconds(points, mode)
    lost = np.isinf(by_road)
    off = ~np.eye(len(by_road), dtype=bool)
    if off.any() and lost[off].all():
        return Ways(_whole(by_line), np.rint(metres).astype(np.int32), note="roads_elsewhere")
    seconds = np.where(lost, by_line, by_road)
    pairs = tuple((int(a), int(b)) for a, b in np.argwhere(lost & off) if a < b)
    return Ways(
        _whole(seconds), np.rint(seconds * SPEED[mode]).astype(np.int32), pairs,
        "unreachable" if pairs else None,
    )  # fmt: skip


def _whole(seconds: np.ndarray) -> np.ndarray:
    return np.minimum(np.rint(seconds), MOST_S).astype(np.int32)
