"""More or fewer than before; did a measure work; since when an area has been hot."""

from dataclasses import dataclass

import numpy as np
from scipy import stats

from hotspots.stats.few import EVENTS_FOR_TREND, PERIODS_TO_EMERGE, TooFew

# Classes of ArcGIS's Emerging Hot Spot Analysis that speak of hot spots.
NEW, CONSECUTIVE, INTENSIFYING, PERSISTENT, DIMINISHING, SPORADIC, HISTORICAL, NONE = (
    "new", "consecutive", "intensifying", "persistent", "diminishing", "sporadic", "historical",
    "none",
)  # fmt: skip
NEARLY_ALWAYS = 0.9


@dataclass(frozen=True)
class Change:
    """`ratio` of rates, after over before, inside `low`–`high` with the level asked for."""

    ratio: float
    low: float
    high: float

    @property
    def says(self) -> str:
        """up, down, or unclear when the interval holds 1."""
        return "up" if self.low > 1 else "down" if self.high < 1 else "unclear"


def change(
    before: int, after: int, *, time_before: float = 1.0, time_after: float = 1.0,
    phi: float = 1.0, level: float = 0.95,
) -> Change | TooFew:  # fmt: skip
    """Ratio of two Poisson rates with the exact conditional interval (Clopper-Pearson on after/both).

    `time_*`: households × months, or expected events. For φ > 1 both counts are divided by φ, as
    many independent events as they are worth: an approximation. Valid for ≥ 10 events in all.
    """
    if before + after < EVENTS_FOR_TREND:
        return TooFew("few_disputes", int(before + after), EVENTS_FOR_TREND)
    a, b, tail = after / phi, before / phi, (1 - level) / 2
    low = stats.beta.ppf(tail, a, b + 1) if after else 0.0
    high = stats.beta.ppf(1 - tail, a + 1, b) if before else 1.0
    scale = time_before / time_after
    odds = [p / (1 - p) * scale if p < 1 else np.inf for p in (low, high)]
    ratio = after / before * scale if before else np.inf
    return Change(float(ratio), float(odds[0]), float(odds[1]))


def change_against(
    before: int, after: int, others_before: int, others_after: int, *,
    phi: float = 1.0, level: float = 0.95,
) -> Change | TooFew:  # fmt: skip
    """Did it work: the change here over the change in areas without the measure (difference in differences).

    Ratio of ratios with ½ added to every count (Haldane 1956), normal on the log scale with
    variance φ Σ 1/(count+½). Valid where both would have gone the same way; an area chosen because
    it was high falls by itself (regression to the mean): compare with areas that were high as well.
    """
    counts = np.array([after, before, others_after, others_before], float)
    for pair in (counts[:2], counts[2:]):
        if pair.sum() < EVENTS_FOR_TREND:
            return TooFew("few_disputes", int(pair.sum()), EVENTS_FOR_TREND)
    counts += 0.5
    log = np.log(counts) @ [1, -1, -1, 1]
    half = stats.norm.ppf((1 + level) / 2) * np.sqrt(phi * (1 / counts).sum())
    return Change(*(float(np.exp(v)) for v in (log, log - half, log + half)))


def mann_kendall(series: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(z, two-sided p) of the trend of each row; Mann 1945, variance with ties (Kendall 1975).

    Valid from some 10 values and for values that do not depend on the one before.
    """
    n = series.shape[1]
    earlier, later = np.triu_indices(n, 1)
    s = np.sign(series[:, later] - series[:, earlier]).sum(axis=1)
    variance = np.full(len(series), n * (n - 1) * (2 * n + 5) / 18.0)
    for i, row in enumerate(series):
        _, tied = np.unique(row, return_counts=True)
        variance[i] -= (tied * (tied - 1) * (2 * tied + 5)).sum() / 18.0
    some = variance > 0
    z = np.where(some, (s - np.sign(s)) / np.sqrt(np.where(some, variance, 1)), 0.0)
    return z, 2 * stats.norm.sf(np.abs(z))


def emerging(z: np.ndarray, hot: np.ndarray, *, alpha: float = 0.05) -> np.ndarray | TooFew:
    """A class for each area from its series: `z` of Gi* and whether it was `hot`, areas × periods.

    Classes and limits as ArcGIS's Emerging Hot Spot Analysis. Wording only: it is for areas that
    the scan has found over the whole window, never by itself a finding.
    """
    periods = hot.shape[1]
    if periods < PERIODS_TO_EMERGE:
        return TooFew("few_periods", periods, PERIODS_TO_EMERGE)
    share, now = hot.mean(axis=1), hot[:, -1]
    before = hot[:, :-1].mean(axis=1)
    trend, p = mann_kendall(z)
    moves = np.where(p <= alpha, np.sign(trend), 0)
    # Hot at the end without a break, and never earlier.
    starts = (np.diff(hot.astype(int), axis=1, prepend=0) == 1).sum(axis=1)
    return np.select(
        [
            now & (before == 0),
            now & (share >= NEARLY_ALWAYS) & (moves > 0),
            now & (share >= NEARLY_ALWAYS) & (moves < 0),
            now & (share >= NEARLY_ALWAYS),
            now & (starts == 1),
            now,
            ~now & (before >= NEARLY_ALWAYS),
        ],
        [NEW, INTENSIFYING, DIMINISHING, PERSISTENT, CONSECUTIVE, SPORADIC, HISTORICAL],
        NONE,
    )
