"""Do families in like need get a colour alike, wherever they live and whoever they are?

The rate of families with a colour, measured against the rate of families that the records show to
need something (a child, somebody of 65 or more, something sensitive on record), here and in the whole
county. A ratio above 1.25, or below its inverse, opens a review. It says where to look, not that
somebody did wrong: a person finds out why.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import transaction
from django.db.models import Case, CharField, Count, Exists, F, OuterRef, Q, Subquery, Value, When
from django.db.models.lookups import LessThanOrEqual
from django.utils import timezone

from accounts.models import Member
from boundaries.models import Division
from core.errors import NotFound
from core.scope import acting_as_system
from households.colouring.machine import REVIEW
from households.colouring.services import plain_words
from households.models import (
    NOT_ASSESSED,
    FairnessFigure,
    FairnessReview,
    Household,
    Person,
)

MOST_RATIO = 1.25
OLD = 65
GROWN = 18
# Below these nothing is said. What is known of need is S3, so ten.
LEAST_COLOURED = 5
LEAST_IN_NEED = 10
ROUNDED_TO = 5
_VERDICT = FairnessFigure.Verdict


@dataclass(frozen=True)
class Counts:
    """Of the families of a place or kind: how many, how many with a colour, how many in need."""

    families: int
    coloured: int
    in_need: int

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(
            self.families + other.families,
            self.coloured + other.coloured,
            self.in_need + other.in_need,
        )


def ratio(here: Counts, everywhere: Counts) -> float | None:
    """How much more often a family in need has a colour here; None where too few tell.

    (coloured / in need) here over the same everywhere. The number of families cancels: a place with
    more need may well have more colours.

    Examples
    --------
    >>> ratio(Counts(100, 30, 40), Counts(1000, 200, 400))
    1.5
    >>> ratio(Counts(100, 4, 40), Counts(1000, 200, 400)) is None
    True
    """
    if not everywhere.coloured or not everywhere.in_need:
        return None
    if here.coloured < LEAST_COLOURED or here.in_need < LEAST_IN_NEED:
        return None
    return here.coloured / here.in_need / (everywhere.coloured / everywhere.in_need)


def verdict(found: float | None) -> str:
    if found is None:
        return _VERDICT.FEW
    if found > MOST_RATIO:
        return _VERDICT.HIGH
    return _VERDICT.LOW if found < 1 / MOST_RATIO else _VERDICT.EVEN


def quarter_of(day: date) -> date:
    return date(day.year, (day.month - 1) // 3 * 3 + 1, 1)


@transaction.atomic
def make_sheet(county: Division) -> date:
    """Count this quarter's sheet, unless it has been; return its quarter.

    Once a quarter, so that nobody learns of a single family from what changed between two.
    """
    today = timezone.localdate()
    quarter = quarter_of(today)
    # Two readers at a time: the second waits, and finds it made.
    Division.objects.select_for_update(no_key=True).get(pk=county.pk)
    if FairnessFigure.objects.filter(county=county, quarter=quarter).exists():
        return quarter
    with acting_as_system("fairness"):
        rows = list(_counted(county, today.year))
    towns = [counts for kind, _, _, counts in rows if kind == FairnessFigure.Kind.TOWN]
    everywhere = sum(towns, Counts(0, 0, 0))
    for kind, division, label, here in rows:
        figure = _figure(here, ratio(here, everywhere))
        figure.county, figure.quarter, figure.counted_on = county, quarter, today
        figure.kind, figure.division_id, figure.label = kind, division, label
        figure.save()
        if figure.verdict in (_VERDICT.HIGH, _VERDICT.LOW):
            FairnessReview.objects.create(figure=figure, state=REVIEW.after("", "open"))
    return quarter


def _figure(here: Counts, found: float | None) -> FairnessFigure:
    told = found is not None
    return FairnessFigure(
        families=_rounded(here.families) if here.families >= LEAST_COLOURED else None,
        in_need=_rounded(here.in_need) if told else None,
        coloured=_rounded(here.coloured) if told else None,
        ratio=Decimal(f"{found:.2f}") if told else None,
        verdict=verdict(found),
    )


def _rounded(n: int) -> int:
    return round(n / ROUNDED_TO) * ROUNDED_TO


def _counted(county: Division, year: int):
    """(kind, division or None, label, Counts) of everything on the sheet."""
    needs = Person.objects.filter(household=OuterRef("pk")).filter(
        Q(has_sensitive=True) | Q(birth_year__lte=year - OLD) | Q(birth_year__gte=year - GROWN)
    )
    homes = Household.objects.filter(village__parent__parent=county).order_by()
    head = Person.objects.filter(household=OuterRef("pk"), relation=Person.Relation.HEAD)
    people, age = F("identity__members"), year - F("born")

    def by(**group):
        counted = homes.alias(in_need=Exists(needs), born=Subquery(head.values("birth_year")[:1]))
        return counted.values(**group).annotate(
            families=Count("pk"),
            coloured=Count("pk", filter=~Q(slot=NOT_ASSESSED)),
            needy=Count("pk", filter=Q(in_need=True)),
        )

    places = (("town", "village__parent"), ("village", "village"))
    for kind, path in places:
        for row in by(where=F(path), label=F(f"{path}__name")).order_by(f"{path}__code"):
            yield kind, row["where"], row["label"], _counts(row)
    bands = {
        "size": _bands(people, ((1, "一口人"), (3, "两三口人"), (5, "四五口人"), (99, "六口以上"))),
        "head": _bands(age, ((34, "35 岁以下"), (49, "35 到 49 岁"), (64, "50 到 64 岁"), (130, "65 岁以上"))),
    }  # fmt: skip
    for kind, band in bands.items():
        found = {row["label"]: _counts(row) for row in by(label=band) if row["label"]}
        for label in [when.result.value for when in band.cases]:
            if label in found:
                yield kind, None, label, found[label]


def _bands(number, bands) -> Case:
    return Case(
        *(When(LessThanOrEqual(number, most), then=Value(label)) for most, label in bands),
        default=Value(""),
        output_field=CharField(),
    )


def _counts(row: dict) -> Counts:
    return Counts(row["families"], row["coloured"], row["needy"])


@transaction.atomic
def close(*, review: int, finding: str, by: Member) -> FairnessReview:
    """Say why a rate stands out and what is done; by her who sees that part of the sheet."""
    mine = FairnessFigure.objects.visible_to(by)
    found = (
        FairnessReview.objects.select_for_update(of=("self",))
        .filter(pk=review, figure__in=mine.values("pk"))
        .first()
    )
    if found is None:
        raise NotFound("没有找到这条复核。")
    found.state = REVIEW.after(found.state, "close")
    found.finding, found.closed_by = plain_words(finding), by
    found.closed_on = timezone.localdate()
    found.save()
    return found
