"""Gi*, Moran and the false discovery rate, as esda, spdep and pygeoda have them."""

from itertools import combinations

import numpy as np
import pytest

from hotspots.stats.autocorrelation import (
    false_discovery,
    gi_star,
    global_by_permutation,
    global_moran,
    local_by_permutation,
    local_moran,
)
from hotspots.stats.few import TooFew
from hotspots.stats.neighbours import from_pairs, within
from tests.hotspots.oracles import CLASSICS, classic, memphis_grid

EXACT = {"abs": 1e-9, "rel": 1e-9}


@pytest.mark.parametrize("name", CLASSICS)
def test_gi_star_is_that_of_spdep(name):
    x, near, told = classic(name)
    ours, theirs = gi_star(x, near), told["gi_star_binary_self"]
    assert ours.z == pytest.approx(theirs["z"], **EXACT)
    assert ours.p == pytest.approx(theirs["p_two_sided_normal"], abs=1e-9)
    assert ours.q == pytest.approx(theirs["q_BH"], abs=1e-9)
    assert (ours.q <= 0.05).tolist() == theirs["significant_fdr05"]


@pytest.mark.parametrize("name", CLASSICS)
def test_gi_star_as_a_share_is_that_of_geoda(name):
    """GeoDa divides by the mean of the ring instead: the same order, scaled by the ring's size."""
    x, near, told = classic(name)
    shares = gi_star(x, near).value / (near.count + 1)
    assert shares == pytest.approx(told["pygeoda"]["gstar"], **EXACT)


@pytest.mark.parametrize("name", CLASSICS)
def test_local_moran_is_that_of_spdep(name):
    x, near, told = classic(name)
    ours, theirs = local_moran(x, near), told["local_moran_rowstd"]
    assert ours.value == pytest.approx(theirs["I_spdep"], **EXACT)
    assert ours.z == pytest.approx(theirs["z_conditional"], **EXACT)
    assert ours.p == pytest.approx(theirs["p_two_sided_conditional"], abs=1e-9)
    assert ours.quadrant.tolist() == theirs["quadrant_esda"]


@pytest.mark.parametrize("name", CLASSICS)
def test_global_moran_is_that_of_spdep(name):
    x, near, told = classic(name)
    ours, theirs = global_moran(x, near), told["global_moran"]
    found = (ours.value, ours.expected, ours.variance, ours.z)
    assert found == pytest.approx(
        [theirs[k] for k in ("I", "E", "var_randomisation", "z")], **EXACT
    )


@pytest.mark.parametrize("name", CLASSICS)
def test_permutations_agree_with_those_of_esda_and_of_geoda(name):
    """Both draw all areas from one table, so theirs differ from each other by as much as .024."""
    x, near, told = classic(name)
    ours = local_by_permutation(x, near, sims=9_999, seed=1)
    for theirs in (
        told["gi_star_binary_self"]["p_sim_9999_seed12345_esda_onesided_folded"],
        told["local_moran_rowstd"]["p_sim_9999_seed12345_esda"],
        told["pygeoda"]["moran_pseudo_p"],
    ):
        off = np.abs(ours - np.array(theirs))
        assert off.mean() <= 0.01 and off.max() <= 0.04


def test_permutations_agree_with_all_there_are():
    """Where an area has few neighbours, every choice of others can be tried."""
    x, near, _ = classic("columbus_CRIME")
    ours = local_by_permutation(x, near, sims=9_999, seed=1)
    tried = np.flatnonzero(near.count <= 3)
    assert len(tried) >= 10
    for i in tried:
        seen = x[near.nbr[near.ptr[i] : near.ptr[i + 1]]].sum()
        sums = np.array([sum(c) for c in combinations(np.delete(x, i), int(near.count[i]))])
        exact = min((sums >= seen - 1e-9).mean(), (sums <= seen + 1e-9).mean())
        assert abs(ours[i] - exact) <= 4 * np.sqrt(exact * (1 - exact) / 9_999) + 2e-4


def test_permutations_are_those_of_the_seed():
    x, near, _ = classic("columbus_CRIME")
    first, again, other = (local_by_permutation(x, near, sims=99, seed=s) for s in (1, 1, 2))
    assert (first == again).all() and (first != other).any()


def test_global_moran_by_permutation_agrees_with_the_normal_one():
    x, near, _ = classic("columbus_CRIME")
    assert global_by_permutation(x, near, sims=999, seed=1) == 1 / 1000
    shuffled = np.random.default_rng(5).permutation(x)
    one_sided = global_moran(shuffled, near).p / 2
    assert global_by_permutation(shuffled, near, sims=1999, seed=1) == pytest.approx(
        one_sided, abs=0.04
    )


def test_gi_star_of_the_robberies_of_memphis_is_that_of_the_reference():
    """Many cells without any, and neighbours cut off by the edge of the city."""
    count, (told), corner = memphis_grid()
    ours = gi_star(count, within(corner, 1_500))
    assert ours.z == pytest.approx(told[:, 0], abs=1e-7)
    assert ours.q == pytest.approx(told[:, 1], abs=1e-6)


def test_false_discovery_never_falls_below_p_and_keeps_its_order():
    p = np.array([0.01, 0.04, 0.03, 0.9])
    assert false_discovery(p) == pytest.approx([0.04, 0.16 / 3, 0.16 / 3, 0.9])


@pytest.mark.parametrize("method", [gi_star, local_moran, global_moran])
def test_twenty_nine_areas_are_too_few(method):
    pairs = np.c_[np.arange(28), np.arange(1, 29)]
    assert method(np.arange(29.0), from_pairs(29, pairs)) == TooFew("few_areas", 29, 30)


@pytest.mark.parametrize("method", [gi_star, local_moran, global_moran])
def test_areas_that_are_all_alike_have_no_neighbours_alike(method):
    pairs = np.c_[np.arange(39), np.arange(1, 40)]
    assert method(np.zeros(40), from_pairs(40, pairs)) == TooFew("all_alike")
