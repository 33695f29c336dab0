"""Ask the confined worker to open a Shapefile's geometry or a GeoPackage."""

import functools
import json
import re
import struct
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pyogrio

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
        code = _run(folder, [str(main), driver, layer or "", str(out)], what, restore=restore)
        if code == 4:
            raise _layer_refused(json.loads(out.read_text()), layer, what)
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
