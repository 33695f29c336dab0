"""Coordinates against two independent libraries: see tests/data/README.md."""

import csv
from pathlib import Path

import numpy as np
import pytest
from pyproj import Geod

from core import coords
from core.coords import CrsUnknown, by_epsg, gauss_kruger_near, parse_crs

POINTS = Path(__file__).parents[1] / "data/coords/xuchang_500_gcoord_vs_prcoords.csv"
GEOD = Geod(ellps="WGS84")


@pytest.fixture(scope="module")
def points():
    with POINTS.open() as file:
        rows = list(csv.DictReader(file))
    names = [n.removesuffix("_lon") for n in rows[0] if n.endswith("_lon")]
    table = {
        n: np.array([[float(r[f"{n}_lon"]), float(r[f"{n}_lat"])] for r in rows]) for n in names
    }
    table["wgs84"] = np.array([[float(r["lon"]), float(r["lat"])] for r in rows])
    return table


def metres(a, b):
    return GEOD.inv(a[:, 0], a[:, 1], b[:, 0], b[:, 1])[2]


@pytest.mark.parametrize("library", ["gcoord", "prcoords"])
@pytest.mark.parametrize(
    ("direction", "convert"),
    [
        ("wgs2gcj", coords.wgs84_to_gcj02),
        ("wgs2bd", coords.wgs84_to_bd09),
        ("gcj2bd", coords.gcj02_to_bd09),
    ],
)
def test_forward_agrees_with_both_libraries_to_a_millimetre(points, library, direction, convert):
    assert metres(convert(points["wgs84"]), points[f"{library}_{direction}"]).max() < 0.001


@pytest.mark.parametrize("library", ["gcoord", "prcoords"])
@pytest.mark.parametrize(
    ("direction", "convert"),
    [
        ("gcj2wgs", coords.gcj02_to_wgs84),
        ("bd2wgs", coords.bd09_to_wgs84),
        ("bd2gcj", coords.bd09_to_gcj02),
    ],
)
def test_inverse_agrees_with_both_libraries_to_half_a_metre(points, library, direction, convert):
    assert metres(convert(points["wgs84"]), points[f"{library}_{direction}"]).max() <= 0.5


@pytest.mark.parametrize("name", ["gcj02", "bd09"])
def test_there_and_back_is_a_tenth_of_a_millimetre(points, name):
    crs = parse_crs(name)
    assert metres(crs.to_wgs84(crs.from_wgs84(points["wgs84"])), points["wgs84"]).max() < 1e-4


def test_the_shifts_here_are_those_people_see(points):
    assert 550 < metres(coords.wgs84_to_gcj02(points["wgs84"]), points["wgs84"]).mean() < 650
    assert 1000 < metres(coords.wgs84_to_bd09(points["wgs84"]), points["wgs84"]).mean() < 1500


@pytest.mark.parametrize("name", ["gcj02", "bd09"])
def test_the_inverse_ends_everywhere_even_at_the_edge_of_the_box(name, monkeypatch):
    steps = []
    offset = coords._gcj02_offset
    monkeypatch.setattr(coords, "_gcj02_offset", lambda p: steps.append(1) or offset(p))
    edges = np.array(
        [[72.004, 30], [72.00399, 30], [72.0041, 30], [137.8347, 40], [137.83471, 40], [137.834, 40],
         [110, 0.8293], [110, 55.8271], [110, 55.82711], [0, 0], [-72.5, 44.5], [181, 95],
         [np.nan, 30], [np.inf, 30], [1e9, 1e9]]
    )  # fmt: skip
    result = parse_crs(name).to_wgs84(edges)
    assert result.shape == edges.shape
    assert 0 < len(steps) <= coords._STEPS


def test_outside_china_gcj02_is_wgs84():
    vermont = np.array([[-72.5, 44.5]])
    assert (coords.gcj02_to_wgs84(vermont) == vermont).all()
    assert (coords.wgs84_to_gcj02(vermont) == vermont).all()


def test_gauss_kruger_with_and_without_zone_number_is_the_same_place():
    # A point on zone 38's central meridian has the false easting itself.
    on_meridian = np.array([[114.0, 34.0]])
    assert parse_crs("EPSG:4547").from_wgs84(on_meridian)[0, 0] == pytest.approx(500_000, abs=1e-6)
    assert parse_crs("EPSG:4526").from_wgs84(on_meridian)[0, 0] == pytest.approx(
        38_500_000, abs=1e-6
    )
    for name in ("EPSG:4547", "EPSG:4526", "EPSG:4498", "EPSG:4509", "EPSG:3857", "EPSG:32649"):
        crs = parse_crs(name)
        back = crs.to_wgs84(crs.from_wgs84(np.array([[113.8, 34.1]])))
        assert back[0] == pytest.approx([113.8, 34.1], abs=1e-9)


def test_cgcs2000_is_wgs84_to_centimetres():
    here = np.array([[113.8, 34.1]])
    assert (parse_crs("EPSG:4490").to_wgs84(here) == here).all()
    assert (parse_crs("cgcs2000").to_wgs84(here) == here).all()


@pytest.mark.parametrize(
    "text", ["WGS84", "wgs-84", " gcj-02 ", "BD09", "EPSG:4490", "epsg: 4547", "4526"]
)
def test_known_names_are_understood_as_people_write_them(text):
    assert parse_crs(text).title


@pytest.mark.parametrize(
    "text",
    [
        "",
        "EPSG:2379",
        "EPSG:99999999",
        "+proj=longlat",
        "/vsicurl/x.prj",
        "EPSG:4326\n+x",
        "４３２６x",
    ],
)
def test_anything_else_is_refused_in_chinese_and_never_reaches_proj(text, monkeypatch):
    monkeypatch.setattr(coords.CRS, "from_epsg", None)
    with pytest.raises(CrsUnknown, match="不认识坐标系"):
        parse_crs(text)


def test_every_number_of_the_closed_list_is_what_its_title_says():
    for epsg in range(4491, 4555):
        crs = by_epsg(epsg)
        name = coords.CRS.from_epsg(epsg).name
        number = "".join(filter(str.isdigit, name.rsplit(" ", 1)[1]))
        assert f" {number}" in crs.title
        assert ("3-degree" in name) == ("3 度带" in crs.title)
        assert ("CM" in name) == ("无带号" in crs.title)


def test_the_zones_of_this_district_are_37_to_39():
    names = [c.name for c in gauss_kruger_near(113.8)]
    assert names[:2] == ["epsg:4526", "epsg:4547"]
    assert {"epsg:4525", "epsg:4527", "epsg:4546", "epsg:4548", "epsg:4497", "epsg:4498"} <= set(
        names
    )
