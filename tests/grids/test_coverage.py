"""Do grids tile a village: what is healed, what is a fault."""

import itertools

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Geod
from shapely import MultiPolygon, Polygon, box

from grids.coverage import Frame, differ, is_thin, tile

# A village of 1,000 m × 600 m near 113.81° E, 34.01° N.
FRAME = Frame.around(box(113.80, 34.00, 113.82, 34.02))
VILLAGE = box(0, 0, 1000, 600)


def lonlat(*shapes):
    return [FRAME.degrees(s) for s in shapes]


def check(*shapes, village=VILLAGE):
    return tile(FRAME.degrees(village), lonlat(*shapes))


def metres(tiling):
    return FRAME.metres(np.array(tiling.grids, dtype=object))


def assert_exact(tiling, village=VILLAGE):
    assert not tiling.faults
    grids = np.array(tiling.grids, dtype=object)
    assert shapely.is_valid(grids).all()
    assert shapely.coverage_is_valid(grids)
    assert all(g.geom_type == "MultiPolygon" for g in grids)
    whole = FRAME.metres(shapely.union_all(grids))
    # Up to the lattice: a millimetre along the border.
    assert whole.symmetric_difference(village).area <= 0.001 * village.length
    assert shapely.area(metres(tiling)).sum() == pytest.approx(whole.area, abs=1e-3)


def test_two_halves_tile_a_village_and_nothing_is_healed():
    tiling = check(box(0, 0, 400, 600), box(400, 0, 1000, 600))
    assert_exact(tiling)
    assert tiling.slivers == []


def test_a_grid_ending_in_the_middle_of_a_neighbours_edge_is_no_fault():
    tiling = check(box(0, 0, 1000, 300), box(0, 300, 412.3456, 600), box(412.3456, 300, 1000, 600))
    assert_exact(tiling)
    assert tiling.slivers == []


def test_metres_of_the_frame_agree_with_the_ellipsoid():
    village = box(113.80, 34.00, 113.84, 34.03)
    area = Frame.around(village).metres(village).area
    assert area == pytest.approx(
        abs(Geod(ellps="WGS84").geometry_area_perimeter(village)[0]), rel=1e-3
    )


def test_a_gap_names_its_neighbours_and_its_size():
    tiling = check(box(0, 0, 400, 600), box(410, 0, 1000, 600))
    assert tiling.grids == []
    (fault,) = tiling.faults
    assert (fault.kind, fault.grids) == ("gap", (0, 1))
    assert fault.area_m2 == pytest.approx(6000, rel=1e-3)
    assert FRAME.metres(fault.geometry).area == pytest.approx(6000, rel=1e-3)


def test_an_overlap_names_both_grids():
    tiling = check(box(0, 0, 420, 600), box(400, 0, 1000, 600))
    (fault,) = tiling.faults
    assert (fault.kind, fault.grids) == ("overlap", (0, 1))
    assert fault.area_m2 == pytest.approx(12000, rel=1e-3)


def test_the_part_outside_the_village_is_a_fault():
    tiling = check(box(0, 0, 400, 630), box(400, 0, 1000, 600))
    (fault,) = tiling.faults
    assert (fault.kind, fault.grids) == ("outside", (0,))
    assert fault.area_m2 == pytest.approx(12000, rel=1e-3)


def test_all_faults_are_told_at_once():
    tiling = check(box(0, -50, 400, 600), box(390, 0, 700, 600), box(710, 0, 1000, 600))
    assert sorted(f.kind for f in tiling.faults) == ["gap", "outside", "overlap"]


def test_a_hole_in_a_grid_that_nobody_fills_is_a_gap():
    holed = box(0, 0, 1000, 600) - box(100, 100, 150, 150)
    (fault,) = check(holed).faults
    assert (fault.kind, fault.grids) == ("gap", (0,))
    assert fault.area_m2 == pytest.approx(2500, rel=1e-3)


def test_a_grid_inside_another_ones_hole_is_fine():
    inner = box(100, 100, 150, 150)
    assert_exact(check(VILLAGE - inner, inner))


def test_the_same_outline_twice_is_one_overlap():
    (fault,) = check(VILLAGE, VILLAGE).faults
    assert (fault.kind, fault.grids) == ("overlap", (0, 1))


def test_a_grid_thinner_than_the_tolerance_is_a_fault_and_not_swallowed():
    tiling = check(box(0, 0, 400, 600), box(400, 0, 400.4, 600), box(400.4, 0, 1000, 600))
    assert [(f.kind, f.grids) for f in tiling.faults] == [("thin", (1,))]


@pytest.mark.parametrize("width", [0.01, 0.3, 0.49])
def test_a_gap_under_half_a_metre_is_healed_and_reported(width):
    tiling = check(box(0, 0, 400, 600), box(400 + width, 0, 1000, 600))
    assert_exact(tiling)
    (sliver,) = tiling.slivers
    assert (sliver.kind, sliver.grids) == ("gap", (0, 1))
    assert sliver.area_m2 == pytest.approx(600 * width, rel=0.15)


@pytest.mark.parametrize("width", [0.01, 0.3, 0.49])
def test_an_overlap_under_half_a_metre_is_healed_and_reported(width):
    tiling = check(box(0, 0, 400 + width, 600), box(400, 0, 1000, 600))
    assert_exact(tiling)
    assert [(s.kind, s.grids) for s in tiling.slivers] == [("overlap", (0, 1))]


def test_just_over_half_a_metre_is_a_fault():
    assert check(box(0, 0, 400, 600), box(400.52, 0, 1000, 600)).faults
    assert check(box(0, 0, 400.52, 600), box(400, 0, 1000, 600)).faults
    assert check(box(0, 0, 400, 600.52), box(400, 0, 1000, 600)).faults


def test_a_thin_strip_outside_the_village_is_cut_off():
    tiling = check(box(-0.4, 0, 400, 600), box(400, 0, 1000, 600.3))
    assert_exact(tiling)
    assert {s.kind for s in tiling.slivers} == {"outside"}


def test_a_strip_along_the_border_is_shared_and_shuts_no_grid_off():
    """Three grids end 0.4 m before the village does: each gets its own piece of the strip."""
    tiling = check(box(0, 0, 300, 599.6), box(300, 0, 700, 599.6), box(700, 0, 1000, 599.6))
    assert_exact(tiling)
    for grid, width in zip(metres(tiling), (300, 400, 300), strict=True):
        assert grid.area == pytest.approx(width * 600, abs=1)
        assert grid.bounds[3] == pytest.approx(600, abs=0.01)


def test_a_strip_between_two_rows_is_cut_where_grids_meet():
    tiling = check(
        box(0, 0, 500, 299.8), box(500, 0, 1000, 299.8),
        box(0, 300.2, 400, 600), box(400, 300.2, 1000, 600),
    )  # fmt: skip
    assert_exact(tiling)
    for grid in metres(tiling):
        # No tentacle: each stays within half a metre of where it was drawn.
        assert not is_thin(grid.geoms[0])
        assert len(grid.geoms) == 1
        assert 200 <= grid.bounds[2] - grid.bounds[0] <= 601


def test_a_gap_that_runs_on_as_a_crack_of_a_millimetre_is_not_given_away_whole():
    """Where the crack is snapped to the lattice, a point inside it lies on the wrong side."""
    tiling = check(
        box(0, 0, 80, 100), box(0, 100, 80, 600),
        Polygon([(1000, 0), (1000, 100), (80.0625, 100), (80, 0)]),
        Polygon([(1000, 100), (1000, 600), (80, 600), (80.001, 100)]),
    )  # fmt: skip
    assert_exact(tiling)
    upper = metres(tiling)[1]
    assert upper.bounds[1] == pytest.approx(100, abs=0.01)


def test_a_village_of_two_parts_is_tiled_part_by_part():
    village = MultiPolygon([box(0, 0, 400, 600), box(600, 0, 1000, 600)])
    tiling = check(*village.geoms, village=village)
    assert_exact(tiling, village)


def test_coordinates_of_six_decimals_are_healed():
    """A decimetre of rounding, as in exported GeoJSON."""
    west = Polygon([(0, 0), (404, 0), (412.3, 222.2), (390.7, 600), (0, 600)])
    shapes = lonlat(west, VILLAGE - west)
    rounded = [shapely.transform(s, lambda xy: np.round(xy, 6)) for s in shapes]
    assert_exact(tile(FRAME.degrees(VILLAGE), rounded))


def test_healing_the_healed_changes_nothing():
    once = check(box(0, 0, 300, 599.6), box(300.2, 0, 1000, 600.3))
    twice = tile(FRAME.degrees(VILLAGE), once.grids)
    assert twice.slivers == []
    assert all(shapely.equals_exact(shapely.normalize(a), shapely.normalize(b), 1e-12)
               for a, b in zip(once.grids, twice.grids, strict=True))  # fmt: skip


def test_outlines_differ_when_half_a_metre_moved():
    (a,) = lonlat(VILLAGE)
    assert not differ(a, a)
    assert not differ(a, *lonlat(box(0, 0, 1000, 600.4)))
    assert differ(a, *lonlat(box(0, 0, 1000, 601)))


offsets = st.floats(-0.11, 0.11)


@settings(max_examples=40, deadline=None)
@given(
    cuts=st.lists(st.integers(60, 940), min_size=1, max_size=4, unique_by=lambda c: c // 40),
    rows=st.integers(100, 500),
    noise=st.lists(offsets, min_size=64, max_size=64),
)
def test_however_carelessly_drawn_the_result_is_an_exact_coverage(cuts, rows, noise):
    """Every vertex of every grid is moved by up to 0.11 m each way, independently."""
    edges = [0, *sorted(cuts), 1000]
    shapes = [
        box(a, low, b, high)
        for a, b in itertools.pairwise(edges)
        for low, high in ((0, rows), (rows, 600))
    ]
    pairs = iter(noise * 10)

    def jog(xy):
        moved = np.array(xy, dtype=float)
        moved[:-1] += [[next(pairs), next(pairs)] for _ in moved[:-1]]
        moved[-1] = moved[0]
        return moved

    tiling = check(*[Polygon(jog(s.exterior.coords)) for s in shapes])
    assert_exact(tiling)
    for drawn, grid in zip(shapes, metres(tiling), strict=True):
        assert shapely.buffer(drawn, 1).covers(grid)
