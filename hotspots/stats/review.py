"""The whole review of one window and one level: what stands out, what is effort, what is too few to say."""

from dataclasses import dataclass, field

import numpy as np

from hotspots.stats.autocorrelation import Global, Local, gi_star, global_moran
from hotspots.stats.effort import Spikes, month_end_spikes
from hotspots.stats.expected import Offset, effort_offset, expected
from hotspots.stats.few import TooFew
from hotspots.stats.neighbours import Neighbours
from hotspots.stats.rates import Smoothed, raw_rates, smooth
from hotspots.stats.ring import Ring, ring_test
from hotspots.stats.scan import (
    ALPHA,
    SIMS,
    Cluster,
    Scan,
    clusters_of,
    log_likelihood_ratio,
    scan,
)

REAL, ARTEFACT = "real", "artefact"


@dataclass(frozen=True)
class Areas:
    """Areas of one level: households, centres in metres, neighbours, screenings if they are known."""

    households: np.ndarray
    xy: np.ndarray
    near: Neighbours
    screenings: np.ndarray | None = None


@dataclass(frozen=True)
class Disputes:
    """One entry each: area (−1 without position), whether minor, days left in its month."""

    area: np.ndarray
    minor: np.ndarray
    days_left: np.ndarray


@dataclass(frozen=True)
class Finding:
    """Areas that stand out together. `kind` artefact: not without the month-end minor items.

    `alone`: of its areas those whose own ring is significant, for the order of visits.
    """

    cluster: Cluster
    kind: str
    late: int
    minor: int
    surplus: int
    p_without: float
    alone: np.ndarray


@dataclass(frozen=True)
class Review:
    """`verdict` is the scan, or why there is none. Everything else is shown beside it.

    `explained`: clusters per household that screening explains. `unplaced`: disputes without
    position; `homeless`: in areas without households; neither is in any rate.
    """

    counts: np.ndarray
    rates: np.ndarray
    smoothed: Smoothed | TooFew
    expected: np.ndarray
    effort: Offset | TooFew
    verdict: Scan | TooFew
    findings: list[Finding]
    explained: list[Cluster]
    ring: Ring | TooFew
    gi: Local | TooFew
    moran: Global | TooFew
    unplaced: int
    homeless: int
    islands: int
    seed: int
    spikes: Spikes | None = field(default=None, repr=False)


def review(
    areas: Areas, disputes: Disputes, *, seed: int, sims: int = SIMS, alpha: float = ALPHA,
    days_open: int = 0,
) -> Review:  # fmt: skip
    """Review one window. `days_open`: days of it still to come; until then there is no verdict.

    The verdict is the scan at `alpha`: on a map of nothing but chance it names a place in 5 of 100
    reviews. The ring only says which areas inside stand out by themselves, so it adds no alarms.
    """
    n = len(areas.households)
    placed = disputes.area >= 0
    counts = np.bincount(disputes.area[placed], minlength=n).astype(float)
    lived_in = areas.households > 0
    homeless = int(counts[~lived_in].sum())
    used = np.where(lived_in, counts, 0.0)
    effort: Offset | TooFew = TooFew("no_screenings")
    if areas.screenings is not None and lived_in.any():
        effort = effort_offset(used, areas.households, areas.screenings)
    share = effort.share if isinstance(effort, Offset) else None
    mean = expected(used, areas.households, share) if lived_in.any() else np.zeros(n)
    verdict: Scan | TooFew
    if days_open > 0:
        verdict = TooFew("open_period", days_open, 0)
    elif not lived_in.any():
        verdict = TooFew("no_households")
    elif n > 1 and used.any() and (used > 0).sum() == 1:
        verdict = TooFew("one_area", int(used.sum()), 2)
    else:
        verdict = scan(used, mean, areas.xy, seed=seed, sims=sims, alpha=alpha)
    findings, explained, ring, spikes = [], [], TooFew("no_disputes"), None
    if isinstance(verdict, Scan):
        ring = ring_test(used, mean, areas.near, verdict.phi)
        findings, spikes = _judge(verdict, disputes, used.sum(), ring, alpha, n)
        explained = _explained(verdict, used, areas, alpha) if share is not None else []
    else:
        ring = verdict
    smoothed: Smoothed | TooFew = TooFew("no_households")
    gi: Local | TooFew = TooFew("no_households")
    moran: Global | TooFew = TooFew("no_households")
    if lived_in.any():
        smoothed = smooth(used, areas.households)
        shrunk = smoothed.rate if isinstance(smoothed, Smoothed) else used
        gi, moran = gi_star(shrunk, areas.near), global_moran(shrunk, areas.near)
    return Review(
        counts, raw_rates(used, areas.households), smoothed, mean, effort, verdict, findings,
        explained, ring, gi, moran, int((~placed).sum()), homeless,
        int(areas.near.islands.sum()), seed, spikes,
    )  # fmt: skip


def _judge(verdict, disputes, total, ring, alpha, n) -> tuple[list[Finding], Spikes]:
    """Would each cluster stand out without its surplus of minor items at the end of months?"""
    group = np.zeros(n, np.int64)
    for number, cluster in enumerate(verdict.clusters, 1):
        group[cluster.members] = number
    placed = disputes.area >= 0
    spikes = month_end_spikes(
        group[disputes.area[placed]], disputes.minor[placed], disputes.days_left[placed],
        len(verdict.clusters) + 1,
    )  # fmt: skip
    findings, among = [], total
    for number, cluster in enumerate(verdict.clusters, 1):
        surplus = spikes.surplus[number]
        p = cluster.p
        if surplus:
            left = among - surplus
            due = cluster.expected * left / among
            p = verdict.p_of(log_likelihood_ratio(cluster.observed - surplus, due, left))
        alone = cluster.members[ring.q[cluster.members] <= alpha]
        kind = ARTEFACT if p > alpha else REAL
        late, minor = int(spikes.late[number]), int(spikes.minor[number])
        findings.append(Finding(cluster, kind, late, minor, int(surplus), p, alone))
        # The next was sought among what this one leaves.
        among -= cluster.observed
    return findings, spikes


def _explained(verdict, used, areas, alpha) -> list[Cluster]:
    """What households alone would have named, and screening explains."""
    named = np.zeros(len(used), bool)
    for cluster in verdict.clusters:
        named[cluster.members] = True
    plain = clusters_of(used, expected(used, areas.households), areas.xy, verdict, alpha=alpha)
    return [c for c in plain if not named[c.members].any()]
