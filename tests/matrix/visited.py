"""Needs, help and visits in the world of the matrix: of every family, with tokens in every text."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from core.scope import acting_as_system
from support.models import Event, Help, Need, NeedText
from visits.models import Visit, VisitNote


def visited(world):
    """By lan and in scope for all; and apart, by whoever follows the family's case."""
    with transaction.atomic(), acting_as_system("test"):
        for label, home in world.homes.items():
            needs = world.objects.setdefault("needs", {})
            needs[label] = _came(world, home, "lan", apart=False)
            if label.split()[-1] in ("shielded", "sealed"):
                needs[f"{label} apart"] = _came(world, home, "worker", apart=True)
        for place in (world.cast.liu, world.cast.west):
            Event.objects.create(
                kind="talk", title="反家暴法宣讲", division=place, held_on=timezone.localdate(),
                women=20, men=5, by=world.cast.head,
            )  # fmt: skip
    return world


def _came(world, home, who: str, *, apart: bool) -> str:
    by, whose = world.people[who], "apart " * apart

    def word(tier: str, what: str) -> str:
        return world.word(home.pk, tier, whose + what)

    need = Need.objects.create(
        household=home, kind="living", due_on=timezone.localdate() + timedelta(days=3),
        has_text=True, apart=apart, opened_by=by,
    )  # fmt: skip
    NeedText.objects.create(need=need, text="要添" + word("S3", "need"), written_by=by)
    Help.objects.create(
        need=need, kind="goods", goods="棉被" + word("S1", "goods"),
        given_on=timezone.localdate(), by=by,
    )  # fmt: skip
    visit = Visit.objects.create(
        household=home, kind="order" if apart else "visit", result="met", member=by,
        happened_at=timezone.now(), has_note=True, apart=apart,
    )  # fmt: skip
    VisitNote.objects.create(visit=visit, text="听说" + word("S3", "visit"), written_by=by)
    return str(need.uuid)
