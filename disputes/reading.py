"""What a dispute and a referral look like to whoever may read them; never a name where none is needed."""

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from accounts.models import Body, Member, Role
from disputes.guard import may_sit_together
from disputes.machine import DISPUTE, REFERRAL, may
from disputes.models import Dispute, Party, Referral, Supervision
from disputes.referring import open_packet
from disputes.services import open_texts
from households.card import mask_name
from households.models import Household

# Who reads what happened; the town knows only that something did.
READERS = frozenset({Role.MEMBER, Role.VILLAGE, Role.CASEWORKER})


def listed(
    member: Member, *, state: str = "", kind: str = "", supervised: bool = False,
    late: bool = False, household: Household | None = None,
) -> QuerySet[Dispute]:  # fmt: skip
    """Her disputes, the newest first, with all that a row of the list shows."""
    rows = Dispute.objects.visible_to(member)
    if state in Dispute.State.values:
        rows = rows.filter(state=state)
    elif state != "all":
        rows = rows.open()
    if kind in Dispute.Kind.values:
        rows = rows.filter(kind=kind)
    if household:
        rows = rows.filter(household=household)
    if supervised:
        rows = rows.supervised()
    if late:
        rows = rows.filter(due_on__lt=timezone.localdate())
    watched = Exists(Supervision.objects.open().filter(dispute=OuterRef("pk")))
    return rows.select_related("village", "household").annotate(watched=watched).only(
        "uuid", "found_on", "kind", "severity", "state", "due_on", "village__name",
        "household__uuid", "household__household_no",
    )  # fmt: skip


def row(dispute: Dispute) -> dict:
    home = dispute.household
    return {
        "uuid": str(dispute.uuid),
        "number": dispute.number,
        "kind": dispute.kind,
        "kind_label": dispute.get_kind_display(),
        "severity": dispute.severity,
        "severity_label": dispute.get_severity_display(),
        "state": dispute.state,
        "state_label": dispute.get_state_display(),
        "village": dispute.village.name if dispute.village else None,
        "household": str(home.uuid) if home else None,
        "household_no": home.household_no if home else None,
        "found_on": dispute.found_on,
        "due_on": dispute.due_on,
        "late": dispute.due_on is not None and dispute.due_on < timezone.localdate(),
        "supervised": getattr(dispute, "watched", False),
    }


def dispute(member: Member, found: Dispute) -> dict:
    """The facts of one: who takes part, masked; what was done; what may be done next by her."""
    today = timezone.localdate()
    watched = found.supervisions.open().first()
    return row(found) | {
        "supervised": watched is not None,
        "supervised_until": watched.due_on if watched else None,
        "source_label": found.get_source_display(),
        "violence": found.violence,
        "point": {"lon": round(found.point.x, 6), "lat": round(found.point.y, 6)}
        if found.point
        else None,
        "parties": [
            party(one, today.year) for one in found.parties.select_related("person").order_by("pk")
        ],
        "sessions": [
            {
                "held_on": one.held_on,
                "led_by": one.led_by.name,
                "bodies": [Body(body).label for body in one.bodies],
                "result": one.get_result_display(),
            }
            for one in found.sessions.select_related("led_by")
        ],
        "steps": [
            {"step": DISPUTE.steps[one.step].label, "by": one.by.name, "at": one.at}
            for one in found.steps.select_related("by")
        ],
        "referrals": [referral_row(one) for one in found.referrals.select_related("division")],
        "open": [
            step.name
            for step in DISPUTE.open_to(found.state)
            if may(member.role, DISPUTE, step.name)
        ],
    }


def party(one: Party, year: int) -> dict:
    person = one.person
    shown = None
    if person is not None:
        shown = "●" * len(person.name) if person.is_minor(year) else mask_name(person.name)
    return {"uuid": str(one.uuid), "part": one.get_part_display(), "name": shown}


@transaction.atomic
def texts(member: Member, found: Dispute, route: str) -> list[dict]:
    """What was said of it, in order; logged, or row security shows nothing."""
    if member.role not in READERS:
        return []
    open_texts(dispute=found, by=member, route=route)
    return [
        {"kind": one.get_kind_display(), "text": one.text, "by": one.by.name, "at": one.at}
        for one in found.texts.select_related("by")
    ]


@transaction.atomic
def words(member: Member, found: Dispute, route: str) -> dict | None:
    """Where somebody is hurt: whether both have said yes, and each word; for the case worker."""
    if not found.violence or member.role != Role.CASEWORKER:
        return None
    agreed = may_sit_together(dispute=found, by=member, route=route)
    rows = found.words.select_related("by").order_by("pk")
    return {
        "agreed": agreed,
        "words": [
            {
                "of": one.get_of_display(),
                "agrees": one.agrees,
                "how": one.get_how_display(),
                "said_on": one.said_on,
                "by": one.by.name,
            }
            for one in rows
        ],
    }


def referral_row(one: Referral) -> dict:
    return {
        "uuid": str(one.uuid),
        "body": one.body,
        "body_label": one.get_body_display(),
        "place": one.division.name,
        "joint": one.joint,
        "basis": one.get_basis_display(),
        "state": one.state,
        "state_label": one.get_state_display(),
        "rejection": one.get_rejection_display(),
        "sent_at": one.sent_at,
        "received_at": one.received_at,
        "answered_at": one.answered_at,
        "done_at": one.done_at,
        "due_on": one.due_on,
        "late": one.due_on is not None and one.due_on < timezone.localdate(),
    }


@transaction.atomic
def referral(member: Member, found: Referral, route: str) -> dict:
    """What one body was sent and has answered. The look is logged, each time."""
    shown = {"packet": None, "expires_on": None, "replies": []}
    if member.role in READERS | {Role.PARTNER}:
        packet = open_packet(referral=found, by=member, route=route)
        if packet:
            shown |= {"packet": packet.content, "expires_on": packet.expires_on}
        if member.role != Role.PARTNER:
            open_texts(dispute=found.dispute, by=member, route=route)
        shown["replies"] = [
            {"text": one.text, "by": one.by.name, "at": one.at}
            for one in found.replies.select_related("by")
        ]
    steps = REFERRAL.open_to(found.state)
    steps = [step.name for step in steps if may(member.role, REFERRAL, step.name)]
    return referral_row(found) | shown | {"open": steps}
