"""The scan: as another would count it, as chance would have it, and what it finds."""

from math import log

import numpy as np
import pytest

from hotspots.stats.few import TooFew
from hotspots.stats.scan import Cluster, clusters_of, scan, scan_spacetime, windows
from tests.hotspots.oracles import lattice, memphis_grid


def brute_force(o, e, xy, largest, ages=1):
    """Every window in plain Python: (largest ratio, its areas, its age)."""
    total, best = o.sum(), (0.0, (), 0)
    e = e * total / e.sum()
    for i in range(len(xy)):
        order = sorted(range(len(xy)), key=lambda j: (j != i, np.hypot(*(xy[j] - xy[i])), j))
        for age in range(ages):
            for many in range(1, len(xy) + 1):
                zone = order[:many]
                if many > 1 and e[zone].sum() > largest * total * (1 + 1e-12):
                    break
                inside = o[zone, -1 - age :].sum()
                due = e[zone, -1 - age :].sum()
                if inside <= max(due, 1):
                    continue
                ratio = inside * log(inside / due)
                if total > inside:
                    ratio += (total - inside) * log((total - inside) / (total - due))
                if ratio > best[0] + 1e-12:
                    best = (ratio, tuple(sorted(zone)), age)
    return best


@pytest.mark.parametrize("seed", range(4))
def test_the_strongest_window_is_the_one_that_counting_them_all_finds(seed):
    rng = np.random.default_rng(seed)
    xy, _ = lattice(6, 7)
    xy = xy + rng.uniform(-100, 100, xy.shape)
    e = rng.uniform(1, 4, len(xy))
    o = rng.poisson(e).astype(float)
    o[:3] += 4
    ratio, zone, _ = brute_force(o[:, None], e[:, None], xy, 0.2)
    found = scan(o, e * o.sum() / e.sum(), xy, seed=1, sims=19, largest=0.2, alpha=1.0, phi=1.0)
    assert found.llr == pytest.approx(ratio, rel=1e-12)
    assert tuple(found.clusters[0].members) == zone


@pytest.mark.parametrize("seed", range(3))
def test_in_time_as_well(seed):
    rng = np.random.default_rng(seed)
    xy, _ = lattice(5, 7)
    xy = xy + rng.uniform(-100, 100, xy.shape)
    e = rng.uniform(0.5, 1.5, (len(xy), 8))
    o = rng.poisson(e).astype(float)
    o[3:6, -2:] += 3
    ratio, zone, age = brute_force(o, e, xy, 0.2, ages=4)
    found = scan_spacetime(
        o, e * o.sum() / e.sum(), xy, seed=1, longest=4, sims=19, largest=0.2, alpha=1.0, phi=1.0
    )
    assert found.llr == pytest.approx(ratio, rel=1e-12)
    assert tuple(found.clusters[0].members) == zone
    assert found.clusters[0].since == 7 - age


@pytest.mark.parametrize("phi", [1.0, 1.5])
def test_chance_scatters_as_it_is_told(phi):
    """The urn against numpy's own multinomial and Dirichlet: the same distribution of the maximum."""
    rng = np.random.default_rng(8)
    xy, _ = lattice(6, 6)
    e = rng.uniform(2, 8, len(xy))
    o = rng.multinomial(200, e / e.sum()).astype(float)
    mean = e * 200 / e.sum()
    ours = scan(o, mean, xy, seed=3, sims=1_500, largest=0.1, phi=phi).most_by_chance
    around = windows(xy, mean, 0.1)
    reach = np.repeat(np.arange(36), np.diff(around.ptr))
    theirs = []
    for _ in range(1_500):
        share = mean / 200 if phi == 1 else rng.dirichlet(mean / (phi - 1))
        drawn = rng.multinomial(200, share)
        inside, due = drawn[around.nbr].astype(float), mean[around.nbr]
        for a in (inside, due):
            total = np.cumsum(a)
            a[:] = total - np.r_[0, total][around.ptr[:-1]][reach]
        more = (inside > due) & (inside > 1)
        i, d = inside[more], due[more]
        ratio = i * np.log(i / d) + (200 - i) * np.log((200 - i) / (200 - d))
        theirs.append(ratio.max(initial=0))
    for share in (0.25, 0.5, 0.9):
        assert np.quantile(ours, share) == pytest.approx(np.quantile(theirs, share), rel=0.08)


def test_one_seed_gives_one_answer():
    xy, _ = lattice(6, 6)
    o, e = np.arange(36.0), np.full(36, 17.5)
    a, b, c = (scan(o, e, xy, seed=s, sims=99) for s in (4, 4, 5))
    assert (a.most_by_chance == b.most_by_chance).all() and a.p == b.p
    assert (a.most_by_chance != c.most_by_chance).any()


def test_windows_begin_with_their_centre_and_hold_no_more_than_allowed():
    xy = np.zeros((40, 2))  # all on one point
    around = windows(xy, np.ones(40), 0.1)
    assert (around.nbr[around.ptr[:-1]] == np.arange(40)).all()
    assert (np.diff(around.ptr) == 4).all()
    heavy = np.r_[100.0, np.ones(39)]
    assert np.diff(windows(lattice(5, 8)[0], heavy, 0.1).ptr)[0] == 1


def test_the_cluster_of_memphis_is_where_gi_star_is_highest():
    count, told, corner = memphis_grid()
    found = scan(count, np.full(len(count), count.mean()), corner, seed=1, largest=0.05)
    first = found.clusters[0]
    assert first.p == 0.001 and first.ratio > 3
    hottest = np.argsort(told[:, 0])[-5:]
    assert np.isin(hottest, np.concatenate([c.members for c in found.clusters])).sum() >= 4


def test_what_is_planted_in_memphis_is_found():
    """Robberies strewn at random over the same cells, but for nine cells that get 25 more."""
    _, _, corner = memphis_grid()
    rng = np.random.default_rng(2)
    far = np.hypot(*(corner - corner[400]).T)
    planted = np.argsort(far, kind="stable")[:9]
    count = rng.multinomial(204, np.full(len(corner), 1 / len(corner))).astype(float)
    count[planted] += np.bincount(rng.integers(0, 9, 25), minlength=9)
    found = scan(count, np.full(len(count), count.mean()), corner, seed=1)
    assert len(found.clusters) == 1
    assert np.isin(planted, found.clusters[0].members).sum() >= 8


def test_two_hot_spots_are_both_found_and_neither_holds_the_other():
    xy, _ = lattice(20, 20)
    e = np.full(400, 3.0)
    o = np.random.default_rng(1).poisson(e).astype(float)
    first, second = ([c - 20, c - 1, c, c + 1, c + 20] for c in (42, 357))
    o[first + second] += 9
    found = scan(o, e * o.sum() / 1200, xy, seed=1)
    held = [set(c.members.tolist()) for c in found.clusters]
    assert len(held) == 2 and not held[0] & held[1]
    assert {frozenset(first), frozenset(second)} == {
        frozenset(h & set(first + second)) for h in held
    }
    # The hot spots do not count as scatter once they are known.
    assert found.phi < 1.2


def test_scatter_is_not_taken_for_a_hot_spot():
    """Families that quarrel five times make a map that Poisson's chance would call hot."""
    xy, _ = lattice(20, 20)
    families = np.random.default_rng(3).poisson(0.6, 400).astype(float)
    o = families * 5
    e = np.full(400, o.mean())
    assert scan(o, e, xy, seed=1, phi=1.0).p <= 0.01
    assert scan(o, e, xy, seed=1).p > 0.05


def test_an_offset_takes_away_what_it_explains():
    xy, _ = lattice(20, 20)
    e = np.full(400, 3.0)
    looked = np.ones(400)
    looked[:4] = 4
    o = np.random.default_rng(1).poisson(e * looked).astype(float)
    plain, offset = e * o.sum() / e.sum(), e * looked * o.sum() / (e * looked).sum()
    judged = scan(o, offset, xy, seed=1)
    assert not judged.clusters
    assert {0, 1, 2, 3} & set(clusters_of(o, plain, xy, judged)[0].members.tolist())


def test_events_where_nobody_lives_are_left_out():
    xy, _ = lattice(6, 6)
    o, e = np.ones(36), np.full(36, 36 / 35)
    o[7], e[7] = 90, 0
    found = scan(o, e, xy, seed=1, sims=99)
    assert np.isfinite(found.llr) and not found.clusters
    only_there = np.where(e > 0, 0, 90)
    assert scan(only_there, e, xy, seed=1) == TooFew("no_disputes")


@pytest.mark.parametrize(
    "events, areas, says",
    [
        (0, 40, TooFew("no_disputes")),
        (19, 40, TooFew("few_disputes", 19, 20)),
        (200, 29, TooFew("few_areas", 29, 30)),
    ],
)
def test_too_few_is_an_answer(events, areas, says):
    o = np.zeros(areas)
    o[0] = events
    xy = np.c_[np.arange(areas), np.zeros(areas)]
    assert scan(o, np.full(areas, events / areas), xy, seed=1) == says


def test_one_period_is_too_few_for_time():
    one = np.ones((40, 1))
    assert scan_spacetime(one, one, lattice(5, 8)[0], seed=1) == TooFew("few_periods", 1, 2)


def test_a_cluster_tells_its_ratio():
    xy, _ = lattice(6, 6)
    o = np.full(36, 5.0)
    o[14] = 40
    cluster: Cluster = scan(o, np.full(36, o.mean()), xy, seed=1, largest=0.03, phi=1.0).clusters[0]
    assert cluster.members.tolist() == [14] and cluster.observed == 40
    assert cluster.ratio == pytest.approx(40 / 5)
