"""Whom to visit next: by the cadence of the family's colour and the last visit to it."""

from datetime import datetime, time, timedelta

from django.db.models import (
    Case,
    DateField,
    DateTimeField,
    DurationField,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Coalesce, TruncDate
from django.utils import timezone

from accounts.models import Member, Role
from core.waiting import Waiting, urgency
from grids.models import Grid
from households.models import NOT_ASSESSED, Claim, ColourClass, Household
from support.models import upwards
from visits.models import Visit

MOST = 200
# So long before its day a visit comes onto the list.
AHEAD_DAYS = 3


def with_due(homes: QuerySet[Household], by: Member) -> QuerySet[Household]:
    """Annotate `last_visit_at` and `due_on`: null for a family whose colour has no cadence.

    A family that nobody has visited yet is due today. One without a colour is owed no rhythm: its
    screening is planned, not dunned.
    """
    classes = ColourClass.objects.filter(
        scheme__valid_to=None, scheme__county__in=upwards(by.division)
    )
    cadence = [
        When(slot=slot, then=Value(timedelta(days=days), DurationField()))
        for slot, days in classes.values_list("slot", "cadence_days")
    ]
    last = _visits(by).seen()
    start = timezone.make_aware(datetime.combine(timezone.localdate(), time.min))
    return homes.annotate(
        last_visit_at=Subquery(last.values("recorded_at")[:1]),
        cadence=Case(*cadence, default=None, output_field=DurationField()),
        due_on=TruncDate(
            Coalesce(
                F("last_visit_at") + F("cadence"),
                Case(When(cadence__isnull=False, then=Value(start)), output_field=DateTimeField()),
                output_field=DateTimeField(),
            ),
            output_field=DateField(),
        ),
    )


def due(member: Member, ahead: int = AHEAD_DAYS) -> QuerySet[Household]:
    """The families of hers that are due until so many days from now, the longest due first."""
    if member.role not in (Role.MEMBER, Role.VILLAGE):
        return with_due(Household.objects.none(), member)
    # Which are hers, first, and by keys: asked for in one go, or by "or" alone, the planner goes
    # through every family there is.
    grids = list(Grid.objects.answered_by(member).values_list("pk", flat=True))
    claims = Claim.objects.open().filter(member=member)
    near = Q(grid__in=grids) | Q(pk__in=list(claims.values_list("household", flat=True)))
    near |= Q(grid=None, village=member.division_id)
    hers = Household.objects.visible_to(member).filter(near).order_by().values_list("pk", "slot")
    homes = Household.objects.filter(pk__in=[pk for pk, slot in hers if slot != NOT_ASSESSED])
    day = timezone.localdate() + timedelta(days=ahead)
    return with_due(homes, member).filter(due_on__lte=day).order_by("due_on", "pk")


def moved(member: Member) -> QuerySet[Household]:
    """The families of her village that had moved, says the last visit: nothing changes by that."""
    if member.role != Role.VILLAGE:
        return Household.objects.none()
    homes = Household.objects.visible_to(member).filter(village=member.division_id)
    last = Subquery(_visits(member).values("result")[:1])
    return homes.alias(last=last).filter(last=Visit.Result.MOVED).order_by("pk")


def _visits(by: Member) -> QuerySet[Visit]:
    """Of the family in the outer query, which is hers; the newest first."""
    visits = Visit.objects.filter(household=OuterRef("pk"))
    if by.role != Role.CASEWORKER:
        visits = visits.filter(apart=False)
    return visits.newest_first()


def waiting_for(member: Member, limit: int = MOST) -> list[Waiting]:
    """Her lines of the work list, the longest due first."""
    hers = due(member).select_related("village").defer("point", "point_3857")[:limit]
    gone = moved(member).select_related("village").defer("point", "point_3857")[:limit]
    return [_due(home) for home in hers] + [_moved(home) for home in gone]


def _due(home: Household) -> Waiting:
    last = home.last_visit_at
    said = f"上次是 {timezone.localdate(last)}" if last else "还没有走访过"
    return Waiting(
        kind="visit-due",
        text=f"{home.village.name} {home.household_no} 户该走访了，{said}。",
        due_on=home.due_on,
        urgency=urgency(home.due_on),
        path=f"/visits/new/{home.uuid}/",
        household=str(home.uuid),
    )


def _moved(home: Household) -> Waiting:
    return Waiting(
        kind="visit-moved",
        text=f"{home.village.name} {home.household_no} 户可能搬走了，请核实。",
        due_on=None,
        urgency=urgency(None),
        path=f"/households/{home.uuid}/",
        household=str(home.uuid),
    )
