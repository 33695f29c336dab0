"""KML, KMZ and what 奥维 adds to them."""

import pytest
import shapely

from core.geofile import read_layer
from core.importing import FileNotUsable
from tests.core.geofile.samples import RING, refusal, saved, zipped


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
