"""What changes at once, outside drafts: a lead, supports, a claim, a leave."""

from datetime import date, datetime, time, timedelta

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Greatest
from django.utils import timezone

from accounts.models import Member
from core.errors import Invalid, NotFound
from grids.drafts import store
from grids.drafts.state import State
from grids.drafts.store import may_edit
from grids.errors import GridTaken, SupportChanged
from grids.models import Assignment, Grid, Leave
from grids.people import FIELD_ROLES, answerable, town_of
from households.models import Claim, Household
from households.territory.conflicts import led_by_kin, ties


class AlreadyClaimed(Invalid):
    message = "这位同志已经认领了这户。"


class LeaveBackwards(Invalid):
    message = "请假的结束日期早于开始日期。"


def _grid(code: str, by: Member) -> Grid:
    """The grid, locked: one without a lead has no assignment to lock."""
    grid = (
        Grid.objects.current()
        .select_for_update(of=("self",), no_key=True)
        .select_related("village__parent")
        .defer("geom", "geom_3857", "coarse_3857", "anchor_3857")
        .filter(code=code)
        .first()
    )
    if grid is None or not may_edit(by, grid.village):
        raise NotFound("没有找到这个网格。")
    return grid


@transaction.atomic
def assign_lead(*, code: str, lead: int | None, expected_lead: int | None, by: Member) -> Grid:
    """Make somebody the lead of a grid now.

    `expected_lead` is whom the caller saw. If somebody changed it meanwhile, GridTaken rather than
    overwrite their work.
    """
    grid = _grid(code, by)
    open_lead = (
        grid.assignments.unended().filter(role=Assignment.Role.LEAD).select_related("member")
    )
    now = open_lead.first()
    if (now.member_id if now else None) != expected_lead:
        seen = {"id": now.member_id, "name": now.member.name} if now else None
        raise GridTaken(
            f"{grid.name}刚刚由别人改为{now.member.name if now else '暂无'}主责，请看清楚后再定。",
            lead=seen,
        )
    if lead == expected_lead:
        return grid
    if lead is not None:
        answerable([lead], town_of(grid.village))
    moment = timezone.now()
    ended = grid.assignments.unended().filter(role=Assignment.Role.LEAD)
    # Who becomes the lead supports no longer.
    (ended | grid.assignments.unended().filter(member=lead)).update(
        ended_at=Greatest(F("started_at"), moment)
    )
    if lead is not None:
        Assignment.objects.create(grid=grid, member_id=lead, role="lead", started_at=moment)
    return _bumped(grid)


@transaction.atomic
def change_support(
    *, code: str, add: list[int], remove: list[int], expected: list[int], by: Member
) -> Grid:
    grid = _grid(code, by)
    standing = grid.assignments.unended()
    now = list(standing.filter(role=Assignment.Role.SUPPORT).values_list("member", flat=True))
    if sorted(now) != sorted(expected):
        raise SupportChanged(supports=sorted(now))
    new = [m for m in dict.fromkeys(add) if not standing.filter(member=m, ended_at=None).exists()]
    if new:
        answerable(new, town_of(grid.village))
    moment = timezone.now()
    gone = standing.filter(role=Assignment.Role.SUPPORT, member__in=set(remove) - set(add))
    changed = gone.update(ended_at=Greatest(F("started_at"), moment))
    Assignment.objects.bulk_create(
        Assignment(grid=grid, member_id=m, role="support", started_at=moment) for m in new
    )
    return _bumped(grid) if changed or new else grid


def _bumped(grid: Grid) -> Grid:
    Grid.objects.filter(pk=grid.pk).update(version=F("version") + 1)
    grid.version += 1
    return grid


def people(grid: Grid, by: Member) -> dict:
    """Who answers now, as programs read it; `notes` where she is kin to a family there."""
    role = Assignment.Role
    held = list(grid.assignments.open().select_related("member").order_by("started_at", "pk"))
    shown = {
        r: [{"id": a.member_id, "name": a.member.name} for a in held if a.role == r] for r in role
    }
    return {
        "code": grid.code,
        "version": grid.version,
        "lead": shown[role.LEAD][0] if shown[role.LEAD] else None,
        "supports": shown[role.SUPPORT],
        "covers": shown[role.COVER],
        "notes": [
            tie.sentence
            for tie in led_by_kin(
                ties(by, State(store.read_cells(ids=[grid.pk])), [grid.village_id])
            )
        ],
    }


@transaction.atomic
def claim(*, household: str, member: int, by: Member) -> Claim:
    """A member takes on one household, which the one who says so must see."""
    home = (
        Household.objects.visible_to(by).select_for_update(of=("self",), no_key=True)
        .select_related("village__parent").filter(uuid=household).first()
    )  # fmt: skip
    if home is None or not (may_edit(by, home.village) or by.pk == member):
        raise NotFound("没有找到这户。")
    answerable([member], town_of(home.village))
    if Claim.objects.open().filter(household=home, member=member).exists():
        raise AlreadyClaimed()
    return Claim.objects.create(household=home, member_id=member)


@transaction.atomic
def end_claim(*, claim_id: int, by: Member) -> Claim:
    found = (
        Claim.objects.open()
        .select_for_update(of=("self",))
        .select_related("household__village")
        .filter(pk=claim_id)
        .first()
    )
    if found is None or not (found.member_id == by.pk or may_edit(by, found.household.village)):
        raise NotFound("没有找到这个认领。")
    found.ended_at = timezone.now()
    found.save(update_fields=["ended_at"])
    return found


@transaction.atomic
def take_leave(*, member: int, from_on: date, to_on: date, cover: int | None, by: Member) -> Leave:
    """A member is away from a day to a day; `cover` stands in for her in every grid she leads."""
    if to_on < from_on:
        raise LeaveBackwards()
    away = (
        Member.objects.filter(pk=member, role__in=FIELD_ROLES)
        .select_related("division__parent")
        .first()
    )
    if away is None or not may_edit(by, away.division):
        raise NotFound("没有找到这位同志。")
    if cover is not None:
        answerable([cover], town_of(away.division))
    leave = Leave.objects.create(member=away, from_on=from_on, to_on=to_on, cover_id=cover, by=by)
    if cover is not None:
        led = Grid.objects.current().filter(
            pk__in=Assignment.objects.open().filter(member=away, role="lead").values("grid")
        )
        begins = max(timezone.now(), _midnight(from_on))
        Assignment.objects.bulk_create(
            Assignment(
                grid_id=pk, member_id=cover, role="cover", started_at=begins,
                ended_at=_midnight(to_on + timedelta(days=1)),
            )
            for pk in led.order_by("pk").values_list("pk", flat=True)
        )  # fmt: skip
    return leave


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time()))
