"""What is done to a colour: proposed, looked at twice, confirmed or refused; objected to, reviewed.

A person decides, never the program; and never one person alone. Homes come from whoever has made sure
that `by` may know them; of a Classification that is `by_uuid`.
"""

from datetime import timedelta
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone

from accounts.models import Member, Role
from core.errors import NotFound
from households.colouring import errors
from households.colouring.machine import COLOUR
from households.colouring.who import against, in_force
from households.colouring.wording import require_fair
from households.models import (
    Classification,
    ColourReason,
    FamilyStatement,
    GoodWord,
    Household,
    Objection,
)

SHORTEST_WORDS = 5
_S = Classification.Status


def by_uuid(member: Member, uuid: UUID) -> Classification:
    found = Classification.objects.visible_to(member).filter(uuid=uuid).first()
    if found is None:
        raise NotFound("没有找到这条定色记录。")
    return found


def reasons_for(home: Household) -> QuerySet[ColourReason]:
    """Those of the scheme that the family's own county uses today, by class."""
    found = ColourReason.objects.filter(
        colour_class__scheme__valid_to=None,
        colour_class__scheme__county__children__children=home.village_id,
    )
    return found.select_related("colour_class").order_by("colour_class__slot", "pk")


@transaction.atomic
def propose(
    *, household: Household, reason: int, help_offered: str, source: str, by: Member
) -> Classification:
    """Say which support this family needs, why, and what we offer; another decides.

    `reason` is the key of one of `reasons_for` the family; the class follows from it. Takes the place
    of a colour that only a list has proposed.
    """
    if by.role != Role.MEMBER:
        raise errors.NotHerWord("颜色由负责这户的执委提出。")
    why = reasons_for(household).filter(pk=reason).first()
    if why is None:
        raise errors.ReasonUnknown()
    if source not in Classification.Source.values:
        raise errors.SourceMissing()
    help_offered = help_offered.strip()
    if not help_offered:
        raise errors.HelpMissing()
    require_fair(help_offered)
    home = _locked(household)
    rows = _rows(home)
    if _S.OBJECTED in rows:
        raise errors.ObjectionWaiting()
    if waiting := rows.get(_S.PROPOSED):
        if waiting.proposed_by_id:
            raise errors.ProposalWaiting()
        _move(waiting, "replace")
    made = Classification.objects.create(
        household=home,
        colour_class=why.colour_class,
        reason=why,
        help_offered=help_offered,
        source=source,
        status=COLOUR.after("", "propose"),
        proposed_by=by,
    )
    Household.objects.filter(pk=home.pk).update(proposed=True)
    return made


@transaction.atomic
def second_look(*, classification: Classification, by: Member) -> Classification:
    """Another who knows the family agrees that its colour changes again so soon."""
    row = _again(classification, "second_look", by)
    return _move(row, "second_look", second_look_by=by, second_look_at=timezone.now())


@transaction.atomic
def confirm(*, classification: Classification, by: Member) -> Classification:
    """The colour holds from now until its review date; whatever held before is over."""
    row = _again(classification, "confirm", by)
    chosen = in_force(row.colour_class)
    rows = _rows(row.household)
    if _S.OBJECTED in rows:
        raise errors.ObjectionWaiting()
    if before := rows.get(_S.CONFIRMED):
        _move(before, "replace")
    today = timezone.localdate()
    review_on = today + timedelta(days=chosen.review_days)
    _move(row, "confirm", decided_by=by, decided_at=timezone.now(), review_on=review_on)
    Household.objects.filter(pk=row.household_id).update(
        slot=chosen.slot, review_on=review_on, lapsed=False, proposed=False
    )
    return row


@transaction.atomic
def refuse(*, classification: Classification, words: str, by: Member) -> Classification:
    """Not this colour, and why: the proposer reads it. What held before holds on."""
    row = _again(classification, "refuse", by)
    words = plain_words(words)
    _move(row, "refuse", decided_by=by, decided_at=timezone.now(), refusal=words)
    Household.objects.filter(pk=row.household_id).update(proposed=False)
    return row


@transaction.atomic
def object_to(*, household: Household, words: str, by: Member) -> Objection:
    """Write down that the family does not agree. The database takes the colour away at once.

    For whoever sees the family, a steward for one whose request she answers included; she may well be
    the one who proposed it, for it is the family that speaks.
    """
    words = words.strip()
    if not words:
        raise errors.WordsMissing("请写下家庭是怎么说的。")
    row = household.classifications.filter(status__in=[_S.CONFIRMED, _S.OBJECTED]).first()
    if row is None:
        raise errors.NoColourToObjectTo()
    COLOUR.after(row.status, "object")
    try:
        with transaction.atomic():
            return Objection.objects.create(
                classification=row, household=household, text=words, by=by
            )
    except IntegrityError as error:  # it has just moved on: a steward may not lock the family
        raise errors.NoColourToObjectTo() from error


@transaction.atomic
def review_objection(
    *, classification: Classification, keep: bool, words: str, by: Member
) -> Classification:
    """Keep the colour or take it back, and tell the family why; by a chair who had no say in it."""
    step = "keep" if keep else "withdraw"
    row = _again(classification, step, by)
    row.objections.filter(reviewed_at=None).update(
        reviewed_by=by, reviewed_at=timezone.now(), kept=keep, answer=plain_words(words)
    )
    if keep and row.review_on < timezone.localdate():
        Household.objects.filter(pk=row.household_id).update(lapsed=True)
        return _move(row, "lapse")
    _move(row, step)
    if keep:
        Household.objects.filter(pk=row.household_id).update(
            slot=row.colour_class.slot, review_on=row.review_on
        )
    return row


def take(*, classification: Classification, step: str, words: str, by: Member) -> Classification:
    """Take the step of this name of the machine, with the words that it needs."""
    same = {"classification": classification, "by": by}
    match step:
        case "second_look":
            return second_look(**same)
        case "confirm":
            return confirm(**same)
        case "refuse":
            return refuse(**same, words=words)
        case "object":
            object_to(household=classification.household, words=words, by=by)
            return classification
        case "keep" | "withdraw":
            return review_objection(**same, keep=step == "keep", words=words)
    raise NotFound("没有这一步。")


@transaction.atomic
def write_statement(*, household: Household, text: str, by: Member) -> FamilyStatement | None:
    """What the family says of itself, in its own words; nothing takes it back.

    Not checked for words that judge: it is hers to say.
    """
    text = text.strip()
    mine = FamilyStatement.objects.filter(household=household)
    if not text:
        mine.delete()
        return None
    return FamilyStatement.objects.update_or_create(
        household=household,
        defaults={"text": text, "written_by": by, "written_at": timezone.now()},
    )[0]


@transaction.atomic
def say_good(*, household: Household, kind: str, text: str, by: Member) -> GoodWord:
    """Note something good; it changes no colour."""
    text = plain_words(text)
    return GoodWord.objects.create(household=household, kind=kind, text=text, by=by)


def _locked(household: Household) -> Household:
    """Two who act on one family at a time come one after the other."""
    return Household.objects.select_for_update(no_key=True).get(pk=household.pk)


def _again(classification: Classification, step: str, by: Member) -> Classification:
    """The row as it is now that nobody else can move it, if she may take this step."""
    _locked(classification.household)
    row = (
        Classification.objects.with_flips()
        .select_related("household__village", "colour_class__scheme", "reason")
        .get(pk=classification.pk)
    )
    COLOUR.after(row.status, step)
    if error := against(by, step, row):
        raise error
    return row


def _rows(home: Household) -> dict[str, Classification]:
    open_ones = [_S.PROPOSED, _S.CONFIRMED, _S.OBJECTED]
    return {row.status: row for row in home.classifications.filter(status__in=open_ones)}


def _move(row: Classification, step: str, **fields) -> Classification:
    """Take a step of the machine, and write with it what belongs to it."""
    fields["status"] = COLOUR.after(row.status, step)
    for name, value in fields.items():
        setattr(row, name, value)
    row.save(update_fields=list(fields))
    return row


def plain_words(words: str) -> str:
    """At least a few words that say something and judge nobody."""
    words = " ".join(words.split())
    if sum(letter.isalnum() for letter in words) < SHORTEST_WORDS:
        raise errors.WordsMissing()
    require_fair(words)
    return words
