"""The attribute table of a Shapefile, from its bytes.

GDAL decodes with whatever the .cpg says and turns a 12-digit code in a number column into a float;
here the text stays as written and its encoding is judged by all of it.
"""

import struct
from dataclasses import dataclass

from core.geofile.text import choose_encoding, decode_cut, known_encoding, plain, title
from core.importing import FileNotUsable

# The language driver byte, where it means something (29) and is set.
_LANGUAGE_DRIVERS = {
    0x03: "cp1252",
    0x4D: "gb18030",
    0x4F: "cp950",
    0x78: "cp950",
    0x7A: "gb18030",
}
_TRUNCATED = "属性表(.dbf)不完整，好像没有传完；请重新导出或下载。"


@dataclass(frozen=True)
class Table:
    """`deleted` marks the records that were deleted but not yet packed away."""

    fields: tuple[str, ...]
    rows: list[dict[str, str]]
    deleted: list[bool]
    encoding: str
    notes: list[str]


@dataclass(frozen=True)
class _Column:
    name: bytes
    kind: str
    start: int
    width: int

    def of(self, record: bytes) -> bytes:
        return record[self.start : self.start + self.width]


def read_dbf(
    data: bytes,
    *,
    cpg: str | None = None,
    encoding: str | None = None,
    expected: int | None = None,
) -> Table:
    """`cpg` is the text of the .cpg file; `encoding` overrules it and the content; `expected` is
    how many shapes there are."""
    if len(data) < 33:
        raise FileNotUsable(_TRUNCATED)
    count, header, width = struct.unpack("<IHH", data[4:12])
    if header > len(data):
        raise FileNotUsable(_TRUNCATED)
    columns = _columns(data[32:header])
    if not columns or width != 1 + sum(c.width for c in columns):
        raise FileNotUsable("属性表(.dbf)的表头损坏；请重新导出。")
    if header + count * width > len(data):
        raise FileNotUsable(_TRUNCATED)
    if expected is not None and count != expected:
        raise FileNotUsable(
            f"图形有 {expected} 个，属性有 {count} 条，对不上；"
            "请把同一次导出的 .shp、.shx、.dbf 放在一起。"
        )
    records = [data[i : i + width] for i in range(header, header + count * width, width)]

    said = known_encoding(cpg) if cpg else _LANGUAGE_DRIVERS.get(data[29])
    used = encoding or _judge(columns, records, said)
    try:
        fields = _names([decode_cut(c.name, used, len(c.name) >= 10) for c in columns])
        readers = [(f, c) for f, c in zip(fields, columns, strict=True) if c.kind in "CNFDL"]
        rows = [{f: _value(c, r, used) for f, c in readers} for r in records]
    except UnicodeDecodeError:
        raise FileNotUsable(
            f"属性表里的文字按 {title(used)} 读不通；请换一种 --encoding。"
        ) from None
    return Table(
        fields=tuple(f for f, _ in readers),
        rows=rows,
        deleted=[r[:1] == b"*" for r in records],
        encoding=used,
        notes=[] if encoding else _notes(cpg, used, columns, records),
    )


def _columns(descriptors: bytes) -> list[_Column]:
    columns, start = [], 1
    for i in range(0, len(descriptors) - 31, 32):
        if descriptors[i] == 0x0D:
            break
        raw = descriptors[i : i + 32]
        kind = chr(raw[11])
        # A text column may be wider than 255: its high byte stands where decimals stand otherwise.
        width = raw[16] + (raw[17] << 8 if kind == "C" else 0)
        columns.append(_Column(raw[:11].split(b"\0")[0], kind, start, width))
        start += width
    return columns


def _texts(columns: list[_Column], records: list[bytes]) -> list[tuple[bytes, bool]]:
    """Every text, each once, and whether the width of its column may have cut it."""
    found = {(c.name, len(c.name) >= 10) for c in columns}
    for column in columns:
        if column.kind == "C":
            for record in records:
                raw = column.of(record)
                found.add((raw.rstrip(b" \0"), raw[-1:] not in (b" ", b"\0")))
    return sorted(found)


def _judge(columns: list[_Column], records: list[bytes], said: str | None) -> str:
    if found := choose_encoding(_texts(columns, records), said):
        return found
    raise FileNotUsable(
        "认不出属性表(.dbf)里文字的编码，直接读会成乱码；请用 UTF-8 重新导出，"
        "或用 --encoding 指明编码。"
    )


def _notes(cpg, used: str, columns, records) -> list[str]:
    if all(raw.isascii() for raw, _ in _texts(columns, records)):
        return []
    if cpg is None:
        return [f"没有 .cpg 文件，按内容判断属性表是 {title(used)} 编码。"]
    if known_encoding(cpg) != used:
        return [f".cpg 写的是 {cpg[:20]}，内容其实是 {title(used)}；按内容读取。"]
    return []


def _names(names: list[str]) -> list[str]:
    """Column names, each once: the second of a name gets ``_2``."""
    made: list[str] = []
    for name in (n.strip() or "field" for n in names):
        unique, nth = name, 1
        while unique in made:
            nth += 1
            unique = f"{name}_{nth}"
        made.append(unique)
    return made


def _value(column: _Column, record: bytes, encoding: str) -> str:
    raw = column.of(record)
    if column.kind == "C":
        cut = raw[-1:] not in (b" ", b"\0")
        return plain(decode_cut(raw.rstrip(b" \0"), encoding, cut))
    text = raw.decode("ascii", "ignore").strip(" \0*")
    if column.kind in "NF" and not text.lstrip("-").isdigit():
        try:
            return plain(float(text)) if text else ""
        except ValueError:
            return ""
    return text
