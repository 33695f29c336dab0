"""What system admins do to accounts, and what one of them cannot do alone.

Whoever holds a guarded role sees cases, everybody's traces, or makes accounts. Were one admin
enough to make such an account, or to take one over by a new password and a new phone, that admin
would be all of them. So a second one agrees, and both stand in the record.
"""

from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from accounts import factor
from accounts.models import GUARDED, Member, Role, RoleChange, Session
from accounts.passwords import set_password
from accounts.services import PLACES, first_password
from boundaries.models import Division, Level
from core.errors import Conflict, Invalid, NotAllowed

Kind, State = RoleChange.Kind, RoleChange.State


class OwnAccount(NotAllowed):
    message = "自己的账号要由另一位系统管理员来改。"


class TakesAnother(NotAllowed):
    message = "自己提出的要由另一位系统管理员来确认。"


class StillOpen(Conflict):
    message = "这个账号还有一项改动等待确认，请先确认或撤回。"


class NothingToChange(Conflict):
    message = "账号现在已经是这样，没有要改的。"


class AlreadyDecided(Conflict):
    message = "这项改动已经有了结果，请刷新后再看。"


class NameTaken(Conflict):
    message = "这个账号名已经有人用，请换一个。"


class WrongPlace(Invalid):
    message = "岗位和任职地不相配。"


@dataclass(frozen=True)
class Outcome:
    change: RoleChange
    # To be handed to its owner, who must change it. Shown once, kept nowhere.
    password: str | None = None


def takes_two(kind: str, *roles: str) -> bool:
    """Closing an account is urgent; a new phone opens whatever account it is for."""
    if kind == Kind.LEFT:
        return False
    return kind == Kind.FACTOR or not GUARDED.isdisjoint(roles)


@transaction.atomic
def create_account(
    *, by: Member, username: str, name: str, role: str, division: Division | None
) -> Outcome:
    """An account that nobody can sign in to before it is done."""
    _check_place(role, division)
    if Member.objects.filter(username=username).exists():
        raise NameTaken()
    member = Member(
        username=username, name=name, role=role, division=division, is_active=False
    )  # fmt: skip
    member.set_unusable_password()
    member.save()
    return ask(by=by, member=member, kind=Kind.CREATED)


@transaction.atomic
def ask(
    *, by: Member, member: Member, kind: str, role: str = "", division: Division | None = None
) -> Outcome:
    """Change an account, at once or when another admin agrees. A post comes as role and division."""
    if by.pk == member.pk:
        raise OwnAccount()
    member = Member.objects.select_for_update().get(pk=member.pk)
    if member.changes.filter(state=State.PENDING).exists():
        raise StillOpen()
    if kind == Kind.POST:
        _check_place(role, division)
    else:
        role, division = member.role, member.division
    if not _would_change(member, kind, role, division):
        raise NothingToChange()
    two = takes_two(kind, member.role, role)
    change = RoleChange.objects.create(
        member=member,
        kind=kind,
        role_before=member.role,
        role=role,
        division_before=member.division,
        division=division,
        asked_by=by,
        state=State.PENDING if two else State.DONE,
        decided_at=None if two else timezone.now(),
    )
    return Outcome(change, None if two else _apply(change, member))


@transaction.atomic
def decide(*, by: Member, change: RoleChange, agree: bool) -> Outcome:
    """Agree or refuse what another admin asked for."""
    change, member = _open(change)
    if by.pk == change.asked_by_id:
        raise TakesAnother()
    if by.pk == member.pk:
        raise OwnAccount()
    change.state = State.DONE if agree else State.REFUSED
    _close(change, by)
    return Outcome(change, _apply(change, member) if agree else None)


@transaction.atomic
def withdraw(*, by: Member, change: RoleChange) -> None:
    """Take back what one asked for oneself."""
    change, _ = _open(change)
    if by.pk != change.asked_by_id:
        raise NotAllowed("只有提出的人可以撤回。")
    change.state = State.WITHDRAWN
    _close(change, by)


def _open(change: RoleChange) -> tuple[RoleChange, Member]:
    change = RoleChange.objects.select_for_update().get(pk=change.pk)
    if change.state != State.PENDING:
        raise AlreadyDecided()
    return change, Member.objects.select_for_update().get(pk=change.member_id)


def _close(change: RoleChange, by: Member) -> None:
    change.decided_by, change.decided_at = by, timezone.now()
    change.save(update_fields=["state", "decided_by", "decided_at"])


def _would_change(member: Member, kind: str, role: str, division: Division | None) -> bool:
    match kind:
        case Kind.POST:
            return (member.role, member.division_id) != (role, division and division.pk)
        case Kind.CREATED | Kind.BACK:
            return not member.is_active
        case Kind.FACTOR:
            return factor.is_set_up(member)
    return member.is_active


def _apply(change: RoleChange, member: Member) -> str | None:
    """Whatever it is, sessions that began before it end."""
    password = None
    match change.kind:
        case Kind.POST:
            member.role, member.division = change.role, change.division
        case Kind.CREATED | Kind.BACK:
            member.is_active = True
        case Kind.LEFT:
            member.is_active = False
        case Kind.FACTOR:
            factor.take_away(member)
    if change.kind in (Kind.CREATED, Kind.BACK, Kind.PASSWORD):
        password = first_password()
        set_password(member, password, given=True)
    member.save()
    Session.objects.filter(member=member).delete()
    return password


def _check_place(role: str, division: Division | None) -> None:
    levels = PLACES.get(role)
    if levels and (division is None or division.level not in levels):
        places = "或".join(Level(level).label for level in levels)
        raise WrongPlace(f"{Role(role).label}的任职地要选{places}。")
