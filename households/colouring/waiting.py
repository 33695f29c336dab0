"""Colours that wait for a member's word, for her work list and the queue."""

from datetime import timedelta

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone

from accounts.models import Member, Role
from core.waiting import Waiting, urgency
from households.models import NOT_ASSESSED, Classification, ColourClass, Household

# A proposal should not lie longer than this.
DECIDE_WITHIN_DAYS = 7
# So long before its time is over a colour is thought about anew.
REVIEW_AHEAD_DAYS = 14
MOST = 200
_S = Classification.Status


def queue(member: Member) -> QuerySet[Classification]:
    """The proposals and objections on which it is for her to say the next word."""
    rows = Classification.objects.visible_to(member).open().with_flips()
    if member.role == Role.MEMBER:
        # What she may do on the way: look a second time at what somebody else proposed.
        return rows.filter(_second_looks(member))
    place = (
        Q(household__village=member.division_id)
        if member.role == Role.VILLAGE
        else Q(household__village__parent=member.division_id)
    )
    hers = ColourClass.objects.filter(
        scheme__valid_to=None,
        scheme__county=OuterRef("colour_class__scheme__county"),
        slot=OuterRef("colour_class__slot"),
        name=OuterRef("colour_class__name"),
        decided_by=member.role,
    )
    uninvolved = ~Q(proposed_by=member) & (Q(second_look_by=None) | ~Q(second_look_by=member))
    decides = (
        Q(Exists(hers), status=_S.PROPOSED, proposed_by__isnull=False)
        & uninvolved
        & (Q(flips=False) | Q(second_look_by__isnull=False))
    )
    reviews = Q(status=_S.OBJECTED) & uninvolved & ~Q(decided_by=member)
    # The other chair, not the one who will decide, looks a second time.
    looks = _second_looks(member) & ~Q(Exists(hers))
    return rows.filter(place & (decides | reviews) | looks)


def _second_looks(member: Member) -> Q:
    return Q(status=_S.PROPOSED, flips=True, second_look_by=None, proposed_by__isnull=False) & ~Q(
        proposed_by=member
    )


def due_on(row: Classification):
    """Of a proposal or an objection: the day by which somebody should have said a word."""
    since = row.proposed_at
    if row.status == _S.OBJECTED:
        return max(objection.due_on for objection in row.objections.all())
    return timezone.localdate(since) + timedelta(days=DECIDE_WITHIN_DAYS)


def next_step(row: Classification) -> str:
    """confirm, second_look or review: what a row of `queue` waits for."""
    if row.status == _S.OBJECTED:
        return "review"
    return "second_look" if row.flips and not row.second_look_by_id else "confirm"


_SAYS = {
    "confirm": "有一条定色建议等您确认",
    "second_look": "颜色不久前刚改过，又有新的建议，请您再看一遍",
    "review": "家庭对颜色有异议，请您复核",
    "due": "颜色快到复核日期了，请看看还需要什么支持",
}


def waiting_for(member: Member, limit: int = MOST) -> list[Waiting]:
    """Her lines of the work list, the most urgent first; at most `limit` of each kind."""
    rows = queue(member).select_related("household__village").prefetch_related("objections")
    found = [
        _line(row.household, next_step(row), due_on(row))
        for row in rows.order_by("proposed_at", "pk")[:limit]
    ]
    if member.role == Role.MEMBER:
        ahead = timezone.localdate() + timedelta(days=REVIEW_AHEAD_DAYS)
        due = Household.objects.visible_to(member).filter(review_on__lte=ahead, proposed=False)
        due = due.exclude(slot=NOT_ASSESSED).select_related("village").defer("point", "point_3857")
        ordered = due.order_by(F("review_on").asc(), "pk")[:limit]
        found += [_line(home, "due", home.review_on) for home in ordered]
    return sorted(found, key=lambda line: (-line.urgency, line.due_on))


def _line(home: Household, kind: str, day) -> Waiting:
    return Waiting(
        kind=f"colour-{kind}",
        text=f"{home.village.name} {home.household_no} 户：{_SAYS[kind]}。",
        due_on=day,
        urgency=urgency(day),
        path=f"/households/{home.uuid}/",
        household=str(home.uuid),
    )
