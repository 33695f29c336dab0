"""Counts, rates, and what a rate of few households is worth: empirical Bayes.

All rates are events per household and period given; multiply by 1,000 for the screen.
"""

from dataclasses import dataclass

import numpy as np
from scipy import stats

from hotspots.stats.few import HOUSEHOLDS_FOR_RATE, TooFew
from hotspots.stats.neighbours import Neighbours


@dataclass(frozen=True)
class Smoothed:
    """`rate` is the posterior mean; `low`–`high` holds the true rate with the level asked for.

    `weight` of the area's own figure against the mean of all: 1 its own, 0 only theirs.
    `above` is the probability that the true rate exceeds `factor` × the mean.
    """

    rate: np.ndarray
    low: np.ndarray
    high: np.ndarray
    weight: np.ndarray
    above: np.ndarray
    mean: float


def raw_rates(events: np.ndarray, exposure: np.ndarray) -> np.ndarray:
    """events / exposure; nan where fewer than HOUSEHOLDS_FOR_RATE stand behind it."""
    enough = exposure >= HOUSEHOLDS_FOR_RATE
    return np.where(enough, events / np.where(enough, exposure, 1), np.nan)


def smooth(
    events: np.ndarray, exposure: np.ndarray, *, level: float = 0.95, factor: float = 1.5
) -> Smoothed | TooFew:
    """Empirical Bayes by the method of moments (Marshall 1991), gamma prior (Clayton & Kaldor 1987).

    Prior mean m = Σo/Σe and variance A = max(0, Σe(r−m)²/Σe − m/ē); the posterior is
    gamma(m²/A + o, m/A + e), whose mean is Marshall's shrunk rate. Where A = 0 the areas differ no
    more than chance: every rate is m, and its interval that of the whole.
    Valid for counts of rare events with ≥ 2 areas that have exposure; the interval leaves out that
    m and A are themselves estimates, so it is a little narrow for fewer than some 20 areas.
    """
    lived_in = exposure > 0
    if events.sum() == 0:
        return TooFew("no_disputes")
    if lived_in.sum() < 2:
        return TooFew("few_areas", int(lived_in.sum()), 2)
    mean, spread = _moments(events[lived_in], exposure[lived_in])
    return _posterior(events, exposure, mean, spread, level, factor, events.sum())


def smooth_locally(
    events: np.ndarray, exposure: np.ndarray, near: Neighbours, *,
    level: float = 0.95, factor: float = 1.5,
) -> Smoothed | TooFew:  # fmt: skip
    """Empirical Bayes towards the mean of the area and its neighbours (Marshall 1991, local form).

    The same as spdep's EBlocal(geoda=TRUE). `above` compares with the mean of all.
    """
    if events.sum() == 0:
        return TooFew("no_disputes")
    o, e = near.ring(events), near.ring(exposure)
    safe = np.where(e > 0, e, 1)
    mean = o / safe
    rate = _divide(events, exposure)
    squares = (
        near.ring(exposure * rate**2) - 2 * mean * near.ring(exposure * rate) + mean**2 * e
    ) / safe
    typical = e / near.ring(np.ones(near.n))
    spread = np.maximum(0, squares - _divide(mean, typical))
    return _posterior(events, exposure, mean, spread, level, factor, o)


def _moments(events, exposure) -> tuple[float, float]:
    mean = events.sum() / exposure.sum()
    squares = (exposure * (events / exposure - mean) ** 2).sum() / exposure.sum()
    return mean, max(0.0, squares - mean / exposure.mean())


def _posterior(events, exposure, mean, spread, level, factor, behind) -> Smoothed:
    mean, spread, behind = (np.broadcast_to(v, events.shape) for v in (mean, spread, behind))
    varies = (spread > 0) & (mean > 0)
    some = np.where(varies, spread, 1)
    weight = np.where(varies, _divide(spread, spread + _divide(mean, exposure)), 0.0)
    weight = np.where(exposure > 0, weight, 0.0)
    rate = weight * _divide(events, exposure) + (1 - weight) * mean
    # Without spread: the uncertainty of the common mean, from the events behind it.
    shape = np.where(varies, mean**2 / some + events, np.maximum(behind, 0.5))
    scale = np.where(varies, 1 / (_divide(mean, some) + exposure), _divide(mean, shape))
    tail = (1 - level) / 2
    low, high = (
        stats.gamma.ppf(p, shape, scale=np.where(scale > 0, scale, 1)) for p in (tail, 1 - tail)
    )
    whole = float(events.sum() / exposure.sum())
    above = stats.gamma.sf(factor * whole, shape, scale=np.where(scale > 0, scale, 1))
    empty = scale <= 0
    return Smoothed(
        rate, np.where(empty, 0, low), np.where(empty, 0, high), weight,
        np.where(empty, 0, above), whole,
    )  # fmt: skip


def _divide(a, b):
    """a / b, and 0 where b is 0."""
    some = np.asarray(b) > 0
    return np.where(some, a / np.where(some, b, 1), 0.0)
