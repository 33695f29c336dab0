"""Figures of a place and of what lies in it, as far as one may count them.

The database counts (gis_app/migrations/0001_counts_for_ledgers.py), under row security; here is
decided whose rows are added to which place. The district office gets what is released, no more.
"""

from collections import defaultdict
from dataclasses import dataclass, replace

from django.db import connection
from django.utils.translation import gettext as _

from accounts.models import Member, Role
from boundaries.models import Division, Level
from core.errors import NotFound
from gis_app.ledgers.definitions import LEDGERS, Figure, Ledger
from gis_app.ledgers.periods import Period
from grids.models import Grid
from households.me import current_scheme
from households.scope import Scope, scope_of

HIDDEN = -1
# Nobody's data: of a place as such.
_OF_PLACES = ["events", "women", "men"]


@dataclass(frozen=True)
class Line:
    """A place and its figures by key; a figure that is not there is 0, HIDDEN one too small."""

    code: str
    name: str
    figures: dict[str, int]


@dataclass(frozen=True)
class Report:
    place: Division
    period: Period
    # The whole first, then what lies in it.
    lines: list[Line]
    released: bool
    # Only what is hers of the place: a member's own grids.
    part: bool

    @property
    def whole(self) -> Line:
        return self.lines[0]


def place_for(member: Member, code: str = "") -> Division:
    """Her place or, for a town's chair, one of its villages; NotFound for anything else."""
    own = member.division
    if own is None:
        raise NotFound("您的账号没有任职地，看不到台账。")
    if code in ("", own.code):
        return own
    below = Division.objects.current().filter(code=code, parent=own)
    if member.role != Role.TOWN or (found := below.first()) is None:
        raise NotFound("没有找到这个地方，或不在您的范围内。")
    return found


def report(member: Member, place: Division, period: Period) -> Report:
    scope = scope_of(member)
    if scope.sees_released:
        return _released(place, period)
    counts = _counted(scope, place, period)
    lines = [Line(place.code, place.name, {})]
    if place.level == Level.TOWN:
        parts = Division.objects.current().filter(parent=place).order_by("code")
        lines += [Line(p.code, p.name, _sum(counts, place=p.pk)) for p in parts]
        lines.append(Line("", _("乡镇本级"), _sum(counts, place=place.pk)))
    else:
        grids = Grid.objects.current().filter(village=place).order_by("code")
        grids = [g for g in grids.only("pk", "code", "name") if g.pk in scope.grids]
        lines += [Line(g.code, g.name, _sum(counts, grid=g.pk)) for g in grids]
        lines.append(Line("", _("不在网格里"), _sum(counts, place=place.pk, grid=None)))
    total: dict[str, int] = defaultdict(int)
    for line in lines[1:]:
        for key, n in line.figures.items():
            total[key] += n
    lines[0] = Line(place.code, place.name, dict(total))
    kept = [lines[0], *(line for line in lines[1:] if line.code or line.figures)]
    return Report(place, period, kept, False, member.role == Role.MEMBER)


_ANY = object()


def _sum(counts: list[tuple], *, place: int | None = None, grid=_ANY) -> dict[str, int]:
    found: dict[str, int] = defaultdict(int)
    for key, of, on, n in counts:
        if (place is None or of == place) and (grid is _ANY or on == grid):
            found[key] += n
    return dict(found)


def _counted(scope: Scope, place: Division, period: Period) -> list[tuple]:
    """(key, place, grid, n) of her grids and villages, with the events of the place itself."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT key, place_id, grid_id, n FROM sec.ledger(%(since)s, %(until)s)"
            " WHERE grid_id = ANY (%(grids)s)"
            " OR grid_id IS NULL AND place_id = ANY (%(villages)s)"
            " OR key = ANY (%(of_places)s) AND place_id = %(place)s",
            {
                "since": period.since, "until": period.until, "place": place.pk,
                "grids": scope.grid_ids, "villages": list(scope.village_ids),
                "of_places": _OF_PLACES,
            },
        )  # fmt: skip
        return [(key, place, grid, round(n)) for key, place, grid, n in cursor.fetchall()]


def _released(place: Division, period: Period) -> Report:
    by_place: dict[int, dict[str, int]] = defaultdict(dict)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT key, place_id, n FROM sec.released_ledger(%s, %s)", [period.since, period.until]
        )
        for key, of, n in cursor.fetchall():
            by_place[of][key] = n
    towns = Division.objects.current().filter(parent=place).order_by("code")
    lines = [Line(p.code, p.name, dict(by_place.get(p.pk, {}))) for p in (place, *towns)]
    return Report(place, period, lines, True, False)


def ledgers_for(member: Member) -> list[Ledger]:
    """The ledgers with the county's own names of its colours, those that it has."""
    scheme = current_scheme(member)
    names = {c["slot"]: c["name"] for c in scheme["classes"]} if scheme else {}

    def named(figure: Figure) -> Figure | None:
        if not figure.key.startswith("colour_"):
            return figure
        name = names.get(int(figure.key[-1]))
        return replace(figure, name=f"{name}户") if name else None

    return [
        replace(one, figures=tuple(f for figure in one.figures if (f := named(figure))))
        for one in LEDGERS
    ]
