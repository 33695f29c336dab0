"""Rates, and what they are worth."""

import numpy as np
import pytest
from scipy import integrate, stats

from hotspots.stats.expected import dispersion, effort_offset, expected
from hotspots.stats.few import TooFew
from hotspots.stats.neighbours import from_pairs
from hotspots.stats.rates import raw_rates, smooth, smooth_locally
from hotspots.stats.ring import ring_test
from tests.hotspots.oracles import lattice

EVENTS = np.array([1.0, 0, 7, 3, 12, 0])
HOMES = np.array([40.0, 55, 90, 20, 160, 70])
# esda 2.9.0: Empirical_Bayes(EVENTS, HOMES).r and Spatial_Empirical_Bayes(EVENTS, HOMES, w).r,
# w: the chain 0-1-2-3-4-5.
ESDA = [
    0.04167580227227427,
    0.027490932712607583,
    0.06785921613507821,
    0.07728689904595623,
    0.06899715279974691,
    0.024308334450209655,
]
ESDA_LOCAL = [
    0.010526315789473684,
    0.026293115745627805,
    0.07177177177177177,
    0.08148148148148149,
    0.0711340206185567,
    0.02622950819672131,
]


def chain(n):
    return from_pairs(n, np.c_[np.arange(n - 1), np.arange(1, n)])


def test_smoothed_rates_are_those_of_esda():
    assert smooth(EVENTS, HOMES).rate == pytest.approx(ESDA, abs=1e-12)


def test_rates_smoothed_locally_are_those_of_esda():
    assert smooth_locally(EVENTS, HOMES, chain(6)).rate == pytest.approx(ESDA_LOCAL, abs=1e-12)


def test_a_rate_lies_between_its_own_and_the_mean_nearer_to_its_own_with_more_homes():
    found = smooth(EVENTS, HOMES)
    own = EVENTS / HOMES
    between = (found.rate - own) * (found.rate - found.mean) <= 1e-15
    assert between.all() and found.weight[4] == found.weight.max()


def test_interval_and_exceedance_are_those_of_the_posterior_integrated():
    found = smooth(EVENTS, HOMES, level=0.9, factor=1.5)
    mean = found.mean
    homes_of_prior = HOMES[2] / found.weight[2] - HOMES[2]
    a, b = mean * homes_of_prior, homes_of_prior

    def density(rate):
        return stats.gamma.pdf(rate, a, scale=1 / b) * stats.poisson.pmf(7, rate * 90)

    whole = integrate.quad(density, 0, 1, points=[0.05, 0.1], epsabs=1e-14)[0]
    inside = integrate.quad(density, found.low[2], found.high[2], epsabs=1e-14)[0]
    above = integrate.quad(density, 1.5 * mean, 1, points=[0.1, 0.2], epsabs=1e-14)[0]
    assert inside / whole == pytest.approx(0.9, abs=1e-7)
    assert found.above[2] == pytest.approx(above / whole, abs=1e-7)


def test_intervals_hold_the_truth_as_often_as_they_say():
    rng = np.random.default_rng(1)
    homes = rng.integers(30, 300, 400).astype(float)
    true = rng.gamma(4, 0.02 / 4, 400)
    found = smooth(rng.poisson(true * homes).astype(float), homes)
    assert ((found.low <= true) & (true <= found.high)).mean() == pytest.approx(0.95, abs=0.035)


def test_areas_that_differ_no_more_than_chance_all_get_the_mean():
    found = smooth(np.full(5, 4.0), np.full(5, 100.0))
    assert found.rate == pytest.approx(0.04) and not found.weight.any()
    assert (found.low < 0.04).all() and (found.high > 0.04).all()


def test_an_area_without_households_has_the_mean_and_no_raw_rate():
    events, homes = np.array([3.0, 0, 9]), np.array([50.0, 0, 60])
    assert np.isnan(raw_rates(events, homes)).tolist() == [False, True, False]
    found = smooth(events, homes)
    assert found.rate[1] == pytest.approx(found.mean) and found.weight[1] == 0


def test_nineteen_households_have_no_rate():
    rates = raw_rates(np.array([1.0, 1]), np.array([19.0, 20]))
    assert np.isnan(rates[0]) and rates[1] == 0.05


def test_no_disputes_and_one_area_are_too_few():
    assert smooth(np.zeros(4), HOMES[:4]) == TooFew("no_disputes")
    assert smooth(np.array([3.0, 0]), np.array([40.0, 0])) == TooFew("few_areas", 1, 2)
    assert smooth_locally(np.zeros(6), HOMES, chain(6)) == TooFew("no_disputes")


def test_what_is_expected_has_the_sum_of_what_was_found():
    assert expected(EVENTS, HOMES).sum() == pytest.approx(23)
    assert expected(EVENTS, HOMES, np.arange(6.0))[0] == 0


def test_dispersion_is_the_variance_over_the_mean():
    rng = np.random.default_rng(2)
    mean = np.full(20_000, 1.7)
    assert dispersion(rng.poisson(mean), mean) == pytest.approx(1, abs=0.03)
    scattered = rng.negative_binomial(mean / 0.5, 1 / 1.5)
    assert dispersion(scattered, mean) == pytest.approx(1.5, abs=0.05)
    assert dispersion(mean, mean) == 1
    # χ² of 9/2 + 1/2 over two degrees of freedom.
    assert dispersion(np.array([5.0, 1, 2]), np.full(3, 2.0)) == pytest.approx(5 / 2)


@pytest.mark.parametrize("slope", [0.0, 0.6, 1.0])
def test_the_slope_of_effort_is_found(slope):
    rng = np.random.default_rng(4)
    homes = rng.integers(200, 900, 400).astype(float)
    rate = rng.lognormal(0, 0.6, 400)
    screenings = rng.poisson(2 * homes * rate).astype(float)
    found = effort_offset(rng.poisson(0.03 * homes * rate**slope).astype(float), homes, screenings)
    assert found.slope == pytest.approx(slope, abs=0.08)
    assert (homes * found.share).sum() == pytest.approx(homes.sum())


def test_the_slope_of_effort_is_where_the_likelihood_is_highest():
    rng = np.random.default_rng(5)
    homes = rng.integers(20, 90, 50).astype(float)
    screenings = rng.integers(0, 200, 50).astype(float)
    events = rng.poisson(0.01 * (screenings + 2 * homes)).astype(float)
    found = effort_offset(events, homes, screenings)

    def likelihood(slope):
        usual = screenings.sum() / homes.sum()
        weight = homes * ((screenings + 5 * usual) / (homes + 5)) ** slope
        return events @ np.log(weight / weight.sum())

    assert 0 < found.slope < 1
    assert likelihood(found.slope) > max(
        likelihood(found.slope - 1e-4), likelihood(found.slope + 1e-4)
    )


def test_more_screening_never_lowers_what_is_expected():
    homes, screenings = np.full(40, 100.0), np.arange(40.0)
    assert effort_offset(np.arange(40.0)[::-1], homes, screenings).slope == 0


def test_zero_screenings_say_nothing_about_effort():
    assert effort_offset(EVENTS, HOMES, np.zeros(6)) == TooFew("no_screenings")


def test_a_ring_is_judged_by_the_exact_tail():
    _, near = lattice(6, 6)
    o, e = np.full(36, 2.0), np.full(36, 2.0)
    o[0], o[35] = 9, 0
    e *= o.sum() / e.sum()
    found = ring_test(o, e, near, 1.0)
    assert found.observed[0] == 15 and found.expected[0] == pytest.approx(4 * e[0])
    tail = sum(stats.binom.pmf(k, int(o.sum()), 4 / 36) for k in range(15, int(o.sum()) + 1))
    assert found.p[0] == pytest.approx(tail, rel=1e-9)
    scattered = ring_test(o, e, near, 1.6)
    r = 4 * e[0] / 0.6
    tail = 1 - sum(stats.nbinom.pmf(k, r, 1 / 1.6) for k in range(15))
    assert scattered.p[0] == pytest.approx(tail, rel=1e-9) and scattered.p[0] > found.p[0]


def test_the_ring_of_few_is_too_few():
    _, near = lattice(6, 6)
    assert ring_test(np.zeros(36), np.ones(36), near, 1.0) == TooFew("no_disputes")
    o = np.r_[19.0, np.zeros(35)]
    assert ring_test(o, np.full(36, 19 / 36), near, 1.0) == TooFew("few_disputes", 19, 20)
