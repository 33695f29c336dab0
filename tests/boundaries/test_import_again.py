"""A second import: what is new, renamed, gone, and what became what."""

from datetime import date

import pytest
import shapely

from boundaries.models import Division, DivisionChange, DivisionVersion, ImportBatch, Level
from boundaries.services import outlines
from tests.boundaries.county import (
    DATA,
    EAST,
    OUTLINES,
    TOWN_FEATURES,
    TOWNS,
    WEST,
    names,
)

pytestmark = pytest.mark.usefixtures("db", "system")


def test_the_same_file_again_changes_nothing_and_says_so(load):
    load(OUTLINES, "district")
    rows = list(Division.objects.values())
    ran = load(OUTLINES, "district")
    assert (ran.counts["unchanged"], ran.counts["new"], ran.counts["changed"]) == (2, 0, 0)
    assert "没有改动" in ran.err
    assert list(Division.objects.values()) == rows
    assert DivisionVersion.objects.count() == 0
    assert ImportBatch.objects.count() == 1


def test_a_dry_run_shows_the_difference_and_writes_nothing(load, write, county):
    lists = "code,name\n999001101,西镇\n999001102,东关街道\n999001103,新镇\n"
    before = list(Division.objects.values("code", "name", "valid_to"))
    ran = load(write("towns.csv", lists), "town", "--dry-run")
    assert ran.report["dry_run"] is True
    assert ran.report["new"] == [{"code": "999001103", "name": "新镇"}]
    assert ran.report["renamed"] == [{"code": "999001102", "from": "东镇", "to": "东关街道"}]
    assert list(Division.objects.values("code", "name", "valid_to")) == before
    assert ImportBatch.objects.filter(counts__level="town").count() == 1


def test_a_renamed_town_stays_the_same_row_and_keeps_its_history(load, write, county):
    town = Division.objects.get(code="999001102")
    load(write("t.csv", "代码,名称\n999001102,东关街道\n"), "town", "--date", "2026-03-01")
    town.refresh_from_db()
    assert (town.name, town.initials) == ("东关街道", "dgjd")
    assert town.geom is not None  # a list without outlines takes none away
    version = town.versions.get()
    assert (version.name, version.valid_to) == ("东镇", date(2026, 3, 1))
    change = DivisionChange.objects.get()
    assert (change.kind, change.from_division, change.to_division) == ("renamed", town, town)
    load(write("t.csv", "代码,名称\n999001102,东门街道\n"), "town", "--date", "2026-04-01")
    second = town.versions.last()
    assert (second.name, second.valid_from, second.valid_to) == (
        "东关街道", date(2026, 3, 1), date(2026, 4, 1),
    )  # fmt: skip


def test_a_whole_list_ends_what_it_does_not_hold(load, write, county):
    rows = [f"9990011012{i:02},村{i}" for i in range(1, 11)]
    load(write("v.csv", "\n".join(["code,name", *rows])), "village")
    ran = load(write("v.csv", "\n".join(["code,name", *rows[:9]])), "village")
    assert ran.report["vanished"] == [{"code": "999001101210", "name": "村10", "ended": True}]
    gone = Division.objects.get(code="999001101210")
    assert gone.valid_to is not None
    assert len(names(Level.VILLAGE)) == 9
    # It comes back as a new row: the gap stays on record.
    load(write("v.csv", "\n".join(["code,name", *rows])), "village")
    assert Division.objects.filter(code="999001101210").count() == 2


def test_a_part_of_a_list_ends_nothing_unless_asked(load, write, county):
    rows = [f"9990011012{i:02},村{i}" for i in range(1, 11)]
    load(write("v.csv", "\n".join(["code,name", *rows])), "village")
    part = write("v.csv", "\n".join(["code,name", *rows[:3]]))
    ran = load(part, "village")
    assert (ran.counts["vanished"], ran.counts["ended"]) == (7, 0)
    assert "没有停用" in ran.err
    assert "--missing end" in ran.err
    assert load(part, "village", "--missing", "end").counts["ended"] == 7
    assert len(names(Level.VILLAGE)) == 3


def test_the_second_half_of_a_list_does_not_end_the_first(load, write, county):
    for half in (range(1, 6), range(6, 11)):
        rows = [f"9990011012{i:02},村{i}" for i in half]
        load(write("v.csv", "\n".join(["code,name", *rows])), "village")
    assert len(names(Level.VILLAGE)) == 10


def test_a_town_of_which_nothing_is_said_keeps_its_villages(load, write, county):
    load(write("a.csv", "code,name\n999001101201,甲村\n"), "village")
    load(write("b.csv", "code,name\n999001102201,乙村\n"), "village", "--missing", "end")
    assert len(names(Level.VILLAGE)) == 2


def test_an_ended_village_keeps_its_grids_and_families_and_it_is_said(load, write, cast):
    ran = load(write("v.csv", "code,name\n999001101201,柳村\n"), "village", "--missing", "end")
    cast.tao.refresh_from_db()
    assert cast.tao.valid_to is not None
    assert cast.tao.grids.count() == 1
    (note,) = [n for n in ran.report["notes"] if "桃村" in n]
    assert "保留在原处" in note


def test_the_lists_of_2017_and_2023_with_a_crosswalk(load, write):
    load(write("old.csv", "code,name\n411023,许昌县\n"), "district", "--date", "2012-01-01")
    load(DATA / "codes/china-division-1.3.2_towns.csv", "town", "--date", "2012-01-01")
    county = write("c.csv", "from_code,to_code\n411023,411003\n")
    load(OUTLINES, "district", "--date", "2016-11-24", "--crosswalk", str(county))
    stated = "旧代码,新代码\n411023001,411003001\n411023002,411003002\n411023100,411003100\n"
    towns = write("t.csv", stated)
    ran = load(TOWNS, "town", "--date", "2023-06-30", "--crosswalk", str(towns))
    assert (ran.counts["new"], ran.counts["ended"], ran.counts["crosswalk"]) == (18, 3, 3)
    became = DivisionChange.objects.get(from_division__code="411023001")
    assert (became.to_division.name, became.kind, became.basis) == ("许由街道", "recoded", "stated")
    assert became.from_division.valid_to == date(2023, 6, 30)
    assert Division.objects.get(code="411023").valid_to == date(2016, 11, 24)
    again = load(TOWNS, "town", "--date", "2023-06-30", "--crosswalk", str(towns))
    assert (again.counts["unchanged"], again.counts["crosswalk"]) == (18, 0)


def test_a_recoded_and_a_split_village_are_found_by_area(load, write, county):
    left, right = (
        shapely.box(113.80, 34.00, 113.82, 34.04),
        shapely.box(113.82, 34.00, 113.84, 34.04),
    )
    south, north = (
        shapely.box(113.82, 34.00, 113.84, 34.01),
        shapely.box(113.82, 34.01, 113.84, 34.04),
    )
    load(
        write("a.geojson", [
            ({"code": "999001101201", "name": "甲村"}, left),
            ({"code": "999001101202", "name": "乙村"}, right),
        ]),
        "village",
    )  # fmt: skip
    ran = load(
        write("b.geojson", [
            ({"code": "999001101301", "name": "甲社区"}, left),
            ({"code": "999001101302", "name": "乙南村"}, south),
            ({"code": "999001101303", "name": "乙北村"}, north),
        ]),
        "village", "--missing", "end",
    )  # fmt: skip
    assert (ran.counts["new"], ran.counts["ended"]) == (3, 2)
    found = {
        (c.from_division.name, c.to_division.name): (c.kind, c.basis, c.share)
        for c in DivisionChange.objects.all()
    }
    assert found == {
        ("甲村", "甲社区"): ("recoded", "area", 1.0),
        ("乙村", "乙南村"): ("split", "area", pytest.approx(0.25, abs=1e-3)),
        ("乙村", "乙北村"): ("split", "area", pytest.approx(0.75, abs=1e-3)),
    }


def test_two_villages_merged_are_found_by_area(load, write, county):
    halves = [
        ({"code": "999001101201", "name": "甲村"}, shapely.box(113.80, 34.00, 113.82, 34.04)),
        ({"code": "999001101202", "name": "乙村"}, shapely.box(113.82, 34.00, 113.84, 34.04)),
    ]
    load(write("a.geojson", halves), "village")
    merged = [({"code": "999001101301", "name": "甲乙社区"}, WEST)]
    load(write("b.geojson", merged), "village", "--missing", "end")
    assert {(c.from_division.name, c.kind, c.share) for c in DivisionChange.objects.all()} == {
        ("甲村", "merged", 1.0), ("乙村", "merged", 1.0),
    }  # fmt: skip


def test_a_moved_border_keeps_the_older_outline(load, write, county):
    border = 113.841
    load(
        write("t.geojson", [
            ({"code": "999001101", "name": "西镇"}, shapely.box(113.80, 34.00, border, 34.04)),
            ({"code": "999001102", "name": "东镇"}, shapely.box(border, 34.00, 113.88, 34.04)),
        ]),
        "town",
    )  # fmt: skip
    east = Division.objects.get(code="999001102")
    assert outlines.same(outlines.from_django(east.versions.get().geom), outlines.multi(EAST))
    shares = {
        (c.from_division.name, c.to_division.name): (c.kind, c.share)
        for c in DivisionChange.objects.all()
    }
    assert shares[("东镇", "东镇")] == ("outline", pytest.approx(0.975, abs=1e-3))
    assert shares[("东镇", "西镇")][1] == pytest.approx(0.025, abs=1e-3)


def test_a_real_outline_replaces_an_invented_one_without_history(load, write, county):
    Division.objects.filter(level=Level.TOWN).update(outline_invented=True)
    load(write("t.geojson", TOWN_FEATURES), "town")
    assert not Division.objects.filter(outline_invented=True).exists()
    assert DivisionVersion.objects.count() == 0


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ("a,b\n1,2\n", "from_code"),
        ("from_code,to_code\n999001101,999001999\n", "新代码 999001999 不在系统里"),
        ("from_code,to_code\n999001888,999001101\n", "旧代码 999001888 不在系统里"),
        ("from_code,to_code,share\n999001101,999001102,1.5\n", "份额“1.5”"),
    ],
)
def test_a_crosswalk_that_does_not_fit_is_refused(load, write, county, lines, said):
    towns = write("t.csv", "code,name\n999001101,西镇\n999001102,东镇\n")
    ran = load(towns, "town", "--crosswalk", str(write("x.csv", lines)))
    assert ran.code == 1
    assert said in ran.err
    assert not DivisionChange.objects.exists()
