"""Disputes and referrals that wait for a member's next step, for her work list."""

from datetime import timedelta

from django.utils import timezone

from accounts.models import Body, Member, Role
from cases.clocks import clocks_of
from cases.models import case_number
from core.waiting import Waiting, urgency
from disputes.clocks import ORDER_AHEAD_DAYS, warning_due
from disputes.guard import unreported
from disputes.models import Dispute, Referral, Supervision

MOST = 200
# So long before its day a step shows in the list.
AHEAD_DAYS = 7
_D, _R = Dispute.State, Referral.State
_SAYS = {
    _D.FOUND: "要开始调解",
    _D.MEDIATION: "调解快到期限",
    _D.REFERRED: "已转介，要问问进展",
    _D.JOINT: "联调快到期限",
    _D.SETTLED: "要回访",
    _D.ENDED: "要回访",
    _D.FOLLOWED_UP: "可以归档",
}
_SHOWN = (
    "uuid", "found_on", "state", "due_on", "village__name", "household__uuid",
    "household__household_no",
)  # fmt: skip
_TO_PARTNER = {
    _R.SENT: "有一份新的转介，请签收",
    _R.RECEIVED: "有一份转介，请答复是否受理",
    _R.ACCEPTED: "有一份受理的转介，请写明办理结果",
}


def waiting_for(member: Member, limit: int = MOST) -> list[Waiting]:
    """Her lines of the work list, the most urgent first; at most `limit` of each kind."""
    match member.role:
        case Role.MEMBER | Role.VILLAGE:
            found = _disputes(member, limit) + _rejected(member, limit)
        case Role.CASEWORKER:
            found = (
                _disputes(member, limit)
                + _rejected(member, limit)
                + _unreported(member)
                + _orders(member)
            )
        case Role.TOWN:
            found = _supervised(member, limit)
        case Role.PARTNER:
            found = _to_partner(member, limit)
        case _:
            found = []
    return sorted(found, key=lambda line: (-line.urgency, line.due_on))


def _disputes(member: Member, limit: int) -> list[Waiting]:
    ahead = timezone.localdate() + timedelta(days=AHEAD_DAYS)
    due = Dispute.objects.visible_to(member).filter(due_on__lte=ahead)
    rows = due.select_related("village", "household").only(*_SHOWN).order_by("due_on", "pk")
    return [
        _line(row, f"dispute-{row.state}", _SAYS[row.state], row.due_on) for row in rows[:limit]
    ]


def _line(row: Dispute, kind: str, says: str, day) -> Waiting:
    home = row.household
    place = row.village.name if row.village else ""
    if home and home.household_no:
        place += f" {home.household_no} 户"
    return Waiting(
        kind=kind,
        text=f"{place}：纠纷 {row.number} {says}。",
        due_on=day,
        urgency=urgency(day),
        path=f"/disputes/{row.uuid}/",
        household=str(home.uuid) if home else None,
    )


def _rejected(member: Member, limit: int) -> list[Waiting]:
    """What another body did not take up, while the dispute still waits for it."""
    rows = Dispute.objects.visible_to(member).filter(
        state__in=[_D.REFERRED, _D.JOINT], referrals__state=_R.REJECTED
    )
    ahead = timezone.localdate() + timedelta(days=AHEAD_DAYS)
    rows = rows.filter(due_on__gt=ahead).distinct().select_related("village", "household")
    return [
        _line(row, "dispute-rejected", "有单位答复不受理，请另想办法", row.due_on)
        for row in rows.order_by("due_on", "pk")[:limit]
    ]


def _supervised(member: Member, limit: int) -> list[Waiting]:
    rows = Supervision.objects.open().filter(
        dispute__in=Dispute.objects.visible_to(member).values("pk")
    )
    rows = rows.select_related("dispute__village", "dispute__household").order_by("due_on", "pk")
    return [_line(row.dispute, "dispute-supervised", "在督办", row.due_on) for row in rows[:limit]]


def _to_partner(member: Member, limit: int) -> list[Waiting]:
    rows = Referral.objects.visible_to(member).waiting().order_by("due_on", "pk")
    return [
        Waiting(
            kind=f"referral-{row.state}",
            text=f"{Body(row.body).label}：{_TO_PARTNER[row.state]}。",
            due_on=row.due_on,
            urgency=urgency(row.due_on),
            path=f"/referrals/{row.uuid}/",
        )
        for row in rows[:limit]
    ]


def _orders(member: Member) -> list[Waiting]:
    """A protection order that ends soon, a day on which a 告诫书 is followed up: by case number."""
    today, found = timezone.localdate(), []
    for clock in clocks_of(member):
        about = {"path": f"/cases/#{clock.case}"}
        ends = clock.order_until
        if ends and today <= ends <= today + timedelta(days=ORDER_AHEAD_DAYS):
            says = f"个案 {clock.number}：人身安全保护令快到期，问问她要不要申请延长。"
            found.append(Waiting("case-order", says, ends, urgency(ends), **about))
        if clock.warned_on and (day := warning_due(clock.warned_on, today)):
            says = f"个案 {clock.number}：到了告诫书以后查访的日子，和派出所一起查访。"
            found.append(Waiting("case-warning", says, day, urgency(day), **about))
    return found


def _unreported(member: Member) -> list[Waiting]:
    """A report that was owed and not made: a case's number and nothing else."""
    return [
        Waiting(
            kind="dispute-unreported",
            text=f"个案 {case_number(flag.case_id)}：有人没有按规定报告公安机关，写明了理由，请核实。",
            due_on=(day := timezone.localdate(flag.at)),
            urgency=urgency(day),
            path="/disputes/unreported/",
        )
        for flag in unreported(member)
    ]
