"""Colours that wait for a member's word, for her work list and the queue."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import F
from django.utils import timezone

from accounts.models import Member, Role
from boundaries.models import Division
from core.waiting import Waiting, urgency
from households.models import (
    NOT_ASSESSED,
    Classification,
    ColourClass,
    Conflict,
    Household,
    Objection,
)

# A proposal should not lie longer than this.
DECIDE_WITHIN_DAYS = 7
# So long before its time is over a colour is thought about anew.
REVIEW_AHEAD_DAYS = 14
MOST = 200
_S = Classification.Status


@dataclass(frozen=True)
class Asked:
    """A proposal or an objection that waits for her, and for which step: confirm, second_look, review."""

    pk: int
    next: str
    due_on: date


def queue(member: Member) -> list[Asked]:
    """The proposals and objections on which it is for her to say the next word, oldest first.

    Decided here and not in one statement: row security would ask for every open row of the district
    what was decided before it.
    """
    rows = list(_open_ones(member))
    due, reviewers = _objections([row["pk"] for row in rows if row["status"] == _S.OBJECTED])
    deciders = _deciders()
    last = _last_decided({row["household"] for row in rows})
    found = []
    for row in rows:
        if (row["pk"], member.pk) in reviewers:
            continue
        decides = deciders.get((row["county"], row["slot"], row["name"])) == member.role
        if step := _next(member, row, decides, last.get(row["household"])):
            day = due.get(row["pk"]) or _decide_by(row["proposed_at"])
            found.append(Asked(row["pk"], step, day))
    return found


def _open_ones(member: Member):
    """Open rows of her place; of a member, of the families she knows. What only a list has proposed
    waits for nobody's yes."""
    rows = Classification.objects.open().filter(proposed_by__isnull=False)
    kin = Conflict.objects.open().filter(member=member).values("household")
    match member.role:
        case Role.VILLAGE:
            rows = rows.filter(household__village=member.division_id).exclude(household__in=kin)
        case Role.TOWN:
            below = Division.objects.filter(parent=member.division_id).values("pk")
            rows = rows.filter(household__village__in=list(below.values_list("pk", flat=True)))
            rows = rows.exclude(household__in=kin)
        case _:
            rows = rows.visible_to(member).filter(status=_S.PROPOSED, second_look_by=None)
    return rows.order_by("proposed_at", "pk").values(
        "pk", "household", "status", "proposed_at", "proposed_by", "second_look_by", "decided_by",
        slot=F("colour_class__slot"), name=F("colour_class__name"),
        county=F("colour_class__scheme__county"), flip_days=F("colour_class__scheme__flip_days"),
    )  # fmt: skip


def _objections(rows: list[int]) -> tuple[dict[int, date], set[tuple[int, int]]]:
    """By when those that are open are reviewed; and who has reviewed an earlier one, and of what."""
    due, reviewers = {}, set()
    told = Objection.objects.filter(classification__in=rows)
    for row, due_on, by in told.values_list("classification", "due_on", "reviewed_by"):
        if by is None:
            due[row] = due_on
        else:
            reviewers.add((row, by))
    return due, reviewers


def _deciders() -> dict[tuple, str]:
    now = ColourClass.objects.filter(scheme__valid_to=None)
    return {
        (county, slot, name): decided_by
        for county, slot, name, decided_by in now.values_list(
            "scheme__county", "slot", "name", "decided_by"
        )
    }


def _last_decided(homes: set[int]) -> dict[int, tuple]:
    """Slot and moment of what was decided last about each of these families."""
    decided = Classification.objects.filter(household__in=homes, decided_at__isnull=False)
    rows = decided.exclude(status=_S.REFUSED).order_by("household", "-decided_at", "-pk")
    return {
        home: (slot, at)
        for home, slot, at in rows.distinct("household").values_list(
            "household", "colour_class__slot", "decided_at"
        )
    }


def _next(member: Member, row: dict, decides: bool, last: tuple | None) -> str | None:
    if member.pk in (row["proposed_by"], row["second_look_by"], row["decided_by"]):
        return None
    if row["status"] == _S.OBJECTED:
        return "review"
    since = timezone.now() - timedelta(days=row["flip_days"])
    flips = last is not None and last[0] != row["slot"] and last[1] > since
    if flips and not row["second_look_by"]:
        # The other one, not she who will decide, looks a second time.
        return None if decides else "second_look"
    return "confirm" if decides else None


def _decide_by(proposed_at) -> date:
    """A proposal should not lie longer."""
    return timezone.localdate(proposed_at) + timedelta(days=DECIDE_WITHIN_DAYS)


_SAYS = {
    "confirm": "有一条定色建议等您确认",
    "second_look": "颜色不久前刚改过，又有新的建议，请您再看一遍",
    "review": "家庭对颜色有异议，请您复核",
    "due": "颜色快到复核日期了，请看看还需要什么支持",
}


def waiting_for(member: Member, limit: int = MOST) -> list[Waiting]:
    """Her lines of the work list, the most urgent first; at most `limit` of each kind."""
    asked = queue(member)[:limit]
    rows = Classification.objects.filter(pk__in=[one.pk for one in asked])
    homes = {row.pk: row.household for row in rows.select_related("household__village")}
    found = [_line(homes[one.pk], one.next, one.due_on) for one in asked if one.pk in homes]
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
