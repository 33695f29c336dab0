"""Disputes in the world of the matrix: of every family, with tokens in every text; some apart."""

from django.db import transaction
from django.utils import timezone

from accounts.models import Member
from core.scope import acting_as_system
from disputes.models import (
    Dispute,
    DisputeStep,
    DisputeText,
    Packet,
    Party,
    Referral,
    Session,
    Supervision,
    VictimWord,
    ViolenceFlag,
)
from households.models import Household, Person


def disputed(world):
    """Of the protected ones a second, in which somebody is hurt; two were sent to the partner's body."""
    with transaction.atomic(), acting_as_system("test"):
        Member.objects.filter(pk=world.people["partner"].pk).update(body="police")
        known = world.objects.setdefault("disputes", {})
        sent = world.objects.setdefault("referrals", {})
        for label in world.homes:
            home = Household.objects.get(pk=world.homes[label].pk)
            known[label] = _arose(world, home, "lan", apart=False)
            if label.split()[-1] in ("shielded", "sealed"):
                known[f"{label} apart"] = _arose(world, home, "worker", apart=True)
        for label, body in (
            ("liu1 plain", "police"),
            ("xing1 plain", "court"),
            ("tao1 kin", "police"),
        ):
            sent[label] = _sent(world, world.homes[label], known[label], body)
    return world


def _arose(world, home, who: str, *, apart: bool) -> str:
    by, today, whose = world.people[who], timezone.localdate(), "apart " * apart
    dispute = Dispute.objects.create(
        household=home, village_id=home.village_id, grid_id=home.grid_id, kind="marriage",
        severity=2, source="told", found_on=today, found_by=by, due_on=today, apart=apart,
        violence=apart,
    )  # fmt: skip
    word = world.word(home.pk, "S3", whose + "dispute")
    DisputeText.objects.create(dispute=dispute, kind="happened", text="说是" + word, by=by)
    child = Person.objects.get(household=home, relation="child")
    party = Party.objects.create(dispute=dispute, person=child, part="child")
    DisputeStep.objects.create(dispute=dispute, step="find", by=by)
    Session.objects.create(
        dispute=dispute, held_on=today, led_by=by, bodies=["police"], result="agreed"
    )
    Supervision.objects.create(dispute=dispute, by=world.people["head"], due_on=today)
    if apart:
        ViolenceFlag.objects.create(
            dispute=dispute, by=by, needs_protection=True, report="not_made"
        )
        VictimWord.objects.create(
            dispute=dispute, of="victim", party=party, agrees=False, how="alone", said_on=today,
            by=by,
        )  # fmt: skip
    return str(dispute.uuid)


def _sent(world, home, dispute: str, body: str) -> str:
    today, found = timezone.localdate(), Dispute.objects.get(uuid=dispute)
    referral = Referral.objects.create(
        dispute=found, family=home.uuid, body=body, division=world.cast.area, joint=False,
        basis="duty", duty="danger", sent_by=world.people["mei"], due_on=today,
    )  # fmt: skip
    asks = "请到场说明" + world.word(home.pk, "S3", f"packet for {body}")
    Packet.objects.create(referral=referral, content={"asks": asks}, expires_on=today)
    return str(referral.uuid)
