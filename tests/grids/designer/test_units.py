"""Cutting a village into one piece per building."""

import numpy as np
import pytest
import shapely
from shapely import LineString, MultiPolygon, box

from grids.designer.errors import NothingToDesign
from grids.designer.units import build_units, units_from_polygons
from tests.grids.designer.village import make_village


def cells(units):
    return [
        shapely.coverage_union_all(units.mesh.faces[units.face_unit == u])
        for u in range(len(units))
    ]


@pytest.mark.parametrize("seed", range(3))
def test_units_tile_the_village_and_hold_their_own_building(seed):
    v = make_village(200, seed)
    units = build_units(v.outline, v.xy, v.weight, roads=v.roads, rivers=v.rivers)
    shapes = np.array(cells(units), dtype=object)
    assert (shapely.get_type_id(shapes) == shapely.GeometryType.POLYGON).all()
    assert shapely.coverage_is_valid(shapes)
    assert shapely.area(shapes).sum() == pytest.approx(v.outline.area, rel=1e-6)
    assert shapely.intersects(shapes, shapely.points(units.xy)).all()
    assert units.weight.sum() == pytest.approx(v.weight.sum())
    assert units.homes.sum() == 200


def test_families_of_one_building_are_one_unit():
    units = build_units(box(0, 0, 100, 100), [[20, 50], [20.3, 50], [80, 50]], [1, 2, 4])
    assert units.unit_of.tolist() == [0, 0, 1]
    assert units.weight.tolist() == [3, 4]


def test_a_border_knows_how_much_of_it_is_road_or_river():
    xy = [[20, 50], [80, 50], [80, 90]]
    road, river = LineString([(50, -9), (50, 109)]), LineString([(50, 70), (109, 70)])
    units = build_units(box(0, 0, 100, 100), xy, [1, 1, 1], roads=[road], rivers=[river])
    found = {tuple(p): (b, r, w) for p, b, r, w in zip(
        units.pairs.tolist(), units.border_m, units.road, units.river, strict=True)}  # fmt: skip
    assert found == {(0, 1): (70, 1, 0), (0, 2): (30, 1, 0), (1, 2): (50, 0, 1)}


def test_a_block_without_a_building_goes_to_a_neighbour_not_across_the_road():
    road = LineString([(0, 50), (100, 50)])
    lane = LineString([(50, 50), (50, 100)])  # the block north-east of it is empty
    field = LineString([(0, 75), (100, 75)])
    units = build_units(
        box(0, 0, 100, 100), [[20, 60], [20, 90], [50, 20]], [1, 1, 1], roads=[road, lane, field]
    )
    assert len(units) == 3
    assert units.area.sum() == pytest.approx(10_000)


def test_a_dead_end_cuts_nothing():
    units = build_units(
        box(0, 0, 100, 100), [[20, 50], [80, 50]], [1, 1], roads=[LineString([(40, 0), (40, 60)])]
    )
    assert units.road.tolist() == [0]


def test_a_village_without_households_is_cut_by_area():
    units = build_units(box(0, 0, 1000, 500), np.zeros((0, 2)), [])
    assert len(units) > 100
    assert units.weight.sum() == pytest.approx(500_000, rel=1e-6)
    assert units.homes.sum() == 0


def test_islands_hang_together_by_a_ferry_without_a_border():
    land = MultiPolygon([box(0, 0, 100, 100), box(200, 0, 300, 100), box(400, 0, 410, 10)])
    units = build_units(land, [[20, 50], [80, 50], [250, 50]], [1, 1, 1])
    assert len(units) == 4  # an uninhabited island is a piece too
    assert len(set(units.island)) == 3
    assert (units.border_m == 0).sum() == 2


def test_an_empty_outline_is_refused():
    with pytest.raises(NothingToDesign):
        build_units(shapely.Polygon(), [[0, 0]], [1])


def test_given_areas_touch_where_they_share_a_border_not_a_corner():
    four = [box(0, 0, 1, 1), box(1, 0, 2, 1), box(0, 1, 1, 2), box(1, 1, 2, 2)]
    units = units_from_polygons(four, [1, 2, 3, 4])
    assert units.pairs.tolist() == [[0, 1], [0, 2], [1, 3], [2, 3]]
    assert units.outer_m.tolist() == [2, 2, 2, 2]
