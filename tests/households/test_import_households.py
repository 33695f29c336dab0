"""Household lists in: what is read, where it goes, what is refused, what is left alone."""

import json
from datetime import date

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from openpyxl import Workbook

from boundaries.models import Division, DivisionChange, ImportBatch
from core.importing import FileNotUsable, ImportRefused
from core.scope import acting_as_system
from households.models import (
    Classification,
    Household,
    HouseholdIdentity,
    HouseholdTally,
)
from tests.factories import STEP, WEST, box, division, grid
from tests.households.lists import LIU, TAO, XING, load, reasons, rejects, row, text_of

pytestmark = pytest.mark.usefixtures("cast", "system")
# In 柳村: liu1 is the western half, liu2 the eastern.
IN_LIU1, IN_LIU2, IN_TAO = WEST + 1.5 * STEP, WEST + 2.5 * STEP, WEST + 3.5 * STEP


def home(no, village=LIU):
    return Household.objects.select_related("identity").get(village__code=village, household_no=no)


def state():
    """Every row that an import may write."""
    return [
        list(model.objects.order_by("pk").values())
        for model in (Household, HouseholdIdentity, Classification, HouseholdTally, ImportBatch)
    ]


def test_a_list_becomes_households_in_their_grids(cast, tmp_path):
    report = load(
        tmp_path,
        [
            row("a1", lon=IN_LIU1, lat=34.01, 户主="示例甲", 电话="0001", 地址="示例路1号", 人口="3", 备注="x"),
            row("a2", TAO, lon=IN_TAO, lat=34.01),
        ],
    )  # fmt: skip
    assert (report.rows, report.new, report.rejected, report.updated) == (2, 2, 0, 0)
    assert report.rejects_file is None
    first = home("a1")
    assert first.grid == cast.liu1
    assert first.point.coords == (IN_LIU1, 34.01)
    identity = first.identity
    assert (identity.contact_name, identity.phone, identity.members) == ("示例甲", "0001", 3)
    assert (identity.address, identity.note) == ("示例路1号", "x")
    assert home("a2", TAO).grid == cast.tao1
    assert HouseholdTally.objects.get(grid=cast.liu1).n == 5


@pytest.mark.parametrize("empty", [False, True])
def test_the_first_list_and_a_later_one_keep_all_keys_and_indexes(cast, tmp_path, empty):
    if empty:
        Classification.objects.all().delete()
        Household.objects.all().delete()
    keys = (
        "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint"
        " WHERE conrelid::regclass::text LIKE 'households_household%'"
        " UNION ALL SELECT indexname, indexdef FROM pg_indexes"
        " WHERE tablename LIKE 'households_household%' ORDER BY 1, 2"
    )
    with connection.cursor() as cursor:
        cursor.execute(keys)
        before = cursor.fetchall()
        load(tmp_path, [row("a1", lon=IN_LIU1, lat=34.01)])
        cursor.execute(keys)
        assert cursor.fetchall() == before
        with pytest.raises(IntegrityError), transaction.atomic():
            cursor.execute("UPDATE households_household SET village_id = 0")
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_headers_in_either_language_any_order_and_spaces(tmp_path, encoding):
    text = f"纬 度,Household_No ,LON,村代码,门牌颜色,人口\n34.01,b1,{IN_LIU1},{LIU},蓝,２\n"
    report = load(tmp_path, text.encode(encoding))
    assert report.unknown_columns == ["门牌颜色"]
    assert home("b1").identity.members == 2


def test_full_width_digits_and_numbers_typed_as_numbers_are_read(cast, tmp_path):
    load(tmp_path, [row("１２", "９９９００１１０１２０１", lon="１１３．８３", lat="３４．０１")])
    assert home("12").grid == cast.liu1
    load(tmp_path, [row("13.0", f"{LIU}.0")])
    assert home("13").village == cast.liu


def test_a_workbook_with_number_and_date_cells_is_read(cast, tmp_path):
    book = Workbook()
    book.active.append(["示例区家庭名单"])
    book.active.append(["户编号", "村代码", "经度", "纬度", "人口", "备注"])
    book.active.append([7, int(LIU), IN_LIU2, 34.01, 4, date(2026, 3, 1)])
    path = tmp_path / "list.xlsx"
    book.save(path)
    report = load(tmp_path, path.read_bytes())
    assert report.encoding == "xlsx"
    assert home("7").grid == cast.liu2
    assert (home("7").identity.members, home("7").identity.note) == (4, "2026-03-01")


def test_a_code_that_excel_destroyed_is_refused_with_the_remedy(tmp_path):
    report = load(tmp_path, [row("a1", "9.99E+11"), row("a2")])
    assert "科学计数法" in reasons(report)[2]
    assert "文本" in reasons(report)[2]


def test_a_village_is_found_by_the_names_of_town_and_village(cast, tmp_path):
    text = "户编号,乡镇,村\na1,东镇,柳村\na2,东,柳村村委会\na3,,杏村\na4, 西镇 ,杏村社区\n"
    report = load(tmp_path, text)
    assert report.new == 4
    assert home("a2").village == cast.liu
    assert home("a4", XING).village == cast.xing


def test_a_name_that_two_villages_bear_is_refused_with_both_codes(cast, tmp_path):
    division("999001102299", "柳村", cast.west)
    division("999001101299", "桃村居委会", cast.east)
    text = "户编号,乡镇,村\na1,,柳村\na2,西镇,柳村\na3,东镇,桃\na4,东镇,桃村\n"
    report = load(tmp_path, text)
    refused = reasons(report)
    assert set(refused) == {2, 4}
    assert LIU in refused[2]
    assert "999001102299" in refused[2]
    assert "999001101299" in refused[4]
    assert home("a2", "999001102299")
    assert home("a4", TAO)


def test_an_unknown_old_or_short_code_is_refused_in_its_own_words(cast, tmp_path, tomorrow):
    old = division("999001101298", "旧柳村", cast.east, valid_to=tomorrow)
    DivisionChange.objects.create(
        from_division=old, to_division=cast.liu, kind="recoded", basis="stated", changed_on=tomorrow
    )
    codes = ["999001101777", "999001101298", "99900110120", "", LIU]
    report = load(tmp_path, [row(f"a{i}", village) for i, village in enumerate(codes)])
    refused = reasons(report)
    assert "没有代码为 999001101777 的村" in refused[2]
    assert f"已停用,现为 柳村 {LIU}" in refused[3]
    assert "不是 12 位数字" in refused[4]
    assert "没有村代码" in refused[5]
    assert report.new == 1


def test_every_fault_of_a_row_is_named(tmp_path):
    rows = [
        row("a1", lon="113.83"),
        row("a2", lat="34.01"),
        row("a3", lon="东边", lat="34.01"),
        row("", lon="nan", lat="34.01"),
        row("x" * 41),
        row("a6", 人口="三个"),
        row("a7", 户主="长" * 61),
        row("a8"),
        row("a8"),
        row("#REF!"),
    ]
    rows = [{"人口": "", "户主": ""} | r for r in rows]
    report = load(tmp_path, rows)
    refused = reasons(report)
    assert refused[2] == "只有经度没有纬度"
    assert refused[3] == "只有纬度没有经度"
    assert refused[4] == "经度“东边”不是数字"
    assert refused[5] == "没有户编号;经度“nan”不是数字"
    assert "户编号超过 40 个字" in refused[6]
    assert "三个" in refused[7]
    assert "户主超过 60 个字" in refused[8]
    assert "与第 9 行重复" in refused[10]
    assert "公式" in refused[11]
    assert set(refused) == {*range(2, 9), 10, 11}
    assert (report.rejected, report.new) == (9, 1)


def test_the_same_number_in_another_village_is_another_family(tmp_path):
    assert load(tmp_path, [row("a1"), row("a1", TAO)]).new == 2


def test_a_row_with_too_many_cells_is_not_read_shifted(tmp_path):
    text = f"户编号,村代码,地址\na1,{LIU},示例路1号,东边\na2,{LIU},示例路2号\n"
    assert "引号" in reasons(load(tmp_path, text))[2]
    assert not Household.objects.filter(household_no="a1").exists()


def test_a_long_list_written_in_parts_is_one_list(cast, tmp_path, monkeypatch):
    monkeypatch.setattr("households.imports.columns.CHUNK", 2)
    monkeypatch.setattr("households.imports.columns.BATCH", 2)
    load(tmp_path, [row("a3", lon=IN_LIU1, lat=34.01)])
    rows = [row(f"a{i}", lon=IN_LIU2, lat=34.01, 颜色="红") for i in range(7)]
    report = load(tmp_path, [*rows, row("a0") | {"颜色": ""}, row("b1", lon=9, lat=9, 颜色="")])
    assert (report.rows, report.new, report.updated, report.proposals) == (9, 6, 1, 7)
    assert "与第 2 行重复" in reasons(report)[9]
    assert "5 公里" in reasons(report)[10]
    assert HouseholdTally.objects.get(grid=cast.liu2).n == 11


def test_rejects_hold_the_row_as_it_stood_and_no_formula(tmp_path):
    target = tmp_path / "out.csv"
    rows = [row("=1+1", "9", 备注="＝HYPERLINK(1)"), row("a2", 备注="")]
    report = load(tmp_path, rows, rejects=target)
    assert report.rejects_file == str(target)
    assert target.stat().st_mode & 0o077 == 0
    (refused,) = rejects(report)
    assert refused["行号"] == "2"
    assert refused["户编号"] == "'=1+1"
    assert refused["备注"] == "'＝HYPERLINK(1)"
    assert refused["村代码"] == "9"


def test_rejects_may_not_overwrite_the_list_itself(tmp_path):
    with pytest.raises(FileNotUsable, match="自己"):
        load(tmp_path, [row("a1", "9"), row("a2")], rejects=tmp_path / "list.csv")


def test_a_list_of_which_nothing_can_be_used_is_refused(tmp_path):
    before = state()
    with pytest.raises(ImportRefused) as refused:
        load(tmp_path, [row("a1", "9"), row("a2", "9")])
    assert refused.value.reasons[0].startswith("第 2 行：")
    assert (tmp_path / "list.拒收.csv").exists()
    assert state() == before


@pytest.mark.parametrize(
    ("header", "word"),
    [
        ("村代码,经度,纬度", "户编号"),
        ("户编号,经度,纬度", "村代码"),
        ("户编号,村代码,经度", "经度和纬度"),
        ("户编号,村代码,村代码", "两列都是"),
    ],
)
def test_missing_or_doubled_columns_are_named(tmp_path, header, word):
    with pytest.raises(ImportRefused, match=word):
        load(tmp_path, f"{header}\n1,2,3\n")


def test_a_family_without_position_is_kept_and_counted(tmp_path):
    report = load(tmp_path, [row("a1"), row("a2", lon=IN_LIU1, lat=34.01)])
    assert (report.new, report.without_position) == (2, 1)
    assert report.rows_without_position == [2]
    assert (home("a1").point, home("a1").grid) == (None, None)


def test_a_family_outside_every_grid_is_kept_and_counted(tmp_path):
    # 3 km south of the village, within 5 km of the district.
    report = load(tmp_path, [row("a1", lon=IN_LIU1, lat=33.973)])
    assert (report.new, report.outside_grids, report.outside_village) == (1, 1, 0)
    assert report.rows_outside_grids == [2]
    assert home("a1").grid is None
    assert home("a1").point is not None


def test_a_point_in_another_village_keeps_the_stated_village_and_no_grid(cast, tmp_path):
    report = load(tmp_path, [row("a1", lon=IN_TAO, lat=34.01)])
    assert (report.outside_village, report.outside_grids) == (1, 0)
    assert report.rows_outside_village == [2]
    assert (home("a1").village, home("a1").grid) == (cast.liu, None)


def test_a_point_on_an_edge_goes_to_the_grid_with_the_lowest_code(cast, tmp_path):
    report = load(tmp_path, [row("a1", lon=WEST + 2 * STEP, lat=34.01), row("a2", lon=WEST + 3 * STEP, lat=34.02)])  # fmt: skip
    assert report.outside_grids == 0
    assert home("a1").grid == cast.liu1
    # On the edge between villages the stated village decides, whatever the codes.
    assert home("a2").grid == cast.liu2


def test_a_point_beyond_the_district_and_five_kilometres_is_refused(tmp_path):
    rows = [
        row("a1", lon=IN_LIU1, lat=33.94),
        row("a2", lon=0, lat=0),
        row("a3", lon=34.01, lat=IN_LIU1),
        row("a4", lon=IN_LIU1, lat=33.96),
    ]
    refused = reasons(load(tmp_path, rows))
    assert set(refused) == {2, 3, 4}
    assert "5 公里" in refused[2]
    assert "填反了" in refused[4]


def test_a_second_run_of_the_same_file_changes_nothing(tmp_path):
    rows = [
        row("a1", lon=IN_LIU1, lat=34.01, 颜色="红", 户主="示例甲"),
        row("a2", 颜色="", 户主=""),
    ]
    first = load(tmp_path, rows)
    assert (first.new, first.proposals) == (2, 1)
    before = state()
    second = load(tmp_path, rows)
    assert (second.new, second.updated, second.proposals, second.unchanged) == (0, 0, 0, 2)
    assert state() == before


def test_a_changed_list_updates_only_what_differs(cast, tmp_path):
    rows = [row(f"a{i}", lon=IN_LIU1, lat=34.01, 户主="示例甲", 电话="0001") for i in range(4)]
    load(tmp_path, rows)
    untouched = Household.objects.get(household_no="a0"), home("a0").identity
    rows[1]["电话"] = "0002"
    rows[2]["经度"] = IN_LIU2
    rows[3]["电话"] = rows[3]["经度"] = rows[3]["纬度"] = ""
    report = load(tmp_path, rows)
    assert (report.new, report.updated, report.unchanged) == (0, 2, 2)
    assert home("a1").identity.phone == "0002"
    assert home("a1").identity.contact_name == "示例甲"
    assert home("a2").grid == cast.liu2
    # An empty cell takes nothing away.
    assert home("a3").identity.phone == "0001"
    assert home("a3").grid == cast.liu1
    assert (Household.objects.get(household_no="a0"), home("a0").identity) == untouched
    assert HouseholdTally.objects.get(grid=cast.liu2).n == 5


def test_families_that_a_list_does_not_name_stay(tmp_path):
    load(tmp_path, [row("a1")])
    assert Household.objects.count() == 17


def test_what_was_done_stands_in_the_batch(tmp_path):
    report = load(tmp_path, [row("a1", lon=IN_LIU1, lat=34.01), row("a2", "9")], crs="gcj02")
    batch = ImportBatch.objects.get()
    assert report.batch == batch.pk
    assert (batch.kind, batch.filename, batch.crs_used) == ("households", "list.csv", "gcj02")
    assert 400 < batch.crs_shift_m < 800
    assert (batch.counts["new"], batch.counts["rejected"]) == (1, 1)
    assert len(batch.sha256) == 64


def test_a_new_grid_takes_the_families_of_the_next_import(cast, tmp_path):
    hang = division("999001102202", "杭村", cast.west, geom=box(WEST, 33.98))
    rows = [row("a1", "999001102202", lon=WEST + 0.01, lat=33.99)]
    assert load(tmp_path, rows).outside_grids == 1
    grid(hang, 1, box(WEST, 33.98))
    assert load(tmp_path, rows).updated == 1
    assert home("a1", "999001102202").grid.village == hang


def test_a_village_may_have_no_outline(cast, tmp_path):
    Division.objects.filter(pk=cast.liu.pk).update(geom=None)
    assert load(tmp_path, [row("a1", lon=IN_LIU1, lat=34.01)], crs="wgs84").new == 1


def command(path, *options):
    call_command("import_households", str(path), "--crs", "wgs84", "--json", *options)


def test_the_command_reports_in_chinese_and_json(tmp_path, capsys):
    path = tmp_path / "名单.csv"
    path.write_text(text_of([row("a1"), row("a2", "9"), row("a3", lon=IN_TAO, lat=34.01)]))
    command(path)
    out, err = capsys.readouterr()
    answer = json.loads(out.splitlines()[-1])
    assert (answer["ok"], answer["new"], answer["rejected"]) == (True, 2, 1)
    assert answer["rejects_file"].endswith("名单.拒收.csv")
    assert "新增 2 户" in err
    assert "写入 3/4(75%)" in err
    assert "位置不在本村：1 户(第 4 行)" in err
    assert "没有位置，等待补充：1 户" in err


def test_a_dry_run_writes_nothing(tmp_path, capsys):
    path = tmp_path / "list.csv"
    path.write_text(text_of([row("a1", 颜色="红")]))
    before = state()
    command(path, "--dry-run")
    assert "试运行" in capsys.readouterr().err
    with acting_as_system("test"):
        assert state() == before


def test_the_command_refuses_with_exit_code_1(tmp_path, capsys):
    path = tmp_path / "list.csv"
    path.write_text("甲,乙\n1,2\n")
    with pytest.raises(SystemExit) as stopped:
        command(path)
    assert stopped.value.code == 1
    out, err = capsys.readouterr()
    assert "缺少这些列" in err
    assert json.loads(out)["ok"] is False
