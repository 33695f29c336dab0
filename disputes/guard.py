"""Where somebody is hurt, nobody brings her to one table with the other unasked."""

from datetime import date
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from accounts.models import Member, Role
from audit.models import Action
from cases.models import CaseAssignment
from disputes import errors
from disputes.models import Dispute, Party, VictimWord, ViolenceFlag
from disputes.services import not_to_come, open_texts

_OF = VictimWord.Of


@transaction.atomic
def hear_victim(
    *,
    dispute: Dispute,
    party: UUID | None,
    agrees: bool,
    how: str,
    said_on: date | None,
    by: Member,
    route: str,
) -> VictimWord:
    """What she said, alone, to the case worker."""
    _hers(dispute, by)
    who = Party.objects.filter(dispute=dispute, uuid=party).first()
    if who is None or how not in VictimWord.How.values or said_on is None:
        raise errors.Invalid("请写明是谁、哪天、怎样说的；本人的意见要单独听取。")
    not_to_come(said_on)
    open_texts(dispute=dispute, by=by, route=route, action=Action.WRITE)
    return VictimWord.objects.create(
        dispute=dispute, of=_OF.VICTIM, party=who, agrees=agrees, how=how, said_on=said_on, by=by
    )


@transaction.atomic
def lead_says(*, dispute: Dispute, agrees: bool, by: Member, route: str) -> VictimWord:
    """The case's own worker says yes or no to it; after the victim, and not who looks in in haste."""
    _hers(dispute, by)
    lead = CaseAssignment.objects.open().filter(member=by, case__household=dispute.household_id)
    if not lead.exists():
        raise errors.NotTheLead()
    open_texts(dispute=dispute, by=by, route=route, action=Action.WRITE)
    if agrees and not _last(dispute).get(_OF.VICTIM):
        raise errors.VictimNotAsked()
    return VictimWord.objects.create(
        dispute=dispute, of=_OF.LEAD, agrees=agrees, said_on=timezone.localdate(), by=by
    )


@transaction.atomic
def may_sit_together(*, dispute: Dispute, by: Member, route: str) -> bool:
    """Both have agreed, she first. The database asks the same (`sec.may_sit_together`)."""
    open_texts(dispute=dispute, by=by, route=route)
    last = _last(dispute)
    if last.keys() != {_OF.VICTIM, _OF.LEAD} or not all(word.agrees for word in last.values()):
        return False
    return last[_OF.LEAD].pk > last[_OF.VICTIM].pk


def _last(dispute: Dispute) -> dict[str, VictimWord]:
    return {word.of: word for word in dispute.words.order_by("pk")}


def _hers(dispute: Dispute, by: Member) -> None:
    if by.role != Role.CASEWORKER or not dispute.violence:
        raise errors.NotHerStep()


def unreported(by: Member):
    """For whoever deals out the district's cases: reports that were owed and not made."""
    if by.role != Role.CASEWORKER or not by.division_id:
        return ViolenceFlag.objects.none()
    report = ViolenceFlag.Report.NOT_MADE
    return ViolenceFlag.objects.filter(district=by.division_id, report=report, seen_by=None)


@transaction.atomic
def see_unreported(*, flag: UUID, by: Member) -> None:
    """She has looked into why it was not reported."""
    if not unreported(by).filter(pk=flag).update(seen_by=by, seen_at=timezone.now()):
        raise errors.NotFound()
