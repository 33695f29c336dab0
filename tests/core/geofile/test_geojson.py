"""What a GeoJSON may hold, feature by feature, and what read_layer makes of it."""

import json
import math
import os

import numpy as np
import pytest
import shapely

from core.geofile import read_layer
from core.importing import FileNotUsable
from tests.core.geofile.samples import RING, SQUARE, refusal, saved


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
    assert feature.notes == ("带有高程或测量值，只取了平面坐标",)


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
