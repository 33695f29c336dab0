"""The only place where GDAL opens or writes a file: a process of its own that may do little.

Run as a script, not imported: `worker.py read FILE DRIVER LAYER OUT`, `worker.py write IN FILE`. It
knows nothing of the project, has no environment worth stealing, and dies of its limits before it
harms the machine. OUT gets and IN holds one JSON line about the layer, then per feature one JSON
line of values and its WKB with the length before it. Exit codes: 0 · 3 not readable · 4 the layer must be chosen (JSON list in OUT) ·
5 a limit was met · 6 it would run something of its own.
"""

import ctypes
import json
import math
import re
import resource
import sqlite3
import struct
import sys
import warnings

MEMORY_BYTES = 1536 * 1024 * 1024
CPU_S = 60
# A county has a few thousand grids.
MAX_FEATURES = 100_000
OUTPUT_BYTES = 400 * 1024 * 1024
# By these, old programs find the layers; nothing in them is called.
USUAL_VIEWS = {"st_spatial_ref_sys", "spatial_ref_sys", "st_geometry_columns", "geometry_columns"}
CALLS = re.compile(r"\w\s*\(|\bWITH\b", re.IGNORECASE)
_CLONE_NEWUSER, _CLONE_NEWNET = 0x10000000, 0x40000000


def confine() -> None:
    for limit, value in [
        (resource.RLIMIT_AS, MEMORY_BYTES),
        (resource.RLIMIT_CPU, CPU_S),
        (resource.RLIMIT_FSIZE, OUTPUT_BYTES),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, 64),
    ]:
        resource.setrlimit(limit, (value, value))
    # No network, where the kernel lets us say so; the drivers that are left know none either.
    ctypes.CDLL(None).unshare(_CLONE_NEWUSER | _CLONE_NEWNET)


def spatial_layers(path: str) -> list[str]:
    from pyogrio import list_layers

    return [name for name, geometry_type in list_layers(path) if geometry_type is not None]


def declared_shape(path: str, layer: str) -> str:
    """What a GeoPackage says its column holds: pyogrio has drawn curves as lines and dropped M."""
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as database:
        found = database.execute(
            "SELECT geometry_type_name, m FROM gpkg_geometry_columns WHERE table_name = ?", (layer,)
        ).fetchone()
    return f"{found[0]}{' M' if found[1] else ''}".upper() if found else ""


def holds_only_rows(path: str) -> bool:
    """Whether a GeoPackage has nothing that computes when it is read: a view, a virtual table or a
    generated column may run for ever, fill the memory or reach for other files. Asked before GDAL,
    which looks at a row of each."""
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as database:
        made = database.execute(
            "SELECT name, sql FROM sqlite_master WHERE type = 'view'"
            " OR type = 'table' AND sql LIKE 'CREATE VIRTUAL%' AND sql NOT LIKE '%USING rtree(%'"
        ).fetchall()
        # `hidden` is 2 or 3 for generated columns.
        (computed,) = database.execute(
            "SELECT count(*) FROM sqlite_master AS t JOIN pragma_table_xinfo(t.name) AS c"
            " WHERE t.type = 'table' AND t.sql NOT LIKE 'CREATE VIRTUAL%' AND c.hidden > 1"
        ).fetchone()
    return not computed and all(name in USUAL_VIEWS and not CALLS.search(sql) for name, sql in made)


def value(thing):
    if isinstance(thing, float) and not math.isfinite(thing):
        return None
    if thing is None or isinstance(thing, bool | int | float | str):
        return thing
    return None if isinstance(thing, bytes) else str(thing)


def read_file(path: str, driver: str, layer: str, out: str) -> int:
    from pyogrio import read_info
    from pyogrio.raw import read

    if driver == "GPKG" and not holds_only_rows(path):
        return 6
    with open(out, "wb") as file:
        layers = spatial_layers(path)
        chosen = layer or (layers[0] if len(layers) == 1 else None)
        if chosen not in layers:
            file.write(json.dumps(layers).encode())
            return 4
        info = read_info(path, layer=chosen)
        if not 0 <= info["features"] <= MAX_FEATURES:
            return 5
        _, _, shapes, columns = read(path, layer=chosen)
        about = {
            "name": chosen,
            "crs": info["crs"],
            "fields": list(map(str, info["fields"])),
            "shape": declared_shape(path, chosen) if driver == "GPKG" else "",
            "count": len(shapes),
        }
        file.write(json.dumps(about).encode() + b"\n")
        columns = [(c.astype(str) if c.dtype.kind == "M" else c).tolist() for c in columns]
        for i, wkb in enumerate(shapes):
            file.write(json.dumps([value(column[i]) for column in columns]).encode() + b"\n")
            file.write(struct.pack("<I", len(wkb or b"")) + (wkb or b""))
    return 0


def write_geopackage(source: str, path: str) -> int:
    import numpy as np
    from pyogrio.raw import write

    rows, shapes = [], []
    with open(source, "rb") as file:
        about = json.loads(file.readline())
        for _ in range(about["count"]):
            rows.append(json.loads(file.readline()))
            (length,) = struct.unpack("<I", file.read(4))
            shapes.append(file.read(length))
    data, masks = [], []
    for i, whole in enumerate(about["whole"]):
        column = [row[i] for row in rows]
        missing = np.array([v is None for v in column], bool)
        if whole:
            column = np.array([v or 0 for v in column], np.int64)
        data.append(column if whole else np.array(column, object))
        masks.append(missing)
    write(
        path,
        np.array(shapes, object),
        data,
        np.array(about["fields"], object),
        field_mask=masks,
        layer=about["name"],
        driver="GPKG",
        geometry_type="MultiPolygon",
        crs="EPSG:4326",
        layer_options={"GEOMETRY_NAME": "geom"},
    )
    return 0


_TASKS = {"read": read_file, "write": write_geopackage}

if __name__ == "__main__":
    confine()
    warnings.simplefilter("ignore")
    try:
        code = _TASKS[sys.argv[1]](*sys.argv[2:])
    except (MemoryError, OSError):
        code = 5
    except Exception:  # whatever GDAL meets in the file, the parent says it in Chinese
        code = 3
    sys.exit(code)
