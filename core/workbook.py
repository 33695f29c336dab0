"""Writing a workbook that Excel and WPS open as it was meant: codes as text, nothing a formula."""

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from core.tables import safe_cell

# Codes are as wide as this; names mostly less.
_NARROW, _WIDE = 9, 20


@dataclass(frozen=True)
class Sheet:
    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str | int | None]]


def workbook(
    sheet: str, columns: Sequence[str], rows: Iterable[Sequence[str | int | None]]
) -> bytes:
    return book([Sheet(sheet, columns, list(rows))])


def book(sheets: Sequence[Sheet], *, watermark: str = "") -> bytes:
    """Sheets with a header that stays in sight. Numbers stay numbers, all else is text.

    The watermark stands above the header of each, and below each printed page.
    """
    # Here, because it takes 0.2 s.
    from openpyxl import Workbook

    made = Workbook(write_only=True)
    for sheet in sheets:
        _write(made.create_sheet(sheet.title), sheet, watermark)
    file = io.BytesIO()
    made.save(file)
    return file.getvalue()


def _write(page, sheet: Sheet, watermark: str) -> None:
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
    from openpyxl.styles import Font
    from openpyxl.utils import get_column_letter

    page.freeze_panes = "A3" if watermark else "A2"
    for i in range(len(sheet.columns)):
        numbers = all(isinstance(row[i], int) or row[i] is None for row in sheet.rows)
        page.column_dimensions[get_column_letter(i + 1)].width = _NARROW if numbers else _WIDE

    def cell(value: str | int | None, **look):
        if value is None or isinstance(value, int):
            return WriteOnlyCell(page, value)
        made = WriteOnlyCell(page, ILLEGAL_CHARACTERS_RE.sub("", safe_cell(value)))
        # Whatever it looks like, a text; Excel keeps it one when somebody edits it.
        made.data_type, made.number_format = "s", "@"
        if look:
            made.font = Font(**look)
        return made

    if watermark:
        # "&" begins a code in a footer.
        page.oddFooter.center.text = watermark.replace("&", "&&")[:200]
        page.append([cell(watermark, italic=True)])
    page.append([cell(name, bold=True) for name in sheet.columns])
    for row in sheet.rows:
        page.append([cell(value) for value in row])
