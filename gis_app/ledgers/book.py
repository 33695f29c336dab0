"""The ledgers as a workbook: a sheet a ledger, and one that says what every figure means."""

from django.utils import timezone

from accounts.models import Member
from core.workbook import Sheet, book
from gis_app.ledgers.counting import HIDDEN, Line, Report
from gis_app.ledgers.definitions import HOMES, Figure, Ledger

TOO_FEW = "少于可公布的数"


def book_of(report: Report, ledgers: list[Ledger], by: Member) -> bytes:
    sheets = [
        Sheet(
            one.name,
            ("代码", "地方", *(f"{f.name}（{f.unit}）" for f in one.figures)),
            [
                (line.code, line.name, *(_cell(f, line) for f in one.figures))
                for line in report.lines
            ],
        )
        for one in ledgers
    ]
    sheets.append(
        Sheet(
            "口径",
            ("台账", "数字", "单位", "口径", "占谁的", "时期"),
            [
                (one.name, f.name, f.unit, f.definition, HOMES.name if f.out_of else "", report.period.name)
                for one in ledgers
                for f in one.figures
            ]
            + [("", HOMES.name, HOMES.unit, HOMES.definition, "", "现在")],
        )
    )  # fmt: skip
    return book(sheets, watermark=_told(report, by))


def _told(report: Report, by: Member) -> str:
    """Whose it is, of which place and time, and what it leaves out."""
    now = timezone.localtime()
    part = "（只含本人负责的网格）" if report.part else ""
    rounded = "；四舍五入到5，太小的不公布" if report.released else ""
    return (
        f"五色格 {report.place.name}{part} {report.period.name}"
        f"（{report.period.since:%Y-%m-%d}至{report.period.until:%Y-%m-%d}）{rounded}"
        f" · {by.name} {now:%Y-%m-%d %H:%M}"
    )


def _cell(figure: Figure, line: Line) -> int | str:
    n = line.figures.get(figure.key, 0)
    return TOO_FEW if n == HIDDEN else n
