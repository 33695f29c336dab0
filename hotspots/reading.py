"""From rows to arrays: what the review needs of one district, level and window.

Disputes in which somebody is hurt, and all that only a case worker may see, are in no number here.
"""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date

import numpy as np
import shapely
from django.db.models import Count

from boundaries.models import Division, Level
from core.errors import Invalid
from disputes.models import Dispute
from grids.coverage import Frame
from grids.models import Grid
from hotspots.sentences import Places
from hotspots.stats.neighbours import queen
from hotspots.stats.review import Areas, Disputes
from households.models import Household
from visits.models import Visit

# How an area is called; where a dispute and a household say in which they lie.
LEVELS = {
    "grid": ("网格", "grid"),
    "village": ("村", "village"),
    "town": ("乡镇", "village__parent"),
}


class NothingOutlined(Invalid):
    message = "没有边界，无法评估。"


@dataclass(frozen=True)
class Window:
    """Whole months, both days included."""

    first: date
    last: date

    @classmethod
    def ending(cls, last: date, months: int) -> "Window":
        earlier = last.year * 12 + last.month - months
        return cls(date(earlier // 12, earlier % 12 + 1, 1), last)

    def days_open(self, today: date) -> int:
        return max(0, (self.last - today).days + 1)


@dataclass(frozen=True)
class Gathered:
    areas: Areas
    disputes: Disputes
    places: Places


def last_closed_quarter(today: date) -> date:
    """Its last day."""
    quarter = (today.month - 1) // 3
    year, month = (today.year, quarter * 3) if quarter else (today.year - 1, 12)
    return date(year, month, monthrange(year, month)[1])


def gather(district: Division, level: str, window: Window) -> Gathered:
    """Read as the system: whoever asks sees only what comes of it."""
    kind, path = LEVELS[level]
    rows = _outlined(district, level)
    if not rows:
        raise NothingOutlined
    number = {pk: i for i, (pk, *_) in enumerate(rows)}
    degrees = np.array([shapely.from_wkb(bytes(geom.wkb)) for *_, geom in rows], dtype=object)
    metres = Frame.around(shapely.box(*shapely.total_bounds(degrees))).metres(degrees)
    centre = shapely.centroid(metres)
    xy = np.c_[shapely.get_x(centre), shapely.get_y(centre)]
    under = Division.objects.under(district).values("pk")
    homes = Household.objects.filter(village__in=under)
    looked = Visit.objects.filter(
        kind=Visit.Kind.SCREENING, apart=False, household__village__in=under,
        happened_at__date__range=(window.first, window.last),
    )  # fmt: skip
    areas = Areas(
        _counts(homes, path, number), xy, queen(metres),
        _counts(looked, f"household__{path}", number),
    )  # fmt: skip
    places = Places([name for _, name, *_ in rows], [town for *_, town, _ in rows], xy, kind)
    return Gathered(areas, _disputes(under, path, number, window), places)


def _outlined(district: Division, level: str) -> list[tuple]:
    """(key, name, town, outline) of every area that has an outline, by code."""
    under = Division.objects.under(district)
    if level == "grid":
        grids = Grid.objects.current().filter(village__in=under.values("pk")).order_by("code", "pk")
        return list(grids.values_list("pk", "name", "village__parent__name", "geom"))
    own = under.current().filter(level=Level(level), geom__isnull=False).order_by("code", "pk")
    town = "parent__name" if level == "village" else "name"
    return list(own.values_list("pk", "name", town, "geom"))


def _counts(rows, path: str, number: dict[int, int]) -> np.ndarray:
    counts = np.zeros(len(number))
    for key, n in rows.order_by().values_list(path).annotate(Count("pk")):
        if key in number:
            counts[number[key]] = n
    return counts


def _disputes(under, path: str, number: dict[int, int], window: Window) -> Disputes:
    """Of a place that is not on the map, or of none: without position."""
    found = list(
        Dispute.objects.filter(
            village__in=under, apart=False, found_on__range=(window.first, window.last)
        )
        .order_by("pk")
        .values_list(path, "severity", "found_on")
    )
    return Disputes(
        np.array([number.get(key, -1) for key, *_ in found], np.int64),
        np.array([severity == Dispute.Severity.LIGHT for _, severity, _ in found], bool),
        np.array([monthrange(d.year, d.month)[1] - d.day for *_, d in found], np.int64),
    )
