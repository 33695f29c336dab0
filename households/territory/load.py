"""What a grid asks of whoever answers for it: visit-hours a month, and the walking between. Pure.

visits a month = Σ households of a colour × 30 / its cadence in days
visit hours    = Σ visits × its minutes / 60
walking hours  = visits × leg / speed; leg = 0.7124 × √(area / households) × detour

The leg is that of a shortest round through n points spread over an area (Beardwood, Halton and
Hammersley 1959: length → 0.7124 √(n A)), lengthened because lanes are not straight.
"""

from dataclasses import dataclass

import numpy as np

TOUR = 0.7124
DETOUR = 1.3
WALK_M_S = 1.2
DAYS = 30
# A family without a colour is looked in on twice a year.
UNASSESSED_DAYS, UNASSESSED_MINUTES = 180, 15
# A grid's load is right within this share of the mean of its village.
BAND = 0.2


@dataclass(frozen=True)
class Rates:
    """By slot 0 to 5: visits a month and minutes of each."""

    visits: np.ndarray
    minutes: np.ndarray

    @property
    def hours(self) -> np.ndarray:
        """Visit hours a month that one household of each slot asks."""
        return self.visits * self.minutes / 60


def rates(classes) -> Rates:
    """`classes`: (slot, cadence_days, visit_minutes)."""
    visits, minutes = np.zeros(6), np.zeros(6)
    visits[0], minutes[0] = DAYS / UNASSESSED_DAYS, UNASSESSED_MINUTES
    for slot, cadence, length in classes:
        visits[slot], minutes[slot] = DAYS / cadence, length
    return Rates(visits, minutes)


@dataclass(frozen=True)
class Load:
    """Hours a month, an array entry a grid."""

    visits_h: np.ndarray
    walk_h: np.ndarray

    @property
    def total_h(self) -> np.ndarray:
        return self.visits_h + self.walk_h


def monthly(counts: np.ndarray, area_m2: np.ndarray, by: Rates) -> Load:
    """`counts`: households by slot, n × 6."""
    visits = counts @ by.visits
    homes = counts.sum(axis=1)
    leg = TOUR * DETOUR * np.sqrt(area_m2 / np.maximum(homes, 1))
    return Load(visits_h=counts @ by.hours, walk_h=visits * leg / WALK_M_S / 3600)
