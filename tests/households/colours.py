"""Steps of a colour as the tests take them: each by her who may."""

from accounts.models import Member
from core.scope import acting_as
from households.colouring import services
from households.models import Classification, ColourReason, Household, Objection

HELP = "每月上门陪伴一次"


def reason(slot: int) -> int:
    found = ColourReason.objects.filter(
        colour_class__slot=slot, colour_class__scheme__valid_to=None
    )
    return found.order_by("pk").first().pk


def propose(home: Household, slot: int, by: Member, **said) -> Classification:
    said = {"help_offered": HELP, "source": "seen"} | said
    if "reason" not in said:
        said["reason"] = reason(slot)
    with acting_as(by.pk):
        return services.propose(household=home, by=by, **said)


def take(step: str, row: Classification, by: Member, words: str = "和家里人谈过了"):
    """Any step that is taken by a person, as the API would take it."""
    with acting_as(by.pk):
        return services.take(classification=row, step=step, words=words, by=by)


def object_to(home: Household, by: Member, words: str = "我们不同意这个颜色") -> Objection:
    with acting_as(by.pk):
        return services.object_to(household=home, words=words, by=by)
