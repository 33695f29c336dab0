"""What the cells of a column say.

Most columns of most lists hold nothing odd, and one look at a whole column in C says so. Only where
that fails is it read cell by cell, which takes five times as long and finds who is to be told what.

No text that comes out of here holds a line break. `refuse(index, reason)` takes what cannot be read; its value is None.
"""

import re
from collections.abc import Callable, Sequence
from math import isfinite, isnan, nan

from core.errors import Invalid
from core.tables import code, normal

Refuse = Callable[[int, str], None]

# What an office writes where there is nothing to write.
NOTHING = {"", "无", "-", "/", "未评估", "未定色"}
FORMULA_FAULTS = {"#REF!", "#N/A", "#VALUE!", "#NAME?", "#DIV/0!", "#NULL!", "#NUM!"}
LONGEST_CODE = 40
# Of these letters alone no code can need reading: it stands as it is.
_PLAIN_CODES = re.compile(r"[0-9A-Za-z-]*")


def each(cells: Sequence, reader: Callable, refuse: Refuse) -> list:
    values = [None] * len(cells)
    for index, cell in enumerate(cells):
        try:
            values[index] = reader(cell)
        except Invalid as refusal:
            refuse(index, refusal.message)
    return values


def distinct(cells: Sequence, reader: Callable, refuse: Refuse) -> list:
    """Like `each`, for columns that say the same again and again."""
    answers: dict = {}
    for cell in set(cells):
        try:
            answers[cell] = reader(cell)
        except Invalid as refusal:
            answers[cell] = refusal
    values = list(map(answers.__getitem__, cells))
    if any(isinstance(answer, Invalid) for answer in answers.values()):
        for index, value in enumerate(values):
            if isinstance(value, Invalid):
                values[index] = None
                refuse(index, value.message)
    return values


def texts(cells: Sequence, what: str, longest: int, refuse: Refuse) -> list[str]:
    if not any(cells):
        return [""] * len(cells)
    try:
        stripped = list(map(str.strip, cells))
    except TypeError:  # an empty cell of a workbook
        stripped = None
    if stripped and "".join(stripped).isprintable() and max(map(len, stripped)) <= longest:
        return stripped

    def read(cell: str | None) -> str:
        text = _printable((cell or "").strip())
        if len(text) > longest:
            raise Invalid(f"{what}超过 {longest} 个字")
        return text

    return each(cells, read, refuse)


def _printable(text: str) -> str:
    if text.isprintable():
        return text
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def household_numbers(cells: Sequence, refuse: Refuse) -> list[str]:
    def read(cell: str | None) -> str:
        number = _printable(code(cell))
        if not number:
            raise Invalid("没有户编号")
        if number.upper() in FORMULA_FAULTS:
            raise Invalid(f"户编号的公式出错了({number})")
        if len(number) > LONGEST_CODE:
            raise Invalid(f"户编号超过 {LONGEST_CODE} 个字")
        return number

    return list(cells) if all(cells) and _are_plain(cells) else each(cells, read, refuse)


def phones(cells: Sequence, refuse: Refuse) -> list[str]:
    def read(cell: str | None) -> str:
        phone = _printable(code(cell))
        if len(phone) > LONGEST_CODE:
            raise Invalid(f"电话超过 {LONGEST_CODE} 个字")
        return phone

    if not any(cells):
        return [""] * len(cells)
    return list(cells) if _are_plain(cells) else each(cells, read, refuse)


def _are_plain(cells: Sequence) -> bool:
    try:
        joined = "".join(cells)
    except TypeError:
        return False
    return bool(_PLAIN_CODES.fullmatch(joined)) and max(map(len, cells)) <= LONGEST_CODE


def members(cell: str | None) -> int | None:
    text = code(cell).removesuffix("人").strip()
    if text in NOTHING:
        return None
    if not (text.isascii() and text.isdigit() and int(text) <= 99):
        raise Invalid(f"人口“{text[:20]}”不是 0 到 99 的整数")
    return int(text)


def coordinates(lons: Sequence, lats: Sequence, refuse: Refuse) -> tuple[list, list]:
    """Floats; NaN in both where there is no position."""
    x, y = _numbers(lons, "经度", refuse), _numbers(lats, "纬度", refuse)
    for index, (lon, lat) in enumerate(zip(x, y, strict=True)):
        # NaN alone is not equal to itself.
        if (lon != lon) != (lat != lat) and lon is not None and lat is not None:
            refuse(index, "只有经度没有纬度" if isnan(lat) else "只有纬度没有经度")
    return x, y


def _numbers(cells: Sequence, what: str, refuse: Refuse) -> list[float]:
    if not any(cells):
        return [nan] * len(cells)
    try:
        values = list(map(float, cells))
    except (TypeError, ValueError):
        values = [nan]
    if isfinite(sum(values)):
        return values

    def read(cell: str | None) -> float:
        text = normal(cell)
        if not text:
            return nan
        try:
            value = float(text)
        except ValueError:
            value = nan
        if not isfinite(value):
            raise Invalid(f"{what}“{text[:20]}”不是数字")
        return value

    return each(cells, read, refuse)
