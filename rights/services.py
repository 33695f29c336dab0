"""What a steward does with a request: take it in, look, correct, restrict, delete, answer.

Each step is written down under the request's number, and each look at the family goes into the access
log in the same transaction. Row security shows her the family while the request is open and hers.
"""

import uuid
from datetime import date

from django.db import connection, transaction
from django.utils import timezone

from accounts.models import Member
from audit.models import Action, Kind, Tier
from audit.services import log_access
from core.errors import NotFound
from households.colouring import services as colouring
from households.models import Conflict, Household, HouseholdIdentity, Person, Protection
from households.people import SHORTEST_REASON
from rights.errors import (
    AlreadyClosed,
    LaterThanToday,
    NoPlace,
    NoSuchFamily,
    NoSuchRequest,
    NothingSaid,
    NotOnesOwn,
    WrongKind,
)
from rights.models import Request, Restriction, Step, due
from rights.tombstones import keep_at_once

IDENTITY = ("contact_name", "phone", "address", "members", "note")
PERSON = ("name", "relation", "birth_year", "phone")

_FILE = """
    SELECT sec.file_request(%(kind)s, %(village)s, %(household_no)s, %(applicant)s, %(standing)s,
                            %(proof)s, %(wish)s, %(received)s, %(due)s)
"""


@transaction.atomic
def file_request(
    *, kind: str, village: str, household_no: str, applicant: str, standing: str, proof: str,
    wish: str, received_on: date, by: Member,
) -> Request:  # fmt: skip
    """Take a request in. The database finds the family, or says no more than that there is none."""
    if by.division_id is None:
        raise NoPlace
    if received_on > timezone.localdate():
        raise LaterThanToday
    said = {
        "kind": kind, "village": village.strip(), "household_no": household_no.strip(),
        "applicant": applicant.strip(), "standing": standing, "proof": proof, "wish": wish,
        "received": received_on, "due": due(received_on),
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_FILE, said)
        (made,) = cursor.fetchone()
    if made is None:
        raise NoSuchFamily
    request = Request.objects.get(pk=made)
    note(request, by, f"收到申请：{request.get_kind_display()}。")
    return request


def request_for(by: Member, number: uuid.UUID) -> Request:
    """One of her desk's."""
    hers = Request.objects.visible_to(by).select_related("steward", "division")
    found = hers.filter(uuid=number).first()
    if found is None:
        raise NoSuchRequest
    return found


@transaction.atomic
def take_over(*, request: Request, by: Member) -> None:
    """Answer what a colleague of the same desk has taken in."""
    request = _open(request)
    if request.steward_id != by.pk:
        request.steward = by
        request.save(update_fields=["steward"])
        note(request, by, f"由{by.name}接手。")


def home_of(request: Request, by: Member, action: str = Action.READ) -> Household:
    """The family of her open request, once the look is logged. Call it in a transaction."""
    if not request.is_open or request.steward_id != by.pk:
        raise NoSuchRequest
    log_access(
        by=by, action=action, tier=Tier.IDENTITY, kind=Kind.HOUSEHOLD,
        subject=request.household_uuid, reason=f"申请 {request.number}",
        route=f"rights-{request.kind}",
    )  # fmt: skip
    # As sec.my_requests() and the policy of households say too.
    home = Household.objects.select_related("village", "grid").filter(pk=request.household_id)
    home = home.exclude(protection=Protection.SEALED).exclude(
        pk__in=Conflict.objects.open().filter(member=by).values("household")
    )
    if not (found := home.first()):
        raise NotFound("这户的信息已经不在系统里。")
    return found


@transaction.atomic
def correct(*, request: Request, whose: Person | None, fields: dict, by: Member) -> None:
    """Correct or complete what is kept of the household, or of one of the family."""
    request = _of_kind(request, Request.Kind.CORRECTION)
    home = home_of(request, by, Action.WRITE)
    if whose is not None:
        changed = [
            name for name in PERSON if name in fields and getattr(whose, name) != fields[name]
        ]
        Person.objects.filter(pk=whose.pk, household=home).update(
            **{name: fields[name] for name in changed}
        )
        model = Person
    else:
        identity = HouseholdIdentity.objects.get(household=home)
        changed = [n for n in IDENTITY if n in fields and getattr(identity, n) != fields[n]]
        for name in changed:
            setattr(identity, name, fields[name])
        if changed:
            identity.save(update_fields=changed)
        model = HouseholdIdentity
    if changed:
        names = "、".join(str(model._meta.get_field(name).verbose_name) for name in changed)
        note(request, by, f"更正了{'一位家人的' if whose else '这户的'}{names}。")


@transaction.atomic
def restrict(*, request: Request, by: Member) -> None:
    """From now on nobody but her and the case worker reads or changes what is kept of the family."""
    request = _of_kind(request, Request.Kind.RESTRICTION, Request.Kind.CORRECTION)
    home = home_of(request, by, Action.WRITE)
    if not Restriction.objects.filter(household=home, until=None).exists():
        Restriction.objects.bulk_create([Restriction(household=home, request=request)])
        note(request, by, "限制使用：弄清楚以前，姓名、联系方式、家庭成员和颜色都不再使用。")


@transaction.atomic
def lift(*, request: Request, by: Member) -> None:
    """What was disputed is settled."""
    lifted = Restriction.objects.filter(request=request, until=None).update(until=timezone.now())
    if lifted:
        note(request, by, "解除限制。")


@transaction.atomic
def object_to_colour(*, request: Request, words: str, by: Member) -> None:
    """Write down that the family does not agree with its colour: it goes at once, till it is reviewed."""
    request = _open(request)
    home = home_of(request, by, Action.WRITE)
    colouring.object_to(household=home, words=words, by=by)
    note(request, by, "记下家庭对颜色的异议：颜色先取消，由没有参与过的人复核。")


@transaction.atomic
def delete(*, request: Request, whole: bool, answer: str, by: Member) -> None:
    """Delete a person, or the family, for good; history and all. It closes the request.

    The database does it (`sec.erase_by_request`) and leaves tombstones. A family with a case is
    sealed instead, and nobody here can tell.
    """
    request = _of_kind(request, Request.Kind.DELETION)
    home_of(request, by, Action.ERASE)
    if not whole and request.person_uuid is None:
        raise NotOnesOwn
    with connection.cursor() as cursor:
        cursor.execute("SELECT sec.erase_by_request(%s, %s)", [request.pk, whole])
        (done,) = cursor.fetchone()
    if not done:
        raise NotOnesOwn
    note(request, by, "已删除全户的信息和历史。" if whole else "已删除本人的信息和历史。")
    close(request=request, state=Request.State.DONE, answer=answer, by=by)
    # Should the file not be written now, the next backup does it.
    transaction.on_commit(keep_at_once, robust=True)


@transaction.atomic
def close(*, request: Request, state: str, answer: str, by: Member) -> None:
    """The answer to the family. With it the steward no longer sees them."""
    request = _open(request)
    if request.steward_id != by.pk:
        raise NoSuchRequest
    if sum(letter.isalnum() for letter in answer) < SHORTEST_REASON:
        raise NothingSaid
    request.state, request.answer, request.closed_at = state, answer, timezone.now()
    request.save(update_fields=["state", "answer", "closed_at"])
    note(request, by, f"{request.get_state_display()}，答复已记下。")


def _open(request: Request) -> Request:
    """Locked; row security lets nobody lock one that is closed."""
    found = Request.objects.select_for_update(of=("self",)).filter(pk=request.pk).first()
    if found is None or not found.is_open:
        raise AlreadyClosed
    return found


def _of_kind(request: Request, *kinds: str) -> Request:
    request = _open(request)
    if request.kind not in kinds:
        raise WrongKind
    return request


def note(request: Request, by: Member, text: str) -> None:
    """Write down a step."""
    # Without RETURNING: it is enough to be allowed to add.
    Step.objects.bulk_create([Step(request=request, by=by, text=text)])
