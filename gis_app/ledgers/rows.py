"""The rows behind a figure, for whoever sees the families: as many as the figure says.

None of them names anybody. Of colours there are none: a list of families by colour is not made.
"""

from dataclasses import dataclass
from datetime import date

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils import timezone

from accounts.models import Member
from boundaries.models import Division
from core.errors import NotFound
from disputes.models import Dispute, DisputeStep
from gis_app.ledgers.definitions import FIGURES
from gis_app.ledgers.periods import Period
from households.areas import OUTLINES
from households.scope import scope_of
from support.models import Event, Help, Need
from visits.models import Visit

_STEPS = {"settled": "settle", "not_agreed": "end", "disputes_followed_up": "follow_up"}
_VISITS = {
    "screenings": Q(kind="screening"), "screened_homes": Q(kind="screening"),
    "visits": Q(kind="visit"), "follow_ups": Q(kind="follow_up"),
    "visited_homes": Q(kind__in=["visit", "follow_up"]),
}  # fmt: skip
_HELPS = {
    "helps": Q(), "helped_homes": Q(), "payments": Q(kind="money"),
    "jobs": Q(kind__in=["job", "training"]), "honours": Q(kind="honour"),
}  # fmt: skip
# One row a family, the first of the period.
_ONE_A_HOME = {"screened_homes", "visited_homes", "helped_homes"}


@dataclass(frozen=True)
class Row:
    day: date
    place: str
    what: str
    link: str = ""


def rows_of(member: Member, key: str, place: Division, period: Period) -> QuerySet:
    """What the figure counts, oldest first; NotFound where there is nothing to list."""
    figure = FIGURES.get(key)
    if figure is None or not figure.rows or scope_of(member).sees_released:
        raise NotFound("这个数字不能展开。")
    if key in _VISITS:
        found = Visit.objects.visible_to(member).filter(
            _VISITS[key], _in(period, "recorded_at"), apart=False
        )
        return _listed(
            found.filter(_at(member, place, "household__")), key, "household", "recorded_at"
        )
    if key in ("found", "still_open", *_STEPS):
        return _disputes(member, key, place, period)
    if key in ("needs", "needs_met"):
        met = key == "needs_met"
        found = Need.objects.visible_to(member).filter(
            _at(member, place, "household__"), apart=False
        )
        found = found.filter(_in(period, "closed_at" if met else "opened_at"))
        found = found.filter(state=Need.State.MET) if met else found
        return _listed(found, key, "household", "opened_at")
    if key in _HELPS:
        needs = Need.objects.visible_to(member).filter(apart=False)
        found = Help.objects.filter(
            _HELPS[key], _at(member, place, "need__household__"), need__in=needs
        )
        found = found.filter(given_on__range=(period.since, period.until))
        return _listed(found, key, "need__household", "given_on")
    below = Division.objects.filter(Q(pk=place.pk) | Q(parent=place))
    found = Event.objects.visible_to(member).filter(division__in=below)
    return (
        found.filter(held_on__range=(period.since, period.until))
        .select_related("division")
        .order_by("held_on", "pk")
    )


def _disputes(member: Member, key: str, place: Division, period: Period) -> QuerySet:
    found = Dispute.objects.visible_to(member).filter(_at(member, place, ""), apart=False)
    steps = DisputeStep.objects.filter(dispute=OuterRef("pk"))
    if key in _STEPS:
        found = found.filter(Exists(steps.filter(_in(period, "at"), step=_STEPS[key])))
    elif key == "found":
        found = found.filter(found_on__range=(period.since, period.until))
    else:
        gone = steps.filter(step="archive", at__date__lte=period.until)
        found = found.filter(~Exists(gone), found_on__lte=period.until)
    found = found.select_related("village", "grid").defer(*_outlines(""))
    return found.order_by("found_on", "pk")


def _listed(found: QuerySet, key: str, home: str, moment: str) -> QuerySet:
    """Every one, or of each family the first."""
    if key in _ONE_A_HOME:
        key_of_home = (
            f"{home}_id"  # by the relation itself it would be ordered by village and number
        )
        firsts = found.order_by(key_of_home, moment, "pk").distinct(key_of_home).values("pk")
        found = found.model.objects.filter(pk__in=firsts)
    found = found.select_related(f"{home}__village", f"{home}__grid")
    return found.defer(*_outlines(f"{home}__")).order_by(moment, "pk")


def _outlines(way: str) -> list[str]:
    """Never needed here, and long."""
    return [f"{way}{of}__{field}" for of in ("village", "grid") for field in OUTLINES]


def _in(period: Period, field: str) -> Q:
    return Q(**{f"{field}__date__range": (period.since, period.until)})


def _at(member: Member, place: Division, way: str) -> Q:
    """In the place, and in her grids or villages: a family that she has claimed elsewhere is
    counted where it stands."""
    scope = scope_of(member)
    hers = Q(**{f"{way}grid__in": scope.grid_ids})
    hers |= Q(**{f"{way}grid": None, f"{way}village__in": list(scope.village_ids)})
    there = Q(**{f"{way}village": place.pk}) | Q(**{f"{way}village__parent": place.pk})
    return hers & there


def told(row) -> Row:
    """A row as it is shown: a day, a place, one sentence, and the way to the family."""
    match row:
        case Visit():
            day = timezone.localdate(row.recorded_at)
            return _of_home(
                row.household, day, f"{row.get_kind_display()}：{row.get_result_display()}"
            )
        case Need():
            return _of_home(
                row.household,
                timezone.localdate(row.opened_at),
                f"{row.get_kind_display()}（{row.get_state_display()}）",
            )
        case Help():
            return _of_home(row.need.household, row.given_on, row.get_kind_display())
        case Event():
            return Row(row.held_on, row.division.name, f"{row.get_kind_display()}：{row.title}")
        case Dispute():
            place = row.grid.name if row.grid else row.village.name
            what = f"{row.number} {row.get_kind_display()}（{row.get_state_display()}）"
            return Row(row.found_on, place, what)


def _of_home(home, day: date, what: str) -> Row:
    place = f"{home.grid.name if home.grid else home.village.name} {home.household_no}"
    return Row(day, place, what, reverse("household", args=[home.uuid]))
