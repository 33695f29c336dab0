"""Recording a visit: one form, one transaction, and everything that somebody saw goes its way."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from accounts.models import Member, Role
from cases.services import raise_concern
from disputes.models import Dispute
from disputes.services import find_dispute
from households.colouring.services import propose
from households.colouring.wording import require_fair
from households.models import Household
from support.services import COMPANIONS, NewNeed, open_family, record_need, texts_of
from visits import errors
from visits.models import Visit, VisitNote

# A telephone's clock may be a little fast; and a visit is written down within a year.
FAST = timedelta(minutes=10)
LATEST = timedelta(days=366)


@dataclass(frozen=True)
class NewColour:
    """What `households.colouring.services.propose` wants to know."""

    reason: int
    help_offered: str
    source: str


@dataclass(frozen=True)
class NewDispute:
    """One of this family, as heard at the door. Where somebody was hurt it is a worry instead."""

    kind: str
    severity: int
    text: str
    # It is not the one that is open already.
    anyway: bool = False


@transaction.atomic
def record_visit(
    *, household: Household, by: Member, kind: str, result: str, happened_at: datetime,
    changed: bool = False, second: int | None = None, minutes: int | None = None, note: str = "",
    needs: Sequence[NewNeed] = (), proposal: NewColour | None = None, dispute: NewDispute | None = None, concern: str = "",
) -> Visit:  # fmt: skip
    """Write a visit down, with needs, a colour proposal, a dispute and a worry: all of it or nothing.

    The home comes from whoever has made sure that `by` may know it. A worry leaves no trace in the
    visit: `changed` is told by the rest or by the visitor, never by that.
    """
    if by.role not in COMPANIONS:
        raise errors.NotYourVisit()
    if kind == Visit.Kind.ORDER and by.role != Role.CASEWORKER:
        raise errors.OrdersAreApart()
    if not -LATEST <= happened_at - timezone.now() <= FAST:
        raise errors.TimeNotPossible()
    if second is not None and not colleagues(by).filter(pk=second).exists():
        raise errors.NoSuchColleague()
    note, concern = note.strip(), concern.strip()
    require_fair(note)
    visit = Visit.objects.create(
        household=household, kind=Visit.Kind(kind), result=Visit.Result(result),
        changed=changed or bool(needs or proposal or dispute), member=by, second_member_id=second,
        happened_at=happened_at, minutes=minutes, has_note=bool(note),
        apart=by.role == Role.CASEWORKER,
    )  # fmt: skip
    if note:
        VisitNote.objects.create(visit=visit, text=note, written_by=by)
    for need in needs:
        record_need(household=household, by=by, **vars(need))
    if proposal:
        propose(household=household, by=by, **vars(proposal))
    if dispute:
        screening = kind == Visit.Kind.SCREENING
        source = Dispute.Source.SCREENING if screening else Dispute.Source.VISIT
        find_dispute(household=household, by=by, source=source, **vars(dispute))
    if concern:
        # Last: it shields the family.
        raise_concern(household=household.uuid, text=concern, by=by)
    return visit


def colleagues(by: Member):
    """Who may have come along: those in office in her place, and those of the place above it."""
    places = [by.division_id, by.division.parent_id] if by.division else []
    return Member.objects.active().filter(division__in=[p for p in places if p]).exclude(pk=by.pk)


@transaction.atomic
def notes_of(*, household: Household, by: Member, route: str) -> dict:
    """S3: what was written about a family at visits and in needs, once the look is logged."""
    open_family(household=household, by=by, route=route)
    visits = {v.pk: v for v in household.visits.filter(has_note=True).visible_to(by)}
    needs = {n.pk: n for n in household.needs.filter(has_text=True).visible_to(by)}
    noted = VisitNote.objects.filter(visit__in=visits.values()).values_list("visit", "text")
    return {
        "visits": [{"uuid": visits[pk].uuid, "text": text} for pk, text in noted],
        "needs": [
            {"uuid": needs[pk].uuid, "text": text} for pk, text in texts_of(needs.values()).items()
        ],
    }
