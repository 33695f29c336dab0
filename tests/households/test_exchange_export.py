"""What goes out: which columns, for whom, and that neighbours still touch."""

import io
import sqlite3
from urllib.parse import unquote

import openpyxl
import pytest
import shapely
from django.utils import timezone

from core.scope import acting_as, acting_as_system
from grids.models import Assignment, Grid
from households.territory.exchange.export import export, rounded
from tests.households.exchange import ACCOUNT, CODE, HOMES, NAME, Gpkg, Office, Xlsx, geojson
from tests.households.test_territory_edit import key, lon

COLUMNS = ["网格编码", "名称", "村代码", "村名", "主责", "主责账号", "协同", "协同账号", "户数",
           "目标户数", "版本"]  # fmt: skip


@pytest.fixture
def chair(signed_in, cast):
    return Office(signed_in(cast.chair))


def test_a_workbook_says_who_answers_for_what_and_how_many(chair, cast):
    Assignment.objects.create(grid=cast.liu1, member=cast.hua, role="support")
    Assignment.objects.create(grid=cast.liu1, member=cast.mei, role="support")
    Grid.objects.filter(pk=cast.liu1.pk).update(target_households=60)
    book = openpyxl.load_workbook(io.BytesIO(chair.file(cast.east, "xlsx")))
    assert book.sheetnames == ["网格"]
    rows = list(book.active.values)
    assert list(rows[0]) == COLUMNS
    assert rows[1] == (
        cast.liu1.code, "柳村第1网格", cast.liu.code, "柳村", cast.lan.name, "lan",
        f"{cast.hua.name}、{cast.mei.name}", "hua、mei", 4, 60, 1,
    )  # fmt: skip
    assert len(rows) == 4


@pytest.mark.parametrize("kind", ["xlsx", "gpkg", "geojson"])
def test_no_family_and_no_colour_goes_out(chair, cast, kind):
    content = chair.file(cast.east, kind)
    if kind == "xlsx":
        content = "".join(
            map(str, openpyxl.load_workbook(io.BytesIO(content)).active.values)
        ).encode()
    for word in ("示例户主", "示例路", "红色", "黄色", cast.homes["liu1"][0].household_no):
        assert word.encode() not in content


def test_the_file_is_named_for_its_place_and_day(chair, cast):
    today = timezone.localdate()
    chair.open(cast.liu)
    for kind in ("xlsx", "gpkg", "geojson"):
        answer = chair.export(cast.liu, kind, draft=False)
        said = answer.headers["Content-Disposition"]
        assert said.startswith("attachment; filename*=utf-8''")
        assert unquote(said.split("''")[1]) == f"东镇柳村网格{today}.{kind}"
        assert answer.headers["Cache-Control"] == "no-store"
    said = chair.export(cast.liu, "xlsx").headers["Content-Disposition"]
    assert unquote(said).endswith(f"东镇柳村网格草稿{chair.draft['id']}{today}.xlsx")


def test_nothing_in_a_workbook_is_a_formula_and_codes_are_text(chair, cast):
    with acting_as_system("test"):
        Grid.objects.filter(pk=cast.liu1.pk).update(name='=HYPERLINK("x")')
    book = Xlsx(chair.file(cast.east, "xlsx"))
    assert book[cast.liu1.code, NAME] == '\'=HYPERLINK("x")'
    assert "f" not in {c.data_type for row in book.page for c in row}
    assert book[cast.liu1.code, CODE] == cast.liu1.code


def test_a_geopackage_is_what_qgis_expects(chair, cast, tmp_path):
    package = Gpkg(chair.file(cast.east, "gpkg"), tmp_path)
    assert package.meta["crs"] == "EPSG:4326" and package.meta["geometry_type"] == "MultiPolygon"
    assert package.fields == COLUMNS
    assert package.data[ACCOUNT] == ["lan", "mei", "hua"]
    assert package.shapes[0].equals_exact(shapely.from_wkb(bytes(cast.liu1.geom.wkb)), 0)
    with sqlite3.connect(package.path) as database:
        (told,) = database.execute("SELECT table_name, column_name FROM gpkg_geometry_columns")
        kinds = {row[1]: row[2] for row in database.execute("PRAGMA table_info('网格')")}
    assert told == ("网格", "geom")
    assert kinds[CODE] == "TEXT" and kinds["目标户数"] == "INTEGER"


def test_geojson_has_six_decimals_and_neighbours_that_touch(chair, cast):
    chair.open(cast.liu)
    line = [[lon(0.5) + 0.00012345678, 33.99], [lon(0.5) - 0.0003141592, 34.03]]
    chair.step("split_line", key=key(cast.liu1), line=line)
    body = geojson(chair.file(cast.liu, "geojson"))
    assert body["type"] == "FeatureCollection" and "crs" not in body
    shapes = [shapely.geometry.shape(f["geometry"]) for f in body["features"]]
    xy = shapely.get_coordinates(shapes)
    assert (xy == xy.round(6)).all()
    assert shapely.coverage_is_valid(shapes) and len(shapes) == 3
    assert all(p.exterior.is_ccw for s in shapes for p in s.geoms)


def test_an_outline_that_rounding_breaks_is_mended_alone():
    spike = shapely.Polygon([(0, 0), (1, 0), (1, 1), (0.5, 2e-7), (0, 1)])
    plain = shapely.box(1, 0, 2, 1)
    near = rounded([shapely.MultiPolygon([spike]), shapely.MultiPolygon([plain])])
    assert shapely.is_valid(near).all() and near[1].equals(plain)


def test_the_district_office_gets_counts_and_a_member_nothing(signed_in, cast):
    office = Office(signed_in(cast.district))
    assert Xlsx(office.file(cast.east, "xlsx"))[cast.liu1.code, HOMES] == 4
    member = Office(signed_in(cast.lan))
    member.export(cast.liu, "xlsx", 403)


def test_another_town_is_not_found_and_another_format_refused(chair, cast):
    chair.export(cast.west, "xlsx", 404)
    answer = chair.export(cast.east, "shp", 400)
    assert "xlsx" in answer.json()["message"]


@pytest.mark.parametrize("kind", ["xlsx", "gpkg", "geojson"])
def test_an_export_costs_a_known_number_of_statements(cast, django_assert_num_queries, kind):
    """However many grids there are: one for each kind of row, four for what she may see."""
    for place in (cast.liu, cast.east):
        with acting_as(cast.chair.pk), django_assert_num_queries(10):
            export(cast.chair, place, None, kind)


def test_an_export_is_logged(chair, cast, caplog):
    chair.file(cast.east, "xlsx")
    (record,) = [r for r in caplog.records if r.name == "wuse.access"]
    assert record.getMessage() == f"GET territory-export by {cast.chair.pk}: 200"
