"""What is done to accounts."""

import secrets
from collections.abc import Collection
from dataclasses import dataclass, field

from django.contrib.gis.geos import Point
from django.db import transaction
from django.utils import timezone

from accounts.models import Member, Role, RoleChange, Session
from accounts.passwords import set_password
from boundaries.models import Division, Level

# Read aloud over the telephone: no 0 and O, no 1, I and l.
LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
# Where each role works. The others need no place, and see no families by having one.
PLACES = {
    Role.MEMBER: (Level.VILLAGE, Level.TOWN),
    Role.VILLAGE: (Level.VILLAGE,),
    Role.TOWN: (Level.TOWN,),
    Role.DISTRICT: (Level.DISTRICT,),
}

UNSAID = object()


@dataclass(frozen=True)
class Listed:
    """A member as a county lists her."""

    username: str
    name: str
    role: Role
    division: Division | None
    # Null: she has none or has taken it back. UNSAID: the list has no such columns.
    home: Point | object | None = UNSAID


@dataclass
class Enrolled:
    """Usernames by what happened; first passwords only where they were asked for."""

    new: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    unchanged: int = 0
    passwords: dict[str, str] = field(default_factory=dict)


@transaction.atomic
def enrol_members(*, listed: Collection[Listed], with_passwords: bool) -> Enrolled:
    """Make accounts what the list says; accounts that it does not name stay as they are.

    Without a first password nobody can sign in to a new account. A password that somebody has
    chosen is never touched.
    """
    known = {m.username: m for m in Member.objects.select_for_update()}
    done = Enrolled()
    for one in listed:
        member = known.get(one.username)
        before = (member.role, member.division) if member else (one.role, one.division)
        if member is None:
            member = Member(username=one.username)
            done.new.append(one.username)
        elif (member.name, member.role, member.division_id, member.home) != (
            one.name,
            one.role,
            one.division and one.division.pk,
            member.home if one.home is UNSAID else one.home,
        ):
            done.changed.append(one.username)
        else:
            done.unchanged += 1
        member.name, member.role, member.division = one.name, one.role, one.division
        if one.home is not UNSAID:
            member.home = one.home
        if member.pk is None:
            member.set_unusable_password()
        if with_passwords and not member.has_usable_password():
            done.passwords[one.username] = first_password()
            set_password(member, done.passwords[one.username], given=True)
        is_new = member.pk is None
        member.save()
        if is_new or before != (one.role, one.division):
            _record(member, before, RoleChange.Kind.CREATED if is_new else RoleChange.Kind.POST)
    return done


def _record(member: Member, before: tuple[str, Division | None], kind: str) -> None:
    """Whoever keeps the server did it, whom the site does not know."""
    now = timezone.now()
    RoleChange.objects.create(
        member=member,
        kind=kind,
        role_before=before[0],
        role=member.role,
        division_before=before[1],
        division=member.division,
        state=RoleChange.State.DONE,
        decided_at=now,
    )
    Session.objects.filter(member=member).delete()


def first_password() -> str:
    """Twelve letters in groups of four: 59 bits."""
    return "-".join("".join(secrets.choice(LETTERS) for _ in range(4)) for _ in range(3))
