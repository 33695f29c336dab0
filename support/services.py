"""What is done about needs: recorded, helped, met or ended. And events, for everybody."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from accounts.models import Member, Role
from audit.models import Action, Kind, Tier
from audit.services import log_access
from boundaries.models import Division
from households.colouring.wording import require_fair
from households.models import Household, Person
from support import errors
from support.machine import NEED
from support.models import Event, Help, Need, NeedText

COMPANIONS = (Role.MEMBER, Role.VILLAGE, Role.CASEWORKER)
FURTHEST_DAYS = 366


def need_for(by: Member, uuid: UUID) -> Need:
    found = Need.objects.visible_to(by).select_related("household").filter(uuid=uuid).first()
    if found is None:
        raise errors.NoSuchNeed()
    return found


@dataclass(frozen=True)
class NewNeed:
    """One as somebody tells it; `visits.services.record_visit` takes several."""

    kind: str
    due_on: date
    text: str = ""
    person: UUID | None = None


@transaction.atomic
def record_need(
    *, household: Household, by: Member, kind: str, due_on: date, text: str = "", person=None
) -> Need:
    """Say that a family needs something by a day. `person`: the uuid of one of the family, or None.

    The home comes from whoever has made sure that `by` may know it.
    """
    if by.role not in COMPANIONS:
        raise errors.NotYourWork()
    today = timezone.localdate()
    if not today <= due_on <= today + timedelta(days=FURTHEST_DAYS):
        raise errors.DayNotPossible()
    text = text.strip()
    require_fair(text)
    whose = None
    if person is not None:
        whose = Person.objects.filter(uuid=person, household=household).first()
        if whose is None:
            raise errors.NotOfThisFamily()
    made = Need.objects.create(
        household=household, person=whose, kind=Need.Kind(kind), due_on=due_on,
        state=NEED.after("", "record"), has_text=bool(text),
        apart=by.role == Role.CASEWORKER, opened_by=by,
    )  # fmt: skip
    if text:
        NeedText.objects.create(need=made, text=text, written_by=by)
    return made


@transaction.atomic
def give_help(
    *, need: Need, by: Member, kind: str, given_on: date, amount: Decimal | None = None,
    goods: str = "", honour: str = "", outcome: str = "",
) -> Help:  # fmt: skip
    """Write down what was done for a need. It stays open until somebody says that it is met."""
    if by.role not in COMPANIONS:
        raise errors.NotYourWork()
    need = _locked(need)
    NEED.after(need.state, "help")
    if given_on > timezone.localdate():
        raise errors.GivenLater()
    kind, goods = Help.Kind(kind), goods.strip()
    require_fair(goods)
    for of, said, missing in (
        (Help.Kind.MONEY, amount is not None and amount > 0, "请写明金额。"),
        (Help.Kind.GOODS, bool(goods), "请写明给了什么物资。"),
        (Help.Kind.HONOUR, bool(honour), "请选是哪个称号。"),
    ):
        if kind == of and not said:
            raise errors.HelpNotClear(missing)
    return Help.objects.create(
        need=need, kind=kind, given_on=given_on, outcome=Help.Outcome(outcome), by=by,
        amount=amount if kind == Help.Kind.MONEY else None,
        goods=goods if kind == Help.Kind.GOODS else "",
        honour=Help.Honour(honour) if kind == Help.Kind.HONOUR else "",
    )  # fmt: skip


@transaction.atomic
def meet(*, need: Need, by: Member) -> Need:
    """The family has what it needed."""
    return _close(need, "meet", by)


@transaction.atomic
def end(*, need: Need, why: str, by: Member) -> Need:
    """It is followed up no more, and why; none of the reasons is held against the family."""
    if why not in Need.Why.values:
        raise errors.WhyMissing()
    return _close(need, "end", by, why)


def _close(need: Need, step: str, by: Member, why: str = "") -> Need:
    if by.role not in COMPANIONS:
        raise errors.NotYourWork()
    need = _locked(need)
    need.state, need.ended_because = NEED.after(need.state, step), why
    need.closed_by, need.closed_at = by, timezone.now()
    # By its state, too: row security lets nobody change one that is closed, and tells nobody.
    need.save(update_fields=["state", "ended_because", "closed_by", "closed_at"])
    return need


def _locked(need: Need) -> Need:
    """As it stands now. A closed one nobody may lock, by row security, and nothing follows it."""
    rows = Need.objects.filter(pk=need.pk)
    return rows.select_for_update(of=("self",), no_key=True).first() or rows.get()


def open_family(*, household: Household, by: Member, route: str) -> None:
    """Log that somebody looks at what was written about a family; row security shows it then."""
    log_access(
        by=by, action=Action.READ, tier=Tier.SENSITIVE, kind=Kind.HOUSEHOLD,
        subject=household.uuid, household=household.uuid, route=route,
    )  # fmt: skip


def texts_of(needs: Iterable[Need]) -> dict[int, str]:
    """By key of the need; empty unless `open_family` came before, in this very transaction."""
    return dict(NeedText.objects.filter(need__in=needs).values_list("need", "text"))


@transaction.atomic
def record_event(
    *, division: Division, kind: str, title: str, held_on: date, women: int, men: int, by: Member
) -> Event:
    """A training, fair or talk that took place, and how many came. Never who."""
    if by.division is None or not Division.objects.under(by.division).filter(pk=division.pk):
        raise errors.NotYourPlace()
    if held_on > timezone.localdate():
        raise errors.HeldLater()
    return Event.objects.create(
        division=division, kind=Event.Kind(kind), title=title.strip(), held_on=held_on,
        women=women, men=men, by=by,
    )  # fmt: skip
