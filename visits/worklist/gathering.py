"""One list of what waits for a member: each app tells its own lines, here they are put in one order.

Bounded: no app tells more than `MOST` lines of one kind, the most urgent first, so that the list
costs the same however much has been left lying.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import islice

from django.utils import timezone

from accounts.models import Member
from core.waiting import Waiting
from disputes import waiting as disputes
from households.colouring import waiting as colours
from support import waiting as needs
from visits import due as visits

SOURCES: tuple[Callable[[Member, int], list[Waiting]], ...] = (
    visits.waiting_for,
    colours.waiting_for,
    needs.waiting_for,
    disputes.waiting_for,
)
MOST = 200
PAGE = 40
WEEK_DAYS = 7
# In the order in which they are read.
NOW, WEEK, LATER = "now", "week", "later"


@dataclass(frozen=True)
class Page:
    # How many lines each group has; `more` besides, when some app had told as many as it may.
    counts: dict[str, int]
    more: bool
    lines: list[tuple[str, Waiting]]
    next: int | None


def worklist(member: Member, page: int = 1) -> Page:
    """A page of her list: what is due today or late, what this week, what later or without a day."""
    told = [source(member, MOST) for source in SOURCES]
    today = timezone.localdate()
    lines = [(_group(line.due_on, today), line) for found in told for line in found]
    lines.sort(key=_order)
    counts = dict.fromkeys((NOW, WEEK, LATER), 0)
    for group, _ in lines:
        counts[group] += 1
    first = (page - 1) * PAGE
    return Page(
        counts=counts,
        more=any(len(found) >= MOST for found in told),
        lines=list(islice(lines, first, first + PAGE)),
        next=page + 1 if len(lines) > first + PAGE else None,
    )


def _group(due_on: date | None, today: date) -> str:
    if due_on is None or due_on > today + timedelta(days=WEEK_DAYS):
        return LATER
    return NOW if due_on <= today else WEEK


def _order(one: tuple[str, Waiting]):
    """By day, those without one last; of one day, by what is said, so that pages do not overlap."""
    _, line = one
    return (line.due_on or date.max, line.kind, line.text, line.path)
