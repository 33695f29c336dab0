"""Who may answer for a grid."""

from collections.abc import Collection

from django.utils import timezone

from accounts.models import Member, Role
from boundaries.models import Division, Level
from grids.errors import MemberCannotAnswer, MemberElsewhere, MemberOnLeave
from grids.models import Leave

FIELD_ROLES = (Role.MEMBER, Role.VILLAGE, Role.TOWN)


def answerable(ids: Collection[int], town: Division) -> dict[int, Member]:
    """These members by id, each fit to answer for grids of this town; an error names who is not.

    A member of another village of the same town may: the chair decides. One on leave may not take
    on anything new before she is back.
    """
    members = {m.pk: m for m in Member.objects.filter(pk__in=ids).select_related("division")}
    for pk in ids:
        member = members.get(pk)
        if member is None or not member.is_active or member.role not in FIELD_ROLES:
            raise MemberCannotAnswer()
        if town.pk not in (member.division_id, member.division.parent_id):
            raise MemberElsewhere(
                f"{member.name}的任职地是{member.division.name}，不在{town.name}；请换一位。"
            )
    today = timezone.localdate()
    away = Leave.objects.filter(member__in=ids, from_on__lte=today, to_on__gte=today).first()
    if away:
        raise MemberOnLeave(
            f"{members[away.member_id].name}请假到 {away.to_on:%Y-%m-%d}，请先换一位，或等她回来。"
        )
    return members


def town_of(place: Division) -> Division:
    """The town whose people answer for this place; a district is its own."""
    return place.parent if place.level == Level.VILLAGE else place
