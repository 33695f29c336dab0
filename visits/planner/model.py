"""What a plan is made of: shifts, visits, stops. Seconds count from the horizon's first midnight."""

from dataclasses import dataclass, field

import numpy as np

DAY = 86_400
# More visits than this are not weighed against each other at once.
MOST_VISITS = 300


@dataclass(frozen=True)
class Shift:
    """A stretch of one day in which the member is on her way, from home to home."""

    id: int
    place: int  # row of the matrix
    start: int
    end: int
    pair: bool = False  # a second member comes along
    most: int | None = None  # visits


@dataclass(frozen=True)
class Visit:
    """One visit that may be made; it must start inside one of `windows`."""

    id: int
    place: int
    service: int
    prize: int  # seconds on the way that it is worth
    windows: tuple[tuple[int, int], ...]
    pair: bool = False
    only: tuple[int, ...] | None = None  # the shifts to one of which somebody has locked it
    load: int = 1


@dataclass(frozen=True)
class Problem:
    """`travel[a, b]` is the seconds from place `a` to place `b`; `before` the shift of each visit in
    the plan that is in force, which is left only for more than `moving` seconds."""

    travel: np.ndarray
    visits: tuple[Visit, ...]
    shifts: tuple[Shift, ...]
    before: dict[int, tuple[int, ...]] = field(default_factory=dict)
    moving: int = 600


@dataclass(frozen=True)
class Stop:
    visit: int
    shift: int
    arrive: int
    start: int
    leave: int


@dataclass(frozen=True)
class Plan:
    stops: tuple[Stop, ...]  # by shift and time
    left: dict[int, str]  # visit: why, a code of sentences.LEFT
    cost: int
    travel: int
    service: int
    waiting: int
    lost: int  # prize of what is left out
    bound: int  # no plan costs less

    def routes(self) -> dict[int, tuple[int, ...]]:
        found: dict[int, list[int]] = {}
        for stop in self.stops:
            found.setdefault(stop.shift, []).append(stop.visit)
        return {shift: tuple(visits) for shift, visits in found.items()}


def starts(visit: Visit, shift: Shift) -> list[tuple[int, int]]:
    """The stretches of `shift` in which `visit` may start, in order, none touching another."""
    locked_out = visit.only is not None and shift.id not in visit.only
    if locked_out or (visit.pair and not shift.pair):
        return []
    found: list[tuple[int, int]] = []
    for a, b in sorted(visit.windows):
        low, high = max(a, shift.start), min(b, shift.end - visit.service)
        if low > high:
            continue
        if found and low <= found[-1][1] + 1:
            found[-1] = (found[-1][0], max(high, found[-1][1]))
        else:
            found.append((low, high))
    return found
