"""What one member may see, as plain ids: resolved once, kept for a moment.

The second layer beside row security, not instead of it: the database decides again, from its own
tables. So a scope a second too old shows nothing that its member may no longer see.
"""

import hashlib
from dataclasses import dataclass
from functools import cached_property

from django.db import transaction

from accounts.models import Member, Role
from boundaries.models import Division, Level
from core.memo import Memo
from grids.models import Grid
from households.models import Claim, Conflict

# The roles that answer for families in a place, and may claim one elsewhere.
TERRITORIAL = (Role.MEMBER, Role.VILLAGE, Role.TOWN)


@dataclass(frozen=True)
class Scope:
    member_id: int
    role: str
    division_id: int | None
    # Divisions whose figures are hers in full: her village, her town with its villages; for the
    # district office the district and its towns, as released figures.
    whole_ids: frozenset[int]
    # Villages whose families she sees even when no grid holds them.
    village_ids: frozenset[int]
    # Grids whose families she sees, and households she has claimed: {id: village id}.
    grids: dict[int, int]
    claims: dict[int, int]
    # Families of her kin, of whom she sees nothing. Row security hides even that they are kin, so
    # this is empty unless it is off.
    kin: tuple[int, ...] = ()

    @property
    def sees_released(self) -> bool:
        """The district office: released figures by town, and nobody's household."""
        return self.role == Role.DISTRICT

    @cached_property
    def grid_ids(self) -> list[int]:
        return list(self.grids)

    @cached_property
    def touched_ids(self) -> frozenset[int]:
        """Villages in which anything of hers lies."""
        return self.village_ids | set(self.grids.values()) | set(self.claims.values())

    @cached_property
    def stamp(self) -> str:
        text = repr(
            (
                self.member_id,
                self.role,
                self.division_id,
                self.grid_ids,
                sorted(self.claims),
                self.kin,
            )
        )
        return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()


# Her claims are hidden from whoever asks outside a transaction.
@transaction.atomic(savepoint=False)
def resolve(member_id: int) -> Scope:
    """Look a member's scope up; she must exist."""
    member = Member.objects.get(pk=member_id)
    villages: list[int] = []
    whole: list[int] = [member.division_id] if member.division_id else []
    match member.role:
        case Role.VILLAGE:
            villages = [member.division_id]
        case Role.TOWN:
            villages = list(
                Division.objects.filter(parent=member.division_id, level=Level.VILLAGE)
                .order_by("pk")
                .values_list("pk", flat=True)
            )
            whole += villages
        case Role.DISTRICT:
            whole += Division.objects.filter(parent=member.division_id).values_list("pk", flat=True)
        case _:
            whole = []
    claims, kin = {}, ()
    if member.role in TERRITORIAL:
        declared = Conflict.objects.open().filter(member=member).order_by("household")
        kin = tuple(declared.values_list("household", flat=True))
        claims = dict(
            Claim.objects.open()
            .filter(member=member)
            .order_by("household")
            .values_list("household_id", "household__village_id")
        )
    grids = Grid.objects.answered_by(member).order_by("pk").values_list("pk", "village_id")
    return Scope(
        member_id=member.pk,
        role=member.role,
        division_id=member.division_id,
        whole_ids=frozenset(whole),
        village_ids=frozenset(villages),
        grids=dict(grids),
        claims=claims,
        kin=kin,
    )


# Two seconds: a new assignment shows on the next poll, and panning costs one look-up, not fifty.
_scopes = Memo(resolve, seconds=2)


def scope_of(member: Member) -> Scope:
    return _scopes.get(member.pk)


def forget() -> None:
    """For tests, whose database is another one each time."""
    _scopes.forget()
