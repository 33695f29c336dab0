"""`import_divisions` on real outlines and lists, and on files as they come."""

import csv

import pytest
import shapely
from django.db import connection

from boundaries.models import Division, ImportBatch, Level
from boundaries.services import outlines
from core.coords import parse_crs
from core.geofile import read_layer
from tests.boundaries.county import (
    DATA,
    EAST,
    OUTLINES,
    TOWN_FEATURES,
    TOWNS,
    VERMONT,
    VILLAGES,
    WEST,
    names,
)

BOUNDARY_FILES = {".shp", ".geojson", ".json", ".gpkg", ".kml", ".zip", ".dbf"}
pytestmark = pytest.mark.usefixtures("db", "system")


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
            assert first.startswith("第 1 个要素(魏都区)：边界没有首尾相接")
            assert second.startswith("第 2 个要素(建安区)：边界没有首尾相接")
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
        (shapely.Point(113.8, 34.0), "是点，不是面"),
        (shapely.LineString([(113.8, 34.0), (113.81, 34.01)]), "是线，不是面"),
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
