"""What the headers of a household list mean, and what a cell of it says."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import compress, islice

from core.importing import ImportRefused
from core.tables import Table, normal
from households.imports import cells
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
# Small enough for its cells to stay in the processor's cache.
CHUNK = 2_000
BATCH = 25_000
# The columns of Homes.rest.
REST = (
    "household_no", "contact_name", "phone", "address", "members", "note", "colour_class_id",
)  # fmt: skip
# Longer than any note a person types into a cell.
LONGEST_NOTE = 2_000


@dataclass
class Homes:
    """A part of the list: the rows that can be read, as columns.

    `refused` holds those of the whole list that cannot: row number → reasons.
    """

    rows: list[int] = field(default_factory=list)
    village: list[int] = field(default_factory=list)  # index into Atlas.villages
    x: list[float] = field(default_factory=list)  # NaN: no position
    y: list[float] = field(default_factory=list)
    # Everything else, as CSV for COPY in the order of REST: one text a row is quicker to carry.
    rest: list[str] = field(default_factory=list)
    with_colour: bool = False
    refused: dict[int, list[str]] = field(default_factory=dict)

    def refuse(self, row: int, reason: str) -> None:
        self.refused.setdefault(row, []).append(reason)

    def columns(self) -> list[list]:
        return [self.rows, self.village, self.x, self.y, self.rest]

    def only(self, kept: Iterable[bool]) -> "Homes":
        kept = list(kept)
        columns = (list(compress(column, kept)) for column in self.columns())
        return Homes(*columns, self.with_colour, self.refused)


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
        raise ImportRefused(f"缺少这些列：{'、'.join(missing)}。文件里的列是：{seen}。")
    if ("lon" in found) != ("lat" in found):
        raise ImportRefused("经度和纬度两列要么都有，要么都没有。")
    return found, unknown


def read_homes(
    table: Table, at: dict[str, int], atlas: Atlas, refused: dict[int, list[str]]
) -> Iterator[Homes]:
    """The list in parts of about BATCH rows, so that a long one takes no more memory."""
    homes = Homes(refused=refused)
    seen: dict[tuple[int, str], int] = {}
    while chunk := list(islice(table.rows, CHUNK)):
        rows, lines = zip(*chunk, strict=True)
        try:
            columns = list(zip(*lines, strict=True))
        except ValueError:
            rows, columns = _without_long_rows(chunk, len(table.columns), homes)
        if rows:
            _read_chunk(rows, columns, at, atlas, homes, seen)
        if len(homes.rows) >= BATCH:
            yield homes
            homes = Homes(refused=refused)
    yield homes


def _without_long_rows(chunk, width: int, homes: Homes) -> tuple[list, list]:
    kept = []
    for number, line in chunk:
        if len(line) == width:
            kept.append((number, line))
        else:
            homes.refuse(
                number,
                f"这一行有 {len(line)} 格，标题只有 {width} 列。"
                "格内的逗号要用引号括起来，否则后面的内容会错位",
            )
    return [number for number, _ in kept], list(zip(*(line for _, line in kept), strict=True))


def _read_chunk(rows, columns, at: dict[str, int], atlas: Atlas, homes: Homes, seen) -> None:
    blank = (None,) * len(rows)

    def column(*names: str) -> Sequence:
        """The cells of a column, or the tuples of several."""
        parts = [columns[at[name]] if name in at else blank for name in names]
        return parts[0] if len(parts) == 1 else list(zip(*parts, strict=True))

    def refuse(index: int, reason: str) -> None:
        homes.refuse(rows[index], reason)

    villages = cells.distinct(
        column("village_code", "town", "village"), lambda place: atlas.village_of(*place), refuse
    )
    numbers = cells.household_numbers(column("household_no"), refuse)
    x, y = cells.coordinates(column("lon"), column("lat"), refuse)
    colours = blank
    if "colour" in at:
        pairs = list(zip(villages, column("colour"), strict=True))
        colours = cells.distinct(pairs, lambda pair: _colour(*pair, atlas), refuse)
        homes.with_colour |= any(colours)
    rest = _as_csv(
        numbers,
        cells.texts(column("contact_name"), "户主", 60, refuse),
        cells.phones(column("phone"), refuse),
        cells.texts(column("address"), "地址", 200, refuse),
        cells.distinct(column("members"), cells.members, refuse),
        cells.texts(column("note"), "备注", LONGEST_NOTE, refuse),
        colours,
    )
    _refuse_doubles(rows, villages, numbers, seen, refuse)
    parts = [rows, villages, x, y, rest]
    if homes.refused:
        kept = [row not in homes.refused for row in rows]
        parts = [list(compress(part, kept)) for part in parts]
    for target, part in zip(homes.columns(), parts, strict=True):
        target.extend(part)


def _as_csv(*columns: Sequence) -> list[str]:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(zip(*columns, strict=True))
    # No value holds a line break: cells.py sees to that.
    return text.getvalue().split("\n")[:-1]


def _refuse_doubles(rows, villages, numbers, seen: dict, refuse) -> None:
    keys = list(zip(villages, numbers, strict=True))
    if len(set(keys)) == len(keys) and seen.keys().isdisjoint(keys):
        seen.update(zip(keys, rows, strict=True))
        return
    for index, key in enumerate(keys):
        if None not in key and (first := seen.setdefault(key, rows[index])) != rows[index]:
            refuse(index, f"户编号“{key[1]}”与第 {first} 行重复")


def _colour(village: int | None, cell: str | None, atlas: Atlas) -> int | None:
    text = normal(cell)
    if text in cells.NOTHING or village is None:
        return None
    return atlas.colour_of(village, text)
