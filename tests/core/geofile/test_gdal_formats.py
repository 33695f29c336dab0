"""Shapefiles, bare and zipped, and GeoPackages."""

import math
import sqlite3
import struct
from pathlib import Path

import numpy as np
import pyogrio.raw
import pytest
import shapely

from core.geofile import Declared, read_layer
from tests.core.geofile.samples import DISTRICT, RING, refusal, saved, zipped


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
