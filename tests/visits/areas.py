"""Invented areas of one member, in three kinds: dense village, mountain hamlets, blocks of flats.

The instance classes of ./bench plan: families by support level (3 % red … 50 % green), days since
the last visit up to 1.25 times the cadence, a third of them at home only at certain times.
"""

import math

import numpy as np

from visits.planner.model import DAY, Problem, Shift, Visit

HOUR = 3600
# cadence in days, minutes, what a visit is worth in seconds on the way, share of the families
LEVELS = (
    (7, 40, 4 * HOUR, 0.03),
    (14, 30, 2 * HOUR, 0.07),
    (30, 20, HOUR, 0.15),
    (91, 15, HOUR // 2, 0.25),
    (182, 10, HOUR // 4, 0.50),
)
KINDS = {  # side of the area in m, homes per hamlet, spread in m, m/s, detour
    "dense": (1000, 40, 90, 1.2, 1.30),
    "mountain": (5000, 12, 120, 5.5, 1.6),
    "town": (700, 10, 8, 1.2, 1.25),
}
# weekday, from, to, with a second member
WEEK = ((0, 14, 17.5, False), (1, 18, 20.5, False), (2, 14, 17.5, True), (3, 18, 20.5, False),
        (5, 8.5, 11.5, True), (5, 14, 17, False))  # fmt: skip
AT_HOME = {  # at which hours, on which weekdays, share of the families
    "any": (8, 20.5, range(7), 0.62),
    "evening": (18, 20.5, range(7), 0.15),
    "weekend": (8, 20.5, (5, 6), 0.10),
    "morning": (8, 12, range(7), 0.05),
    "not Monday": (8, 20.5, range(1, 7), 0.08),
}


def make_area(kind: str, families: int, seed: int, weeks: int = 1) -> Problem:
    rng = np.random.default_rng(seed)
    side, per_hamlet, spread, speed, detour = KINDS[kind]
    centres = rng.uniform(0, side, (max(3, families // per_hamlet), 2))
    homes = centres[rng.integers(len(centres), size=families)]
    homes = homes + rng.normal(0, spread, (families, 2))
    own = homes[rng.integers(families)] + rng.normal(0, 100, 2)
    xy = np.vstack([own, homes])
    metres = np.hypot(*(xy[:, None] - xy[None]).transpose(2, 0, 1))
    shifts = tuple(
        Shift(w * len(WEEK) + k, 0, int((w * 7 + day) * DAY + a * HOUR),
              int((w * 7 + day) * DAY + b * HOUR), pair)
        for w in range(weeks) for k, (day, a, b, pair) in enumerate(WEEK)
    )  # fmt: skip
    level = rng.choice(len(LEVELS), size=families, p=[share for *_, share in LEVELS])
    known = list(AT_HOME.values())
    home = rng.choice(len(known), size=families, p=[share for *_, share in known])
    visits, horizon = [], weeks * 7
    for f in range(families):
        cadence, minutes, worth, _ = LEVELS[level[f]]
        begin, end, weekdays, _ = known[home[f]]
        due = cadence - rng.uniform(0, 1.25) * cadence
        turn = 0
        while due - 0.25 * cadence < horizon and turn < 6:
            first = max(0, math.floor(due - 0.25 * cadence))
            last = horizon if turn == 0 else min(horizon, math.ceil(due + 0.5 * cadence))
            if weeks > 1 and cadence <= 14:
                last = min(horizon, max(first + 1, math.ceil(due + 0.45 * cadence)))
            lateness = 1 + (min(last, horizon) - due) / cadence if turn == 0 else 1.0
            urgency = 0.25 + 3 * (lateness - 0.75) if lateness < 1 else lateness
            windows = tuple(
                (int(day * DAY + begin * HOUR), int(day * DAY + end * HOUR))
                for day in range(first, max(last, first + 1)) if day % 7 in weekdays
            )  # fmt: skip
            if windows:
                visits.append(
                    Visit(len(visits), f + 1, minutes * 60,
                          int(worth * min(3.0, max(0.25, urgency))), windows, bool(level[f] == 0))
                )  # fmt: skip
            due += cadence
            turn += 1
    return Problem(np.rint(metres * detour / speed).astype(np.int32), tuple(visits), shifts)
