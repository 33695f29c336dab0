"""What is done to cases: a worry raised, a worker named, a protection set, the glass broken."""

from datetime import date, datetime
from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone

from accounts.models import Member, Role
from audit.models import Action, Kind, Tier
from audit.services import log_access
from boundaries.models import Division
from cases.models import (
    REASON_LEAST,
    BreakGlass,
    BreakGlassNotice,
    Case,
    CaseAssignment,
    Concern,
    ViolenceRecord,
    families_of,
)
from core.errors import Invalid, NotAllowed, NotFound
from households.models import Household, Protection


class NotForYou(NotFound):
    """Not hers and not existing are one answer."""

    code = "not_found"
    message = "没有找到这个个案，或者不由您负责。"


class ReasonTooShort(Invalid):
    message = f"请写明理由，至少 {REASON_LEAST} 个字。"


class NotACaseWorker(Invalid):
    message = "只能交给本区在任的个案工作者。"


class AlreadyYours(Invalid):
    message = "这个个案您现在就能看到，不需要紧急查看。"


def home_for(by: Member, uuid: UUID) -> Household:
    """A family she may know of; of a case worker, those of her cases."""
    home = families_of(by).filter(uuid=uuid).first()
    if home is None:
        raise NotFound("没有找到这户。")
    return home


@transaction.atomic
def raise_concern(
    *, household: UUID, text: str, by: Member, kind: Concern.Kind = Concern.Kind.WORRY
) -> None:
    """Put an envelope in. Nothing comes back, not even whether somebody had a worry before.

    The database shields the family and opens its case in the same transaction: `sec.open_case`.
    """
    home = home_for(by, household)
    # Without RETURNING, which would ask for the right to read it.
    Concern.objects.bulk_create([Concern(household=home, kind=kind, text=text, raised_by=by)])


@transaction.atomic
def open_case(*, case: UUID, action: Action, route: str, by: Member) -> Case:
    """A case that she follows, once it is logged that she has opened it.

    Row security shows what is S4 to no transaction that has not.
    """
    found = Case.objects.followed_by(by).filter(uuid=case).first()
    if found is None:
        raise NotForYou()
    glass = BreakGlass.objects.in_force().filter(member=by, case=found).first()
    log_access(
        by=by,
        action=action,
        tier=Tier.VIOLENCE,
        subject=found.uuid,
        kind=Kind.CASE,
        reason=f"{Action.BREAK_GLASS.label}：{glass.reason}"[:200] if glass else "",
        route=route,
    )
    return found


@transaction.atomic
def protect(
    *, household: UUID, protection: Protection, reason: str, by: Member, route: str = "protection"
) -> None:
    """Shield, seal or lift. A chair may only have a family shielded, at its own wish.

    Her wish is an envelope like any other, so that a family in danger and one that wants to be
    left alone look alike; to lift it is for the case worker, who knows which it is.
    """
    if by.role != Role.CASEWORKER:
        if protection != Protection.SHIELDED:
            raise NotAllowed("解除或封存由个案工作者办理。")
        raise_concern(household=household, text=reason, by=by, kind=Concern.Kind.WISH)
        return
    home = home_for(by, household)
    case = open_case(case=home.case.uuid, action=Action.WRITE, route=route, by=by)
    write_record(case=case, text=f"{Protection(protection).label}：{reason}", by=by)
    Household.objects.filter(pk=home.pk).update(protection=protection)


@transaction.atomic
def write_record(
    *,
    case: Case,
    text: str,
    by: Member,
    shelter: str = "",
    order_until: date | None = None,
    warned_on: date | None = None,
) -> ViolenceRecord:
    """Add an entry to a case from `open_case`."""
    said = {"text": text, "shelter": shelter, "order_until": order_until, "warned_on": warned_on}
    return ViolenceRecord.objects.create(case=case, written_by=by, **said)


@transaction.atomic
def assign(*, case: UUID, member: int, by: Member) -> CaseAssignment:
    """Give a case to a case worker of the district; whoever had it has it no longer."""
    found = Case.objects.led_by(by).filter(uuid=case).first()
    if found is None:
        raise NotForYou()
    worker = colleagues(by).filter(pk=member).first()
    if worker is None:
        raise NotACaseWorker()
    now = found.assignments.open().select_for_update(of=("self",)).first()
    if now is not None:
        if now.member_id == worker.pk:
            return now
        now.ended_at = timezone.now()
        now.save(update_fields=["ended_at"])
    return CaseAssignment.objects.create(case=found, member=worker, by=by)


def colleagues(by: Member):
    """The case workers to whom whoever works for a district may give a case."""
    below = Division.objects.under(by.division).values("pk")
    return Member.objects.active().filter(role=Role.CASEWORKER, division__in=below)


@transaction.atomic
def break_glass(*, case: UUID, reason: str, by: Member) -> datetime:
    """Open another's case for three hours; whoever reviews it is told at once."""
    reason = reason.strip()
    if len(reason) < REASON_LEAST:
        raise ReasonTooShort()
    if Case.objects.followed_by(by).filter(uuid=case).exists():
        raise AlreadyYours()
    with connection.cursor() as cursor:
        cursor.execute("SELECT sec.break_glass(%s, %s)", [case, reason])
        until = cursor.fetchone()[0]
    if until is None:
        raise NotForYou()
    return until


@transaction.atomic
def review(*, glass: UUID, remark: str, by: Member) -> None:
    """Say that one has looked at it; only to whom it was reported."""
    notice = BreakGlassNotice.objects.filter(glass__uuid=glass, recipient=by).first()
    if notice is None:
        raise NotFound()
    notice.reviewed_at, notice.remark = timezone.now(), remark
    notice.save(update_fields=["reviewed_at", "remark"])
