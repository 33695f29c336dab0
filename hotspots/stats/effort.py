"""Is it more disputes, or a quota? Minor items that are entered at the end of the month."""

from dataclasses import dataclass

import numpy as np
from scipy import stats

from hotspots.stats.autocorrelation import false_discovery
from hotspots.stats.few import MINOR_FOR_SPIKE

# A month's last days, in which quotas fall due.
LAST_DAYS = 3
# Flagged only where the share of those days is also at least so many times the others'.
TIMES = 2.0
LEVEL = 0.01


@dataclass(frozen=True)
class Spikes:
    """Of each area: minor items, those of a month's last days, how many are usual, and the flag.

    `surplus` of them is to be set aside when asking whether a hot spot is one without them.
    """

    minor: np.ndarray
    late: np.ndarray
    usual: np.ndarray
    p: np.ndarray
    flag: np.ndarray

    @property
    def surplus(self) -> np.ndarray:
        return np.where(self.flag, np.maximum(0, np.round(self.late - self.usual)), 0)


def month_end_spikes(
    area: np.ndarray, minor: np.ndarray, days_left: np.ndarray, areas: int
) -> Spikes:
    """Per dispute: its area, whether it is minor, days left in its month (0 on the last day).

    One-sided binomial test of late minor items against the share in all other areas, and not
    less than 3 days of 30.4; Benjamini-Hochberg over areas. A shift of the entry day (a clerk who
    types on the 31st what was found on the 12th) looks the same: the flag asks, it does not accuse.
    Areas of fewer than 10 minor items are not judged.
    """
    counts = np.bincount(area[minor], minlength=areas).astype(float)
    late_ones = minor & (days_left < LAST_DAYS)
    late = np.bincount(area[late_ones], minlength=areas).astype(float)
    others, others_late = counts.sum() - counts, late.sum() - late
    share = np.maximum(
        np.where(others > 0, others_late / np.maximum(others, 1), 0.0), LAST_DAYS / 30.4375
    )
    p = np.where(late > 0, stats.binom.sf(late - 1, counts, share), 1.0)
    judged = counts >= MINOR_FOR_SPIKE
    q = np.ones(areas)
    if judged.any():
        q[judged] = false_discovery(p[judged])
    flag = judged & (q <= LEVEL) & (late >= TIMES * share * counts)
    # Were there `early` others, this many late ones would be usual beside them.
    usual = np.where(share < 1, (counts - late) * share / np.maximum(1 - share, 1e-9), late)
    return Spikes(counts, late, usual, p, flag)
