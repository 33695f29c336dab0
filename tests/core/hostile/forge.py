"""Tools of the forger: archives, workbooks, databases and shapes that are not what they should be."""

import io
import sqlite3
import struct
import zipfile
from pathlib import Path

import numpy as np
import openpyxl
import pyogrio.raw
import shapely

from tests.core.geofile.samples import DISTRICT, GEOJSON

SQUARE = shapely.box(113.8, 34.0, 113.9, 34.1)


def packed(members: dict[str, bytes], how: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", how) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return out.getvalue()


def special(name: str, content: bytes, mode: int) -> bytes:
    """A zip with one member that is no plain file."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        info = zipfile.ZipInfo(name)
        info.create_system, info.external_attr = 3, (mode | 0o777) << 16
        archive.writestr(info, content)
    return out.getvalue()


def locked(data: bytes) -> bytes:
    """The archive with the mark of a password on its first member, here and in its index."""
    spoilt = bytearray(data)
    spoilt[6] |= 1
    spoilt[data.index(b"PK\x01\x02") + 8] |= 1
    return bytes(spoilt)


def overlapping(name: str, content: bytes, times: int) -> bytes:
    """One member, and an index that says it stands there many times under other names."""
    data = packed({name.format(0): content})
    start = data.index(b"PK\x01\x02")
    end = data.index(b"PK\x05\x06")
    entry = data[start:end]
    entries = b"".join(entry.replace(b"0.", f"{n}.".encode(), 1) for n in range(times))
    tail = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, times, times, len(entries), start, 0)
    return data[:start] + entries + tail


_SHARED_STRINGS = (
    b'<Override PartName="/xl/sharedStrings.xml" ContentType="application/'
    b'vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"/>'
)


def workbook(rows: list[list], **parts: bytes | None) -> bytes:
    """A true workbook, with `parts` added, replaced or taken away (None)."""
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    with zipfile.ZipFile(out) as archive:
        members = {i.filename: archive.read(i) for i in archive.infolist()}
    if "xl/sharedStrings.xml" in parts:
        members["[Content_Types].xml"] = members["[Content_Types].xml"].replace(
            b"</Types>", _SHARED_STRINGS + b"</Types>"
        )
    members |= parts
    return packed({name: data for name, data in members.items() if data is not None})


SHEET = b"""<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>
<row r="1"><c r="A1" t="inlineStr"><is><t>a</t></is></c><c r="B1" t="inlineStr"><is><t>b</t></is></c></row>
%s</sheetData></worksheet>"""


def sheet(body: bytes, doctype: bytes = b"") -> dict[str, bytes]:
    return {"xl/worksheets/sheet1.xml": doctype + SHEET % body}


def geopackage(folder: Path, *statements: str, shapes=None) -> bytes:
    """A true GeoPackage with something done to it afterwards."""
    path = folder / "forged.gpkg"
    shapes = [SQUARE] if shapes is None else shapes
    pyogrio.raw.write(
        path,
        shapely.to_wkb(np.array(shapes, dtype=object)),
        [np.arange(len(shapes))],
        ["n"],
        layer="areas",
        driver="GPKG",
        geometry_type="Polygon",
        crs="EPSG:4326",
    )
    with sqlite3.connect(path) as database:
        found = database.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall()
        for (trigger,) in found:  # they call functions that only GDAL knows
            database.execute(f'DROP TRIGGER "{trigger}"')
        for statement in statements:
            database.execute(statement)
    database.close()
    data = path.read_bytes()
    path.unlink()
    return data


def database(folder: Path, *statements: str) -> bytes:
    path = folder / "forged.sqlite"
    with sqlite3.connect(path) as made:
        for statement in statements:
            made.execute(statement)
    made.close()
    data = path.read_bytes()
    path.unlink()
    return data


def shapefile(**changed: bytes | None) -> bytes:
    """The district as a zipped Shapefile, with parts changed (`shp=…`) or left out (None)."""
    parts = DISTRICT | {f".{suffix}": data for suffix, data in changed.items()}
    return packed({f"a{suffix}": data for suffix, data in parts.items() if data is not None})


def shp(records: bytes, kind: int = 5, words: int | None = None) -> bytes:
    header = struct.pack(">7i", 9994, 0, 0, 0, 0, 0, words or 50 + len(records) // 2)
    return header + struct.pack("<2i8d", 1000, kind, 113, 34, 115, 35, 0, 0, 0, 0) + records


def dbf(count: int, header: int, width: int, fields: list[tuple[bytes, int]], body: bytes) -> bytes:
    made = struct.pack("<4BIHH20x", 3, 124, 1, 1, count, header, width)
    for name, size in fields:
        made += struct.pack("<11sc4xBB14x", name, b"C", size & 255, size >> 8)
    return made + b"\r" + body


def feature(coordinates: str, kind: str = "Polygon", properties: str = "{}") -> bytes:
    geometry = f'{{"type": "{kind}", "coordinates": {coordinates}}}'
    return f'{{"type": "Feature", "properties": {properties}, "geometry": {geometry}}}'.encode()


def kml(inside: str, before: str = "") -> bytes:
    return f"""<?xml version="1.0" encoding="UTF-8"?>{before}
<kml xmlns="http://www.opengis.net/kml/2.2"><Document>{inside}</Document></kml>""".encode()


def placemark(coordinates: str, name: str = "x") -> str:
    return f"<Placemark><name>{name}</name><Point><coordinates>{coordinates}</coordinates></Point></Placemark>"


__all__ = ["DISTRICT", "GEOJSON", "SQUARE"]
