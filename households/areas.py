"""Reading the five levels: one place, what lies in it, and the way back up."""

from dataclasses import dataclass

from django.db.models import Count, Exists, OuterRef, Q

from boundaries.models import CODE_LENGTH, Division, Level
from core.errors import NotFound
from core.geometry import anchor, anchor_of, bbox_of, edges
from grids.models import Assignment, Grid
from households import figures
from households.scope import Scope

GRID_CODE_LENGTH = 15
_LEVELS = {length: level for level, length in CODE_LENGTH.items()}
_NO_GRIDS = {"grids": 0, "led": 0}


@dataclass(frozen=True)
class Area:
    """A division, or the grid inside it when `grid` is set."""

    division: Division
    grid: Grid | None

    @property
    def level(self) -> str:
        return "grid" if self.grid else self.division.level

    @property
    def place(self) -> Division | Grid:
        return self.grid or self.division


def find(code: str) -> Area:
    """The current place with this code of 6, 9, 12 or 15 digits; NotFound when there is none."""
    divisions = Division.objects.current().select_related("parent__parent").defer(*OUTLINES)
    if len(code) == GRID_CODE_LENGTH:
        grids = Grid.objects.current().defer(*OUTLINES).annotate(**edges("geom"))
        grid = grids.filter(code=code).first()
        if grid is None:
            raise NotFound("没有找到这个网格，可能已经停用。")
        return Area(divisions.get(pk=grid.village_id), grid)
    division = divisions.filter(code=code).annotate(**edges("geom")).first()
    if division is None:
        raise NotFound("没有找到这个区划，代码可能已经变更。")
    return Area(division, None)


# Never needed as Python objects: parsing them would cost more than all else here.
OUTLINES = ("geom", "geom_3857", "coarse_3857", "anchor_3857")


def path_to(area: Area) -> list[dict]:
    """From the district down to the area itself."""
    steps = []
    division = area.division
    while division is not None:
        steps.insert(0, {"code": division.code, "name": division.name, "level": division.level})
        division = division.parent
    if area.grid:
        steps.append({"code": area.grid.code, "name": area.grid.name, "level": "grid"})
    return steps


def describe(scope: Scope, area: Area) -> dict:
    """The area with its own figures, without what lies in it."""
    if area.grid:
        counts = {"grids": 1, "led": int(_with_lead(Grid.objects.filter(pk=area.grid.pk)).exists())}
        own = figures.by_grid(scope).of(area.grid.pk)
    else:
        counts = _grid_counts(area.division).get(area.division.pk, _NO_GRIDS)
        own = figures.by_division(scope).of(area.division.pk)
    return {
        "code": area.place.code,
        "name": area.place.name,
        "level": area.level,
        "invented": area.division.outline_invented,
        "bbox": bbox_of(area.place),
        "path": path_to(area),
        "totals": own.as_json() | counts,
    }


def children(area: Area):
    """What lies directly in a division, in the order of the codes: divisions, or a village's grids.

    A queryset, so that it pages; `describe_children` turns a page of it into rows.
    """
    if area.grid:
        return Grid.objects.none()
    if area.level == Level.VILLAGE:
        found = Grid.objects.current().filter(village=area.division)
    else:
        found = Division.objects.current().filter(parent=area.division)
    return found.defer(*OUTLINES).annotate(**edges("geom"), **anchor()).order_by("code", "pk")


def describe_children(scope: Scope, area: Area, page: list) -> list[dict]:
    if area.level == Level.VILLAGE:
        counted = figures.by_grid(scope)
        leads = dict(
            Assignment.objects.open()
            .filter(grid__in=page, role=Assignment.Role.LEAD)
            .values_list("grid_id", "member__name")
        )
        grid_counts = {g.pk: {"grids": 1, "led": int(g.pk in leads)} for g in page}
    else:
        counted, leads = figures.by_division(scope), {}
        grid_counts = _grid_counts(area.division)
    return [
        {
            "code": child.code,
            "name": child.name,
            "level": getattr(child, "level", "grid"),
            "bbox": bbox_of(child),
            "anchor": anchor_of(child),
            "lead": leads.get(child.pk),
        }
        | counted.of(child.pk).as_json()
        | grid_counts.get(child.pk, _NO_GRIDS)
        for child in page
    ]


def _with_lead(grids):
    leads = Assignment.objects.open().filter(role=Assignment.Role.LEAD, grid=OuterRef("pk"))
    return grids.filter(Exists(leads))


def _grid_counts(division: Division) -> dict[int, dict]:
    """{division id: {"grids", "led"}} of the division, and of its children."""
    leads = Assignment.objects.open().filter(role=Assignment.Role.LEAD, grid=OuterRef("pk"))
    rows = (
        Grid.objects.current()
        .filter(
            Q(village=division) | Q(village__parent=division) | Q(village__parent__parent=division)
        )
        .annotate(has_lead=Exists(leads))
        .values_list("village", "village__parent", "village__parent__parent")
        .annotate(grids=Count("pk"), led=Count("pk", filter=Q(has_lead=True)))
        .order_by()
    )
    counts: dict[int, dict] = {}
    for *ancestors, grids, led in rows:
        for pk in ancestors:
            sums = counts.setdefault(pk, {"grids": 0, "led": 0})
            sums["grids"] += grids
            sums["led"] += led
    return counts
