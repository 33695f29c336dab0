"""Months, quarters and years: the only periods there are, so that two reports can be laid side by side."""

import re
from dataclasses import dataclass
from datetime import date, timedelta

_WRITTEN = re.compile(r"(20\d\d)(?:-(?:(0[1-9]|1[0-2])|Q([1-4])))?")


@dataclass(frozen=True)
class Period:
    year: int
    first_month: int
    months: int

    @property
    def code(self) -> str:
        if self.months == 12:
            return str(self.year)
        if self.months == 3:
            return f"{self.year}-Q{(self.first_month + 2) // 3}"
        return f"{self.year}-{self.first_month:02}"

    @property
    def name(self) -> str:
        if self.months == 12:
            return f"{self.year}年"
        if self.months == 3:
            return f"{self.year}年第{(self.first_month + 2) // 3}季度"
        return f"{self.year}年{self.first_month}月"

    @property
    def since(self) -> date:
        return date(self.year, self.first_month, 1)

    @property
    def until(self) -> date:
        after = self.first_month + self.months
        return date(self.year + after // 13, after if after <= 12 else after - 12, 1) - timedelta(1)

    def closed(self, today: date) -> bool:
        return self.until < today


def read(code: str) -> Period | None:
    """2026-11, 2026-Q4 or 2026; None for anything else."""
    found = _WRITTEN.fullmatch(code)
    if not found:
        return None
    year, month, quarter = found.groups()
    if month:
        return Period(int(year), int(month), 1)
    if quarter:
        return Period(int(year), 3 * int(quarter) - 2, 3)
    return Period(int(year), 1, 12)


def month_of(day: date) -> Period:
    return Period(day.year, day.month, 1)


def offered(today: date, *, closed_only: bool) -> list[Period]:
    """Thirteen months, the quarters and years that they touch; newest first."""
    months, day = [], today
    for _ in range(13):
        months.append(month_of(day))
        day = months[-1].since - timedelta(1)
    quarters = {read(f"{m.year}-Q{(m.first_month + 2) // 3}"): None for m in months}
    years = {read(str(m.year)): None for m in months}
    return [p for p in (*months, *quarters, *years) if p.closed(today) or not closed_only]
