"""A file of grids and their people, as it went out of here and comes back from Excel or QGIS.

One line a grid. Nothing is judged here but whether the words can be read.
"""

import re
import zipfile
from dataclasses import dataclass, field
from pathlib import Path

from core.errors import Invalid
from core.geofile import Layer, read_layer
from core.importing import FileNotUsable
from core.roll import Roll, as_roll
from core.tables import Table, read_table, unsafe_cell
from grids.imports import FIELDS, Draft, as_draft, read_drafts, repeated

# How each column may be called; the first name is the one we write.
HEADERS = {
    "code": FIELDS["code"],
    "name": ("名称", "网格名称", "grid_name", "name"),
    "village": FIELDS["village"],
    "village_name": ("村名", "village_name"),
    "lead": ("主责", "lead"),
    "lead_account": ("主责账号", "lead_account"),
    "supports": ("协同", "supports"),
    "support_accounts": ("协同账号", "support_accounts"),
    "households": ("户数", "households"),
    "target": FIELDS["target"],
    "version": ("版本", "version"),
    # Which grid of which state of which draft; only in files that show a draft.
    "draft_key": ("草稿编号", "draft_key"),
}
TITLES = {what: names[0] for what, names in HEADERS.items()}
BETWEEN = "、"
LAYER = "网格"
_GEOFILES = (b"SQLite format 3", b"PK", b"{", b"[", b"<", b"\x00\x00\x27\x0a")


@dataclass
class Line:
    """A grid as the file has it. `said`: every known column, plain text."""

    draft: Draft
    said: dict[str, str]

    def __str__(self):
        return str(self.draft)

    @property
    def version(self) -> int | None:
        return int(self.said["version"]) if self.said["version"] else None

    @property
    def draft_key(self) -> tuple[int, int, str] | None:
        """Id and version of a draft, and the grid's key in it."""
        found = re.fullmatch(r"(\d{1,9})\.(\d{1,9})\.([gn]\d{1,18})", self.said["draft_key"])
        return (int(found[1]), int(found[2]), found[3]) if found else None


@dataclass
class Sheet:
    has: frozenset[str]
    lines: list[Line]
    # Where the outlines come from; a table has none.
    layer: Layer | None
    notes: list[str]
    reasons: list[str] = field(default_factory=list)


def read_sheet(path: Path) -> Sheet:
    """Read a workbook, a CSV or a file of outlines; what cannot be read is in `reasons`."""
    layer, roll = _open(path, HEADERS, ("code",), "auto")
    drafts, reasons = read_drafts(layer) if layer else ([], [])
    known = {draft.number: draft for draft in drafts}
    names = [i for i, c in enumerate(roll.columns) if c and _plain(c) in HEADERS["name"]]
    sheet = Sheet(roll.has, [], layer, roll.notes, reasons)
    for row in roll.rows:
        # A name as it was written: full width is no mistake there.
        raw = unsafe_cell(row.cells[names[0]]).strip() if names else ""
        said = {what: unsafe_cell(text) for what, text in row.said.items()} | {"name": raw}
        draft = known.get(row.number)
        try:
            if layer is None:
                draft = as_draft(row.number, said, "行")
            if said["version"] and not re.fullmatch(r"\d{1,9}", said["version"]):
                raise Invalid(f"版本“{said['version'][:20]}”不是导出时写的数字；请不要改这一列。")
        except Invalid as error:
            where = f"第 {row.number} 行" if layer is None else draft
            sheet.reasons.append(f"{where}：{error.message}")
            continue
        if draft:
            sheet.lines.append(Line(draft, said))
    if layer is None:
        sheet.reasons += repeated([line.draft for line in sheet.lines])
    return sheet


def read_any_roll(
    path: Path, headers: dict[str, tuple[str, ...]], *, needed: tuple[str, ...], encoding: str
) -> Roll:
    """The rows of a table, or the properties of a file of outlines."""
    return _open(path, headers, needed, encoding)[1]


def _open(path, headers, needed, encoding) -> tuple[Layer | None, Roll]:
    if not _has_outlines(path):
        return None, as_roll(read_table(path, encoding=encoding), headers, needed=needed)
    layer = _layer(path, encoding)
    fields = list(layer.fields)
    rows = ((f.number, [f.properties.get(c) for c in fields]) for f in layer.features)
    return layer, as_roll(Table(fields, rows, layer.encoding, layer.notes), headers, needed=needed)


def _layer(path: Path, encoding: str) -> Layer:
    try:
        return read_layer(path, encoding=encoding)
    except FileNotUsable as error:
        # QGIS keeps several layers in a file; ours is known by its name.
        if LAYER not in error.detail.get("layers", ()):
            raise
        return read_layer(path, layer=LAYER, encoding=encoding)


def _has_outlines(path: Path) -> bool:
    """By its content. A workbook is a zip, as are some files of outlines."""
    with path.open("rb") as file:
        start = file.read(512).removeprefix(b"\xef\xbb\xbf").lstrip()
    if not start.startswith(b"PK"):
        return start.startswith(_GEOFILES)
    try:
        with zipfile.ZipFile(path) as archive:
            return not any(n.startswith("xl/") for n in archive.namelist())
    except (zipfile.BadZipFile, OSError):
        return False


def _plain(header: str) -> str:
    return "".join(header.split()).casefold()


def people(text: str) -> list[str]:
    """Names or accounts of one cell."""
    return [part.strip() for part in re.split(r"[、,;\n]", text) if part.strip()]
