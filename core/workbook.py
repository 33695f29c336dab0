"""Writing a workbook that Excel and WPS open as it was meant: codes as text, nothing a formula."""

import io
from collections.abc import Iterable, Sequence

from core.tables import safe_cell

# Codes are as wide as this; names mostly less.
_NARROW, _WIDE = 9, 20


def workbook(
    sheet: str, columns: Sequence[str], rows: Iterable[Sequence[str | int | None]]
) -> bytes:
    """One sheet with a header that stays in sight. Numbers stay numbers, all else is text."""
    # Here, because it takes 0.2 s.
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
    from openpyxl.styles import Font
    from openpyxl.utils import get_column_letter

    book = Workbook(write_only=True)
    page = book.create_sheet(sheet)
    page.freeze_panes = "A2"
    rows = list(rows)
    for i in range(len(columns)):
        numbers = all(isinstance(row[i], int) or row[i] is None for row in rows)
        letter = get_column_letter(i + 1)
        page.column_dimensions[letter].width = _NARROW if numbers else _WIDE

    def cell(value: str | int | None):
        if value is None or isinstance(value, int):
            return WriteOnlyCell(page, value)
        made = WriteOnlyCell(page, ILLEGAL_CHARACTERS_RE.sub("", safe_cell(value)))
        # Whatever it looks like, a text; Excel keeps it one when somebody edits it.
        made.data_type, made.number_format = "s", "@"
        return made

    header = [cell(name) for name in columns]
    for made in header:
        made.font = Font(bold=True)
    page.append(header)
    for row in rows:
        page.append([cell(value) for value in row])
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()
