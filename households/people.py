"""Who lives in a household: masked, shown in full with a reason, and what is sensitive about them.

Whatever lets somebody read more than the masked list logs it first, in the same transaction; a look
that cannot be logged is none. Homes and persons come from whoever has made sure that `by` may know
them: `home_for` and `person_for`, or her case.
"""

import uuid as uuids

from django.db import transaction
from django.utils import timezone

from accounts.models import Member
from audit.models import Action, Kind, Tier
from audit.services import log_access
from core.errors import Invalid, NotFound
from households.card import MASK, mask_name, mask_phone
from households.models import Household, HouseholdIdentity, Person, PersonSensitive

SHORTEST_REASON = 5
# What can be shown in full at once. Not everything at once: one reason for one thing.
GROUPS = {"contact": ("contact_name", "phone"), "address": ("address",), "people": ()}
SENSITIVE = ("health", "disability", "income", "care")


class ReasonMissing(Invalid):
    message = f"请写明为什么要看，至少 {SHORTEST_REASON} 个字。理由会记入查看记录。"


def home_for(member: Member, uuid: uuids.UUID) -> Household:
    home = Household.objects.visible_to(member).filter(uuid=uuid).first()
    if home is None:
        raise NotFound("没有找到这户。")
    return home


def person_for(member: Member, uuid: uuids.UUID) -> Person:
    homes = Household.objects.visible_to(member)
    person = Person.objects.select_related("household").filter(uuid=uuid, household__in=homes)
    if not (found := person.first()):
        raise NotFound("没有找到这个人。")
    return found


def people_of(home: Household) -> list[dict]:
    """The family, masked: who there is, not who they are."""
    return [masked(person) for person in home.people.all()]


def masked(person: Person) -> dict:
    minor = person.is_minor(timezone.localdate().year)
    return {
        "uuid": str(person.uuid),
        "relation": person.get_relation_display(),
        "name": MASK * len(person.name) if minor else mask_name(person.name),
        "phone": MASK * len(person.phone) if minor else mask_phone(person.phone),
        "minor": minor,
        "has_sensitive": person.has_sensitive,
    }


@transaction.atomic
def reveal(*, home: Household, group: str, reason: str, by: Member, route: str) -> dict:
    """Contact, address or people of a household in full, once the look and its reason are logged.

    Of each minor among the people her own look is logged as well, as a sensitive one.
    """
    about = {"by": by, "action": Action.REVEAL, "reason": plain_reason(reason), "route": route}
    about["household"] = home.uuid
    log_access(**about, tier=Tier.IDENTITY, kind=Kind.HOUSEHOLD, subject=home.uuid)
    if group != "people":
        identity = HouseholdIdentity.objects.filter(household=home).first()
        return {name: getattr(identity, name, "") for name in GROUPS[group]}
    year = timezone.localdate().year
    shown = []
    for person in home.people.all():
        if person.is_minor(year):
            log_access(**about, tier=Tier.SENSITIVE, kind=Kind.PERSON, subject=person.uuid)
        shown.append(
            masked(person)
            | {"name": person.name, "phone": person.phone, "birth_year": person.birth_year}
        )
    return {"people": shown}


@transaction.atomic
def sensitive_of(*, person: Person, by: Member, route: str) -> dict:
    """S3. Without the log before it, row security shows no row."""
    _log_person(Action.READ, person, by, route)
    return _sensitive(person)


def _sensitive(person: Person) -> dict:
    row = PersonSensitive.objects.select_related("written_by").filter(person=person).first()
    return {name: getattr(row, name, "") for name in SENSITIVE} | {
        "written_by": row.written_by.name if row else None,
        "written_at": row.written_at if row else None,
    }


@transaction.atomic
def write_sensitive(*, person: Person, fields: dict[str, str], by: Member, route: str) -> dict:
    """Replace what is kept about a person by these four texts."""
    Person.objects.select_for_update(no_key=True).get(pk=person.pk)
    _log_person(Action.WRITE, person, by, route)
    fields = {name: fields[name] for name in SENSITIVE}
    written = fields | {"written_by": by, "written_at": timezone.now()}
    if not PersonSensitive.objects.filter(person=person).update(**written):
        PersonSensitive.objects.create(person=person, **written)
    Person.objects.filter(pk=person.pk).update(has_sensitive=any(fields.values()))
    return _sensitive(person)


@transaction.atomic
def add_person(*, home: Household, fields: dict) -> Person:
    return Person.objects.create(household=home, **fields)


@transaction.atomic
def correct_person(*, person: Person, fields: dict) -> Person:
    for name, value in fields.items():
        setattr(person, name, value)
    person.save(update_fields=list(fields))
    return person


@transaction.atomic
def remove_person(*, person: Person, reason: str, by: Member, route: str) -> None:
    """With what is sensitive about her; the database sees to it."""
    _log_person(Action.ERASE, person, by, route, plain_reason(reason))
    person.delete()


def _log_person(action: str, person: Person, by: Member, route: str, reason: str = "") -> None:
    log_access(
        by=by,
        action=action,
        tier=Tier.SENSITIVE,
        kind=Kind.PERSON,
        subject=person.uuid,
        household=person.household.uuid,
        reason=reason,
        route=route,
    )


def plain_reason(text: str) -> str:
    """At least a few words that say something: a row of dots is none."""
    text = " ".join(text.split())
    if sum(letter.isalnum() for letter in text) < SHORTEST_REASON:
        raise ReasonMissing
    return text
