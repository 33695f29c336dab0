"""Who could answer for which grid: optimal where every answer can be tried, never worse than greed."""

from itertools import product

import numpy as np
import pytest

from grids.designer.assign import (
    NOBODY,
    Prices,
    Village,
    assign_members,
    greedy,
    neighbours,
    scattered,
)


def invented(seed: int, columns: int, rows: int, members: int) -> Village:
    """A lattice of grids with uneven loads; members who live anywhere in it, two thirds have led."""
    rng = np.random.default_rng(seed)
    n = columns * rows
    x, y = np.divmod(np.arange(n), rows)
    near = np.abs(x[:, None] - x[None]) + np.abs(y[:, None] - y[None]) == 1
    lives = rng.random((members, 2)) * [columns, rows]
    way = 300 * np.hypot(x[:, None] - lives[None, :, 0], y[:, None] - lives[None, :, 1])
    way[:, rng.random(members) < 0.2] = np.nan
    now = rng.integers(members, size=n)
    now[rng.random(n) < 0.3] = NOBODY
    return Village(
        load=rng.lognormal(2.5, 0.4, n),
        way=way,
        bond=rng.integers(20, 200, n) * rng.integers(1, 25, n) * 1.0,
        near=near,
        now=now,
        locked=rng.random(n) < 0.1,
        allowed=rng.random((n, members)) < 0.9,
    )


def plain(load, near=None, now=None, members=2, **more) -> Village:
    n = len(load)
    return Village(
        **{
            "load": np.array(load, float),
            "way": np.full((n, members), np.nan),
            "bond": np.ones(n),
            "near": np.zeros((n, n), bool) if near is None else np.array(near, bool),
            "now": np.full(n, NOBODY) if now is None else np.array(now),
            "locked": np.zeros(n, bool),
            "allowed": np.ones((n, members), bool),
        }
        | more
    )


LANE = np.abs(np.arange(4)[:, None] - np.arange(4)[None]) == 1


def best_of_all(village: Village) -> float:
    """The least price over every assignment that is allowed."""
    prices = Prices(village)
    choices = []
    for g in range(len(village.load)):
        if village.locked[g]:
            choices.append([int(village.now[g])])
        else:
            choices.append([NOBODY, *np.flatnonzero(village.allowed[g]).tolist()])
    return min(prices.total(np.array(who)) for who in product(*choices))


@pytest.mark.parametrize("seed", range(12))
def test_in_a_small_village_nothing_is_better(seed):
    village = invented(seed, 3, 2, 3)
    got = Prices(village).total(assign_members(village))
    assert got == pytest.approx(best_of_all(village), abs=1e-6)


@pytest.mark.parametrize("seed", range(6))
def test_in_a_large_one_greed_is_never_better(seed):
    village = invented(seed, 4, 3, 4)
    prices = Prices(village)
    assert prices.total(assign_members(village)) <= prices.total(greedy(village)) + 1e-9


def test_greed_is_beaten_somewhere():
    villages = [invented(seed, 4, 3, 4) for seed in range(6)]
    won = [Prices(v).total(greedy(v)) - Prices(v).total(assign_members(v)) > 0.05 for v in villages]
    assert any(won)


@pytest.mark.parametrize("seed", range(6))
def test_locks_and_what_is_not_allowed_are_kept(seed):
    village = invented(seed, 4, 3, 4)
    who = assign_members(village)
    assert (who[village.locked] == village.now[village.locked]).all()
    free = np.flatnonzero(~village.locked & (who >= 0))
    assert village.allowed[free, who[free]].all()


def test_the_same_village_gives_the_same_answer():
    first, again = (assign_members(invented(3, 5, 3, 5)) for _ in range(2))
    assert first.tolist() == again.tolist()


def test_a_grid_that_nobody_may_answer_for_stays_without():
    who = assign_members(plain([5, 5], allowed=np.array([[False, False], [True, True]])))
    assert who[0] == NOBODY
    assert who[1] >= 0


def test_an_idle_member_who_may_not_is_not_asked_though_it_is_at_her_door():
    way = np.array([[2000.0, 10.0], [10.0, 2000.0]])
    allowed = np.array([[True, False], [True, True]])
    who = assign_members(plain([5, 5], way=way, allowed=allowed))
    assert who[0] == 0


def test_loads_are_shared_evenly():
    who = assign_members(plain([10, 10, 10, 10], near=LANE))
    assert np.bincount(who).tolist() == [2, 2]


def test_what_one_member_has_hangs_together():
    assert scattered(assign_members(plain([10, 10, 10, 10], near=LANE)), neighbours(LANE)) == 0


def test_nobody_changes_without_need():
    now = [0, 1, 0, 1]
    assert assign_members(plain([10, 10, 10, 10], now=now)).tolist() == now


def test_the_longest_and_neediest_relationship_is_the_last_to_change():
    # One of three grids has to go to the second member.
    bond = np.array([100.0, 500.0, 1000.0])
    who = assign_members(plain([10, 10, 10], now=[0, 0, 0], bond=bond))
    assert who[2] == 0
    assert (who == 1).any()


def test_of_equal_choices_the_nearer_home_is_taken():
    way = np.array([[100.0, 900.0], [900.0, 100.0]])
    assert assign_members(plain([10, 10], way=way)).tolist() == [0, 1]


def test_members_whose_ground_is_scattered_are_counted():
    assert scattered(np.array([0, 1, 0, 1]), neighbours(LANE)) == 2
    assert scattered(np.array([0, 0, 1, 1]), neighbours(LANE)) == 0
    assert scattered(np.array([NOBODY] * 4), neighbours(LANE)) == 0


def test_without_members_nothing_changes():
    assert assign_members(plain([5], members=0, now=[NOBODY])).tolist() == [NOBODY]
