"""What is done to grids."""

from collections.abc import Collection
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime

import shapely
from django.contrib.gis.geos import GEOSGeometry
from django.db import IntegrityError, connection, transaction
from django.db.models import F
from django.db.models.functions import Greatest, Now
from django.utils import timezone
from shapely import MultiPolygon
from shapely.geometry.base import BaseGeometry

from accounts.models import Member
from boundaries.models import Division
from boundaries.services.outlines import from_django, to_django
from core.errors import Conflict
from grids.coverage import differ, simplified_together
from grids.models import Assignment, Grid

# Of EPSG:3857: about a pixel at z13, the last zoom that shows simplified outlines.
COARSE_TOLERANCE = 20.0


class GridsOverlap(Conflict):
    message = "有网格与别的网格重叠。"


@dataclass(frozen=True)
class Drawn:
    """A grid as somebody drew it. An empty name or no target: leave what is there."""

    code: str
    name: str
    target_households: int | None
    geom: MultiPolygon


@dataclass
class Replaced:
    """Codes by what happened to them."""

    new: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    vanished: list[str] = field(default_factory=list)
    # Ids of the villages whose families must be joined again.
    villages: set[int] = field(default_factory=set)


@transaction.atomic
def replace_grids(*, village: Division, drawn: Collection[Drawn]) -> Replaced:
    """Make `drawn`, which must tile the village, all of its grids.

    The code is the identity: a grid that stays keeps its row and who answers for it. One that is
    not drawn any more is closed, and its assignments end today. Outlines that all moved by less
    than the tolerance stay as they are, so that a file exported from here changes nothing.
    """
    before = {g.code: g for g in Grid.objects.current().filter(village=village).select_for_update()}
    done = Replaced()
    redrawn = before.keys() != {d.code for d in drawn} or any(
        differ(from_django(before[d.code].geom), d.geom) for d in drawn
    )
    gone = [grid for code, grid in before.items() if code not in {d.code for d in drawn}]
    gone += _left_behind(village)
    close_grids(gone)
    done.villages = {village.pk, *(grid.village_id for grid in gone)}
    done.vanished = [grid.code for grid in gone]
    new = []
    for d in drawn:
        grid = before.get(d.code)
        if grid is None:
            name = d.name or default_name(village, d.code)
            new.append(
                Grid(
                    village=village,
                    code=d.code,
                    name=name,
                    target_households=d.target_households,
                    geom=to_django(d.geom),
                )
            )
        elif _change(grid, d, redrawn):
            done.changed.append(d.code)
        else:
            done.unchanged.append(d.code)
    Grid.objects.bulk_create(new)
    done.new = [grid.code for grid in new]
    return done


def _left_behind(village: Division) -> list[Grid]:
    """Grids of villages that exist no more, under an old code, on this village's ground."""
    ground = from_django(village.geom)
    old = Grid.objects.current().filter(
        village__valid_to__isnull=False, geom__intersects=village.geom
    )
    shapes = [(grid, from_django(grid.geom)) for grid in old.order_by("code")]
    return [grid for grid, shape in shapes if shape.intersection(ground).area > shape.area / 2]


def _change(grid: Grid, drawn: Drawn, redrawn: bool) -> bool:
    """Save what differs; whether anything did."""
    changed = {}
    if drawn.name and drawn.name != grid.name:
        changed["name"] = drawn.name
    if drawn.target_households not in (None, grid.target_households):
        changed["target_households"] = drawn.target_households
    if redrawn and not _same(from_django(grid.geom), drawn.geom):
        changed["geom"] = to_django(drawn.geom)
    if changed:
        Grid.objects.filter(pk=grid.pk).update(**changed)
    return bool(changed)


def _same(a: BaseGeometry, b: BaseGeometry) -> bool:
    return shapely.equals_exact(shapely.normalize(a), shapely.normalize(b), 1e-9)


def default_name(village: Division, code: str) -> str:
    return f"{village.name}第{int(code[12:])}网格"


def close_grids(grids: Collection[Grid]) -> None:
    """Close grids from today on; nobody answers for them any more."""
    ids = [grid.pk for grid in grids]
    Grid.objects.filter(pk__in=ids).update(closed_on=timezone.localdate())
    # An assignment that was to begin later never does.
    Assignment.objects.unended().filter(grid__in=ids).update(
        ended_at=Greatest(F("started_at"), Now())
    )


@dataclass(frozen=True)
class Duty:
    """Somebody is to answer for a grid."""

    grid: Grid
    member: Member
    part: Assignment.Role
    started_at: datetime


@transaction.atomic
def take_up_duties(*, duties: Collection[Duty]) -> list[Duty]:
    """Open an assignment for each duty that is not open yet; return those.

    Ends nothing but covers, where a lead has come: a duty that contradicts an open one violates a
    constraint.
    """
    # Locked in one order, like everybody who changes who answers for a grid.
    ids = sorted({duty.grid.pk for duty in duties})
    list(Grid.objects.select_for_update(no_key=True).filter(pk__in=ids).order_by("pk"))
    there = set(
        Assignment.objects.unended().filter(grid__in=ids).values_list("grid", "member", "role")
    )
    new = [d for d in duties if (d.grid.pk, d.member.pk, d.part) not in there]
    Assignment.objects.bulk_create(
        Assignment(grid=d.grid, member=d.member, role=d.part, started_at=d.started_at) for d in new
    )
    led = {d.grid.pk for d in new if d.part == Assignment.Role.LEAD}
    Assignment.objects.unended().filter(grid__in=led, role=Assignment.Role.COVER).update(
        ended_at=Greatest(F("started_at"), Now())
    )
    return new


def simplify_outlines(villages: Collection[int] | None = None) -> None:
    """Redraw the simplified outlines of all current grids, which must touch their neighbours'.

    Of some villages (ids) only: their own border may then differ by a pixel from next door's.
    """
    grids = Grid.objects.current().only("geom_3857", "coarse_3857")
    grids = list(grids if villages is None else grids.filter(village__in=villages))
    coarse = simplified_together([from_django(g.geom_3857) for g in grids], COARSE_TOLERANCE)
    changed = []
    for grid, outline in zip(grids, coarse, strict=True):
        drawn = None if outline.is_empty else GEOSGeometry(memoryview(outline.wkb), srid=3857)
        if grid.coarse_3857 != drawn:
            grid.coarse_3857 = drawn
            changed.append(grid)
    Grid.objects.bulk_update(changed, ["coarse_3857"], batch_size=500)


@contextmanager
def overlaps_told():
    """Check now, not at commit, that no two grids share ground, and say it in Chinese."""
    try:
        with transaction.atomic():
            yield
            with connection.cursor() as cursor:
                cursor.execute("SET CONSTRAINTS grids_do_not_overlap IMMEDIATE")
                cursor.execute("SET CONSTRAINTS grids_do_not_overlap DEFERRED")
    except IntegrityError as error:
        facts = error.__cause__.diag
        if facts.constraint_name != "grids_do_not_overlap":
            raise
        one, other = facts.message_detail.split()
        raise GridsOverlap(
            f"网格 {one} 与网格 {other} 重叠。若是邻村的网格，请先核对两村的边界。",
            codes=[one, other],
        ) from error
