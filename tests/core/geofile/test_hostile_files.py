"""Files that are not what they say, broken, or meant to harm: one Chinese sentence, and quickly."""

import io
import json
import os
import stat
import struct
import zipfile
from pathlib import Path

import numpy as np
import pyogrio.raw
import pytest
import shapely

from core.geofile import gdal, read_layer
from core.geofile.gdal import _DRIVERS
from core.importing import FileNotUsable
from tests.core.geofile.samples import DISTRICT, GEOJSON, JIANAN, MESSY, refusal, saved, zipped

KML = """<?xml version="1.0" encoding="UTF-8"?>{doctype}
<kml xmlns="http://www.opengis.net/kml/2.2"><Document><Placemark><name>{name}</name>
<Point><coordinates>113.8,34.0</coordinates></Point></Placemark></Document></kml>"""
MILLION_LAUGHS = (
    "<!DOCTYPE kml [<!ENTITY a0 'ha'>"
    + "".join(f"<!ENTITY a{n} '{f'&a{n - 1};' * 10}'>" for n in range(1, 20))
    + "]>"
)


@pytest.fixture
def refused(tmp_path):
    """`refused(name, data)` is the sentence with which this file is refused."""

    def refuse(name: str, data: bytes) -> str:
        path = tmp_path / name
        path.write_bytes(data)
        return refusal(path)

    return refuse


@pytest.mark.parametrize("name", ["a.geojson", "a.zip", "a.shp", "a.gpkg", "a.kml"])
def test_a_zero_byte_file_is_called_empty(refused, name):
    assert "是空的(0 字节)" in refused(name, b"")


@pytest.mark.parametrize(
    ("name", "data", "says"),
    [
        ("a.geojson", b"<OGRVRTDataSource><OGRVRTLayer name='x'/></OGRVRTDataSource>", "VRT"),
        ("a.kml", b"<OGRVRTDataSource/>", "VRT"),
        ("a.geojson", "代码,名称\n411003001,许由街道\n".encode(), "CSV"),
        ("a.geojson", b"<!DOCTYPE html><html><body>502</body></html>", "网页"),
        ("a.kml", b"\n<html><body>404</body></html>", "网页"),
        ("a.zip", b"Rar!\x1a\x07\x00" + bytes(40), "RAR"),
        ("a.zip", b"7z\xbc\xaf\x27\x1c" + bytes(40), "7z"),
        ("a.geojson", b"\x1f\x8b\x08" + bytes(40), "gzip"),
        ("a.gpkg", b"%PDF-1.7\n", "PDF"),
        ("a.ovkml", b"OviO" + bytes(40), "ovobj"),
        ("a.geojson", b'{"ObjItems": []}', "ovjsn"),
        ("a.geojson", b'{"type": "Topology", "objects": {}}', "TopoJSON"),
        ("a.geojson", b'{"geometryType": "esriGeometryPolygon", "features": []}', "ArcGIS"),
        ("a.kml", b"<gpx/>", "GPX"),
        ("a.shp", b"just some words", "普通文字"),
        ("a.dwg", b"AC1027" + bytes(40), "DWG"),
        ("a.bin", bytes(range(1, 200)), "认不出"),
        ("a.geojson", b"   \r\n", "没有内容"),
        ("a.geojson", b"[1, 2]", "最外层不是一个对象"),
        ("a.geojson", b'{"type": "FeatureCollection", "features": []}', "一个要素也没有"),
        ("a.geojson", b'{"type": "FeatureCollection"}', "没有 features"),
        ("a.kml", b"<kml><Document/></kml>", "一个地标也没有"),
        ("a.kml", b"<kml><NetworkLink><href>http://x/</href></NetworkLink></kml>", "网络链接"),
        ("a.gpkg", b"SQLite format 3\x00" + bytes(84), "损坏"),
    ],
)
def test_a_file_is_refused_by_what_it_is_not_by_what_it_is_called(refused, name, data, says):
    assert says in refused(name, data)


def test_a_good_file_under_a_wrong_name_is_read(tmp_path):
    assert read_layer(saved(tmp_path, "a.shp", GEOJSON)).driver == "GeoJSON"
    assert read_layer(saved(tmp_path, "a.geojson", zipped({"x.geojson": GEOJSON}))).name == "x"


@pytest.mark.parametrize(
    "name",
    [
        "PG:host=127.0.0.1 dbname=wuse",
        "/vsicurl/http://127.0.0.1/x.geojson",
        '{"type": "FeatureCollection", "features": []}',
        "<OGRVRTDataSource/>",
        "x" * 5000,
        "nul\0byte",
    ],
)
def test_a_connection_string_is_only_a_file_that_does_not_exist(name):
    assert "文件" in refusal(Path(name))


def test_a_folder_and_a_pipe_are_not_read(tmp_path):
    os.mkfifo(tmp_path / "a.geojson")
    assert "没有找到" in refusal(tmp_path / "a.geojson")
    assert "文件夹" in refusal(tmp_path)


@pytest.mark.parametrize("share", [0.2, 0.5, 0.9, 0.99])
def test_a_truncated_file_is_called_incomplete(refused, share):
    def cut(data: bytes) -> bytes:
        return data[: int(len(data) * share)]

    geopackage = (MESSY / "pyogrio/multisurface.gpkg").read_bytes()
    kml = (MESSY / "togeojson_kml/polygon.kml").read_bytes()
    whole_zip = zipped({f"a{suffix}": data for suffix, data in DISTRICT.items()})
    assert "不完整" in refused("a.geojson", cut(GEOJSON))
    assert "不完整" in refused("a.zip", cut(whole_zip))
    assert "不完整" in refused("a.gpkg", cut(geopackage))
    assert "不完整" in refused("a.shp", cut(DISTRICT[".shp"]))
    assert "KML" in refused("a.kml", cut(kml))
    parts = {f"a{suffix}": data for suffix, data in DISTRICT.items()}
    assert "不完整" in refused("b.zip", zipped(parts | {"a.dbf": cut(DISTRICT[".dbf"])}))


def test_a_geopackage_with_a_damaged_page_is_not_read_in_part(tmp_path, refused):
    pyogrio.raw.write(
        tmp_path / "whole.gpkg",
        np.array([shapely.Point(n, n).buffer(1).wkb for n in range(500)], dtype=object),
        [np.arange(500)],
        ["n"],
        driver="GPKG",
        geometry_type="Polygon",
        crs="EPSG:4326",
    )
    data = bytearray((tmp_path / "whole.gpkg").read_bytes())
    page = len(data) // 4096 // 2 * 4096
    data[page : page + 4096] = bytes(4096)
    assert "损坏" in refused("a.gpkg", bytes(data))


def test_json_nested_deeply_is_refused_without_a_crash(refused):
    assert "嵌套" in refused("a.geojson", b'{"a":' + b"[" * 200_000)
    assert "嵌套" in refused("a.geojson", b'{"a":' + b"[" * 200_000 + b"]" * 200_000 + b"}")
    assert "嵌套" in refused("a.geojson", b'{"a":' + b"[" * 32 + b"]" * 32 + b"}")
    assert "嵌套" not in refused("a.geojson", b'{"a":' + b"[" * 31 + b"]" * 31 + b"}")
    brackets = json.dumps({"a": '\\"[' * 100}).encode()
    assert "嵌套" not in refused("a.geojson", brackets)


def test_json_that_is_wrong_in_the_middle_names_the_place(refused):
    assert "第 2 行" in refused("a.geojson", b'{"type":\n oops, "features": []}')
    assert "数字" in refused("a.geojson", b'{"a": ' + b"9" * 6000 + b"}")


@pytest.mark.parametrize(
    ("doctype", "name"),
    [
        ('<!DOCTYPE kml [<!ENTITY x SYSTEM "file:///etc/passwd">]>', "&x;"),
        ('<!DOCTYPE kml SYSTEM "http://127.0.0.1:9/x.dtd">', "x"),
        ("<!DOCTYPE kml [<!ENTITY x 'ha'>]>", "&x;"),
        (MILLION_LAUGHS, "&a19;"),
    ],
)
def test_a_kml_with_entities_or_a_dtd_is_refused(refused, doctype, name):
    assert "DTD" in refused("a.kml", KML.format(doctype=doctype, name=name).encode())


def test_a_kml_nested_deeply_is_refused(refused, tmp_path):
    folders = b"<kml>" + b"<Folder>" * 5000 + b"</Folder>" * 5000 + b"</kml>"
    assert "KML" in refused("a.kml", folders)
    many = b"<MultiGeometry>" * 5000 + b"</MultiGeometry>" * 5000
    path_data = b"<kml><Placemark>" + many + b"</Placemark></kml>"
    layer = read_layer(saved(tmp_path, "deep.kml", path_data))
    assert "嵌套" in layer.features[0].problem


def test_a_zip_that_grows_too_much_is_refused(refused):
    assert "100 倍" in refused("a.zip", zipped({"a.geojson": bytes(30_000_000)}))
    assert "200 MB" in refused("b.zip", zipped({f"{n}.kml": bytes(50_000_000) for n in range(5)}))
    assert "50 个" in refused("c.zip", zipped({f"{n}.txt": b"x" for n in range(51)}))


def test_a_zip_that_lies_about_its_size_is_refused(refused):
    data = bytearray(zipped({"a.geojson": GEOJSON + b" " * 100_000}))
    real = struct.pack("<I", len(GEOJSON) + 100_000)
    at = data.rindex(real)
    data[at : at + 4] = struct.pack("<I", 10)
    assert "压缩包" in refused("a.zip", bytes(data))


def test_a_zip_above_20_mb_is_refused(refused):
    data = zipped({"a.geojson": GEOJSON}) + bytes(20 * 1024 * 1024)
    assert "20 MB" in refused("a.zip", b"PK\x03\x04" + data)


@pytest.mark.parametrize(
    "name",
    ["../a.geojson", "/etc/a.geojson", "x/../../a.geojson", "..\\a.geojson", "C:\\a.geojson"],
)
def test_a_zip_member_that_points_outside_is_refused(refused, name):
    assert "指向包外" in refused("a.zip", zipped({name: GEOJSON}))


def test_a_symbolic_link_in_a_zip_is_refused(refused):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        link = zipfile.ZipInfo("a.geojson")
        link.create_system = 3
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(link, "/etc/passwd")
    assert "符号链接" in refused("a.zip", out.getvalue())


def test_a_zip_with_a_password_a_zip_or_nothing_of_use_is_refused(refused):
    data = bytearray(zipped({"a.geojson": GEOJSON}))
    data[6] |= 1
    data[data.index(b"PK\x01\x02") + 8] |= 1
    assert "密码" in refused("a.zip", bytes(data))
    assert "还是压缩包" in refused("b.zip", zipped({"in.zip": zipped({"a.geojson": GEOJSON})}))
    assert "还是压缩包" in refused("c.zip", zipped({"a.kml": zipped({"a.kml": b"x"})}))
    assert "Excel" in refused("d.zip", zipped({"[Content_Types].xml": b"<x/>"}))
    assert ".gdb" in refused("e.zip", zipped({"区划.gdb/a00000001.gdbtable": b"x"}))
    assert "几个边界文件(a、b)" in refused(
        "f.zip", zipped({"a.geojson": GEOJSON, "b.geojson": GEOJSON})
    )


def test_the_worker_itself_opens_no_vrt_and_is_not_waited_for_forever(tmp_path, monkeypatch):
    """Even a VRT that came through the sniffing would not be opened."""
    vrt = f"""<OGRVRTDataSource><OGRVRTLayer name="jianan">
        <SrcDataSource>{JIANAN / "gbk_no_cpg/jianan.shp"}</SrcDataSource>
        </OGRVRTLayer></OGRVRTDataSource>""".encode()
    with pytest.raises(FileNotUsable, match="损坏"):
        gdal.open_in_worker("GPKG", {".gpkg": vrt}, what="文件")

    monkeypatch.setattr(gdal, "WALL_S", 0.01)
    with pytest.raises(FileNotUsable, match="没有读完"):
        gdal.open_in_worker("GPKG", {".gpkg": b""}, what="文件")


def test_a_worker_killed_by_its_limits_is_a_refusal(tmp_path, monkeypatch):
    script = tmp_path / "dies.py"
    script.write_text("import os, signal; os.kill(os.getpid(), signal.SIGXCPU)")
    monkeypatch.setattr(gdal, "_WORKER", script)
    with pytest.raises(FileNotUsable, match="超出限制"):
        gdal.open_in_worker("GPKG", {".gpkg": b""}, what="文件")


def test_the_worker_has_no_secret_bounded_memory_and_two_drivers(tmp_path, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgres://secret")
    report = tmp_path / "report"
    script = tmp_path / "asks.py"
    script.write_text(f"""
import importlib.util, json, os, socket, sys
spec = importlib.util.spec_from_file_location("worker", {str(gdal._WORKER)!r})
worker = importlib.util.module_from_spec(spec)
spec.loader.exec_module(worker)
worker.confine()
import pyogrio
try:
    bytearray(2 * worker.MEMORY_BYTES)
    memory = "unbounded"
except MemoryError:
    memory = "bounded"
found = dict(environment=dict(os.environ), drivers=list(pyogrio.list_drivers()), memory=memory)
open({str(report)!r}, "w").write(json.dumps(found))
sys.exit(3)
""")
    monkeypatch.setattr(gdal, "_WORKER", script)
    with pytest.raises(FileNotUsable):
        gdal.open_in_worker("GPKG", {".gpkg": b""}, what="文件")
    found = json.loads(report.read_text())

    assert "DATABASE_URL" not in found["environment"]
    assert set(found["drivers"]) == set(_DRIVERS)
    assert found["memory"] == "bounded"
