"""What a file of grids means: codes, villages, refusals. Written by nobody yet."""

import numpy as np
import pytest
import shapely
from django.utils import timezone
from shapely import LineString, MultiPolygon, Point, Polygon, box
from shapely.geometry import shape as as_shape

from boundaries.models import Division, DivisionChange
from boundaries.services.outlines import to_django
from core.geofile.layer import Declared, Feature, Layer
from core.importing import Progress
from grids.imports import NoSuchField, known_outline, plan, read_drafts
from grids.models import Grid
from tests.factories import SOUTH, STEP, WEST, division

LIU, TAO = "999001101201", "999001101202"
# 柳村 is two steps wide; the halves of it.
HALVES = [
    box(WEST + STEP, SOUTH, WEST + 2 * STEP, SOUTH + STEP),
    box(WEST + 2 * STEP, SOUTH, WEST + 3 * STEP, SOUTH + STEP),
]
WHOLE_TAO = box(WEST + 3 * STEP, SOUTH, WEST + 4 * STEP, SOUTH + STEP)


def layer(*features, fields=("网格编码", "村代码", "名称", "目标户数")):
    """Each feature is (geometry, properties)."""
    return Layer(
        "GeoJSON",
        "grids",
        fields,
        [Feature(n, words, shape) for n, (shape, words) in enumerate(features, 1)],
        Declared("none"),
    )


def read(*features, **options):
    return read_drafts(layer(*features), **options)


def planned(*features):
    source = layer(*features)
    drafts, reasons = read_drafts(source)
    assert reasons == []
    return plan(drafts, [f.geometry for f in source.features], Progress(lambda line: None))


def only(made):
    (grids,) = made.grids.values()
    return grids


# Words


def test_a_code_of_15_digits_is_a_grids_and_of_12_a_villages():
    drafts, reasons = read((HALVES[0], {"网格编码": f"{LIU}007"}), (HALVES[1], {"网格编码": LIU}))
    assert reasons == []
    assert [(d.code, d.village_code) for d in drafts] == [(f"{LIU}007", LIU), ("", LIU)]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ({"网格编码": "12345"}, "不是 15 位数字"),
        ({"网格编码": "9.99001E+14"}, "科学计数法"),
        ({"村代码": "9990011"}, "不是 12 位数字"),
        ({"网格编码": f"{LIU}001", "村代码": TAO}, "不一致"),
        ({"网格编码": f"{LIU}000"}, "001"),
        ({"目标户数": "五十"}, "目标户数“五十”不是正整数"),
        ({"目标户数": "0"}, "目标户数“0”不是正整数"),
        ({"名称": "长" * 81}, "超过 80 个字"),
    ],
)
def test_words_that_cannot_be_used_are_refused_by_feature(words, said):
    _, reasons = read((HALVES[0], {"网格编码": f"{LIU}001"}), (HALVES[1], words))
    assert len(reasons) == 1
    assert reasons[0].startswith("第 2 个要素")
    assert said in reasons[0]


@pytest.mark.parametrize("shape", [None, Polygon(), Point(1, 1), LineString([(0, 0), (1, 1)])])
def test_what_is_no_polygon_is_refused_by_feature(shape):
    _, (reason,) = read((shape, {"网格编码": f"{LIU}001"}))
    assert f"第 1 个要素(网格 {LIU}001)" in reason


def test_a_feature_that_the_reader_could_not_use_is_refused_in_its_words():
    source = layer((HALVES[0], {}))
    source.features.append(Feature(2, {}, None, "第 2 个要素的边界自己相交;请修好后重新导出。"))
    _, reasons = read_drafts(source)
    assert reasons == ["第 2 个要素的边界自己相交;请修好后重新导出。"]


def test_a_code_that_occurs_twice_is_refused_with_both_places():
    twice = {"网格编码": f"{LIU}001"}
    _, (reason,) = read((HALVES[0], twice), (HALVES[1], twice))
    assert f"{LIU}001" in reason
    assert "第 1、2 个要素" in reason


def test_everything_wrong_is_told_at_once():
    _, reasons = read((None, {}), (HALVES[0], {"网格编码": "1"}), (Point(1, 1), {}))
    assert len(reasons) == 3


def test_a_file_without_polygons_is_refused():
    assert len(read()[1]) == 1


def test_full_width_digits_and_numbers_from_spreadsheets_are_codes():
    wide = {ord("0") + n: 0xFF10 + n for n in range(10)}
    drafts, reasons = read(
        (HALVES[0], {"网格编码": f"{LIU}001".translate(wide)}),
        (HALVES[1], {"网格编码": f"{LIU}002.0", "目标户数": "50.0"}),
    )
    assert reasons == []
    assert [d.code for d in drafts] == [f"{LIU}001", f"{LIU}002"]
    assert drafts[1].target == 50


def test_fields_are_found_under_their_english_and_shortened_names():
    fields = ("GRID_CODE", "village_co", "target_hou", "Name")
    words = dict(zip(fields, (f"{LIU}001", LIU, "60", "东片"), strict=True))
    (draft,), _ = read_drafts(layer((HALVES[0], words), fields=fields))
    assert (draft.code, draft.target, draft.name) == (f"{LIU}001", 60, "东片")


def test_a_field_can_be_named():
    source = layer((HALVES[0], {"bh": f"{LIU}001", "mc": "东片"}), fields=("bh", "mc"))
    (draft,), _ = read_drafts(source, code_field="bh", name_field="mc")
    assert (draft.code, draft.name) == (f"{LIU}001", "东片")
    with pytest.raises(NoSuchField, match="现有字段：bh、mc"):
        read_drafts(source, code_field="编号")


# Places


def test_given_codes_are_kept(cast):
    made = planned(
        (HALVES[0], {"网格编码": f"{LIU}009", "名称": "西片", "目标户数": "60"}),
        (HALVES[1], {"网格编码": f"{LIU}003"}),
    )
    assert made.reasons == []
    assert [(g.code, g.name, g.target_households) for g in only(made)] == [
        (f"{LIU}009", "西片", 60),
        (f"{LIU}003", "", None),
    ]


def test_polygons_without_any_code_are_located_and_numbered(db):
    town = division("999001101", "东镇", division("999001", "示例区"))
    village = division(LIU, "柳村", town, geom=to_django(MultiPolygon([shapely.union_all(HALVES)])))
    made = planned((HALVES[1], {}), (HALVES[0], {}))
    assert list(made.grids) == [village]
    assert [g.code[12:] for g in only(made)] == ["002", "001"]


def test_a_redrawn_polygon_without_code_keeps_the_code_of_the_ground_it_covers(cast):
    """Else the families of one grid would silently pass to whoever answers for another."""
    middle = WEST + 2.2 * STEP
    west = box(WEST + STEP, SOUTH, middle, SOUTH + STEP)
    east = box(middle, SOUTH, WEST + 3 * STEP, SOUTH + STEP)
    made = planned((east, {"村代码": LIU}), (west, {"村代码": LIU}))
    assert [g.code for g in only(made)] == [cast.liu2.code, cast.liu1.code]


def test_a_new_polygon_gets_a_number_never_used_before(cast):
    Grid.objects.create(
        village=cast.liu, code=f"{LIU}005", name="旧网格", geom=cast.liu1.geom,
        closed_on=timezone.localdate(),
    )  # fmt: skip
    thirds = [
        box(WEST + STEP * (1 + i * 2 / 3), SOUTH, WEST + STEP * (1 + (i + 1) * 2 / 3), SOUTH + STEP)
        for i in range(3)
    ]
    made = planned(*[(shape, {"村代码": LIU}) for shape in thirds])
    assert [g.code[12:] for g in only(made)] == ["001", "006", "002"]


def test_a_polygon_across_two_villages_is_refused_with_the_shares(cast):
    both = box(WEST + 2 * STEP, SOUTH, WEST + 4 * STEP, SOUTH + STEP)
    made = planned((both, {}))
    (reason,) = made.reasons
    assert "柳村(999001101201) 50%" in reason
    assert "桃村(999001101202) 50%" in reason


def test_a_polygon_in_no_village_is_refused(cast):
    (reason,) = planned((box(110, 30, 110.01, 30.01), {})).reasons
    assert "不在任何有边界的村内" in reason


def test_an_unknown_village_code_is_refused(cast):
    (reason,) = planned((HALVES[0], {"村代码": "999001101999"})).reasons
    assert "999001101999 不在现有区划里" in reason


def test_a_village_code_of_the_past_is_refused_with_the_code_of_today(cast):
    old = division("999001101299", "老柳村", cast.east, valid_to=timezone.localdate())
    DivisionChange.objects.create(
        from_division=old, to_division=cast.liu, kind="recoded", basis="stated",
        changed_on=timezone.localdate(),
    )  # fmt: skip
    (reason,) = planned((HALVES[0], {"村代码": old.code})).reasons
    assert f"现在是柳村({LIU})" in reason


def test_a_code_of_another_village_is_refused_with_where_it_lies(cast):
    (reason,) = planned((WHOLE_TAO, {"网格编码": f"{LIU}003"})).reasons
    assert f"编码属于柳村({LIU})，图形却在桃村({TAO})" in reason


def test_a_village_without_outline_is_refused_once_with_the_remedy(cast):
    Division.objects.filter(pk=cast.liu.pk).update(geom=None)
    made = planned(*[(shape, {"村代码": LIU}) for shape in HALVES])
    (reason,) = made.reasons
    assert "柳村" in reason
    assert "import_divisions --level village" in reason


def test_a_gap_is_told_with_its_neighbours_and_drawn(cast):
    narrower = box(WEST + STEP, SOUTH, WEST + 1.9 * STEP, SOUTH + STEP)
    made = planned((narrower, {"网格编码": f"{LIU}001"}), (HALVES[1], {"网格编码": f"{LIU}002"}))
    (reason,) = made.reasons
    assert f"{LIU}001" in reason
    assert f"{LIU}002" in reason
    (fault,) = made.faults
    assert fault["properties"]["kind"] == "gap"
    assert fault["properties"]["grid_codes"] == [f"{LIU}001", f"{LIU}002"]
    drawn = as_shape(fault["geometry"])
    expected = box(WEST + 1.9 * STEP, SOUTH, WEST + 2 * STEP, SOUTH + STEP)
    assert drawn.symmetric_difference(expected).area < 1e-9
    # 0.002° × 0.02° at 34° N
    assert fault["properties"]["area_m2"] == pytest.approx(184.9 * 2218, rel=0.01)
    assert f"{fault['properties']['area_m2']:,.0f} 平方米" in reason


def test_faults_of_several_villages_are_told_at_once(cast):
    made = planned(
        (HALVES[0], {"村代码": LIU}),
        (box(*WHOLE_TAO.bounds[:2], WEST + 3.5 * STEP, SOUTH + STEP), {"村代码": TAO}),
    )
    assert len(made.reasons) == len(made.faults) == 2
    assert {f["properties"]["village_code"] for f in made.faults} == {LIU, TAO}


def test_healed_strips_are_reported(cast):
    apart = [shapely.transform(h, lambda xy: np.round(xy - [1e-6, 0], 7)) for h in HALVES[:1]]
    made = planned((apart[0], {"村代码": LIU}), (HALVES[1], {"村代码": LIU}))
    assert made.reasons == []
    (note,) = made.notes
    assert "柳村" in note
    assert "已接平" in note


def test_a_grid_of_two_parts_is_accepted_and_noted(cast):
    middle = box(WEST + 1.5 * STEP, SOUTH, WEST + 2.5 * STEP, SOUTH + STEP)
    sides = MultiPolygon(list((shapely.union_all(HALVES) - middle).geoms))
    made = planned((sides, {"网格编码": f"{LIU}001"}), (middle, {"网格编码": f"{LIU}002"}))
    assert made.reasons == []
    assert made.notes == [f"网格 {LIU}001 由 2 块不相连的部分组成。"]


def test_coordinates_are_compared_with_the_villages_named(cast):
    drafts, _ = read((HALVES[0], {"村代码": LIU}))
    assert known_outline(drafts).equals(shapely.union_all(HALVES))
    drafts, _ = read((HALVES[0], {"村代码": LIU}), (HALVES[1], {}))
    assert known_outline(drafts).area > 1.9 * shapely.union_all(HALVES).area


def test_without_any_outline_there_is_nothing_to_compare_with(db):
    assert known_outline(read((HALVES[0], {}))[0]) is None
