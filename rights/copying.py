"""The access copy: all that is kept about a family or one of it, in plain words.

What others' interests forbid is left out: who lives where when the family's place is protected,
what is kept about the other grown-ups beyond that they are there, who has raised a worry, whose kin
somebody is, why support is offered. A guardian gets what is kept about the child; so does nobody else.
"""

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Member, Role
from audit.models import AccessRecord, Action, Kind, Tier
from audit.services import log_access
from grids.models import Assignment
from households.card import mask_name
from households.models import (
    FamilyStatement,
    Household,
    HouseholdIdentity,
    Person,
    PersonSensitive,
    Protection,
)
from households.people import masked
from rights.models import Request
from rights.services import home_of, note

NONE = "没有登记"
LOOKS = 200

Facts = list[tuple[str, str]]


@transaction.atomic
def access_copy(*, request: Request, by: Member) -> dict:
    """`{"sections": [{"title", "facts": [(label, value)]}], "made_on"}`. Every look is logged."""
    home = home_of(request, by, Action.EXPORT)
    person = Person.objects.filter(household=home, uuid=request.person_uuid).first()
    sections = [
        {"title": _("这户的登记"), "facts": _household(home, person)},
        {"title": _("家庭成员"), "facts": _people(home, person)},
    ]
    if person:
        sections.append({"title": _("关于您本人"), "facts": _about(person, by, request)})
    # Not to whom the family's place is kept from.
    if request.standing == Request.Standing.GUARDIAN and home.protection == Protection.NONE:
        year = timezone.localdate().year
        for child in home.people.all():
            if child.is_minor(year) and child != person:
                facts = _about(child, by, request)
                sections.append({"title": f"关于孩子 {child.name}", "facts": facts})
    sections += [
        {"title": _("家庭自己的话"), "facts": _said(home)},
        {"title": _("我们提供的支持"), "facts": _support(home)},
        {"title": _("谁负责，谁看过"), "facts": _who(home)},
    ]
    note(request, by, "打开了查阅副本。")
    return {"sections": sections, "made_on": timezone.localdate()}


def _household(home: Household, person: Person | None) -> Facts:
    facts = [(_("村"), home.village.name), (_("户编号"), home.household_no)]
    identity = HouseholdIdentity.objects.filter(household=home).first()
    if identity:
        own = person is None or person.name == identity.contact_name
        facts += [
            (_("户主"), identity.contact_name if own else mask_name(identity.contact_name)),
            (_("电话"), (identity.phone or NONE) if own else "属于户主，不在这份副本里"),
            (_("人口"), str(identity.members or NONE)),
            (_("备注"), (identity.note or NONE) if own else "属于户主，不在这份副本里"),
        ]
        # Whoever asks may be the one from whom the place is kept.
        if home.protection == Protection.NONE:
            facts.append((_("地址"), identity.address or NONE))
    return facts


def _people(home: Household, person: Person | None) -> Facts:
    return [
        (other.get_relation_display(), "您本人" if other == person else masked(other)["name"])
        for other in home.people.all()
    ] or [(_("家庭成员"), NONE)]


def _about(person: Person, by: Member, request: Request) -> Facts:
    log_access(
        by=by, action=Action.EXPORT, tier=Tier.SENSITIVE, kind=Kind.PERSON, subject=person.uuid,
        household=request.household_uuid, reason=f"申请 {request.number}", route="rights-access",
    )  # fmt: skip
    facts = [
        (_("姓名"), person.name),
        (_("与户主关系"), person.get_relation_display()),
        (_("出生年份"), str(person.birth_year or NONE)),
        (_("电话"), person.phone or NONE),
    ]
    row = PersonSensitive.objects.filter(person=person).first()
    labels = {
        "health": _("健康"), "disability": _("残疾"), "income": _("收入"), "care": _("未成年人监护"),
    }  # fmt: skip
    return facts + [(label, getattr(row, name, "") or NONE) for name, label in labels.items()]


def _support(home: Household) -> Facts:
    """What was offered. Never a colour, which on paper becomes a label; nor why: that she needs to be
    safe at home must not reach him by a sheet of paper. It is said face to face."""
    rows = home.classifications.exclude(help_offered="").order_by("proposed_at")
    return [(str(timezone.localdate(row.proposed_at)), row.help_offered) for row in rows] or [
        (_("支持"), NONE)
    ]


def _said(home: Household) -> Facts:
    """What the family has told of itself, what it did not agree with and what good is noted of it."""
    statement = FamilyStatement.objects.filter(household=home).first()
    facts = [(_("家庭自己的话"), statement.text if statement else NONE)]
    for objection in home.objections.all():
        facts.append((f"{timezone.localdate(objection.at)} 异议", objection.text))
        if objection.answer:
            facts.append((f"{timezone.localdate(objection.reviewed_at)} 答复", objection.answer))
    return facts + [(word.get_kind_display(), word.text) for word in home.good_words.all()]


def _duty(home: Household) -> Facts:
    duties = Assignment.objects.open().filter(grid=home.grid_id).select_related("member")
    claims = home.claims.open().select_related("member")
    return [
        *((duty.get_role_display(), duty.member.name) for duty in duties),
        *((_("认领"), claim.member.name) for claim in claims),
    ] or [(_("负责人"), NONE)]


def _who(home: Household) -> Facts:
    facts = _duty(home)
    looks = AccessRecord.objects.filter(household=home.uuid).exclude(
        # That there is a case is nobody's to learn from a copy.
        Q(tier=Tier.VIOLENCE) | Q(role=Role.CASEWORKER)
    )
    for look in looks.select_related("member").order_by("-pk")[:LOOKS]:
        when = timezone.localtime(look.at)
        facts.append((f"{when:%Y-%m-%d %H:%M}", f"{look.member.name}（{look.get_role_display()}）"
                      f"{look.action_label}{look.get_tier_display()}"))  # fmt: skip
    return facts


@transaction.atomic
def explanation(*, request: Request, by: Member) -> dict:
    """What we do for this family and who does it, beside the words that hold for all. Logged."""
    home = home_of(request, by, Action.EXPORT)
    note(request, by, "打开了说明单。")
    return {
        "sections": [{"title": _("我们提供的支持"), "facts": _support(home)},
                     {"title": _("谁来联系您"), "facts": _duty(home)}],
        "made_on": timezone.localdate(),
    }  # fmt: skip
