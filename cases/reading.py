"""What a case worker reads. Whatever tells of a family is logged in the transaction that reads it."""

from uuid import UUID

from django.db import transaction
from django.db.models import BigIntegerField, Func
from django.utils import timezone

from accounts.models import Member, Role
from audit.models import Action
from cases.models import BreakGlass, BreakGlassNotice, Case, ViolenceRecord, case_number
from cases.services import colleagues, open_case
from grids.models import Grid
from households.models import Household, HouseholdPlace


def cases(member: Member) -> dict:
    """Hers and those she deals out: numbers and days, nothing of any family."""
    led = Case.objects.led_by(member)
    found = (led | Case.objects.followed_by(member)).prefetch_related("assignments__member")
    opened = BreakGlass.objects.in_force().filter(member=member)
    until = dict(opened.order_by("until").values_list("case", "until"))
    return {
        "cases": [_row(case, member, until.get(case.pk)) for case in found],
        "colleagues": [{"id": m.pk, "name": m.name} for m in colleagues(member).order_by("pk")],
    }


def _row(case: Case, member: Member, until) -> dict:
    worker = next((a.member for a in case.assignments.all() if a.ended_at is None), None)
    return {
        "uuid": case.uuid,
        "number": case.number,
        "opened_on": timezone.localdate(case.opened_at),
        "worker": {"id": worker.pk, "name": worker.name} if worker else None,
        "mine": worker == member or until is not None,
        "until": until,
    }


@transaction.atomic
def case(member: Member, uuid: UUID, route: str) -> dict:
    """The whole of it: the family, where it truly lives, the envelopes."""
    found = open_case(case=uuid, action=Action.READ, route=route, by=member)
    until = (
        BreakGlass.objects.in_force()
        .filter(member=member, case=found)
        .values_list("until", flat=True)
    )
    return _row(found, member, until.last()) | {
        "household": _household(found.household),
        "concerns": [
            {
                "kind": concern.kind,
                "text": concern.text,
                "raised_by": concern.raised_by.name,
                "raised_at": concern.raised_at,
            }
            for concern in found.household.concerns.select_related("raised_by")
        ],
    }


def _household(home: Household) -> dict:
    place = (
        HouseholdPlace.objects.select_related("village")
        .annotate(covering=Func("village_id", "point", function="sec.grid_covering",
                                output_field=BigIntegerField()))
        .filter(household=home).first()
    )  # fmt: skip
    identity = getattr(home, "identity", None)
    standing = place or home
    grid_id = home.grid_id or (place and place.covering)
    grid = Grid.objects.filter(pk=grid_id).only("code", "name").first()
    return {
        "uuid": home.uuid,
        "household_no": standing.household_no,
        "protection": home.protection,
        "village": {"code": standing.village.code, "name": standing.village.name},
        "grid": {"code": grid.code, "name": grid.name} if grid else None,
        "point": {"lon": round(standing.point.x, 6), "lat": round(standing.point.y, 6)}
        if standing.point
        else None,
        "contact_name": identity.contact_name if identity else "",
        "phone": identity.phone if identity else "",
        "address": place.address if place else identity.address if identity else "",
        "members": identity.members if identity else None,
        "listed": place.listed if place else None,
    }


@transaction.atomic
def records(member: Member, uuid: UUID, route: str) -> list[dict]:
    found = open_case(case=uuid, action=Action.READ, route=route, by=member)
    return [record_row(r) for r in found.records.select_related("written_by")]


def record_row(record: ViolenceRecord) -> dict:
    return {
        "text": record.text,
        "shelter": record.shelter,
        "order_until": record.order_until,
        "warned_on": record.warned_on,
        "written_by": record.written_by.name,
        "written_at": record.written_at,
    }


def glasses(member: Member) -> list[dict]:
    """What was opened in haste, newest first; with her own word on it, if it was reported to her."""
    notices = {n.glass_id: n for n in BreakGlassNotice.objects.filter(recipient=member)}
    found = BreakGlass.objects.visible_to(member).select_related("member")
    return [
        {
            "uuid": glass.uuid,
            "case": case_number(glass.case_id),
            "by": glass.member.name,
            "reason": glass.reason,
            "started_at": glass.started_at,
            "until": glass.until,
            "told": glass.pk in notices,
            "reviewed_at": notices[glass.pk].reviewed_at if glass.pk in notices else None,
            "remark": notices[glass.pk].remark if glass.pk in notices else "",
        }
        for glass in found
    ]


def reminders(member: Member) -> dict:
    """For every page: what she has open in haste, and how much of it waits for her review."""
    if member.role not in (Role.CASEWORKER, Role.AUDITOR):
        return {"break_glass": [], "to_review": 0}
    mine = BreakGlass.objects.in_force().filter(member=member)
    return {
        "break_glass": [
            {"case": case_number(glass.case_id), "uuid": glass.case.uuid, "until": glass.until}
            for glass in mine.select_related("case")
        ],
        "to_review": BreakGlassNotice.objects.filter(recipient=member, reviewed_at=None).count(),
    }
