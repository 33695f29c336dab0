"""Ask the confined worker to open a Shapefile's geometry or a GeoPackage, or to write one."""

import functools
import json
import re
import struct
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyogrio
import shapely
from shapely.geometry.base import BaseGeometry

from core.geofile.layer import Declared
from core.importing import FileNotUsable

WALL_S = 90
_WORKER = Path(__file__).with_name("worker.py")
_DRIVERS = {"GPKG": "input.gpkg", "ESRI Shapefile": "input.shp"}
# 3-D WGS84 is WGS84 once the height is gone.
_SAME_IN_2D = {4979: 4326, 4480: 4490}


@dataclass(frozen=True)
class Opened:
    name: str
    fields: tuple[str, ...]
    declared: Declared
    shape: str
    records: list[tuple[list, bytes]]


@functools.cache
def _skipped_drivers() -> str:
    return ",".join(sorted(set(pyogrio.list_drivers()) - set(_DRIVERS)))


def open_in_worker(
    driver: str, parts: dict[str, bytes], *, what: str, layer: str | None = None
) -> Opened:
    """`parts` are the files by suffix; they get names of our own. `what` is for messages."""
    with tempfile.TemporaryDirectory(prefix="geofile-") as folder:
        main = Path(folder, _DRIVERS[driver])
        for suffix, data in parts.items():
            main.with_suffix(suffix).write_bytes(data)
        out = Path(folder, "out")
        restore = driver == "ESRI Shapefile" and ".shx" not in parts
        code = _run(
            folder, ["read", str(main), driver, layer or "", str(out)], what, restore=restore
        )
        if code == 4:
            raise _layer_refused(json.loads(out.read_text()), layer, what)
        if code == 6:
            raise FileNotUsable(
                f"{what}里有会自己运行的视图或算式，不予读取；请把图层另存为新的 GeoPackage。"
            )
        if code != 0:
            raise FileNotUsable(f"{what}损坏或不完整，读不出来；请重新导出或下载。")
        with out.open("rb") as file:
            about = json.loads(file.readline())
            records = list(_records(file, about["count"]))
    return Opened(
        name=about["name"],
        fields=tuple(about["fields"]),
        declared=_declared(about["crs"]),
        shape=about["shape"],
        records=records,
    )


class NotWritten(Exception):
    """The worker has failed on what is our own: a matter for the log."""


def write_geopackage(
    layer: str,
    fields: Sequence[tuple[str, type]],
    rows: Sequence[Sequence[str | int | None]],
    shapes: Sequence[BaseGeometry],
) -> bytes:
    """A GeoPackage with one layer of MultiPolygons in EPSG:4326. `fields`: names with str or int."""
    about = {
        "name": layer,
        "fields": [name for name, _ in fields],
        "whole": [kind is int for _, kind in fields],
        "count": len(rows),
    }
    with tempfile.TemporaryDirectory(prefix="geofile-") as folder:
        source, made = Path(folder, "in"), Path(folder, "output.gpkg")
        with source.open("wb") as file:
            file.write(json.dumps(about).encode() + b"\n")
            for values, wkb in zip(rows, shapely.to_wkb(list(shapes)), strict=True):
                file.write(json.dumps(list(values)).encode() + b"\n")
                file.write(struct.pack("<I", len(wkb)) + wkb)
        code = _run(folder, ["write", str(source), str(made)], "GeoPackage ", restore=False)
        if code != 0:
            raise NotWritten(f"worker: {code}")
        return made.read_bytes()


def _run(folder: str, arguments: list[str], what: str, *, restore: bool) -> int:
    environment = {
        "PATH": "/usr/bin:/bin",
        "HOME": folder,
        "TMPDIR": folder,
        "OPENBLAS_NUM_THREADS": "1",
        "GDAL_SKIP": _skipped_drivers(),
        "GDAL_DISABLE_READDIR_ON_OPEN": "EMPTY_DIR",
        "GDAL_PAM_ENABLED": "NO",
        "CPL_VSIL_CURL_ALLOWED_EXTENSIONS": "{noext}",
        "PROJ_NETWORK": "OFF",
        # Set without need, it rebuilds even a good index, and fails on a byte too many.
        "SHAPE_RESTORE_SHX": "YES" if restore else "NO",
    }
    try:
        done = subprocess.run(
            [sys.executable, "-I", str(_WORKER), *arguments],
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=WALL_S,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise FileNotUsable(f"{what}读了 {WALL_S} 秒还没有读完；请化简或拆分后再导入。") from None
    if done.returncode < 0 or done.returncode == 5:
        raise FileNotUsable(f"{what}太大或已损坏，读取时超出限制；请化简或重新导出。")
    return done.returncode


def _layer_refused(layers: list[str], asked: str | None, what: str) -> FileNotUsable:
    names = "、".join(layers)
    if not layers:
        return FileNotUsable(f"{what}里没有带图形的图层；请检查导出时选的图层。")
    if asked is None:
        return FileNotUsable(f"{what}里有几个图层({names})；请用 --layer 指明一个。", layers=layers)
    return FileNotUsable(f"{what}里没有图层“{asked[:40]}”，有的是：{names}。", layers=layers)


def _records(file, count: int) -> Iterator[tuple[list, bytes]]:
    for _ in range(count):
        values = json.loads(file.readline())
        (length,) = struct.unpack("<I", file.read(4))
        yield values, file.read(length)


def _declared(crs: str | None) -> Declared:
    if not crs:
        return Declared("none")
    if found := re.fullmatch(r"EPSG:(\d+)", crs):
        number = int(found[1])
        return Declared("epsg", _SAME_IN_2D.get(number, number), crs)
    title = re.match(r'\w+\["([^"]*)"', crs)
    text = (title[1] if title else crs)[:100]
    return (
        Declared("none") if text.lower().startswith("undefined") else Declared("unknown", text=text)
    )
