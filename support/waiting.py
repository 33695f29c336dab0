"""Needs that are due, as lines of a work list."""

from datetime import timedelta

from django.utils import timezone

from accounts.models import Member, Role
from core.waiting import Waiting, urgency
from support.models import Need

MOST = 200
# So long before its day a need comes onto the list.
AHEAD_DAYS = 7


def due(member: Member):
    """The open needs of her families whose day is near or over."""
    if member.role not in (Role.MEMBER, Role.VILLAGE):
        return Need.objects.none()
    ahead = timezone.localdate() + timedelta(days=AHEAD_DAYS)
    return Need.objects.visible_to(member).open().filter(due_on__lte=ahead)


def waiting_for(member: Member, limit: int = MOST) -> list[Waiting]:
    """Her lines of the work list, the most urgent first."""
    rows = due(member).select_related("household__village").order_by("due_on", "pk")
    rows = rows.defer("household__point", "household__point_3857")
    return [_line(need) for need in rows[:limit]]


def _line(need: Need) -> Waiting:
    home = need.household
    what = need.get_kind_display()
    return Waiting(
        kind="need-due",
        text=f"{home.village.name} {home.household_no} 户：答应过的“{what}”到期了，请看看办到没有。"
        if need.due_on <= timezone.localdate()
        else f"{home.village.name} {home.household_no} 户：答应过的“{what}”快到期了。",
        due_on=need.due_on,
        urgency=urgency(need.due_on),
        path=f"/households/{home.uuid}/",
        household=str(home.uuid),
    )
