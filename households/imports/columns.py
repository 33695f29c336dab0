"""What the headers of a household list mean, and what a cell of it says."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, fields
from itertools import compress
from math import isfinite, isnan, nan

import numpy as np

from core.errors import Invalid
from core.importing import ImportRefused, Progress
from core.tables import Table, code, normal
from households.imports.places import Atlas

HEADERS = {
    "household_no": ("户编号", "household_no"),
    "village_code": ("村代码", "village_code"),
    "town": ("乡镇", "乡(镇)", "乡镇(街道)", "town", "town_name"),
    "village": ("村", "村名", "村(社区)", "village", "village_name"),
    "lon": ("经度", "lon"),
    "lat": ("纬度", "lat"),
    "address": ("地址", "address"),
    "contact_name": ("户主", "contact_name"),
    "phone": ("电话", "phone"),
    "members": ("人口", "members"),
    "note": ("备注", "note"),
    "colour": ("颜色", "colour"),
}
_MEANING = {alias: name for name, aliases in HEADERS.items() for alias in aliases}
CHUNK = 10_000
# Longer than any note a person types into a cell.
LONGEST_NOTE = 2_000
# What an office writes where there is nothing to write.
NOTHING = {"", "无", "-", "/", "未评估", "未定色"}
FORMULA_FAULTS = {"#REF!", "#N/A", "#VALUE!", "#NAME?", "#DIV/0!", "#NULL!", "#NUM!"}


@dataclass
class Homes:
    """The rows that can be read, as columns; and those that cannot, by number."""

    rows: list[int] = field(default_factory=list)
    village: list[int] = field(default_factory=list)  # index into Atlas.villages
    household_no: list[str] = field(default_factory=list)
    x: list[float] = field(default_factory=list)  # NaN: no position
    y: list[float] = field(default_factory=list)
    contact_name: list[str] = field(default_factory=list)
    phone: list[str] = field(default_factory=list)
    address: list[str] = field(default_factory=list)
    members: list[int | None] = field(default_factory=list)
    note: list[str] = field(default_factory=list)
    colour: list[int | None] = field(default_factory=list)  # id of a ColourClass
    refused: dict[int, list[str]] = field(default_factory=dict)

    def refuse(self, row: int, reason: str) -> None:
        self.refused.setdefault(row, []).append(reason)

    def columns(self) -> list[list]:
        """All but what is refused, in the order in which they are declared."""
        return [getattr(self, part.name) for part in fields(self) if part.name != "refused"]

    def only(self, kept: np.ndarray) -> "Homes":
        return Homes(*(list(compress(column, kept)) for column in self.columns()), self.refused)


def meanings(columns: list[str]) -> tuple[dict[str, int], list[str]]:
    """Where each known column stands, and the headers nobody knows."""
    found: dict[str, int] = {}
    unknown = []
    for index, header in enumerate(columns):
        name = _MEANING.get("".join(header.split()).casefold())
        if name is None:
            unknown.append(header or f"第 {index + 1} 列(没有标题)")
        elif name in found:
            raise ImportRefused(f"有两列都是“{HEADERS[name][0]}”。请只留一列。")
        else:
            found[name] = index
    missing = []
    if "household_no" not in found:
        missing.append("户编号")
    if "village_code" not in found and "village" not in found:
        missing.append("村代码(或“乡镇”和“村”)")
    if missing:
        seen = "、".join(columns) or "无"
        raise ImportRefused(f"缺少这些列:{'、'.join(missing)}。文件里的列是:{seen}。")
    if ("lon" in found) != ("lat" in found):
        raise ImportRefused("经度和纬度两列要么都有,要么都没有。")
    return found, unknown


def read_homes(table: Table, at: dict[str, int], atlas: Atlas, progress: Progress) -> Homes:
    homes = Homes()
    first_row: dict[int, dict[str, int]] = defaultdict(dict)
    width = len(table.columns)
    chunk: list[tuple[int, list]] = []
    for number, cells in table.rows:
        if len(cells) > width:
            homes.refuse(
                number,
                f"这一行有 {len(cells)} 格,标题只有 {width} 列。"
                "格内的逗号要用引号括起来,否则后面的内容会错位",
            )
            continue
        chunk.append((number, cells))
        if len(chunk) == CHUNK:
            _read_chunk(chunk, at, atlas, homes, first_row)
            chunk.clear()
            progress("读取", len(homes.rows) + len(homes.refused))
    if chunk:
        _read_chunk(chunk, at, atlas, homes, first_row)
    return homes


def _read_chunk(chunk, at: dict[str, int], atlas: Atlas, homes: Homes, first_row) -> None:
    rows = [number for number, _ in chunk]
    columns = list(zip(*(cells for _, cells in chunk), strict=True))
    blank = (None,) * len(rows)

    def column(name: str) -> tuple:
        return columns[at[name]] if name in at else blank

    refuse = homes.refuse

    def read(name: str, reader: Callable) -> list:
        return _each(rows, column(name), reader, refuse)

    villages = _each(
        rows, list(zip(column("village_code"), column("town"), column("village"), strict=True)),
        _remembering(lambda cells: atlas.village_of(*cells)), refuse,
    )  # fmt: skip
    numbers = read("household_no", _household_no)
    x, y = _coordinates(rows, column("lon"), column("lat"), refuse)
    names = read("contact_name", _text("户主", 60))
    phones = read("phone", _phone)
    addresses = read("address", _text("地址", 200))
    members = read("members", _remembering(_members))
    notes = read("note", _text("备注", LONGEST_NOTE))
    if "colour" in at:
        colours = _each(
            rows, list(zip(villages, column("colour"), strict=True)),
            _remembering(lambda cell: _colour(*cell, atlas)), refuse,
        )  # fmt: skip
    else:
        colours = blank
    for row, village, number in zip(rows, villages, numbers, strict=True):
        if village is not None and number is not None:
            known = first_row[village].setdefault(number, row)
            if known != row:
                refuse(row, f"户编号“{number}”与第 {known} 行重复")
    parts = (rows, villages, numbers, x, y, names, phones, addresses, members, notes, colours)
    if homes.refused:
        kept = [i for i, row in enumerate(rows) if row not in homes.refused]
        parts = tuple([part[i] for i in kept] for part in parts)
    for target, part in zip(homes.columns(), parts, strict=True):
        target.extend(part)


def _each(rows: list[int], cells: Sequence, reader: Callable, refuse: Callable) -> list:
    """Read every cell; a cell that cannot be read is None and its row refused."""
    try:
        return [reader(cell) for cell in cells]
    except Invalid:
        values: list = [None] * len(cells)
    for index, cell in enumerate(cells):
        try:
            values[index] = reader(cell)
        except Invalid as refusal:
            refuse(rows[index], refusal.message)
    return values


def _remembering(reader: Callable) -> Callable:
    """The same cell again, the same answer or the same refusal."""
    known: dict = {}

    def read(cell):
        if cell not in known:
            try:
                known[cell] = reader(cell)
            except Invalid as refusal:
                known[cell] = refusal
        answer = known[cell]
        if isinstance(answer, Invalid):
            raise answer
        return answer

    return read


def _household_no(cell: str | None) -> str:
    number = code(cell)
    if not number:
        raise Invalid("没有户编号")
    if number.upper() in FORMULA_FAULTS:
        raise Invalid(f"户编号的公式出错了({number})")
    if len(number) > 40:
        raise Invalid("户编号超过 40 个字")
    return number


def _text(what: str, longest: int) -> Callable[[str | None], str]:
    def read(cell: str | None) -> str:
        if not cell:
            return ""
        text = cell.strip()
        if not text.isprintable():
            text = " ".join("".join(c if c.isprintable() else " " for c in text).split())
        if len(text) > longest:
            raise Invalid(f"{what}超过 {longest} 个字")
        return text

    return read


def _phone(cell: str | None) -> str:
    phone = code(cell)
    if len(phone) > 40:
        raise Invalid("电话超过 40 个字")
    return phone


def _members(cell: str | None) -> int | None:
    text = code(cell).removesuffix("人").strip()
    if text in NOTHING:
        return None
    if not (text.isascii() and text.isdigit() and int(text) <= 99):
        raise Invalid(f"人口“{text[:20]}”不是 0 到 99 的整数")
    return int(text)


def _colour(village: int | None, cell: str | None, atlas: Atlas) -> int | None:
    text = normal(cell)
    if text in NOTHING or village is None:
        return None
    return atlas.colour_of(village, text)


def _coordinates(rows, lons, lats, refuse) -> tuple[list[float], list[float]]:
    x = _each(rows, lons, _number("经度"), refuse)
    y = _each(rows, lats, _number("纬度"), refuse)
    for row, lon, lat in zip(rows, x, y, strict=True):
        if lon is not None and lat is not None and isnan(lon) != isnan(lat):
            refuse(row, "只有经度没有纬度" if isnan(lat) else "只有纬度没有经度")
    return x, y


def _number(what: str) -> Callable[[str | None], float]:
    def read(cell: str | None) -> float:
        if not cell:
            return nan
        try:
            value = float(cell)
        except ValueError:
            text = normal(cell)
            if not text:
                return nan
            try:
                value = float(text)
            except ValueError:
                raise Invalid(f"{what}“{text[:20]}”不是数字") from None
        if not isfinite(value):
            raise Invalid(f"{what}“{cell[:20]}”不是数字")
        return value

    return read
