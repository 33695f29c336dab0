"""What waits for somebody, as one line of a work list. Each app that has such lines makes its own."""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import IntEnum

from django.utils import timezone


class Urgency(IntEnum):
    LATER = 1
    SOON = 2
    OVERDUE = 3


SOON_DAYS = 2


def urgency(due_on: date | None) -> Urgency:
    """How a due day stands to today; without one there is no hurry."""
    if due_on is None or due_on > (today := timezone.localdate()) + timedelta(days=SOON_DAYS):
        return Urgency.LATER
    return Urgency.OVERDUE if due_on < today else Urgency.SOON


@dataclass(frozen=True)
class Waiting:
    """One plain sentence, nobody's name in it, and the page where it is done."""

    kind: str
    text: str
    due_on: date | None
    urgency: Urgency
    path: str
    # The family's random id, where it is about one.
    household: str | None = None
