"""Changes between periods, and how an area became hot."""

import numpy as np
import pytest
from scipy import stats

from hotspots.stats.few import TooFew
from hotspots.stats.trend import change, change_against, emerging, mann_kendall


def test_a_change_is_given_with_the_exact_interval():
    found = change(20, 40)
    told = stats.binomtest(40, 60).proportion_ci(0.95, method="exact")
    assert found.ratio == 2
    assert found.low == pytest.approx(told.low / (1 - told.low))
    assert found.high == pytest.approx(told.high / (1 - told.high))
    assert found.says == "up"


def test_twice_the_months_halve_the_ratio():
    assert (
        change(20, 40, time_after=2).ratio == 1 and change(20, 40, time_after=2).says == "unclear"
    )


def test_from_none_or_to_none_is_an_interval_without_end():
    assert change(0, 12).high == np.inf and change(0, 12).ratio == np.inf
    assert change(12, 0).low == 0 and change(12, 0).says == "down"


def test_scatter_widens_the_interval():
    assert change(20, 40, phi=2).low < change(20, 40).low


def test_nine_disputes_have_no_trend():
    assert change(4, 5) == TooFew("few_disputes", 9, 10)


def test_the_interval_holds_the_truth_as_often_as_it_says():
    rng = np.random.default_rng(1)
    inside = [
        (c := change(int(rng.poisson(30)), int(rng.poisson(45)))).low <= 1.5 <= c.high
        for _ in range(600)
    ]
    assert 0.94 <= np.mean(inside) <= 0.985


def test_a_fall_everywhere_is_no_success():
    assert change(60, 30).says == "down"
    assert change_against(60, 30, 600, 300).says == "unclear"
    assert change_against(60, 20, 600, 580).says == "down"


def test_a_comparison_without_disputes_compares_nothing():
    assert change_against(60, 30, 4, 5) == TooFew("few_disputes", 9, 10)


def test_did_it_work_holds_the_truth_as_often_as_it_says():
    rng = np.random.default_rng(2)
    inside = []
    for _ in range(600):
        found = change_against(*(int(rng.poisson(m)) for m in (50, 25, 300, 300)))
        inside.append(found.low <= 0.5 <= found.high)
    assert 0.93 <= np.mean(inside) <= 0.98


def test_mann_kendall_counts_pairs():
    """Kendall's tau of scipy is the same sum; its p differs by the correction for steps only."""
    rng = np.random.default_rng(3)
    series = np.round(rng.normal(0, 2, (20, 12)) + np.linspace(0, 3, 12))
    z, p = mann_kendall(series)
    for row, zi, pi in zip(series, z, p, strict=True):
        told = stats.kendalltau(np.arange(12), row, method="asymptotic")
        assert np.sign(zi) in (0, np.sign(told.statistic))
        assert pi >= told.pvalue - 1e-12 and pi == pytest.approx(told.pvalue, abs=0.1)
    assert mann_kendall(np.arange(12.0)[None])[0] == pytest.approx(65 / np.sqrt(12 * 11 * 29 / 18))
    assert mann_kendall(np.ones((1, 12)))[0] == 0


def series(text):
    return np.array([c == "x" for c in text])


@pytest.mark.parametrize(
    "hot, slope, name",
    [
        ("...........x", 0, "new"),
        (".........xxx", 0, "consecutive"),
        ("xxxxxxxxxxxx", 1, "intensifying"),
        ("xxxxxxxxxxxx", 0, "persistent"),
        ("xxxxxxxxxxxx", -1, "diminishing"),
        ("..x..x....xx", 0, "sporadic"),
        ("xxxxxxxxxxx.", 0, "historical"),
        ("..x.........", 0, "none"),
        ("............", 0, "none"),
    ],
)
def test_areas_are_classed_by_their_months(hot, slope, name):
    hot = series(hot)[None]
    noise = np.array([0.0, 1, 0, 1, 1, 0, 0, 1, 0, 1, 0, 0])
    assert emerging(slope * np.arange(12.0)[None] + noise, hot).tolist() == [name]


def test_two_periods_are_too_few_to_emerge():
    assert emerging(np.zeros((3, 2)), np.zeros((3, 2), bool)) == TooFew("few_periods", 2, 10)


def test_ties_make_a_trend_scatter_less():
    """40 pairs rise, 5 tie: (40 − 1) / √((10·9·25 − 5·2·1·9) / 18)."""
    z, _ = mann_kendall(np.array([[1, 1, 2, 2, 3, 3, 4, 4, 5, 5]]))
    assert z[0] == pytest.approx(39 / np.sqrt(120))
