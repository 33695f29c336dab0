"""A family's colour as its readers see it: what it says itself first, then what we say, and why."""

from django.utils import timezone

from accounts.models import Member, Role
from households.colouring.services import reasons_for
from households.colouring.waiting import Asked
from households.colouring.who import steps_for
from households.models import Classification, FamilyStatement, GoodWord, Household, Objection

PAST = 20
_S = Classification.Status
_WITH = (
    "household__village", "colour_class__scheme", "reason", "proposed_by", "second_look_by",
    "decided_by",
)  # fmt: skip


def colour_of(home: Household, member: Member) -> dict:
    """Statement, colour, proposal, what was before; and what this member may do about it."""
    rows = list(
        with_all(home.classifications.with_flips()).order_by("-proposed_at", "-pk")[: PAST + 2]
    )
    current = next((row for row in rows if row.status in (_S.CONFIRMED, _S.OBJECTED)), None)
    proposal = next((row for row in rows if row.status == _S.PROPOSED), None)
    statement = FamilyStatement.objects.select_related("written_by").filter(household=home).first()
    objected = current is not None and current.status == _S.OBJECTED
    argued = proposal is not None and proposal.proposed_by_id is not None
    proposes = member.role == Role.MEMBER and not objected and not argued
    return {
        "statement": statement_row(statement) if statement else None,
        "current": row_of(current, member) if current else None,
        "proposal": row_of(proposal, member) if proposal else None,
        "past": [row_of(row, member) for row in rows if row not in (current, proposal)],
        "good_words": [good_row(word) for word in home.good_words.select_related("by")[:PAST]],
        "choices": choices(home) if proposes else None,
    }


def with_all(rows):
    """Rows `with_flips`, with what the functions below read of them."""
    return rows.select_related(*_WITH).prefetch_related("objections__by", "objections__reviewed_by")


def queue_rows(asked: list[Asked]) -> list[dict]:
    """Lines of the queue."""
    rows = Classification.objects.filter(pk__in=[one.pk for one in asked])
    found = {row.pk: row for row in rows.select_related(*_WITH)}
    return [_queue_row(found[one.pk], one) for one in asked if one.pk in found]


def _queue_row(row: Classification, asked: Asked) -> dict:
    """Nobody's name but the proposer's."""
    home = row.household
    return _class(row) | {
        "uuid": row.uuid,
        "household": home.uuid,
        "household_no": home.household_no,
        "village": home.village.name,
        "next": asked.next,
        "due_on": asked.due_on,
        "proposed_by": _name(row.proposed_by),
        "proposed_on": timezone.localdate(row.proposed_at),
    }


def row_of(row: Classification, member: Member) -> dict:
    return _class(row) | {
        "uuid": row.uuid,
        "status": row.status,
        "status_label": row.get_status_display(),
        "source": row.get_source_display(),
        "proposed_by": _name(row.proposed_by),
        "proposed_on": timezone.localdate(row.proposed_at),
        "second_look_by": _name(row.second_look_by),
        "second_look_owed": row.status == _S.PROPOSED and row.flips and not row.second_look_by_id,
        "decided_by": _name(row.decided_by),
        "decided_on": _day(row.decided_at),
        "refusal": row.refusal,
        "review_on": row.review_on,
        "objections": [objection_row(objection) for objection in row.objections.all()],
        "steps": steps_for(member, row),
    }


def objection_row(objection: Objection) -> dict:
    return {
        "text": objection.text,
        "by": objection.by.name,
        "on": timezone.localdate(objection.at),
        "due_on": objection.due_on,
        "reviewed_by": _name(objection.reviewed_by),
        "reviewed_on": _day(objection.reviewed_at),
        "kept": objection.kept,
        "answer": objection.answer,
    }


def statement_row(statement: FamilyStatement) -> dict:
    return {
        "text": statement.text,
        "written_by": statement.written_by.name,
        "written_on": timezone.localdate(statement.written_at),
    }


def good_row(word: GoodWord) -> dict:
    return {
        "kind": word.get_kind_display(),
        "text": word.text,
        "by": word.by.name,
        "on": timezone.localdate(word.at),
    }


def choices(home: Household) -> dict:
    """What a proposal may say: the reasons of the scheme in force, by class, and the sources."""
    classes: dict[int, dict] = {}
    for reason in reasons_for(home):
        chosen = reason.colour_class
        found = classes.setdefault(
            chosen.slot,
            {
                "slot": chosen.slot,
                "name": chosen.name,
                "action": chosen.action,
                "decided_by": chosen.get_decided_by_display(),
                "reasons": [],
            },
        )
        found["reasons"].append({"id": reason.pk, "text": reason.text})
    sources = [{"value": value, "label": label} for value, label in Classification.Source.choices]
    return {"classes": list(classes.values()), "sources": sources}


def _class(row: Classification) -> dict:
    chosen = row.colour_class
    return {
        "slot": chosen.slot,
        "name": chosen.name,
        "letter": chosen.letter,
        "shape": chosen.shape,
        "action": chosen.action,
        "reason": row.reason.text if row.reason else None,
        "help_offered": row.help_offered,
    }


def _name(member: Member | None) -> str | None:
    return member.name if member else None


def _day(moment):
    return timezone.localdate(moment) if moment else None
