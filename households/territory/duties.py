"""What changes at once, outside drafts: a lead, supports, a claim, a leave, a cover."""

from collections.abc import Collection
from datetime import date, datetime, time, timedelta

from django.db import transaction
from django.db.models import F, Q
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


class CoverBackwards(Invalid):
    message = "代管的结束日期早于开始日期，或已经过去。"


class GridIsLed(Invalid):
    message = "有的网格已经有主责；她请假时，请在她的卡片上登记请假和代管。"


class AlreadyCovered(Invalid):
    message = "有的网格已经有人代管；请先结束原来的代管。"


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


def _grids(codes: Collection[str], by: Member) -> list[Grid]:
    """These grids, all of them, locked in one order."""
    found = list(
        Grid.objects.current()
        .select_for_update(of=("self",), no_key=True)
        .select_related("village__parent")
        .defer("geom", "geom_3857", "coarse_3857", "anchor_3857")
        .filter(code__in=codes)
        .order_by("pk")
    )
    if len(found) < len(set(codes)) or not all(may_edit(by, g.village) for g in found):
        raise NotFound("没有找到这个网格。")
    return found


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
    role = Assignment.Role
    # Who becomes the lead supports no longer; whoever stood in for the former one, or for nobody,
    # has done so.
    over = Q(role__in=[role.LEAD, role.COVER]) | Q(member=lead)
    grid.assignments.unended().filter(over).update(ended_at=Greatest(F("started_at"), moment))
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
    parts = standing.filter(ended_at=None).exclude(role=Assignment.Role.COVER)
    new = [m for m in dict.fromkeys(add) if not parts.filter(member=m).exists()]
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


def claims_open_to(reader: Member):
    """Who has taken on which of the families that the reader may see."""
    return (
        Claim.objects.open()
        .filter(household__in=Household.objects.visible_to(reader).values("pk"))
        .select_related("household__village", "member")
        .only("household__uuid", "household__household_no", "household__village__code",
              "member__name", "started_at")
        .order_by("household__village__code", "household__household_no", "started_at", "pk")
    )  # fmt: skip


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
    # A leave that is noted afterwards needs nobody any more.
    if cover is not None and to_on >= timezone.localdate():
        led = Grid.objects.current().filter(
            pk__in=Assignment.objects.open().filter(member=away, role="lead").values("grid")
        )
        _cover(led.order_by("pk").values_list("pk", flat=True), cover, from_on, to_on)
    return leave


@transaction.atomic
def cover_grids(
    *, codes: Collection[str], member: int, from_on: date, to_on: date | None, by: Member
) -> list[Grid]:
    """`member` stands in where nobody leads, from a day to a day or until somebody does."""
    grids = _grids(codes, by)
    if to_on is not None and to_on < max(from_on, timezone.localdate()):
        raise CoverBackwards()
    for town in {town_of(g.village) for g in grids}:
        answerable([member], town)
    held = Assignment.objects.unended().filter(grid__in=grids).select_related("grid", "member")
    held = held.defer("grid__geom", "grid__geom_3857", "grid__coarse_3857", "grid__anchor_3857")
    for a in held.order_by("grid__code", "pk"):
        if a.role == Assignment.Role.LEAD:
            raise GridIsLed(
                f"{a.grid.name}已由{a.member.name}主责；她请假时，请在她的卡片上登记请假和代管。"
            )
        if a.role == Assignment.Role.COVER:
            raise AlreadyCovered(f"{a.grid.name}已由{a.member.name}代管；请先结束原来的代管。")
    _cover([g.pk for g in grids], member, from_on, to_on)
    return grids


@transaction.atomic
def end_covers(*, codes: Collection[str], member: int, by: Member) -> list[Grid]:
    """`member` stands in no longer for these grids, whether somebody leads them or not."""
    grids = _grids(codes, by)
    hers = Assignment.objects.unended().filter(
        grid__in=grids, member=member, role=Assignment.Role.COVER
    )
    if not hers.update(ended_at=Greatest(F("started_at"), timezone.now())):
        raise NotFound("没有找到这个代管。")
    return grids


def _cover(grids: Collection[int], member: int, from_on: date, to_on: date | None) -> None:
    begins = max(timezone.now(), _midnight(from_on))
    ends = None if to_on is None else _midnight(to_on + timedelta(days=1))
    Assignment.objects.bulk_create(
        Assignment(grid_id=pk, member_id=member, role="cover", started_at=begins, ended_at=ends)
        for pk in grids
    )


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time()))
