"""Invented members with families, hours and turns, as the site would ask for a week."""

from datetime import date, timedelta

import numpy as np

from visits.due_rules import Facts, turns
from visits.planner.week import Family, Hours, Walker

FIRST = date(2026, 11, 23)
HOUR = 3600
HOURS = {
    0: (Hours(14 * HOUR, 17 * HOUR + 1_800),),
    1: (Hours(18 * HOUR, 20 * HOUR + 1_800),),
    2: (Hours(14 * HOUR, 17 * HOUR + 1_800, pair=True),),
    3: (Hours(18 * HOUR, 20 * HOUR + 1_800),),
    5: (Hours(8 * HOUR + 1_800, 11 * HOUR + 1_800, pair=True), Hours(14 * HOUR, 17 * HOUR)),
}
# cadence in days, minutes, share of the families
LEVELS = ((7, 40, 0.03), (14, 30, 0.07), (30, 20, 0.15), (60, 15, 0.25), (120, 10, 0.50))


def make_member(seed: int, count: int) -> tuple[Walker, list[Family]]:
    rng = np.random.default_rng(seed)
    middle = np.array([113.8, 34.1]) + rng.uniform(-0.1, 0.1, 2)
    level = rng.choice(len(LEVELS), size=count, p=[share for *_, share in LEVELS])
    families = []
    for k in range(count):
        cadence, minutes, _ = LEVELS[level[k]]
        facts = Facts(cadence, FIRST - timedelta(int(rng.uniform(0, 1.3) * cadence)))
        evening = dict.fromkeys(range(7), ((18 * HOUR, 20 * HOUR),))
        families.append(
            Family(k, tuple(middle + rng.normal(0, 0.005, 2)), minutes, tuple(turns(facts, FIRST, 7)),
                   hours=evening if rng.random() < 0.15 else None, pair=bool(level[k] == 0))
        )  # fmt: skip
    return Walker(seed, tuple(middle), HOURS), families
