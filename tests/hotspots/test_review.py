"""The review as a whole: planted hot spots, a planted quota, and all that it refuses to say."""

from math import log

import numpy as np
import pytest

from hotspots.stats.effort import month_end_spikes
from hotspots.stats.expected import Offset
from hotspots.stats.few import TooFew
from hotspots.stats.neighbours import from_pairs
from hotspots.stats.review import ARTEFACT, REAL, Areas, Disputes, review
from hotspots.stats.scan import Scan
from tests.hotspots.oracles import lattice

HOT, QUOTA = [44, 45, 46, 25, 65], [333, 334, 335, 314, 354]


def district(seed=1, *, hot=1.0, quota=0, looked=()):
    """400 grids of 80 households, 3 disputes each a year; half are minor."""
    rng = np.random.default_rng(seed)
    xy, near = lattice(20, 20)
    risk = np.ones(400)
    risk[HOT] = hot
    screenings = np.full(400, 160.0)
    if looked:
        screenings[list(looked)] *= 4
        risk[list(looked)] *= 4
    area = np.repeat(np.arange(400), rng.poisson(3 * risk))
    minor, left = rng.random(len(area)) < 0.5, rng.integers(0, 30, len(area))
    more = np.repeat(QUOTA, quota)
    area = np.r_[area, more]
    minor = np.r_[minor, np.ones(len(more), bool)]
    left = np.r_[left, rng.integers(0, 3, len(more))]
    return Areas(np.full(400, 80.0), xy, near, screenings), Disputes(area, minor, left)


def test_a_hot_spot_is_found_and_a_quota_called_one():
    found = review(*district(hot=4, quota=10), seed=1, sims=499)
    kinds = {f.kind: set(f.cluster.members.tolist()) for f in found.findings}
    assert len(found.findings) == 2
    assert len(kinds[REAL] & set(HOT)) >= 4 and len(kinds[ARTEFACT] & set(QUOTA)) >= 4
    quota = next(f for f in found.findings if f.kind == ARTEFACT)
    assert quota.late >= 40 and quota.surplus >= 40 and quota.p_without > 0.05


def test_a_hot_spot_with_some_quota_in_it_stays_one():
    areas, disputes = district(hot=6)
    more = np.repeat(HOT, 2)
    both = Disputes(
        np.r_[disputes.area, more],
        np.r_[disputes.minor, np.ones(10, bool)],
        np.r_[disputes.days_left, np.zeros(10, np.int64)],
    )
    found = review(areas, both, seed=1, sims=499)
    assert [f.kind for f in found.findings] == [REAL]


def test_what_is_left_without_the_surplus_is_judged_as_the_scan_would():
    areas, disputes = district(hot=9, quota=6)
    more = np.r_[np.repeat(QUOTA, 4), QUOTA[:2]]
    disputes = Disputes(
        np.r_[disputes.area, more],
        np.r_[disputes.minor, np.zeros(22, bool)],
        np.r_[disputes.days_left, np.full(22, 9)],
    )
    found = review(areas, disputes, seed=1, sims=499)
    assert [f.kind for f in found.findings] == [REAL, ARTEFACT]
    one, other = (f.cluster for f in found.findings)
    # A place that is explained is taken away first, with what was expected there.
    among = len(disputes.area) - one.observed - (surplus := found.findings[1].surplus)
    inside = other.observed - surplus
    due = other.expected * among / (among + surplus)
    ratio = inside * log(inside / due) + (among - inside) * log((among - inside) / (among - due))
    p = ((found.verdict.most_by_chance >= ratio).sum() + 1) / 500
    assert found.findings[1].p_without == p and 0.1 < p < 0.5


def test_a_quarter_of_nothing_but_chance_has_no_findings():
    found = review(*district(seed=3), seed=1, sims=499)
    assert isinstance(found.verdict, Scan) and found.verdict.p > 0.05
    assert not found.findings and not found.explained


def test_what_screening_explains_is_named_as_that():
    looked = [44, 45, 46, 25, 65, 300, 301, 302, 120, 199]
    found = review(*district(seed=2, looked=looked), seed=1, sims=499)
    assert isinstance(found.effort, Offset) and found.effort.slope > 0.8
    assert not found.findings
    assert {44, 45, 46} & set(np.concatenate([c.members for c in found.explained]).tolist())


def test_the_same_seed_gives_the_same_review():
    a, b = (review(*district(hot=2), seed=7, sims=199) for _ in range(2))
    assert a.verdict.p == b.verdict.p
    assert (a.verdict.most_by_chance == b.verdict.most_by_chance).all()


def none(n=0):
    return Disputes(np.zeros(n, np.int64), np.zeros(n, bool), np.zeros(n, np.int64))


def test_no_disputes_is_an_answer_everywhere():
    areas, _ = district()
    found = review(areas, none(), seed=1)
    no = TooFew("no_disputes")
    assert (found.verdict, found.ring, found.smoothed, found.effort) == (no, no, no, no)
    assert found.gi == TooFew("all_alike") and not found.findings and not found.counts.any()


def test_all_in_one_area_is_compared_with_nothing():
    areas, _ = district()
    assert review(areas, none(40), seed=1).verdict == TooFew("one_area", 40, 2)


def test_a_window_that_is_not_over_has_no_verdict():
    assert review(*district(hot=5), seed=1, days_open=12).verdict == TooFew("open_period", 12, 0)


def test_no_households_anywhere_leaves_only_counts():
    areas, disputes = district()
    nobody = Areas(np.zeros(400), areas.xy, areas.near, areas.screenings)
    found = review(nobody, disputes, seed=1)
    assert found.verdict == found.smoothed == found.gi == TooFew("no_households")
    assert found.homeless == found.counts.sum() > 0 and np.isnan(found.rates).all()


def test_disputes_without_position_and_without_households_are_counted_apart():
    areas, disputes = district()
    households = areas.households.copy()
    households[7] = 0
    some = Disputes(
        np.r_[disputes.area, np.full(6, -1), np.full(30, 7)],
        np.r_[disputes.minor, np.zeros(36, bool)],
        np.r_[disputes.days_left, np.zeros(36, np.int64)],
    )
    found = review(Areas(households, areas.xy, areas.near), some, seed=1, sims=199)
    assert found.unplaced == 6 and found.homeless >= 30 and np.isnan(found.rates[7])
    assert 7 not in np.concatenate([f.cluster.members for f in found.findings] or [[]])


def test_zero_screenings_leave_the_households():
    areas, disputes = district(hot=4)
    blind = Areas(areas.households, areas.xy, areas.near, np.zeros(400))
    found = review(blind, disputes, seed=1, sims=199)
    assert found.effort == TooFew("no_screenings") and len(found.findings) == 1


def test_a_town_of_few_areas_has_rates_but_no_verdict():
    xy, near = lattice(4, 4)
    some = Disputes(np.arange(64) % 16, np.zeros(64, bool), np.full(64, 9))
    found = review(Areas(np.full(16, 300.0), xy, near), some, seed=1)
    assert found.verdict == TooFew("few_areas", 16, 30) and found.gi == TooFew("few_areas", 16, 30)
    assert found.smoothed.rate == pytest.approx(4 / 300)


def test_islands_are_counted():
    areas, disputes = district()
    alone = np.zeros(400, bool)
    alone[3] = True
    near = from_pairs(400, np.c_[np.arange(399), np.arange(1, 400)], alone)
    assert review(Areas(areas.households, areas.xy, near), disputes, seed=1, sims=99).islands == 1


def test_minor_items_spread_over_the_month_are_no_quota():
    rng = np.random.default_rng(1)
    area = np.repeat(np.arange(20), 60)
    found = month_end_spikes(area, np.ones(1200, bool), rng.integers(0, 30, 1200), 20)
    assert not found.flag.any() and not found.surplus.any()


def test_a_quota_everywhere_is_judged_by_the_calendar_only_where_it_is_worse():
    """Where all enter at the end of the month, only who does it still more is asked."""
    left = np.tile(np.r_[np.zeros(15, np.int64), np.full(15, 20)], 10)
    area = np.repeat(np.arange(10), 30)
    assert not month_end_spikes(area, np.ones(300, bool), left, 10).flag.any()
    left[:30] = 0
    assert month_end_spikes(area, np.ones(300, bool), left, 10).flag.nonzero()[0].tolist() == [0]


def test_late_are_the_last_three_days_and_usual_what_belongs_to_the_others():
    """18 early and 20 late here, 180 and 20 elsewhere: beside 18 early ones 2 late are usual."""
    area = np.repeat([0, 1], [38, 200])
    left = np.r_[np.full(18, 3), np.full(20, 2), np.full(180, 3), np.full(20, 0)]
    found = month_end_spikes(area, np.ones(238, bool), left, 2)
    assert found.late.tolist() == [20, 20]
    assert found.flag.tolist() == [True, False]
    assert found.usual[0] == pytest.approx(2) and found.surplus.tolist() == [18, 0]


def test_nine_minor_items_are_not_judged():
    area, left = (
        np.r_[np.zeros(9, np.int64), np.ones(200, np.int64)],
        np.r_[np.zeros(9), np.full(200, 15)],
    )
    assert not month_end_spikes(area, np.ones(209, bool), left, 2).flag.any()
