"""What becomes of a colour by itself: its time is over, or the county no longer has it.

As the system, because nobody sees all families; called by the first request of a day and by whoever
puts a new scheme in force.
"""

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from core.scope import acting_as_system
from households.colouring.machine import COLOUR
from households.models import NOT_ASSESSED, Classification, ColourClass, ColourScheme, Household

_S = Classification.Status
_HELD = COLOUR.steps["lapse"].sources


@transaction.atomic
def lapse_due() -> int:
    """Let every colour whose review date has passed fall to "not assessed"; return how many.

    A colour never stays by default. Called on the first request of a day, see households.versions,
    and harmless whenever else.
    """
    today = timezone.localdate()
    with acting_as_system("lapse"):
        due = Household.objects.filter(review_on__lt=today).exclude(slot=NOT_ASSESSED)
        # Locked in one order, so that two servers starting their day do not deadlock.
        ids = list(due.select_for_update().order_by("pk").values_list("pk", flat=True))
        if ids:
            held = Classification.objects.filter(household__in=ids, status=_S.CONFIRMED)
            held.update(status=_S.LAPSED)
            Household.objects.filter(pk__in=ids).update(
                slot=NOT_ASSESSED, review_on=None, lapsed=True
            )
        # One that was objected to has no colour to lose; its time is over all the same.
        waiting = Classification.objects.filter(status=_S.OBJECTED, review_on__lt=today)
        homes = list(waiting.order_by("household").values_list("household", flat=True))
        if homes:
            waiting.update(status=_S.LAPSED)
            Household.objects.filter(pk__in=homes, slot=NOT_ASSESSED).update(lapsed=True)
    return len(ids) + len(homes)


@transaction.atomic
def retire_missing(scheme: ColourScheme) -> int:
    """End the colours and proposals whose class this scheme, now in force, has no more; how many."""
    with acting_as_system("scheme"):
        kept = ColourClass.objects.filter(
            scheme=scheme, slot=OuterRef("colour_class__slot"), name=OuterRef("colour_class__name")
        )
        gone = Classification.objects.filter(
            ~Exists(kept),
            colour_class__scheme__county=scheme.county_id,
            status__in=COLOUR.steps["retire"].sources,
        )
        rows = list(gone.order_by("household", "pk").values_list("pk", "household", "status"))
        homes = {home for _, home, status in rows if status != _S.PROPOSED}
        proposed = {home for _, home, status in rows if status == _S.PROPOSED}
        Household.objects.filter(pk__in=homes).update(
            slot=NOT_ASSESSED, review_on=None, lapsed=True
        )
        Household.objects.filter(pk__in=proposed).update(proposed=False)
        Classification.objects.filter(pk__in=[pk for pk, _, _ in rows]).update(status=_S.LAPSED)
    return len(rows)
