"""What each format may hold, and what read_layer makes of it."""

import json
import math
import os
import sqlite3
import struct
from pathlib import Path

import numpy as np
import pyogrio.raw
import pytest
import shapely

from core.geofile import Declared, read_layer
from core.geofile.dbf import read_dbf
from core.importing import FileNotUsable
from tests.core.geofile.test_hostile_files import DISTRICT, SQUARE, refusal, saved, zipped

RING = SQUARE[0]


@pytest.fixture
def one(tmp_path):
    """`one(geometry, properties)` is the only feature of a GeoJSON that holds them."""

    def read(geometry, properties=None):
        feature = {"type": "Feature", "properties": properties, "geometry": geometry}
        return read_layer(saved(tmp_path, "one.geojson", json.dumps(feature).encode())).features[0]

    return read


def polygon(*ring):
    return {"type": "Polygon", "coordinates": [list(ring)]}


def test_a_square_is_delivered_as_it_is_and_its_name_too(one):
    feature = one(polygon(*RING), {"名称": "建安区", "代码": "411003"})

    assert feature.problem is None
    assert feature.notes == ()
    assert feature.geometry.equals_exact(shapely.Polygon(RING))
    assert feature.properties == {"名称": "建安区", "代码": "411003"}


def test_height_and_measure_are_dropped_with_a_note(one):
    feature = one(polygon(*[[*p, 80.5, 1] for p in RING]))

    assert feature.geometry.equals_exact(shapely.Polygon(RING))
    assert feature.notes == ("带有高程或测量值,只取了平面坐标",)


@pytest.mark.parametrize(
    ("geometry", "says"),
    [
        (None, "没有图形"),
        ({"type": "Polygon", "coordinates": []}, "没有图形"),
        ({"type": "MultiPolygon", "coordinates": []}, "没有图形"),
        ({"type": "Point", "coordinates": []}, "没有图形"),
        ({"type": "GeometryCollection", "geometries": []}, "没有图形"),
        (polygon(*RING[:4]), "没有首尾相接(缺口 0.100000)"),
        (polygon(*RING[:4], [113.8, 34.000002]), "没有首尾相接"),
        (polygon(RING[0], RING[1], RING[0]), "点太少"),
        (polygon(RING[0], RING[2], RING[1], RING[3], RING[0]), "自己相交(在 113.850000, 34.050000"),
        (polygon(*RING[:2], [math.nan, 34.1], *RING[2:]), "空值或无穷大"),
        (polygon(*RING[:2], [math.inf, 34.1], *RING[2:]), "空值或无穷大"),
        (polygon(*RING[:2], [10**400, 34.1], *RING[2:]), "空值或无穷大"),
        (polygon(*RING[:2], [None, 34.1], *RING[2:]), "不是数字"),
        (polygon(*RING[:2], [True, 34.1], *RING[2:]), "不是数字"),
        ({"type": "Polygon", "coordinates": [SQUARE]}, "括号层次"),
        ({"type": "Polygon", "coordinates": RING}, "括号层次"),
        ({"type": "Polygon", "coordinates": {"a": 1}}, "括号层次"),
        ({"type": "Polygon"}, "括号层次"),
        ({"type": "Curve", "coordinates": RING}, "不认识"),
        ([1, 2], "不是一个对象"),
        ({"type": "GeometryCollection"}, "没有图形"),
    ],
)
def test_a_geometry_that_cannot_be_used_says_why_and_is_not_repaired(one, geometry, says):
    feature = one(geometry)

    assert says in feature.problem
    assert feature.problem.startswith("第 1 个要素")
    assert feature.geometry is None


def test_a_ring_whose_ends_nearly_meet_is_closed_with_a_note(one):
    feature = one(polygon(*RING[:4], [113.8000004, 34.0000004]))

    assert feature.geometry.equals_exact(shapely.Polygon(RING))
    assert "已接上" in feature.notes[0]


def test_a_ring_in_metres_may_end_a_decimetre_off(one):
    metres = [[475610, 3762145], [476610, 3762145], [476610, 3763145], [475610, 3763145]]

    assert one(polygon(*metres, [475610.05, 3762145])).problem is None
    assert "没有首尾相接" in one(polygon(*metres, [475610.5, 3762145])).problem


def test_either_winding_is_fine(one):
    assert one(polygon(*RING)).problem is None
    assert one(polygon(*reversed(RING))).problem is None


def test_a_boundary_of_more_than_200000_vertices_is_a_problem(one):
    angles = np.linspace(0, 2 * math.pi, 200_001)[:-1]
    ring = [[113.8 + math.cos(a) / 10, 34 + math.sin(a) / 10] for a in angles]

    assert "化简" in one(polygon(*ring, ring[0])).problem
    assert one(polygon(*ring[1:], ring[1])).problem is None


def test_lines_and_points_are_delivered_for_the_importer_to_judge(one):
    assert one({"type": "Point", "coordinates": [113.8, 34.0]}).geometry.geom_type == "Point"
    assert one({"type": "LineString", "coordinates": RING}).geometry.geom_type == "LineString"


def test_a_collection_of_areas_is_one_area_of_several_parts(one):
    east = [[x + 1, y] for x, y in RING]
    parts = {"type": "GeometryCollection", "geometries": [polygon(*RING), polygon(*east)]}

    assert one(parts).geometry.geom_type == "MultiPolygon"
    assert one({"type": "GeometryCollection", "geometries": [polygon(*RING)]}).problem is None


def test_properties_become_text_and_codes_keep_their_digits(one):
    feature = one(
        polygon(*RING),
        {"a": 411003001001, "b": 411003001001.0, "c": None, "d": True, "e": [1], "f": math.nan},
    )

    assert list(feature.properties.values()) == [
        "411003001001",
        "411003001001",
        "",
        "true",
        "[1]",
        "",
    ]


def test_a_property_that_stands_twice_is_a_problem_of_its_feature(tmp_path):
    text = (
        '{"type":"Feature","properties":{"a":1,"a":2},"geometry":{"type":"Point",'
        '"coordinates":[1,2]}}'
    )
    feature = read_layer(saved(tmp_path, "a.geojson", text.encode())).features[0]

    assert "“a”出现了两次" in feature.problem


@pytest.mark.parametrize(
    "name",
    [
        "建安区".encode().decode("latin-1"),
        "建安区许由街道".encode("gb18030").decode("latin-1"),
        "建安\ufffd",
        "锟斤拷锟斤拷",
        "\ud800",
    ],
)
def test_a_garbled_name_is_a_problem_not_a_name(one, name):
    assert "乱码" in one(polygon(*RING), {"名称": name}).problem


@pytest.mark.parametrize("name", ["许由街道", "灈阳镇", "Ñandú", "Žďár čeština", "Ⅱ号院①"])
def test_a_good_name_is_not_taken_for_garbled(one, name):
    assert one(polygon(*RING), {"名称": name}).problem is None


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk", "big5", "utf-16"])
def test_a_geojson_in_any_encoding_of_chinese_is_read(tmp_path, encoding):
    text = '{"type":"Feature","properties":{"名":"中國地名"},"geometry":null}'
    if encoding in ("gb18030", "gbk"):
        text = text.replace("國", "国")
    feature = read_layer(saved(tmp_path, "a.geojson", text.encode(encoding))).features[0]

    assert feature.properties["名"] in ("中国地名", "中國地名")


def test_a_half_character_in_a_type_or_a_key_does_not_break_the_sentence(tmp_path):
    texts = [
        '{"type":"Feature","properties":{"\\ud800":1,"\\ud800":2},"geometry":null}',
        '{"type":"Feature","properties":{},"geometry":{"type":"\\ud800"}}',
    ]
    for text in texts:
        feature = read_layer(saved(tmp_path, "a.geojson", text.encode())).features[0]
        assert feature.problem.encode("utf-8")


def test_a_file_whose_name_is_gbk_on_disk_is_named_in_chinese(tmp_path):
    path = tmp_path / os.fsdecode("边界.txt".encode("gb18030"))
    path.write_bytes(b"x")

    assert "“边界.txt”" in refusal(path)


def test_an_encoding_that_is_asked_for_must_fit(tmp_path):
    text = '{"type":"Feature","properties":{"名":"建安区"},"geometry":null}'
    path = saved(tmp_path, "a.geojson", text.encode("gb18030"))

    assert read_layer(path, encoding="GBK").features[0].properties == {"名": "建安区"}
    with pytest.raises(FileNotUsable, match="按 UTF-8 读不通"):
        read_layer(path, encoding="utf-8")
    with pytest.raises(FileNotUsable, match="不认识编码"):
        read_layer(path, encoding="rot13")


@pytest.mark.parametrize(
    ("crs", "declared"),
    [
        (None, ("none", None)),
        ("urn:ogc:def:crs:OGC:1.3:CRS84", ("none", None)),
        ("urn:ogc:def:crs:EPSG::4490", ("epsg", 4490)),
        ("urn:ogc:def:crs:EPSG:6.9:4547", ("epsg", 4547)),
        ("EPSG:3857", ("epsg", 3857)),
        ("GCJ-02", ("gcj02", None)),
        ("BD09", ("bd09", None)),
        ("+proj=longlat +datum=WGS84", ("unknown", None)),
    ],
)
def test_the_crs_member_of_a_geojson_is_told(tmp_path, crs, declared):
    root = {"type": "FeatureCollection", "features": [{"type": "Feature", "geometry": None}]}
    if crs:
        root["crs"] = {"type": "name", "properties": {"name": crs}}
    found = read_layer(saved(tmp_path, "a.geojson", json.dumps(root).encode())).declared

    assert (found.kind, found.epsg) == declared


def kml(body: str, encoding: str = "UTF-8") -> bytes:
    text = (
        f'<?xml version="1.0" encoding="{encoding}"?>\n'
        f'<kml xmlns="http://www.opengis.net/kml/2.2"><Document>{body}</Document></kml>'
    )
    return text.encode({"UTF-8": "utf-8"}.get(encoding, "gb18030"))


def placemark(name: str, extra: str = "") -> str:
    coordinates = " ".join(f"{x},{y},0" for x, y in RING)
    return (
        f"<Placemark><name>{name}</name>{extra}<Polygon><outerBoundaryIs><LinearRing>"
        f"<coordinates>{coordinates}</coordinates></LinearRing></outerBoundaryIs></Polygon>"
        "</Placemark>"
    )


@pytest.mark.parametrize(
    ("types", "declared"),
    [
        (["GCJ-02"], ("gcj02", None)),
        (["GCJ02"], ("gcj02", None)),
        (["BD-09"], ("bd09", None)),
        (["WGS84"], ("epsg", 4326)),
        (["CGCS2000", "CGCS2000"], ("epsg", 4490)),
        (["CGCS2000", "WGS84"], ("epsg", 4490)),
        (["Xian80"], ("unknown", None)),
        ([None], ("none", None)),
    ],
)
def test_the_coordinate_type_that_ovital_writes_is_told(tmp_path, types, declared):
    body = "".join(placemark("村", f"<OvCoordType>{t}</OvCoordType>" if t else "") for t in types)
    layer = read_layer(saved(tmp_path, "a.ovkml", kml(body)))

    assert (layer.declared.kind, layer.declared.epsg) == declared
    assert layer.features[0].geometry.equals_exact(shapely.Polygon(RING))


@pytest.mark.parametrize("other", ["<OvCoordType>CGCS2000</OvCoordType>", ""])
def test_an_ovkml_that_mixes_coordinate_types_is_refused(tmp_path, other):
    body = placemark("a", "<OvCoordType>GCJ-02</OvCoordType>") + placemark("b", other)

    assert "混着几种坐标系" in refusal(saved(tmp_path, "a.ovkml", kml(body)))


def test_a_kmz_and_the_folders_of_a_kml_are_read(tmp_path):
    body = (
        f"<Folder><name>许由街道</name>{placemark('甲村')}</Folder>"
        f"<Folder><name>蒋李集镇</name>{placemark('乙村')}{placemark('丙村')}</Folder>"
    )
    path = saved(tmp_path, "a.kmz", zipped({"doc.kml": kml(body), "files/icon.png": b"x"}))

    assert [f.properties["name"] for f in read_layer(path).features] == ["甲村", "乙村", "丙村"]
    assert len(read_layer(path, layer="蒋李集镇").features) == 2
    with pytest.raises(FileNotUsable, match="许由街道、蒋李集镇"):
        read_layer(path, layer="没有")


@pytest.mark.parametrize("declared", ["GBK", "GB2312", "UTF-8"])
def test_a_kml_is_read_in_the_encoding_it_is_in(tmp_path, declared):
    data = kml(placemark("许由街道"), "GBK").replace(b'"GBK"', f'"{declared}"'.encode())
    layer = read_layer(saved(tmp_path, "a.kml", data))

    assert layer.features[0].properties["name"] == "许由街道"
    assert layer.encoding == "gb18030"
    assert bool(layer.notes) == (declared == "UTF-8")


def test_a_kml_polygon_with_spaces_after_commas_and_a_hole_is_read(tmp_path):
    data = kml(placemark("x")).replace(b",34.0,0", b", 34.0, 0")
    hole = (
        b"<innerBoundaryIs><LinearRing><coordinates>113.82,34.02 113.84,34.02 113.84,34.04 "
        b"113.82,34.02</coordinates></LinearRing></innerBoundaryIs></Polygon>"
    )
    feature = read_layer(saved(tmp_path, "a.kml", data.replace(b"</Polygon>", hole))).features[0]

    assert len(feature.geometry.interiors) == 1


def shapefile(tmp_path: Path, **change) -> Path:
    for suffix, data in (DISTRICT | {f".{s}": d for s, d in change.items()}).items():
        if data is not None:
            saved(tmp_path, f"区{suffix}", data)
    return tmp_path / "区.shp"


def test_a_bare_shapefile_is_read_with_the_files_beside_it(tmp_path):
    path = shapefile(tmp_path)
    (tmp_path / "区.dbf").rename(tmp_path / "区.DBF")
    layer = read_layer(path)

    assert layer.name == "区"
    assert {f.properties["district_n"] for f in layer.features} == {"建安区", "魏都区"}


def test_a_shapefile_without_dbf_or_shx_is_read_with_a_note(tmp_path):
    layer = read_layer(shapefile(tmp_path, dbf=None, shx=None, prj=None))

    assert [f.problem for f in layer.features] == [None, None]
    assert layer.fields == ()
    assert layer.declared == Declared("none")
    assert "没有 .shx" in layer.notes[0]
    assert "没有 .dbf" in layer.notes[1]


def test_a_shapefile_whose_parts_do_not_belong_together_is_refused(tmp_path):
    count = struct.pack("<I", 1)
    table = DISTRICT[".dbf"][:4] + count + DISTRICT[".dbf"][8:]

    assert "对不上" in refusal(shapefile(tmp_path, dbf=table))


def test_a_deleted_record_is_left_out(tmp_path):
    header = struct.unpack("<H", DISTRICT[".dbf"][8:10])[0]
    table = DISTRICT[".dbf"][:header] + b"*" + DISTRICT[".dbf"][header + 1 :]
    layer = read_layer(shapefile(tmp_path, dbf=table))

    assert [f.number for f in layer.features] == [2]


@pytest.mark.parametrize("folder", ["", "建安区/边界/"])
@pytest.mark.parametrize("encoding", ["gb18030", "utf-8"])
def test_a_zip_with_chinese_names_and_folders_is_read(tmp_path, folder, encoding):
    """Windows writes GBK without saying so; Python's zipfile takes it for CP437."""
    name = f"{folder}区划".encode(encoding)
    stand_in = "@" * len(name)
    data = zipped({f"{stand_in}{suffix}": part for suffix, part in DISTRICT.items()})
    layer = read_layer(saved(tmp_path, "a.zip", data.replace(stand_in.encode(), name)))

    assert layer.name == "区划"
    assert len(layer.features) == 2


def test_a_shapefile_with_bowtie_null_and_unclosed_shapes_has_problems(tmp_path):
    bowtie = shapely.Polygon([RING[0], RING[2], RING[1], RING[3]])
    good = shapely.Polygon(RING)
    write(tmp_path / "a.shp", [good.wkb, bowtie.wkb, None], "ESRI Shapefile")
    layer = read_layer(tmp_path / "a.shp")

    problems = [f.problem or "" for f in layer.features]
    assert problems[0] == ""
    assert "自己相交" in problems[1]
    assert "没有图形" in problems[2]


def write(path: Path, shapes: list[bytes | None], driver: str, **options) -> None:
    pyogrio.raw.write(
        path,
        np.array(shapes, dtype=object),
        [np.array([f"甲{n}" for n in range(len(shapes))], dtype=object)],
        ["name"],
        driver=driver,
        geometry_type=options.pop("geometry_type", "Polygon"),
        crs="EPSG:4547",
        **options,
    )


def test_a_geopackage_with_height_null_empty_and_bowtie_is_told_apart(tmp_path):
    tall = shapely.force_3d(shapely.Polygon(RING), 80)
    bowtie = shapely.Polygon([RING[0], RING[2], RING[1], RING[3]])
    shapes = [tall.wkb, None, shapely.Polygon().wkb, bowtie.wkb]
    write(tmp_path / "a.gpkg", shapes, "GPKG", geometry_type="Polygon Z")
    layer = read_layer(tmp_path / "a.gpkg")

    assert layer.declared.epsg == 4547
    assert "高程" in layer.features[0].notes[0]
    assert layer.features[0].geometry.equals_exact(shapely.Polygon(RING))
    assert layer.features[0].properties == {"name": "甲0"}
    assert "没有图形" in layer.features[1].problem
    assert "没有图形" in layer.features[2].problem
    assert "自己相交" in layer.features[3].problem


def test_a_geopackage_with_an_unclosed_ring_or_nan_has_a_problem(tmp_path):
    closed = shapely.Polygon(RING).wkb
    unclosed = closed[:-16] + struct.pack("<dd", 113.85, 34.0)
    nan = closed[:-48] + struct.pack("<dd", math.nan, 34.1) + closed[-32:]
    write(tmp_path / "a.gpkg", [unclosed, nan], "GPKG")
    problems = [f.problem for f in read_layer(tmp_path / "a.gpkg").features]

    assert "没有首尾相接" in problems[0]
    assert "空值或无穷大" in problems[1]


def test_a_geopackage_in_a_zip_is_read_and_other_sqlite_is_refused(tmp_path):
    write(tmp_path / "a.gpkg", [shapely.Polygon(RING).wkb], "GPKG")
    data = zipped({"区/a.gpkg": (tmp_path / "a.gpkg").read_bytes()})
    assert read_layer(saved(tmp_path, "a.zip", data)).driver == "GPKG"

    with sqlite3.connect(tmp_path / "b.gpkg") as database:
        database.execute("CREATE TABLE t (geom)")
    assert "GeoPackage" in refusal(tmp_path / "b.gpkg")


def dbf(columns: list[tuple[str, str, int]], rows: list[list[bytes]], encoding: str) -> bytes:
    descriptors = b"".join(
        name.encode(encoding)[:10].ljust(11, b"\0")
        + kind.encode()
        + bytes(4)
        + bytes([width])
        + bytes(15)
        for name, kind, width in columns
    )
    records = b"".join(
        b" " + b"".join(v[:w].ljust(w) for v, (_, _, w) in zip(row, columns, strict=True))
        for row in rows
    )
    width = 1 + sum(w for _, _, w in columns)
    head = struct.pack("<BBBBIHH20x", 3, 126, 1, 1, len(rows), 33 + len(descriptors), width)
    return head + descriptors + b"\r" + records + b"\x1a"


def test_a_text_cut_through_a_character_by_its_column_is_read_up_to_there():
    name = "许由街道办事处".encode("gb18030")
    table = read_dbf(dbf([("行政区划代码名", "C", 9)], [[name]], "gb18030"))

    assert table.encoding == "gb18030"
    assert table.rows == [{"行政区划代": "许由街道"}]


def test_a_code_in_a_number_column_keeps_all_its_digits():
    rows = [[b"411003001001"], [b"4.11003001001e+011"], [b""], [b"***"]]
    table = read_dbf(dbf([("code", "N", 19)], rows, "ascii"))

    assert [r["code"] for r in table.rows] == ["411003001001", "411003001001", "", ""]


def test_a_gbk_table_under_a_western_label_is_read_as_chinese():
    rows = [["建安区".encode("gb18030")], ["灈阳镇".encode("gb18030")]]
    table = read_dbf(dbf([("name", "C", 20)], rows, "ascii"), cpg="ISO-8859-1")

    assert [r["name"] for r in table.rows] == ["建安区", "灈阳镇"]
    assert "内容其实是 GB18030" in table.notes[0]


@pytest.mark.parametrize(
    ("name", "encoding", "cpg"),
    [
        ("学校", "gb18030", None),  # by accident valid UTF-8
        ("联通", "gb18030", None),
        ("Montréal", "utf-8", None),
        ("Montréal", "latin-1", "ISO-8859-1"),
        ("許由", "cp950", None),
        ("许由", "utf-8", "GBK"),
        ("國陽", "cp950", "Big5"),  # 瓣锭 in GBK: as good, so the label decides
    ],
)
def test_one_short_name_is_enough_to_judge_by(name, encoding, cpg):
    table = read_dbf(dbf([("name", "C", 20)], [[name.encode(encoding)]], "ascii"), cpg=cpg)

    assert table.rows == [{"name": name}]


def test_bytes_that_are_no_text_are_refused_rather_than_guessed():
    data = dbf([("name", "C", 20)], [[b"\xff\xfe\x81\x00\x01"]], "ascii")

    with pytest.raises(FileNotUsable, match="编码"):
        read_dbf(data)
