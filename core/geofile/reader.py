"""The door: look at the content, choose the reader, refuse the rest in one sentence."""

import os
import re
import struct
from pathlib import Path

from core.geofile import shapes
from core.geofile.archive import MAX_EXPANDED_MB, open_archive
from core.geofile.dbf import Table, read_dbf
from core.geofile.gdal import open_in_worker
from core.geofile.geojson import read_geojson
from core.geofile.kml import read_kml
from core.geofile.layer import Layer
from core.geofile.sniff import kind_of
from core.geofile.text import asked_encoding, file_name, plain
from core.importing import FileNotUsable

_MB = 1024 * 1024
_MAX_BYTES = MAX_EXPANDED_MB * _MB
# The file with the shapes itself: opened, it takes several times as much memory.
MAX_SHAPES_MB = 60
# How a .prj begins; anything else there would be a path, a link or a recipe.
_WKT = re.compile(
    r"\s*(PROJCS|GEOGCS|PROJCRS|GEOGCRS|GEODCRS|COMPD_CS|COMPOUNDCRS|LOCAL_CS|GEOCCS)\s*\["
)
# Names of files within it.
_NAMES_FILES = re.compile(r"PROJ4_GRIDS|(grids|file|init)\s*=\s*(?!@null)", re.IGNORECASE)
_LONGEST_PRJ = 10_000


def read_layer(path: Path, *, layer: str | None = None, encoding: str = "auto") -> Layer:
    """One layer of a boundary file; FileNotUsable says in Chinese why not."""
    path = Path(path)
    asked_encoding(encoding)
    data = _load(path)
    name, parts = file_name(os.fsencode(path.name)), {}
    kind = kind_of(data, name)
    if kind == "zip":
        member, layer = open_archive(data, layer=layer)
        name, data, parts = member.name, member.data, member.parts
        kind = kind_of(data, name)
        if kind == "zip":
            raise FileNotUsable("压缩包里还是压缩包；请先解开一层，再导入里面的 zip。")
    elif kind == "shp":
        parts = _siblings(path)
    if len(data) > MAX_SHAPES_MB * _MB:
        raise FileNotUsable(f"边界文件超过 {MAX_SHAPES_MB} MB；请化简边界或分几次导入。")
    stem = Path(name).stem
    if kind == "json":
        _only_layer(stem, layer)
        return read_geojson(data, name=stem, encoding=encoding)
    if kind == "xml":
        return read_kml(data, name=stem, layer=layer, encoding=encoding)
    if kind == "sqlite":
        return _geopackage(data, layer)
    _only_layer(stem, layer)
    return _shapefile(data, parts, stem, encoding)


def _load(path: Path) -> bytes:
    name = file_name(os.fsencode(path.name))[:80]
    try:
        if path.is_dir():
            raise FileNotUsable(f"“{name}”是文件夹；请把里面的文件打包成 zip 再导入。")
        if not path.is_file():
            raise FileNotUsable(f"没有找到文件“{name}”；请检查路径。")
        if path.stat().st_size > _MAX_BYTES:
            raise FileNotUsable(f"文件超过 {MAX_EXPANDED_MB} MB；请化简边界或分几次导入。")
        return path.read_bytes()
    except (OSError, ValueError):
        raise FileNotUsable(f"打不开文件“{name}”；请检查路径和权限。") from None


def _siblings(path: Path) -> dict[str, bytes]:
    """The other files of a bare .shp, whatever the case of their suffixes."""
    if path.suffix.lower() == ".shx":
        raise FileNotUsable("这是 Shapefile 的索引(.shx)；请改选同名的 .shp。")
    return {
        other.suffix.lower(): _load(other)
        for other in path.parent.iterdir()
        if other.stem == path.stem and other.suffix.lower() in (".shx", ".dbf", ".prj", ".cpg")
    }


def _only_layer(stem: str, layer: str | None) -> None:
    if layer not in (None, stem):
        raise FileNotUsable(f"文件里没有图层“{layer[:40]}”，只有“{stem}”；可以不写 --layer。")


def _geopackage(data: bytes, layer: str | None) -> Layer:
    opened = open_in_worker("GPKG", {".gpkg": data}, what="GeoPackage 文件", layer=layer)
    notes = ()
    if opened.shape.startswith(("CURVE", "MULTICURVE", "MULTISURFACE", "CIRC", "COMPOUND")):
        notes = (shapes.CURVES_DRAWN,)
    if opened.shape.endswith(" M"):
        notes += (shapes.Z_DROPPED,)
    features = [
        shapes.make_feature(
            number,
            {name: plain(v) for name, v in zip(opened.fields, values, strict=True)},
            lambda _, wkb=wkb: shapes.from_wkb(wkb),
            notes,
        )
        for number, (values, wkb) in enumerate(opened.records, 1)
    ]
    if not features:
        raise FileNotUsable(f"图层“{opened.name}”里一个要素也没有；请检查导出时选的图层。")
    return Layer("GPKG", opened.name, opened.fields, features, opened.declared)


def _shapefile(data: bytes, parts: dict[str, bytes], stem: str, encoding: str) -> Layer:
    words = struct.unpack(">i", data[24:28])[0] if len(data) >= 100 else None
    if words is None or words * 2 > len(data):
        raise FileNotUsable("Shapefile 的 .shp 不完整，好像没有传完；请重新导出或下载。")
    _refuse_odd_projection(parts.get(".prj", b""))
    geometry = {".shp": data} | {s: parts[s] for s in (".shx", ".prj") if s in parts}
    opened = open_in_worker("ESRI Shapefile", geometry, what="Shapefile ")
    notes = []
    if ".shx" not in parts:
        notes.append("没有 .shx 文件，已由 .shp 重建索引。")
    if ".dbf" in parts:
        cpg = parts[".cpg"].decode("ascii", "ignore").strip() if ".cpg" in parts else None
        shapes_found = len(opened.records)
        table = read_dbf(
            parts[".dbf"], cpg=cpg, encoding=asked_encoding(encoding), expected=shapes_found
        )
    else:
        notes.append("没有 .dbf 属性表，要素没有名称和编码。")
        empty = [{} for _ in opened.records]
        table = Table((), empty, [False] * len(empty), "utf-8", [])
    features = [
        shapes.make_feature(number, row, lambda _, wkb=wkb: shapes.from_wkb(wkb))
        for number, (row, deleted, (_, wkb)) in enumerate(
            zip(table.rows, table.deleted, opened.records, strict=True), 1
        )
        if not deleted
    ]
    if not features:
        raise FileNotUsable("Shapefile 里一个要素也没有；请检查导出时选的图层。")
    return Layer(
        driver="ESRI Shapefile",
        name=stem,
        fields=table.fields,
        features=features,
        declared=opened.declared,
        encoding=table.encoding,
        notes=notes + table.notes,
    )


def _refuse_odd_projection(prj: bytes) -> None:
    text = prj.decode("utf-8", "replace").removeprefix("\ufeff")
    if not text.strip():
        return
    if len(text) > _LONGEST_PRJ or not _WKT.match(text) or _NAMES_FILES.search(text):
        raise FileNotUsable("坐标系文件(.prj)不像制图软件写的，不予读取；请重新导出。")
