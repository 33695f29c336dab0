"""Conflicts of interest: declared, ended, and told where somebody would answer for her own kin."""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

import numpy as np
from django.db import transaction
from django.utils import timezone

from accounts.models import Member
from core.errors import Invalid, NotFound
from grids.drafts.state import Cell, State
from grids.drafts.store import may_edit
from grids.people import FIELD_ROLES
from households.models import Conflict, Household
from households.territory.homes import read_homes, stood


class AlreadyDeclared(Invalid):
    message = "这位同志与这户的关系已经申报过了。"


@transaction.atomic
def declare(*, household: UUID, member: int, kind: str, by: Member) -> Conflict:
    """She or a relative of hers lives there: she says so herself, or a chair for her.

    From then on she sees nothing of that family, so that only a chair can end it.
    """
    home = (
        Household.objects.visible_to(by).select_for_update(of=("self",), no_key=True)
        .select_related("village__parent").filter(uuid=household).first()
    )  # fmt: skip
    if home is None or not (by.pk == member or may_edit(by, home.village)):
        raise NotFound("没有找到这户。")
    known = Member.objects.visible_to(by).filter(pk=member, role__in=FIELD_ROLES)
    if not known.exists():
        raise NotFound("没有找到这位同志。")
    if Conflict.objects.open().filter(household=home, member=member).exists():
        raise AlreadyDeclared()
    return Conflict.objects.create(household=home, member_id=member, kind=kind)


@transaction.atomic
def end(*, conflict_id: int, by: Member) -> Conflict:
    found = (
        Conflict.objects.open()
        .select_for_update(of=("self",))
        .select_related("household__village")
        .filter(pk=conflict_id, household__in=Household.objects.visible_to(by).values("pk"))
        .first()
    )
    if found is None or not may_edit(by, found.household.village):
        raise NotFound("没有找到这项申报。")
    found.ended_at = timezone.now()
    found.save(update_fields=["ended_at"])
    return found


def open_to(member: Member):
    """Those that a chair may know of: of families in her place, her own kin excepted."""
    if not may_edit(member, member.division):
        return Conflict.objects.none()
    visible = Household.objects.visible_to(member).values("pk")
    return (
        Conflict.objects.open()
        .filter(household__in=visible)
        .select_related("household", "member")
        .order_by("pk")
    )


@dataclass(frozen=True)
class Tie:
    """Families of a cell that are kin to a member."""

    member: int
    name: str
    cell: Cell
    households: frozenset[int]

    @property
    def sentence(self) -> str:
        return (
            f"{self.name}和{self.cell.name or '新网格'}的 {len(self.households)} 户有亲属关系"
            "（已申报），由她主责要请您再斟酌。"
        )


def ties(by: Member, state: State, villages: Collection[int]) -> list[Tie]:
    """In which cells each member has kin, as far as `by` may know."""
    declared = list(
        open_to(by)
        .filter(household__village__in=villages)
        .values_list("household_id", "member_id", "member__name")
    )
    if not declared:
        return []
    cells = [c for c in state.cells() if c.village in set(villages)]
    homes = read_homes(by, villages)
    homes = homes.some(np.isin(homes.id, [d[0] for d in declared]))
    cell_of = dict(zip(homes.id.tolist(), stood(homes, state, cells).tolist(), strict=True))
    found: dict[tuple[int, int], set[int]] = {}
    names = {}
    for household, member, name in declared:
        if cell_of.get(household, -1) >= 0:
            found.setdefault((member, cell_of[household]), set()).add(household)
            names[member] = name
    return [
        Tie(member, names[member], cells[i], frozenset(homes_there))
        for (member, i), homes_there in sorted(found.items(), key=lambda f: (f[0][1], f[0][0]))
    ]


def led_by_kin(ties: Collection[Tie]) -> list[Tie]:
    return [t for t in ties if t.cell.lead == t.member]


def newly_led_by_kin(by: Member, before: State, after: State, villages: Collection[int]) -> list:
    """Those that a change of the draft brings about."""
    now = led_by_kin(ties(by, after, villages))
    if not now:
        return []
    stood_before = {
        (t.member, h) for t in led_by_kin(ties(by, before, villages)) for h in t.households
    }
    return [t for t in now if not {(t.member, h) for h in t.households} <= stood_before]
