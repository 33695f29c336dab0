"""Every boundary file in tests/data/messy imports, or one Chinese sentence says why not."""

import csv
import functools
import json
from xml.etree import ElementTree

import numpy as np
import pytest
import shapely

from core import geofile
from core.geofile.dbf import read_dbf
from core.geofile.shapes import Unfit, examine
from core.importing import FileNotUsable
from tests.core.geofile.samples import MESSY, is_one_chinese_sentence

# The worker takes a third of a second to start: read each file once.
read_layer = functools.cache(geofile.read_layer)

SUFFIXES = (".geojson", ".json", ".gpkg", ".kml", ".zip", ".shp", ".dbf")
FILES = sorted(str(p.relative_to(MESSY)) for p in MESSY.rglob("*.*") if p.suffix in SUFFIXES)

# Files refused as a whole, and what the sentence says.
REFUSED = {
    "derived_jianan/jianan_multilayer.gpkg": "区县、地市、区县_4547",
    "geojsonhint/bad/bad-duplicate-properties.geojson": "“type”出现了两次",
    "geojsonhint/bad/rootstring.geojson": "不是边界文件",
    "pyshp/empty_zipfile.zip": "压缩包里没有边界文件",
    "pyshp/latin1.shp": "编码",
}
# Features with a problem: file → {number: what the sentence says}.
PROBLEMS = {
    "derived_jianan/jianan_unclosed_ring.geojson": {1: "没有首尾相接", 2: "没有首尾相接"},
    "mapshaper_geom/ex10_bowtie.json": {1: "自己相交(在 2.000000, 2.000000 附近)"},
    "mapshaper_geom/ex1_invalid_rings.json": {1: "洞在边界之外"},
    "togeojson_kml/bad.kml": {1: "不是数字", 2: "不是数字", 3: "不是数字"},
    "togeojson_kml/null_geometry.kml": {1: "没有图形"},
    "togeojson_kml/selfclosing.kml": {1: "没有图形"},
}
# What geojsonhint says of a feature, and what we say. Its remarks on bbox (which we do not read)
# and winding (which we do not need) have no counterpart.
HINTS = {
    "nested more deeply": "括号层次不对",
    "element in a position must be a number": "不是数字",
    "first and last positions": "没有首尾相接",
    "four or more positions": "点太少",
    "two or more coordinates": "只有一个点",
    "position must have 2 or more": "不足两个数",
}
# Its ends differ in height only.
CLOSED_IN_THE_PLANE = "geojsonhint/bad/different-first-size.geojson"


def hinted_problem(file: str) -> str | None:
    result = (MESSY / file).with_suffix(".result")
    if not result.exists() or file == CLOSED_IN_THE_PLANE:
        return None
    messages = [hint["message"] for hint in json.loads(result.read_text())]
    return next((ours for m in messages for theirs, ours in HINTS.items() if theirs in m), None)


@pytest.mark.parametrize("file", FILES)
def test_a_messy_file_imports_or_says_why_not_in_one_chinese_sentence(file):
    refusal = "只是属性表" if file.endswith(".dbf") else REFUSED.get(file)
    if refusal:
        with pytest.raises(FileNotUsable) as refused:
            read_layer(MESSY / file)
        assert refusal in refused.value.message
        assert is_one_chinese_sentence(refused.value.message)
        return

    layer = read_layer(MESSY / file)
    found = {f.number: f.problem for f in layer.features if f.problem}
    expected = dict(PROBLEMS.get(file, {}))
    if hint := hinted_problem(file):
        expected[1] = hint
    assert found.keys() == expected.keys()
    for number, problem in found.items():
        assert expected[number] in problem
        assert problem.startswith(f"第 {number} 个要素")
        assert is_one_chinese_sentence(problem)
    for feature in layer.features:
        assert (feature.geometry is None) == (feature.problem is not None)
        assert feature.geometry is None or not feature.geometry.has_z


def test_the_table_of_expectations_names_only_files_that_exist():
    assert set(REFUSED) | set(PROBLEMS) | {CLOSED_IN_THE_PLANE} <= set(FILES)
    assert len(FILES) > 60


def test_where_gdal_reads_a_file_we_find_as_many_features():
    checked = 0
    with (MESSY / "observed_by_gdal.csv").open(encoding="utf-8") as file:
        for seen in csv.DictReader(file):
            # In a KML, GDAL leaves out what it cannot draw; a .dbf alone is no layer here.
            comparable = (
                seen["layers"] == "1" and not seen["read_error"] and seen["features"] != "0"
            )
            if not comparable or seen["file"].endswith((".kml", ".dbf")):
                continue
            if seen["file"] in REFUSED:
                continue
            layer = read_layer(MESSY / seen["file"])
            assert len(layer.features) == int(seen["features"]), seen["file"]
            epsg = seen["crs"].removeprefix("EPSG:")
            if layer.driver != "GeoJSON" and epsg.isdigit():
                assert layer.declared.epsg == int(epsg), seen["file"]
            checked += 1
    assert checked >= 35


@pytest.mark.parametrize("folder", ["gbk_good_cpg", "gbk_no_cpg", "gbk_wrong_cpg_utf8"])
def test_a_gbk_table_is_read_by_content_whatever_its_cpg_says(folder):
    layer = read_layer(MESSY / "derived_jianan" / folder / "jianan.shp")

    assert layer.encoding == "gb18030"
    names = {value for f in layer.features for value in f.properties.values()}
    assert {"河南省", "许昌市", "建安区", "魏都区"} <= names
    assert {"411003", "411002"} <= names
    assert bool(layer.notes) == (folder != "gbk_good_cpg")


def test_a_gb18030_geojson_and_one_with_a_byte_order_mark_are_read():
    for file in ("jianan_gb18030.geojson", "jianan_utf8_bom.geojson"):
        layer = read_layer(MESSY / "derived_jianan" / file)
        assert {f.properties["district_name"] for f in layer.features} == {"建安区", "魏都区"}


@pytest.mark.parametrize(
    ("file", "text", "encoding"),
    [
        ("gbk.dbf", "简体国语", "gb18030"),
        ("gb2312.dbf", "简体国语", "gb18030"),
        ("big5.dbf", "繁體國語", "cp950"),
        ("utf8.dbf", "国语國語", "utf-8"),
        ("ldid/chinese.dbf", "简体", "gb18030"),
        ("cpg/big5.dbf", "國語", "cp950"),
        ("cpg/latin2.dbf", "čeština", "iso8859-2"),
    ],
)
def test_a_table_is_read_in_the_encoding_its_text_is_in(file, text, encoding):
    path = MESSY / "mapshaper_dbf" / file
    cpg = path.with_suffix(".cpg")

    table = read_dbf(path.read_bytes(), cpg=cpg.read_text() if cpg.exists() else None)

    assert [row["NAME"] for row in table.rows] == [text]
    assert table.encoding == encoding


def test_a_second_column_of_the_same_name_gets_a_name_of_its_own():
    table = read_dbf((MESSY / "mapshaper_dbf/duplicate_fields.dbf").read_bytes())

    assert len(set(table.fields)) == len(table.fields)
    assert any(name.endswith("_2") for name in table.fields)


def test_a_table_whose_column_names_are_utf16_is_refused():
    data = (MESSY / "mapshaper_dbf/cpg/utf16.dbf").read_bytes()

    with pytest.raises(FileNotUsable, match=r"编码|表头"):
        read_dbf(data, cpg="UTF-16")


def test_a_western_table_is_read_when_its_encoding_is_given():
    layer = read_layer(MESSY / "pyshp/latin1.shp", encoding="latin-1")

    assert layer.features[0].properties == {"id": "2", "Name": "Ñandú"}


def test_each_layer_of_a_geopackage_is_read_by_name():
    file = MESSY / "derived_jianan/jianan_multilayer.gpkg"

    assert read_layer(file, layer="区县").declared.epsg == 4326
    assert read_layer(file, layer="区县_4547").declared.epsg == 4547
    assert len(read_layer(file, layer="地市").features) == 1
    with pytest.raises(FileNotUsable, match="没有图层“村”，有的是：区县、地市、区县_4547"):
        read_layer(file, layer="村")


def test_what_a_file_declares_is_told():
    declared = {
        "derived_jianan/jianan_3857_crs_member.geojson": ("epsg", 3857),
        "derived_jianan/jianan_epsg4547_crs_member.geojson": ("epsg", 4547),
        "derived_jianan/jianan_utf8_bom.geojson": ("none", None),
        "derived_jianan/gk38_no_prj/jianan.shp": ("none", None),
        "maup/bad_gap_region.shp": ("epsg", 2232),
    }
    for file, (kind, epsg) in declared.items():
        found = read_layer(MESSY / file).declared
        assert (found.kind, found.epsg) == (kind, epsg), file


def test_curves_height_and_measure_are_dropped_with_a_note():
    assert "曲线" in read_layer(MESSY / "pyogrio/multisurface.gpkg").features[0].notes[0]
    assert "高程" in read_layer(MESSY / "pyogrio/line_zm.gpkg").features[0].notes[0]
    assert "高程" in read_layer(MESSY / "togeojson_kml/polygon.kml").features[0].notes[0]


def test_nulls_in_a_geopackage_are_empty_texts():
    rows = [f.properties for f in read_layer(MESSY / "pyogrio/test_gpkg_nulls.gpkg").features]

    assert rows[0]["col_int16"] == "1"
    assert any(not any(row.values()) for row in rows)


def jts_cases():
    for file in sorted((MESSY / "jts").glob("*.xml")):
        for n, case in enumerate(ElementTree.parse(file).getroot().iter("case"), 1):
            for op in case.iter("op"):
                if op.get("name") == "isValid":
                    yield f"{file.stem}-{n}", case.findtext("a").strip(), "true" in op.text


def test_our_verdict_on_validity_is_that_of_jts_on_all_its_cases():
    cases = list(jts_cases())
    assert len(cases) == 840
    for name, text, valid in cases:
        with np.errstate(invalid="ignore"):  # some hold NaN on purpose
            geometry = shapely.from_wkt(text)
        try:
            examine(geometry, set())
            usable = True
        except Unfit:
            usable = False
        # An empty geometry is valid, but no boundary.
        assert usable == (valid and not geometry.is_empty), name


def test_the_simple_and_the_crossing_lines_of_jts_are_delivered():
    """A line that crosses itself is a valid line; whether a line will do, the importer says."""
    root = ElementTree.parse(MESSY / "jts/TestSimple.xml").getroot()
    for case in root.iter("case"):
        geometry = shapely.from_wkt(case.findtext("a"))
        if not geometry.is_empty and geometry.is_valid:
            assert examine(geometry, set()).equals(shapely.force_2d(geometry))
