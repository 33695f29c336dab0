"""Drawing grids: whole, balanced, exact, the same every time."""

import numpy as np
import pytest
import shapely
from scipy.optimize import Bounds, LinearConstraint, milp
from shapely import MultiPolygon, box

from grids.designer import chance, search, starts
from grids.designer.design import OBJECTIVES, _Problem, design_grids, grids_for, rebalance
from grids.designer.errors import LockedApart, TooManyGrids
from grids.designer.units import build_units, units_from_polygons
from tests.grids.designer.village import make_village

QUICK = {"starts": 2, "iterations": 100_000}


def village_units(households=300, seed=0):
    v = make_village(households, seed)
    return v, build_units(v.outline, v.xy, v.weight, roads=v.roads, rivers=v.rivers)


def field_units(n=12, weight=None):
    """n × n equal squares of 10 m."""
    squares = [box(10 * i, 10 * j, 10 * i + 10, 10 * j + 10) for i in range(n) for j in range(n)]
    return units_from_polygons(squares, np.ones(n * n) if weight is None else weight)


@pytest.mark.parametrize("objective", OBJECTIVES)
@pytest.mark.parametrize("seed", range(2))
def test_grids_are_whole_balanced_and_tile_the_village(seed, objective):
    v, units = village_units(seed=seed)
    design = design_grids(units, 4, seed=seed, objective=objective, **QUICK)
    assert design.metrics.max_dev <= 0.05 and design.within
    assert design.metrics.parts == 4 and not design.notes
    drawn = np.array(design.polygons, dtype=object)
    assert shapely.coverage_is_valid(drawn)
    assert (shapely.get_num_geometries(drawn) == 1).all()
    assert shapely.area(drawn).sum() == pytest.approx(v.outline.area, rel=1e-6)


def test_every_family_stands_in_the_grid_it_is_counted_in():
    v, units = village_units(seed=3)
    design = design_grids(units, 4, **QUICK)
    drawn = np.array(design.polygons, dtype=object)
    assert shapely.intersects(drawn[design.label], shapely.points(units.xy)).all()
    assert (design.household == design.label[units.unit_of]).all()
    assert shapely.distance(drawn[design.household], shapely.points(v.xy)).max() < 0.5


def test_balance_first_is_more_even_than_compact_first():
    _, units = village_units(seed=1)
    even, compact = (
        design_grids(units, 4, objective=o, seed=1, **QUICK).metrics for o in ("balance", "compact")
    )
    assert even.max_dev <= 0.02 < compact.max_dev


def test_the_same_seed_gives_the_same_grids_and_another_seed_others():
    _, units = village_units()
    first, again, other = (design_grids(units, 4, seed=s, **QUICK) for s in (5, 5, 6))
    assert (first.label == again.label).all()
    assert first.polygons == again.polygons
    assert (first.label != other.label).any()


def test_the_generator_gives_the_numbers_of_its_definition():
    def defined(x):
        x ^= x >> 12
        x ^= (x << 25) % 2**64
        x ^= x >> 27
        return x, x * 2685821657736338717 % 2**64

    state, x = np.array([88172645463325252], np.uint64), 88172645463325252
    for _ in range(50):
        x, expected = defined(x)
        assert int(chance.draw(state)) == expected


def test_the_table_of_exp_is_right():
    assert pytest.approx(np.exp(-np.arange(len(chance.DECAY)) / 64), rel=1e-12) == chance.DECAY


def test_the_search_keeps_its_books():
    """Energy, contiguity and balance as computed afresh, and by the same loop in plain Python."""
    _, units = village_units(120)
    problem = _Problem(
        units, np.arange(len(units)), np.arange(3), OBJECTIVES["compact"],
        np.full(len(units), -1), units.weight.sum() / 3, 0.05, (0, 10**9),
    )  # fmt: skip
    begin = problem.start(1, 0)
    energy, out, label = problem.search(begin, 3_000, 4, 0.04)
    assert problem.search(label, 0, 4, 0.04)[0] == pytest.approx(energy, rel=1e-9)
    assert starts.components(problem.ptr, problem.nbr, label).max() == 2
    compiled = search.anneal
    try:
        search.anneal = compiled.py_func
        plain = problem.search(begin, 3_000, 4, 0.04)
    finally:
        search.anneal = compiled
    assert (plain[2] == label).all()
    assert plain[0] == energy and plain[1] == out


def test_the_search_only_lowers_the_energy():
    _, units = village_units(150)
    problem = _Problem(
        units, np.arange(len(units)), np.arange(3), OBJECTIVES["compact"],
        np.full(len(units), -1), units.weight.sum() / 3, 0.05, (0, 10**9),
    )  # fmt: skip
    begin = problem.start(1, 0)
    before = problem.search(begin, 0, 0, 0.04)[0]
    assert problem.search(begin, 50_000, 0, 0.04)[0] < before


def test_a_field_of_144_squares_becomes_four_quarters():
    design = design_grids(field_units(), 4, tol=0.0)
    assert design.metrics.max_dev == 0
    assert design.metrics.pp_min == pytest.approx(np.pi / 4, rel=0.02)


def test_a_small_village_is_one_grid_unless_asked():
    _, units = village_units(40)
    assert grids_for(units, target_load=10.0) == 1
    assert len(design_grids(units, target_load=10.0).polygons) == 1
    assert len(design_grids(units, 2, **QUICK).polygons) == 2


def test_a_target_load_decides_how_many_grids():
    _, units = village_units(300)
    assert grids_for(units, target_load=units.weight.sum() / 5.2) == 5


def test_more_grids_than_buildings_are_refused():
    units = build_units(box(0, 0, 100, 100), [[20, 50], [20, 50], [80, 50]], [1, 1, 1])
    with pytest.raises(TooManyGrids, match="2 处房屋"):
        design_grids(units, 3)


def test_as_many_grids_as_buildings_are_possible():
    units = build_units(box(0, 0, 100, 100), [[20, 20], [80, 20], [50, 80]], [1, 1, 1])
    assert sorted(design_grids(units, 3, **QUICK).label) == [0, 1, 2]


def test_a_building_heavier_than_a_grid_may_be_is_said_not_hidden():
    weight = np.ones(144)
    weight[40] = 100
    design = design_grids(field_units(weight=weight), 4, **QUICK)
    assert not design.within
    assert "1 处" in design.notes[0] and "无法再均衡" in design.notes[0]
    assert design.metrics.parts == 4
    # The others share the rest evenly all the same.
    load = np.sort(np.bincount(design.label, weight))
    assert load[2] - load[0] <= 0.06 * load[0]


def test_a_village_without_households_is_divided_by_area():
    units = build_units(box(0, 0, 1000, 500), np.zeros((0, 2)), [])
    design = design_grids(units, 4, **QUICK)
    area = shapely.area(design.polygons)
    assert np.abs(area / area.mean() - 1).max() <= 0.051
    assert len(design.household) == 0


def test_each_island_gets_grids_of_its_own():
    rng = np.random.default_rng(0)
    land = MultiPolygon([box(0, 0, 400, 400), box(600, 0, 1000, 400)])
    xy = rng.uniform(5, 395, (160, 2))
    xy[80:, 0] += 600
    design = design_grids(build_units(land, xy, np.ones(160)), 4, **QUICK)
    assert design.metrics.parts == 4 and design.within
    assert all(len(p.geoms) == 1 for p in design.polygons)


def test_a_small_island_joins_the_nearest_land_and_that_is_said():
    rng = np.random.default_rng(0)
    land = MultiPolygon([box(0, 0, 400, 400), box(500, 0, 520, 20)])
    xy = np.r_[rng.uniform(5, 395, (100, 2)), [[510, 10]]]
    design = design_grids(build_units(land, xy, np.ones(101)), 3, **QUICK)
    assert design.metrics.parts == 4
    assert any("不相连" in note for note in design.notes)
    assert shapely.area(design.polygons).sum() == pytest.approx(land.area, rel=1e-6)


def test_locked_families_stay_where_they_are_locked():
    units = field_units()
    corner = {0: 2, 1: 2, 12: 2, 143: 0}
    design = design_grids(units, 4, locked=corner, **QUICK)
    assert [design.label[u] for u in corner] == list(corner.values())
    assert design.metrics.parts == 4 and design.within


def test_families_locked_on_both_ends_of_another_grid_are_refused():
    row = units_from_polygons([box(i, 0, i + 1, 1) for i in range(5)], np.ones(5))
    with pytest.raises(LockedApart):
        design_grids(row, 2, locked={0: 0, 2: 1, 4: 0}, **QUICK)


def test_a_count_out_of_bounds_is_said():
    _, units = village_units(100)
    design = design_grids(units, 2, count=(60, 150), **QUICK)
    assert any("户数" in note for note in design.notes)


def least_to_move(units, current, k, tol, cost):
    """Cheapest moves that balance, contiguity ignored: no real answer can be cheaper."""
    n, mean = len(units), units.weight.sum() / k
    price = np.repeat(np.bincount(units.unit_of, cost, minlength=n)[:, None], k, axis=1)
    price[np.arange(n), current] = 0
    once = np.kron(np.eye(n), np.ones(k))
    load = np.kron(units.weight, np.eye(k)).reshape(k, n * k)
    found = milp(
        price.ravel(), integrality=np.ones(n * k), bounds=Bounds(0, 1),
        constraints=[
            LinearConstraint(once, 1, 1),
            LinearConstraint(load, mean * (1 - tol), mean * (1 + tol)),
        ],
    )  # fmt: skip
    return found.fun


def grown(seed):
    """A village whose families have come to need more in one place and less in another."""
    _, units = village_units(200, seed)
    label = design_grids(units, 4, seed=seed, **QUICK).label
    rng = np.random.default_rng(seed)
    factor = np.where(label == 0, rng.choice([1, 2.5], len(units), p=[0.7, 0.3]), 1.0)
    object.__setattr__(units, "weight", np.round(units.weight * factor, 3))
    return units, label


@pytest.mark.parametrize("seed", range(3))
def test_rebalancing_moves_few_families_and_never_many_more_than_it_must(seed):
    units, label = grown(seed)
    design, moves = rebalance(units, label, tol=0.10)
    assert design.within and design.metrics.parts == 4
    bound = least_to_move(units, label, 4, 0.10, np.ones(200))
    # The bound may move a family out of the middle of a grid; a whole grid gives up its edge.
    assert bound - 1e-6 <= len(moves) <= max(1.3 * bound, bound + 3.01)
    assert all(m.source != m.target for m in moves)


def test_rebalancing_spares_those_whose_change_costs_most():
    units, label = grown(1)
    dear = np.zeros(200, bool)
    dear[[m.household for m in rebalance(units, label)[1]]] = True
    cost = np.where(dear, 50.0, 1.0)
    _, moves = rebalance(units, label, change_cost=cost)
    assert sum(dear[m.household] for m in moves) < dear.sum()


def test_balanced_grids_are_left_alone():
    units = field_units()
    label = np.repeat([0, 1], 72)
    _, moves = rebalance(units, label)
    assert moves == []


def test_a_locked_grid_is_not_touched_by_rebalancing():
    units, label = grown(0)
    design, moves = rebalance(units, label, locked=[3])
    assert ((design.label == 3) == (label == 3)).all()
    assert 3 not in {m.source for m in moves} | {m.target for m in moves}
