"""The days of her cases that must not be missed: two dates and a number, nothing that tells of anybody.

A work list is looked at all day; it must not count as opening every case, nor open one. So the database
gives away these dates alone, to whoever follows the case (`sec.my_case_clocks`).
"""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db import connection

from accounts.models import Member, Role
from cases.models import case_number


@dataclass(frozen=True)
class Clock:
    case: UUID
    number: str
    order_until: date | None
    warned_on: date | None


def clocks_of(member: Member) -> list[Clock]:
    """Of each case that she follows: until when an order holds, when the last 告诫书 was given."""
    if member.role != Role.CASEWORKER:
        return []
    with connection.cursor() as cursor:
        cursor.execute("SELECT uuid, id, order_until, warned_on FROM sec.my_case_clocks()")
        rows = cursor.fetchall()
    return [Clock(uuid, case_number(pk), until, warned) for uuid, pk, until, warned in rows]
