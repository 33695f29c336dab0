"""Lists as people send them: CSV of any usual encoding, or a workbook (.xlsx).

What a file is, its content says; its name is only a name. Whatever cannot be read ends in one
Chinese sentence (`FileNotUsable`), never in a traceback and never in mojibake.
"""

import codecs
import csv
import os
import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import chain, islice
from pathlib import Path
from xml.etree.ElementTree import ParseError

from core.bookcheck import CHUNK, MAX_EXPANDED, SAVE_AS, check_workbook
from core.errors import Invalid
from core.importing import FileNotUsable

MAX_ROWS = 1_048_576  # as many as Excel has
MAX_CELLS = 1_000  # in a row

ENCODINGS = {
    "utf-8": "utf-8-sig",
    "utf8": "utf-8-sig",
    "gb18030": "gb18030",
    "gbk": "gb18030",
    "gb2312": "gb18030",
    "utf-16": "utf-16",
}
# Of the letters beyond ASCII in a true Chinese list nearly all are in GB 2312; of those that come
# from reading UTF-8 or Big5 as GB 18030, about half.
PLAUSIBLE = 0.8

NO_TABLES = [
    (b"\xd0\xcf\x11\xe0", "这是旧版 Excel 文件(.xls)或加了密码的文件，不能直接读取。" + SAVE_AS),
    (b"%PDF", "这是 PDF 文件，不是表格。请向提供者要 Excel 或 CSV 文件。"),
    (b"SQLite format 3", "这是数据库文件，不是表格。请导出为 CSV 后再导入。"),
    (b"Rar!", "这是 RAR 压缩包。请先解压，再导入里面的表格。"),
    (b"7z\xbc\xaf", "这是 7z 压缩包。请先解压，再导入里面的表格。"),
    (b"\x1f\x8b", "这是 gzip 压缩包。请先解压，再导入里面的表格。"),
    (b"<", "这是网页或 XML，只是扩展名写成了表格。" + SAVE_AS),
    (b"{", "这是 JSON，不是表格。请导出为 CSV 或 .xlsx 后再导入。"),
]


@dataclass(frozen=True)
class Table:
    """`rows` yields (number as Excel shows it, cells); blank rows are left out.

    A row has at least as many cells as there are columns; more only where the file has too many.
    It can be walked through once.
    """

    columns: list[str]
    rows: Iterator[tuple[int, list[str | None]]]
    encoding: str
    notes: list[str] = field(default_factory=list)


# "！" to "～" lie in the same order as "!" to "~"; blanks of every width, and marks without any.
_HALF = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {
    **dict.fromkeys((0x3000, 0xA0, 0x2002, 0x2003, 0x2009), " "),
    **dict.fromkeys((0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF)),
}


def normal(text: str | None) -> str:
    """Full-width letters, digits and marks as half-width ones, without blanks around."""
    if not text:
        return ""
    return (text if text.isascii() else text.translate(_HALF)).strip()


_WHOLE = re.compile(r"(\d+)\.0*")
_SCIENTIFIC = re.compile(r"\d(\.\d+)?[eE]\+\d\d+")


class CodeDestroyed(Invalid):
    """Excel showed a long number as 4.11E+11 and the file keeps only that."""


def code(text: str | None) -> str:
    """A code as its digits, even where a spreadsheet took it for a number (``411003.0``)."""
    if text and text.isascii() and text.isdigit():
        return text
    text = normal(text).lstrip("'")
    if _SCIENTIFIC.fullmatch(text):
        raise CodeDestroyed(
            f"“{text}”是科学计数法，后面的数字已经丢失。"
            "请在 Excel 里把这一列设为“文本”，重新填写后再导出。"
        )
    whole = _WHOLE.fullmatch(text)
    return whole[1] if whole else text


def read_table(path: Path, *, encoding: str = "auto") -> Table:
    """Read a CSV or the first sheet of a workbook.

    The header is the first row with two filled cells or more: a title above it stands alone in
    its row and is passed over.
    """
    try:
        with open(path, "rb") as file:
            head = file.read(512)
        size = path.stat().st_size
    except OSError as error:
        raise FileNotUsable(f"打不开文件“{path.name}”。请检查路径和权限。") from error
    if not size:
        raise FileNotUsable(f"文件“{path.name}”是空的。请重新导出。")
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _workbook(path, size)
    start = head.removeprefix(codecs.BOM_UTF8).lstrip()
    for magic, sentence in NO_TABLES:
        if start.startswith(magic):
            raise FileNotUsable(sentence)
    if size > MAX_EXPANDED:
        raise FileNotUsable(f"文件超过 {MAX_EXPANDED >> 20} MB。请按乡镇分成几个文件导入。")
    return _csv(path, encoding)


# Read as the beginning of a formula by some spreadsheet, in half or full width.
_FORMULA_STARTS = tuple("=+-@|%\t\r\n＝＋－＠｜％")


def safe_cell(value) -> str:
    """A cell that no spreadsheet takes for a formula."""
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text


def unsafe_cell(text: str | None) -> str:
    """What a cell written by `safe_cell` said."""
    text = text or ""
    return text[1:] if text.startswith("'") and text[1:].startswith(_FORMULA_STARTS) else text


def write_csv(path: Path, columns: list[str], rows: Iterable[list]) -> None:
    """Write a list for Excel (UTF-8 with BOM), readable by its owner only."""
    try:
        with open(
            path, "w", encoding="utf-8-sig", newline="", opener=lambda p, f: os.open(p, f, 0o600)
        ) as file:
            writer = csv.writer(file)
            writer.writerow(map(safe_cell, columns))
            writer.writerows([safe_cell(cell) for cell in row] for row in rows)
    except OSError as error:
        raise FileNotUsable(f"写不了文件“{path}”。请换一个位置。") from error


# CSV


def _csv(path: Path, encoding: str) -> Table:
    if any(len(c) == CHUNK and b"\n" not in c and b"\r" not in c for c in _chunks(path)):
        raise FileNotUsable("有一行超过 1 MB，不像名单。请核对文件，或重新导出。")
    if encoding == "auto":
        encoding = _sniff_encoding(path)
    elif encoding.lower() in ENCODINGS:
        encoding = ENCODINGS[encoding.lower()]
        _check(path, encoding)
    else:
        known = "、".join(ENCODINGS)
        raise FileNotUsable(f"不认识编码“{encoding}”。可以用：auto、{known}。")
    records = _records(path, encoding)
    shown = "utf-8" if encoding == "utf-8-sig" else encoding
    return _table(records, shown, [])


def _records(path: Path, encoding: str) -> Iterator[list[str]]:
    with open(path, encoding=encoding, newline="") as file:
        # The delimiter is what stands most often in the first lines.
        first = "".join(islice(file, 5))
        delimiter = max(",;\t", key=first.count)
        file.seek(0)
        reader = csv.reader(file, delimiter=delimiter, strict=True)
        try:
            yield from reader
        except csv.Error as error:
            raise FileNotUsable(
                f"第 {reader.line_num} 行附近的引号没有成对，后面的内容无法分列。"
                "请在这一行补上或删去引号后再导入。"
            ) from error


_PLAIN = re.compile(r"[\x00-\x7f]+")


def _sniff_encoding(path: Path) -> str:
    if next(_chunks(path)).startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        _check(path, "utf-16")
        return "utf-16"
    decoder = codecs.getincrementaldecoder("utf-8-sig")()
    try:
        for chunk in chain(_chunks(path), [b""]):
            if b"\0" in chunk:
                raise FileNotUsable("这不是文本表格(含有二进制内容)。" + SAVE_AS)
            decoder.decode(chunk, final=not chunk)
        return "utf-8-sig"
    except UnicodeDecodeError:
        pass
    if _is_wounded_utf8(path):
        _check(path, "utf-8-sig")
    _check(path, "gb18030")
    return "gb18030"


def _is_wounded_utf8(path: Path) -> bool:
    """Whether most letters are whole in UTF-8: that does not come about by chance."""
    decoder = codecs.getincrementaldecoder("utf-8-sig")("replace")
    good = bad = 0
    for chunk in chain(_chunks(path), [b""]):
        if b"\0" in chunk:
            raise FileNotUsable("这不是文本表格(含有二进制内容)。" + SAVE_AS)
        text = decoder.decode(chunk, final=not chunk)
        broken = text.count("�")
        bad += broken
        good += len(_PLAIN.sub("", text)) - broken
    return good > bad


def _chunks(path: Path) -> Iterator[bytes]:
    with open(path, "rb") as file:
        while chunk := file.read(CHUNK):
            yield chunk


def _check(path: Path, encoding: str) -> None:
    """Refuse a text that this encoding cannot have written."""
    decoder = codecs.getincrementaldecoder(encoding)()
    lines, beyond, usual = 1, 0, 0
    try:
        for chunk in chain(_chunks(path), [b""]):
            text = decoder.decode(chunk, final=not chunk)
            lines += text.count("\n")
            letters = _PLAIN.sub("", text)
            beyond += len(letters)
            usual += len(letters.encode("gb2312", "ignore")) // 2
    except UnicodeDecodeError as error:
        raise FileNotUsable(
            f"第 {lines + error.object[: error.start].count(10)} 行附近的文字不是完整的"
            f" {encoding.removesuffix('-sig').upper()} 编码，文件可能已损坏或被截断。"
            "请重新导出，或用 --encoding 指明编码。"
        ) from error
    if beyond and usual < PLAUSIBLE * beyond:
        raise FileNotUsable("文字读出来是乱码，认不出编码。请另存为“CSV UTF-8”后再导入。")


# Workbooks


def _workbook(path: Path, size: int) -> Table:
    check_workbook(path, size)
    notes: list[str] = []
    return _table(_sheet(path, notes), "xlsx", notes)


def _sheet(path: Path, notes: list[str]) -> Iterator[list[str | None]]:
    # Here, because it takes 0.2 s and most lists are CSV.
    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    broken = (
        InvalidFileException, zipfile.BadZipFile, ParseError, KeyError, ValueError, TypeError,
        AttributeError, EOFError, IndexError, RuntimeError, ArithmeticError, zlib.error,
    )  # fmt: skip
    try:
        # Opened here, for openpyxl judges a path by its ending. data_only: of a formula what it
        # last came to.
        with open(path, "rb") as file:
            book = load_workbook(file, read_only=True, data_only=True)
            sheets = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
            if not sheets:
                raise FileNotUsable("工作簿里没有可见的工作表。")
            if len(sheets) > 1:
                notes.append(f"工作簿有 {len(sheets)} 张工作表，只读了第一张“{sheets[0].title}”。")
            sheet = sheets[0]
            sheet.reset_dimensions()  # what a program wrote there is often wrong
            for number, row in enumerate(sheet.iter_rows(values_only=True)):
                if number >= MAX_ROWS:  # a row's number may say anything
                    raise FileNotUsable(f"工作表超过 {MAX_ROWS:,} 行。请按乡镇分成几个文件导入。")
                yield [_text(value) for value in row]
    except broken as error:
        raise FileNotUsable("工作簿的内容已损坏，无法读取。" + SAVE_AS) from error


def _text(value) -> str | None:
    """A cell as a person reads it: days as ``YYYY-MM-DD``, whole numbers without a point."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, datetime):
        day = value.date()
        return day.isoformat() if value == datetime(*day.timetuple()[:3]) else value.isoformat(" ")
    return str(value)


def _table(records: Iterator[list], encoding: str, notes: list[str]) -> Table:
    numbered = enumerate(records, 1)
    first: tuple[int, list] | None = None
    for number, cells in numbered:
        _refuse_wide(number, cells)
        filled = sum(1 for cell in cells if cell and cell.strip())
        if filled >= 2:
            return Table(*_headed(cells, numbered), encoding, notes)
        if filled and first is None:
            first = number, cells
    if first is None:
        raise FileNotUsable("表格里没有内容。")
    raise FileNotUsable(
        f"第 {first[0]} 行起只有一列，找不到标题行。"
        "请确认第一行是各列的名称，各列用逗号、分号或制表符分开。"
    )


def _refuse_wide(number: int, cells: list) -> None:
    if len(cells) > MAX_CELLS:
        raise FileNotUsable(f"第 {number} 行超过 {MAX_CELLS:,} 格，不像名单。请核对文件。")


def _headed(header: list, numbered: Iterator) -> tuple[list[str], Iterator]:
    columns = [normal(cell) for cell in header]
    while columns and not columns[-1]:
        columns.pop()
    return columns, _rows(numbered, len(columns))


def _rows(numbered: Iterator, width: int) -> Iterator[tuple[int, list]]:
    for number, cells in numbered:
        if len(cells) != width:
            _refuse_wide(number, cells)
            cells.extend([None] * (width - len(cells)))
            while len(cells) > width and not cells[-1]:
                cells.pop()
        # Mostly the first cell decides, and cheaply.
        if (cells[0] and not cells[0].isspace()) or any(c and not c.isspace() for c in cells):
            yield number, cells
