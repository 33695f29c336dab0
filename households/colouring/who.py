"""Who may take which step of a colour: asked before it is taken, and by pages for what they offer."""

from accounts.models import Member, Role
from core.errors import DomainError
from households.colouring import errors
from households.colouring.machine import COLOUR
from households.models import Classification, ColourClass, Household

# Steps that a person takes with a row that is there; the others happen by themselves.
STEPS = ("second_look", "confirm", "refuse", "object", "keep", "withdraw")


def in_force(chosen: ColourClass) -> ColourClass | None:
    """The same colour in the scheme that the county uses today: its rules are those that count."""
    return ColourClass.objects.filter(
        scheme__county=chosen.scheme.county_id,
        scheme__valid_to=None,
        slot=chosen.slot,
        name=chosen.name,
    ).first()


def may_chair(member: Member, home: Household) -> bool:
    """Whether the family lives where she is chair; one that she has merely claimed does not."""
    match member.role:
        case Role.VILLAGE:
            return home.village_id == member.division_id
        case Role.TOWN:
            return home.village.parent_id == member.division_id
    return False


def steps_for(member: Member, row: Classification) -> list[str]:
    """The steps that she may take now, in the order of the machine."""
    possible = [step.name for step in COLOUR.open_to(row.status) if step.name in STEPS]
    return [step for step in possible if against(member, step, row) is None]


def against(member: Member, step: str, row: Classification) -> DomainError | None:
    """What speaks against her taking this step, where the machine would let it be taken.

    `row` comes from `with_flips`.
    """
    match step:
        case "second_look":
            if row.second_look_by_id or not row.flips:
                return errors.NoSecondLookOwed()
            return errors.HerOwnWord() if member.pk in row.had_a_say else None
        case "confirm":
            chosen = in_force(row.colour_class)
            if chosen is None:
                return errors.ClassGone()
            return _decides(member, row, chosen) or _not_ripe(row)
        case "refuse":
            return _decides(member, row, in_force(row.colour_class) or row.colour_class)
        case "keep" | "withdraw":
            return _reviews(member, row)
    return None


def _decides(member: Member, row: Classification, chosen: ColourClass) -> DomainError | None:
    if member.role != chosen.decided_by or not may_chair(member, row.household):
        return errors.NotHerWord(f"“{chosen.name}”由{chosen.get_decided_by_display()}确认。")
    return errors.HerOwnWord() if member.pk in row.had_a_say else None


def _not_ripe(row: Classification) -> DomainError | None:
    if not (row.reason_id and row.help_offered and row.proposed_by_id):
        return errors.NotArgued()
    return errors.SecondLookMissing() if row.flips and not row.second_look_by_id else None


def _reviews(member: Member, row: Classification) -> DomainError | None:
    if not may_chair(member, row.household):
        return errors.NotHerWord("异议由本村或本乡镇的妇联主席复核。")
    earlier = {objection.reviewed_by_id for objection in row.objections.all()} - {None}
    return errors.HerOwnWord() if member.pk in row.had_a_say | earlier else None
