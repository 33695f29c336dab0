"""The hand-over sheet of a member: what she answers for on a day, and who takes it over.

For paper, so it tells grids by code and families by number: no name, no telephone, no colour.
"""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Exists, OuterRef, Q, Subquery
from django.utils import timezone

from accounts.models import Member, Role
from core.errors import NotFound
from grids.drafts import store
from grids.drafts.state import key_of
from grids.models import Assignment, Draft, Grid, GridLineage
from grids.people import FIELD_ROLES
from households.models import Claim, GridSpell, Household
from households.territory.history import end_of


@dataclass(frozen=True)
class Taker:
    """Who leads the grid afterwards; `part` names the grid that is drawn from it, if one is."""

    name: str | None
    part: str = ""


@dataclass(frozen=True)
class Held:
    code: str
    name: str
    village: str
    role: str
    # The last day, where it has one.
    until: date | None
    # Null: these families are not the reader's to see.
    homes: list[str] | None
    takers: list[Taker]


@dataclass(frozen=True)
class Sheet:
    member: Member
    on: date
    draft: Draft | None
    held: list[Held]
    claims: list[Claim]

    @property
    def receivers(self) -> list[str]:
        named = [taker.name for held in self.held for taker in held.takers if taker.name]
        return list(dict.fromkeys(named)) or [""]


def sheet(*, member: int, reader: Member, on: date | None, draft: int | None) -> Sheet:
    """`on`: a past day, to be read with who leads today. `draft`: with who would lead by it."""
    today = timezone.localdate()
    day = on or today
    subject = _subject(member, reader)
    if day > today or (day != today and reader.role == Role.MEMBER):
        raise NotFound()
    plan = store.draft_for(reader, draft) if draft is not None else None
    if plan and plan.state not in (*store.EDITABLE, Draft.State.SCHEDULED):
        raise NotFound()
    moment = end_of(day)
    parts = list(
        Assignment.objects.at(moment)
        .filter(member=subject)
        .select_related("grid__village")
        .only("role", "ended_at", "grid__code", "grid__name", "grid__closed_on", "grid__village")
        .order_by("grid__code", "pk")
    )
    grids = {a.grid_id: a.grid for a in parts}
    homes = _homes(grids.values(), reader, moment)
    takers = _by_draft(grids, plan) if plan else _by_now(grids)
    return Sheet(
        member=subject,
        on=day,
        draft=plan,
        held=[
            Held(
                code=a.grid.code,
                name=a.grid.name,
                village=a.grid.village.name,
                role=a.get_role_display(),
                until=_last_day(a.ended_at),
                homes=homes.get(a.grid_id),
                takers=[t for t in takers[a.grid_id] if t.part or t.name != subject.name],
            )
            for a in parts
        ],
        claims=list(
            Claim.objects.filter(
                Q(ended_at=None) | Q(ended_at__gt=moment),
                started_at__lte=moment,
                member=subject,
                household__in=Household.objects.visible_to(reader).values("pk"),
            )
            .select_related("household__village")
            .only("household__household_no", "household__village__name")
            .order_by("household__village__code", "household__household_no")
        ),
    )


def _subject(pk: int, reader: Member) -> Member:
    """Somebody of the reader's place, or herself; also one who has left her post."""
    found = Member.objects.visible_to(reader).filter(role__in=FIELD_ROLES)
    if reader.role == Role.MEMBER:
        found = found.filter(pk=reader.pk)
    subject = found.select_related("division__parent").filter(pk=pk).first()
    if subject is None:
        raise NotFound()
    return subject


def _homes(grids: Collection[Grid], reader: Member, moment: datetime) -> dict[int, list[str]]:
    """Numbers of the families that stood in each grid at a moment, where the reader may know."""
    wanted = [g.pk for g in grids]
    hers = Grid.objects.answered_by(reader).filter(pk__in=wanted)
    found = {pk: [] for pk in hers.values_list("pk", flat=True)}
    later = GridSpell.objects.filter(household=OuterRef("pk"), until__gt=moment)
    stood = (
        Household.objects.visible_to(reader)
        .filter(village__in={g.village_id for g in grids})
        .annotate(
            moved=Exists(later), was=Subquery(later.order_by("until", "pk").values("grid")[:1])
        )
        .filter(Q(moved=True, was__in=wanted) | Q(moved=False, grid__in=wanted))
    )
    for was, moved, now, number in stood.order_by("household_no").values_list(
        "was", "moved", "grid", "household_no"
    ):
        grid = was if moved else now
        if grid in found:
            found[grid].append(number)
    return found


def _by_draft(grids: dict[int, Grid], draft: Draft) -> dict[int, list[Taker]]:
    villages = {g.village_id for g in grids.values()}
    state = store.state_of(draft, villages) if grids else None
    cells = {}
    for pk in grids:
        cell = state.over.get(key_of(pk)) or state.base.get(key_of(pk))
        whole = cell is not None and not cell.removed
        cells[pk] = [cell] if whole else [c for c in state.cells() if pk in c.parents]
    names = _names(c.lead for row in cells.values() for c in row)
    return {
        pk: [Taker(names.get(c.lead), "" if c.grid == pk else c.name or "新网格") for c in row]
        for pk, row in cells.items()
    }


def _by_now(grids: dict[int, Grid]) -> dict[int, list[Taker]]:
    heirs = _heirs(grids)
    leads = dict(
        Assignment.objects.open()
        .filter(role=Assignment.Role.LEAD, grid__in={g.pk for row in heirs.values() for g in row})
        .values_list("grid", "member__name")
    )
    return {
        pk: [Taker(leads.get(g.pk), "" if g.pk == pk else g.name) for g in row]
        for pk, row in heirs.items()
    }


def _heirs(grids: dict[int, Grid]) -> dict[int, list[Grid]]:
    """The grids that stand today on the ground of each: itself, or what was drawn from it."""
    children = defaultdict(dict)
    frontier = {pk for pk, g in grids.items() if g.closed_on}
    seen = set(frontier)
    while frontier:
        links = GridLineage.objects.filter(parent__in=frontier).select_related("child")
        links = links.only("parent", "child__name", "child__code", "child__closed_on")
        frontier = set()
        for link in links.order_by("child__code"):
            children[link.parent_id][link.child_id] = link.child
            if link.child.closed_on and link.child_id not in seen:
                frontier.add(link.child_id)
        seen |= frontier
    return {pk: _standing(pk, g, children, set()) for pk, g in grids.items()}


def _standing(pk: int, grid: Grid, children: dict, seen: set[int]) -> list[Grid]:
    if not grid.closed_on:
        return [grid]
    seen.add(pk)
    found = {}
    for child_pk, child in children[pk].items():
        if child_pk not in seen:
            found |= {g.pk: g for g in _standing(child_pk, child, children, seen)}
    return list(found.values())


def _last_day(ended_at: datetime | None) -> date | None:
    """A cover ends at a midnight: the day before is its last."""
    return timezone.localdate(ended_at - timedelta(microseconds=1)) if ended_at else None


def _names(ids) -> dict[int, str]:
    return dict(Member.objects.filter(pk__in={i for i in ids if i}).values_list("pk", "name"))
