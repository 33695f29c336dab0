"""What is done to households: schemes, colours, joining to grids."""

from django.db import transaction
from django.utils import timezone

from boundaries.models import Division
from core.scope import acting_as_system
from households.defaults import FIVE_COLOURS
from households.models import (
    NOT_ASSESSED,
    Classification,
    ColourClass,
    ColourReason,
    ColourScheme,
    Household,
)


@transaction.atomic
def install_scheme(*, county: Division, name: str, classes: list[dict]) -> ColourScheme:
    """Make this the county's current colour scheme, as its next version.

    `classes` are the fields of `ColourClass` with a list `reasons`. Colours decided under an older
    version keep pointing to it.
    """
    today = timezone.localdate()
    before = ColourScheme.objects.filter(county=county)
    before.filter(valid_to=None).update(valid_to=today)
    scheme = ColourScheme.objects.create(
        county=county, version=before.count() + 1, name=name, valid_from=today
    )
    for fields in classes:
        fields = dict(fields)
        reasons = fields.pop("reasons")
        colour_class = ColourClass.objects.create(scheme=scheme, **fields)
        ColourReason.objects.bulk_create(
            ColourReason(colour_class=colour_class, text=text) for text in reasons
        )
    return scheme


def install_default_scheme(county: Division) -> ColourScheme:
    """The five colours of 建安区, unless the county has a scheme."""
    current = ColourScheme.objects.filter(county=county, valid_to=None).first()
    return current or install_scheme(county=county, name="五色家庭工作法", classes=FIVE_COLOURS)


@transaction.atomic
def lapse_colours() -> int:
    """Let every colour whose review date has passed fall to "not assessed"; return how many.

    A colour never stays by default. Called on the first request of a day, see
    households.versions, and harmless whenever else.
    """
    with acting_as_system("lapse"):
        due = Household.objects.filter(review_on__lt=timezone.localdate()).exclude(
            slot=NOT_ASSESSED
        )
        # Locked in one order, so that two servers starting their day do not deadlock.
        ids = list(due.select_for_update().order_by("pk").values_list("pk", flat=True))
        Classification.objects.filter(
            household__in=ids, status=Classification.Status.CONFIRMED
        ).update(status=Classification.Status.LAPSED)
        Household.objects.filter(pk__in=ids).update(slot=NOT_ASSESSED, review_on=None, lapsed=True)
    return len(ids)
