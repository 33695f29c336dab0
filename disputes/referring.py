"""Other bodies are told of a dispute: by whom, on what ground, and exactly what; and they answer.

A partner sees the packet that was made for her body, for a time, and each look is logged. Of what others
were sent, of the dispute itself and of the family she sees nothing.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import Body, Member, Role
from audit.models import Action, Kind, Tier
from audit.services import log_access
from boundaries.models import Division
from disputes import errors
from disputes.clocks import PACKET_DAYS, referral_due
from disputes.guard import may_sit_together
from disputes.machine import REFERRAL, may
from disputes.models import Dispute, DisputeText, Packet, Party, Referral
from disputes.services import locked, not_to_come, open_texts, plain_words, take_step
from households.people import reveal

# What may be chosen, in the order in which it is shown.
FIELDS = {
    "kind": "类型",
    "severity": "急缓",
    "village": "村",
    "parties": "各方身份",
    "happened": "经过",
    "contact": "户主和电话",
    "address": "地址",
}
# Of a dispute in which somebody is hurt; all else only where the law orders the report.
LEAST = frozenset({"kind", "severity", "village"})


@dataclass(frozen=True)
class Ground:
    """Somebody's consent, who, when and how; or a duty by law."""

    consent_of: UUID | None = None
    consent_on: date | None = None
    consent_how: str = ""
    duty: str = ""


def by_uuid(member: Member, uuid: UUID) -> Referral:
    found = Referral.objects.visible_to(member).select_related("division").filter(uuid=uuid).first()
    if found is None:
        raise errors.NoSuchReferral()
    return found


def offices_for(dispute: Dispute) -> list[tuple[str, Division]]:
    """The bodies with an account for the dispute's village, its town or its district."""
    village = dispute.village
    if village is None:
        return []
    town = village.parent
    places = [village.pk, town.pk, town.parent_id]
    partners = Member.objects.active().filter(role=Role.PARTNER, division__in=places)
    rows = partners.exclude(body="").select_related("division")
    found = {(one.body, one.division_id): one.division for one in rows}
    order = list(Body.values)
    return sorted(
        ((body, division) for (body, _), division in found.items()),
        key=lambda one: (order.index(one[0]), one[1].code),
    )


@transaction.atomic
def send(
    *,
    dispute: Dispute,
    body: str,
    division: str,
    joint: bool,
    ground: Ground,
    fields: list[str],
    asks: str,
    by: Member,
    route: str,
    days: int = PACKET_DAYS,
) -> Referral:
    """Ask a body for something, and let it read the chosen fields for so many days.

    `division` is the code of the place for which it answers. The dispute goes on to referred or joint.
    """
    if not may(by.role, REFERRAL, "send"):
        raise errors.NotHerStep()
    row = locked(dispute)
    office = next((d for b, d in offices_for(row) if (b, d.code) == (body, division)), None)
    if office is None:
        raise errors.NoSuchOffice()
    asks = plain_words(asks)
    _check_fields(row, body, ground, fields)
    if joint and row.violence and not may_sit_together(dispute=row, by=by, route=route):
        raise errors.VictimNotAsked()
    take_step(dispute=row, step="join" if joint else "refer", by=by)
    today = timezone.localdate()
    try:
        with transaction.atomic():
            referral = Referral.objects.create(
                dispute=row,
                apart=row.apart,
                family=row.household.uuid if row.household else None,
                body=body,
                division=office,
                joint=joint,
                **_ground(row, ground),
                state=REFERRAL.after("", "send"),
                sent_by=by,
                due_on=referral_due(Referral.State.SENT, today),
            )
    except IntegrityError as error:
        raise errors.AlreadySent() from error
    content = {"asks": asks} | _packet(row, fields, asks, by, route)
    # Without RETURNING: it shows only to whoever has logged the look.
    Packet.objects.bulk_create(
        [Packet(referral=referral, content=content, expires_on=today + timedelta(days=days))]
    )
    return referral


def _check_fields(dispute: Dispute, body: str, ground: Ground, fields: list[str]) -> None:
    if not fields or set(fields) - FIELDS.keys():
        raise errors.NothingChosen()
    ordered = body == Body.POLICE and ground.duty in (
        Referral.Duty.VIOLENCE,
        Referral.Duty.MINORS,
    )
    if dispute.violence and not ordered and set(fields) - LEAST:
        raise errors.TooMuchChosen()


def _ground(dispute: Dispute, ground: Ground) -> dict:
    if ground.duty:
        if ground.duty not in Referral.Duty.values:
            raise errors.ConsentMissing()
        return {"basis": Referral.Basis.DUTY, "duty": ground.duty}
    party = Party.objects.filter(dispute=dispute, uuid=ground.consent_of).first()
    said = party and ground.consent_on and ground.consent_how in Referral.How.values
    if not said:
        raise errors.ConsentMissing()
    not_to_come(ground.consent_on)
    return {
        "basis": Referral.Basis.CONSENT,
        "consent_of": party,
        "consent_on": ground.consent_on,
        "consent_how": ground.consent_how,
    }


def _packet(dispute: Dispute, fields: list[str], asks: str, by: Member, route: str) -> dict:
    """The chosen fields as they are today. Name, telephone and address are looked at, and logged."""
    found = {}
    for name in fields:
        match name:
            case "kind":
                found[name] = dispute.get_kind_display()
            case "severity":
                found[name] = dispute.get_severity_display()
            case "village":
                found[name] = dispute.village.name if dispute.village else ""
            case "parties":
                parties = dispute.parties.order_by("pk")
                found[name] = "、".join(one.get_part_display() for one in parties)
            case "happened":
                open_texts(dispute=dispute, by=by, route=route)
                texts = dispute.texts.filter(kind=DisputeText.Kind.HAPPENED)
                found[name] = "\n".join(texts.values_list("text", flat=True))
            case "contact" | "address" if dispute.household:
                about = {"home": dispute.household, "by": by, "route": route, "reason": asks[:200]}
                shown = reveal(group=name, **about)
                found[name] = "，".join(text for text in shown.values() if text)
    return found


@transaction.atomic
def take(
    *, referral: Referral, step: str, by: Member, reason: str = "", text: str = "", route: str
) -> Referral:
    """A step of the other body, or the sender's taking back (a consent that was withdrawn)."""
    if step not in REFERRAL.steps or step == "send":
        raise errors.NotFound("没有这一步。")
    if not may(by.role, REFERRAL, step):
        raise errors.NotHerStep()
    row = _row(referral)
    state = REFERRAL.after(row.state, step)
    now, today = timezone.now(), timezone.localdate()
    fields = {"state": state, "due_on": referral_due(state, today)}
    match step:
        case "receive":
            fields |= {"received_by": by, "received_at": now}
        case "accept" | "reject":
            fields |= {"answered_by": by, "answered_at": now}
        case "finish":
            fields |= {"done_by": by, "done_at": now}
    if step == "reject":
        if reason not in Referral.Rejection.values:
            raise errors.Invalid("请选不受理的原因。")
        fields["rejection"] = reason
    if step == "finish" or (step != "withdraw" and text.strip()):
        _reply(row, plain_words(text), by)
    Referral.objects.filter(pk=row.pk).update(**fields)
    for name, value in fields.items():
        setattr(row, name, value)
    return row


def _row(referral: Referral) -> Referral:
    rows = Referral.objects.select_for_update(no_key=True, of=("self",)).select_related("division")
    row = rows.filter(pk=referral.pk).first()
    if row is None:
        raise errors.NoSuchReferral()
    return row


def _reply(referral: Referral, text: str, by: Member) -> None:
    # Without RETURNING, as all that is said.
    DisputeText.objects.bulk_create([
        DisputeText(
            dispute_id=referral.dispute_id,
            referral=referral,
            kind=DisputeText.Kind.REPLY,
            text=text,
            by=by,
        )
    ])  # fmt: skip


@transaction.atomic
def open_packet(*, referral: Referral, by: Member, route: str) -> Packet | None:
    """What this body was sent, once the look is logged; None once its time is over."""
    log_access(
        by=by,
        action=Action.READ,
        tier=Tier.VIOLENCE if referral.apart else Tier.SENSITIVE,
        kind=Kind.REFERRAL,
        subject=referral.uuid,
        household=referral.family,
        route=route,
    )
    found = Packet.objects.filter(referral=referral)
    if by.role == Role.PARTNER:
        found = found.filter(expires_on__gte=timezone.localdate())
    return found.first()
