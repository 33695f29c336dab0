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
from boundaries.models import Division
from core.waiting import Waiting, urgency
from grids.models import Grid
from households.models import NOT_ASSESSED, Claim, ColourClass, Household
from visits.models import Visit

MOST = 200
# So long before its day a visit comes onto the list.
AHEAD_DAYS = 3


def with_due(homes: QuerySet[Household], by: Member) -> QuerySet[Household]:
    """Annotate `last_visit_at` and `due_on`: null for a family whose colour has no cadence.

    For who answers for families; a case worker's visits count for nobody else.

    A family that nobody has visited yet is due today. One without a colour is owed no rhythm: its
    screening is planned, not dunned.
    """
    classes = ColourClass.objects.filter(
        scheme__valid_to=None, scheme__county__in=Division.objects.above(by.division_id)
    )
    cadence = [
        When(slot=slot, then=Value(timedelta(days=days), DurationField()))
        for slot, days in classes.values_list("slot", "cadence_days")
    ]
    last = _visits().seen()
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


def _hers(member: Member) -> list[tuple[int, int, int]]:
    """Key, colour and village of the families that she answers for.

    By keys, and before anything is asked about them: asked for in one go, or by "or" alone, the
    planner goes through every family there is.
    """
    grids = list(Grid.objects.answered_by(member).values_list("pk", flat=True))
    claims = Claim.objects.open().filter(member=member)
    near = Q(grid__in=grids) | Q(pk__in=list(claims.values_list("household", flat=True)))
    near |= Q(grid=None, village=member.division_id)
    homes = Household.objects.visible_to(member).filter(near).order_by()
    return list(homes.values_list("pk", "slot", "village"))


def _due(keys: list[int], member: Member) -> QuerySet[Household]:
    """Those of these families that are due within AHEAD_DAYS, the longest due first."""
    day = timezone.localdate() + timedelta(days=AHEAD_DAYS)
    homes = with_due(Household.objects.filter(pk__in=keys), member)
    return homes.filter(due_on__lte=day).order_by("due_on", "pk")


def _moved(keys: list[int]) -> QuerySet[Household]:
    """Those of these families that had moved, says the last visit: nothing changes by that."""
    last = Subquery(_visits().values("result")[:1])
    homes = Household.objects.filter(pk__in=keys).alias(last=last)
    return homes.filter(last=Visit.Result.MOVED).order_by("pk")


def _visits() -> QuerySet[Visit]:
    """Of the family in the outer query, which is hers; the newest first."""
    return Visit.objects.filter(household=OuterRef("pk"), apart=False).newest_first()


def waiting_for(member: Member, limit: int = MOST) -> list[Waiting]:
    """Her lines of the work list, the longest due first; a village's chair hears who has moved."""
    if member.role not in (Role.MEMBER, Role.VILLAGE):
        return []
    hers = _hers(member)
    found = _due([pk for pk, slot, _ in hers if slot != NOT_ASSESSED], member)
    gone = Household.objects.none()
    if member.role == Role.VILLAGE:
        gone = _moved([pk for pk, _, village in hers if village == member.division_id])
    return [_due_line(home) for home in _told(found, limit)] + [
        _moved_line(home) for home in _told(gone, limit)
    ]


def _told(homes: QuerySet[Household], limit: int) -> QuerySet[Household]:
    return homes.select_related("village").defer("point", "point_3857")[:limit]


def _due_line(home: Household) -> Waiting:
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


def _moved_line(home: Household) -> Waiting:
    return Waiting(
        kind="visit-moved",
        text=f"{home.village.name} {home.household_no} 户可能搬走了，请核实。",
        due_on=None,
        urgency=urgency(None),
        path=f"/households/{home.uuid}/",
        household=str(home.uuid),
    )
