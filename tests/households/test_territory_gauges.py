"""The three gauges on ground drawn by hand, where the answer is known."""

import numpy as np
import pytest
import shapely
from django.utils import translation

from grids.coverage import Frame
from grids.drafts.state import Cell
from households.territory.clusters import cuts, settlements
from households.territory.gauges import Shapes, judge, plan

HERE = Frame.around(shapely.box(113.80, 34.00, 113.82, 34.02))


def cells(*shapes, village=1):
    """Cells of shapes drawn in metres."""
    return [
        Cell(f"n{i}", village, "", HERE.degrees(shapely.MultiPolygon([s])))
        for i, s in enumerate(shapes)
    ]


def row(n: int, east: float, gap: float = 20.0, north: float = 0.0) -> np.ndarray:
    """n homes along a lane, `gap` metres from door to door."""
    return np.column_stack([east + gap * np.arange(n), np.full(n, north)])


class TestSettlements:
    def test_a_lane_of_homes_is_one_and_a_field_parts_two(self):
        xy = np.vstack([row(12, 0), row(12, 12 * 20 + 60.1)])
        assert settlements(xy).tolist() == [0] * 12 + [1] * 12

    def test_homes_just_near_enough_are_linked(self):
        xy = np.vstack([row(6, 0), row(6, 5 * 20 + 60)])
        assert set(settlements(xy).tolist()) == {0}

    def test_nine_homes_are_no_settlement_ten_are(self):
        assert settlements(row(9, 0)).tolist() == [-1] * 9
        assert settlements(row(10, 0)).tolist() == [0] * 10

    def test_nobody_and_one_alone_are_none(self):
        assert settlements(np.zeros((0, 2))).tolist() == []
        assert settlements(np.zeros((1, 2))).tolist() == [-1]

    def test_families_of_one_building_count_each(self):
        assert settlements(np.zeros((10, 2))).tolist() == [0] * 10


class TestCuts:
    def test_a_border_between_settlements_cuts_none(self):
        told = cuts(np.repeat([0, 1], 12), np.repeat([0, 1], 12), 2, room=14.4)
        assert (told.settlements, told.cut, told.needless) == (2, 0, 0)
        assert told.by_grid.tolist() == [0, 0]

    def test_a_border_through_one_is_told_to_both_its_grids(self):
        settlement, grid = np.repeat([0, 1], 12), np.repeat([0, 1, 2], [12, 6, 6])
        told = cuts(settlement, grid, 3, room=14.4)
        assert (told.cut, told.needless) == (1, 1)
        assert told.by_grid.tolist() == [0, 1, 1]

    def test_one_too_large_for_a_grid_has_to_be_cut(self):
        told = cuts(np.zeros(24, int), np.repeat([0, 1], 12), 2, room=14.4)
        assert (told.cut, told.needless) == (1, 0)
        assert told.by_grid.tolist() == [0, 0]

    def test_homes_alone_or_in_no_grid_cut_nothing(self):
        told = cuts(np.array([-1, -1, 0, 0]), np.array([0, 1, 0, -1]), 2, room=9)
        assert (told.cut, told.needless) == (0, 0)

    def test_without_homes_there_is_nothing_to_cut(self):
        told = cuts(np.zeros(0, int), np.zeros(0, int), 2, room=0)
        assert (told.settlements, told.cut, told.by_grid.tolist()) == (0, 0, [0, 0])


class TestShapes:
    def test_a_square_is_compact_and_fills_its_hull(self):
        shapes = Shapes(cells(shapely.box(0, 0, 500, 500)))
        assert shapes.compact[0] == pytest.approx(np.pi / 4, rel=1e-3)
        assert shapes.hull[0] == pytest.approx(1, rel=1e-6)
        assert shapes.across[0] == pytest.approx(500 * np.sqrt(2) * 1.3, rel=2e-3)

    def test_a_corner_of_others_ground_is_missing_from_the_hull(self):
        # An L of three squares around a fourth: its hull takes half of that one.
        corner = shapely.box(100, 100, 200, 200)
        ell = shapely.box(0, 0, 200, 200).difference(corner)
        shapes = Shapes(cells(ell, corner))
        assert shapes.hull == pytest.approx([3 / 3.5, 1], rel=1e-3)

    def test_a_bay_of_the_village_is_not_the_grids_fault(self):
        ell = shapely.box(0, 0, 200, 200).difference(shapely.box(100, 100, 200, 200))
        assert Shapes(cells(ell)).hull[0] == pytest.approx(1, rel=1e-6)

    def test_another_villages_ground_is_not_counted(self):
        corner = shapely.box(100, 100, 200, 200)
        ell = shapely.box(0, 0, 200, 200).difference(corner)
        drawn = cells(ell) + cells(corner, village=2)
        assert Shapes(drawn).hull == pytest.approx([1, 1], rel=1e-6)


class TestJudging:
    def judged(self, *shapes, load=None, mean=None, cut=0):
        return judge(Shapes(cells(*shapes)), 0, load, mean, cut)

    def test_a_good_grid_has_no_notes(self):
        told = self.judged(shapely.box(0, 0, 500, 500), load=10, mean=10)
        assert (told["area"], told["whole"], told["load"], told["notes"]) == ("ok", "ok", "ok", [])

    def test_a_cut_settlement_is_a_matter_of_one_area(self):
        told = self.judged(shapely.box(0, 0, 500, 500), cut=2)
        assert (told["area"], told["settlements_cut"]) == ("warn", 2)
        assert told["notes"] == ["边界切开了 2 个本可不拆的自然村。"]

    def test_it_is_told_in_the_readers_language(self):
        with translation.override("en"):
            told = self.judged(shapely.box(0, 0, 10, 500), load=10, mean=5, cut=2)
        assert told["notes"] == [
            "Its border cuts 2 settlements that it need not cut.",
            "Its shape is drawn out or ragged.",
            "Its load is 100% above the village's mean.",
        ]

    def test_whoever_sees_not_all_families_is_told_nothing_of_them(self):
        told = self.judged(shapely.box(0, 0, 500, 500), cut=None)
        assert (told["area"], told["settlements_cut"]) == ("ok", None)

    def test_a_comb_is_hollow(self):
        teeth = [shapely.box(x, 0, x + 50, 300) for x in (0, 150, 300)]
        comb = shapely.union_all([shapely.box(0, 300, 350, 350), *teeth])
        rest = shapely.box(0, 0, 350, 350).difference(comb)
        told = self.judged(comb, *rest.geoms)
        assert told["whole"] == "warn"
        assert told["hull"] < 0.7

    def test_the_plan_says_how_many_grids_are_how_good(self):
        square, strip = shapely.box(0, 0, 500, 500), shapely.box(500, 0, 520, 500)
        shapes = Shapes(cells(square, strip))
        rows = [
            {"gauges": judge(shapes, 0, 10, 10, 1)},
            {"gauges": judge(shapes, 1, None, None, 1)},
        ]
        told = plan(rows, [cuts(np.zeros(12, int), np.repeat([0, 1], 6), 2, room=12)])
        assert told["area"] == {"warn": 2}
        assert told["whole"] == {"ok": 1, "warn": 1}
        assert told["load"] == {"ok": 1}
        assert (told["settlements"], told["settlements_cut"], told["settlements_divided"]) == (
            1,
            1,
            1,
        )
        assert told["compactness_min"] == rows[1]["gauges"]["compactness"]

    def test_no_grids_have_no_gauges(self):
        assert plan([], []) == {}
