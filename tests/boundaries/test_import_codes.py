"""Codes, names and parents as people write them, and the sentences that refuse the rest."""

from datetime import date

import pytest
import shapely
from openpyxl import Workbook

from boundaries.models import Division, ImportBatch, Level
from tests.boundaries.county import WEST, names

pytestmark = pytest.mark.usefixtures("db", "system")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("999001103", "999001103"),
        ("999001103000", "999001103"),
        ("999001103.0", "999001103"),
        ("９９９００１１０３", "999001103"),
        (" 999 001 103 ", "999001103"),
        ("'999001103", "999001103"),
    ],
)
def test_codes_as_people_and_spreadsheets_write_them(load, write, county, text, code):
    assert load(write("t.csv", f"区划代码,名称\n{text},新镇\n"), "town").code == 0
    assert Division.objects.filter(code=code, name="新镇").exists()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "没有代码"),
        ("99900110", "可能丢了开头的 0"),
        ("9.99001E+08", "科学计数法"),
        ("999001", "是区县的代码"),
        ("999001000000", "是区县的代码"),
        ("999001000", "是区县的代码"),
        ("999001103201", "有 12 位"),
        ("东镇", "不是数字"),
        ("999001103.5", "不是数字"),
        ("-99900110", "不是数字"),
    ],
)
def test_codes_that_are_none_are_refused_by_row(load, write, county, text, said):
    ran = load(write("t.csv", f"code,name\n999001101,西镇\n{text},坏镇\n"), "town")
    assert ran.code == 1
    (reason,) = ran.report["reasons"]
    assert "第 3 行(坏镇)" in reason
    assert said in reason


def test_a_code_with_a_lost_leading_zero_in_a_boundary_file_is_refused_by_feature(load, write):
    features = [({"code": 11003, "name": "示例县"}, WEST)]
    ran = load(write("t.geojson", features), "district")
    assert ran.report["reasons"][0].startswith(
        "第 1 个要素(示例县)：代码 11003 只有 5 位，应为 6 位"
    )


def test_a_workbook_with_a_title_and_codes_as_numbers_is_read(load, tmp_path, county):
    book = Workbook()
    for line in [
        ["2023年村名单", None],
        ["村代码", "村名"],
        [999001101201, "甲村"],
        [999001101202, "乙村"],
    ]:
        book.active.append(line)
    path = tmp_path / "名单.xlsx"
    book.save(path)
    assert load(path, "village").counts["new"] == 2
    assert names(Level.VILLAGE) == {"999001101201": "甲村", "999001101202": "乙村"}


def test_a_list_in_gb18030_is_read_and_the_encoding_recorded(load, tmp_path, county):
    path = tmp_path / "list.csv"
    path.write_bytes("代码,名称\n999001101201,龑村\n".encode("gb18030"))
    load(path, "village")
    assert names(Level.VILLAGE) == {"999001101201": "龑村"}
    assert ImportBatch.objects.first().encoding == "gb18030"


def test_all_mistakes_are_told_at_once(load, write, county):
    rows = "999001101,西镇\n999001101,东镇\n9990011,坏镇\n999001105,\n999009101,外镇\n"
    ran = load(write("t.csv", f"code,name\n{rows}"), "town")
    said = "\n".join(ran.report["reasons"])
    assert len(ran.report["reasons"]) == 4
    assert "第 3 行(东镇)：代码 999001101 与第 2 行(西镇)重复" in said
    assert "第 4 行(坏镇)：代码 9990011 有 7 位" in said
    assert "第 5 行：没有名称" in said
    assert "上级区县 999009 还没有导入(1 条，例如第 6 行(外镇))" in said
    assert "--level district" in said
    assert not Division.objects.filter(name="外镇").exists()


def test_mojibake_is_not_taken_for_a_name(load, write, county):
    ran = load(write("t.csv", "code,name\n999001103,\ufffd\ufffd镇\n"), "town")
    assert ran.code == 1


def test_a_parent_may_be_named_in_a_column(load, write, county):
    rows = "code,name,town_code\n888001101201,飞地村,999001101000\n"
    load(write("v.csv", rows), "village", "--parent-field", "town_code")
    assert Division.objects.get(code="888001101201").parent.code == "999001101"


def test_columns_are_found_or_asked_for(load, write, county):
    unknown = write("t.csv", "甲,乙\n999001103,新镇\n")
    ran = load(unknown, "town")
    assert "看不出哪一列是代码" in ran.err
    assert "甲、乙" in ran.err
    assert load(unknown, "town", "--code-field", "甲", "--name-field", "乙").counts["new"] == 1
    ran = load(unknown, "town", "--code-field", "丙", "--name-field", "乙")
    assert "没有“丙”这一列" in ran.err


def test_an_unclear_datum_and_other_mistakes_are_told_together(load, write, county):
    inner = shapely.box(113.815, 34.015, 113.825, 34.025)
    features = [({"code": "999001101201", "name": ""}, inner)]
    ran = load(write("v.geojson", features), "village")
    assert len(ran.report["reasons"]) == 2
    assert "--crs" in ran.report["reasons"][1]
    fixed = write("v.geojson", [({"code": "999001101201", "name": "甲村"}, inner)])
    assert load(fixed, "village").report["code"] == "crs_unclear"
    assert load(fixed, "village", "--crs", "gcj02").counts["new"] == 1


def test_dates_must_make_sense(load, write, county):
    towns = write("t.csv", "code,name\n999001101,西关镇\n")
    assert "不能晚于今天" in load(towns, "town", "--date", "2999-01-01").err
    Division.objects.filter(code="999001101").update(valid_from=date(2020, 1, 1))
    assert "早于" in load(towns, "town", "--date", "2019-01-01").err
