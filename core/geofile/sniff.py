"""What a file is, by its first bytes. Its name is a wish."""

import re

from core.importing import FileNotUsable

_USE_THESE = "请导出为 GeoJSON、GeoPackage、KML 或打包成 zip 的 Shapefile"
_MAGIC = [
    (b"PK\x03\x04", "zip"),
    (b"PK\x05\x06", "zip"),
    (b"\x00\x00\x27\x0a", "shp"),
    (b"SQLite format 3\x00", "sqlite"),
]
_FOREIGN = [
    (b"Rar!", "RAR 压缩包；请解压后重新打包成 zip"),
    (b"7z\xbc\xaf\x27\x1c", "7z 压缩包；请解压后重新打包成 zip"),
    (b"\x1f\x8b", "gzip 压缩包；请解压后再导入"),
    (b"OviO", "奥维的 .ovobj 文件；请在奥维里导出为 .ovkml 再导入"),
    (b"%PDF", f"PDF 文件；{_USE_THESE}"),
    (b"\x89PNG", f"图片；{_USE_THESE}"),
    (b"\xff\xd8\xff", f"图片；{_USE_THESE}"),
    (b"II*\x00", f"栅格图像；{_USE_THESE}"),
    (b"\xd0\xcf\x11\xe0", f"旧版 Excel 或 Word 文件；{_USE_THESE}"),
    (b"\x00\x01\x00\x00Standard Jet DB", f"Access 数据库；{_USE_THESE}"),
    (b"AC10", f"AutoCAD 的 DWG 图；{_USE_THESE}"),
]
_XML_ROOTS = {
    "html": "网页(多半是下载时出错的页面)；请重新下载边界文件",
    "ogrvrtdatasource": "VRT 文件，它会去读别的文件，不予读取；请导出 GeoJSON",
    "gpx": f"GPX 轨迹，不是边界；{_USE_THESE}",
    "featurecollection": f"GML 文件；{_USE_THESE}",
}


def kind_of(data: bytes, name: str) -> str:
    """``zip``, ``shp``, ``sqlite``, ``json`` or ``xml``; anything else is refused by its name."""
    if not data.strip(b"\0 \r\n\t"):
        what = "是空的(0 字节)" if not data else "里没有内容"
        raise FileNotUsable(f"“{name}”{what}；请重新导出或下载。")
    for magic, kind in _MAGIC:
        if data.startswith(magic):
            return kind
    for magic, what in _FOREIGN:
        if data.startswith(magic):
            raise FileNotUsable(f"“{name}”是{what}。")
    if data[257:262] == b"ustar":
        raise FileNotUsable(f"“{name}”是 tar 包；请解压后重新打包成 zip。")
    return _kind_of_text(data, name)


def _kind_of_text(data: bytes, name: str) -> str:
    head = _head(data)
    if head is None:
        if name.lower().endswith(".dbf"):
            raise FileNotUsable(
                f"“{name}”只是属性表，没有图形；请把同名的 .shp、.shx、.dbf、.prj 一起打包成 zip。"
            )
        raise FileNotUsable(f"认不出“{name}”是什么文件；{_USE_THESE}。")
    if head.startswith(("{", "[")):
        return "json"
    if head.startswith("<"):
        root = re.search(r"<(?:\w+:)?([A-Za-z]\w*)", re.sub(r"<!--.*?-->", "", head, flags=re.S))
        tag = root[1].lower() if root else ""
        if "<!doctype html" in head.lower():
            tag = "html"
        if tag in _XML_ROOTS:
            raise FileNotUsable(f"“{name}”是{_XML_ROOTS[tag]}。")
        return "xml"
    if head.startswith("!table") or (head.startswith("Version") and "Columns" in head):
        raise FileNotUsable(f"“{name}”是 MapInfo 文件；{_USE_THESE}。")
    if re.match(r"\s*0\s+SECTION", head):
        raise FileNotUsable(f"“{name}”是 CAD 的 DXF 图；{_USE_THESE}。")
    first = head.splitlines()[0]
    if any(first.count(mark) for mark in ",\t;"):
        raise FileNotUsable(f"“{name}”好像是一张文字表格(CSV)，没有图形；{_USE_THESE}。")
    raise FileNotUsable(f"“{name}”好像是普通文字，不是边界文件；{_USE_THESE}。")


def _head(data: bytes) -> str | None:
    """The beginning as text, or None if it is not text."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data[:4000].decode("utf-16", "ignore").lstrip()
    if re.search(rb"[\x00-\x08\x0e-\x1f]", data[:1000]):
        return None
    return data[:4000].removeprefix(b"\xef\xbb\xbf").decode("latin-1").lstrip()
