"""Finding a place by name, pinyin initials or code, and a household of one's own by its number."""

from django.db.models import Q

from accounts.models import Member
from boundaries.models import Division
from core.geometry import bbox_of, edges
from grids.models import Grid
from households.areas import OUTLINES
from households.models import Household

LIMIT = 20


def search(member: Member, text: str) -> dict:
    """`{"results": […], "more": bool}`: at most 20, places first, and whether there were others."""
    text = text.strip()
    if not text:
        return {"results": [], "more": False}
    divisions = (
        Division.objects.current()
        .filter(
            Q(name__icontains=text)
            | Q(initials__startswith=text.lower())
            | Q(code__startswith=text)
        )
        .select_related("parent__parent")
        .defer(*OUTLINES)
        .annotate(**edges("geom"))
        .order_by("level", "code")
    )
    grids = (
        Grid.objects.current()
        .filter(Q(name__icontains=text) | Q(code__startswith=text))
        .select_related("village__parent")
        .defer(*OUTLINES)
        .annotate(**edges("geom"))
        .order_by("code")
    )
    homes = (
        Household.objects.visible_to(member)
        .filter(household_no__istartswith=text)
        .select_related("village__parent", "grid")
        .order_by("village__code", "household_no")
    )
    found = [_division(d) for d in divisions[: LIMIT + 1]]
    found += [_grid(g) for g in grids[: LIMIT + 1 - len(found)]]
    found += [_household(h) for h in homes[: LIMIT + 1 - len(found)]]
    return {"results": found[:LIMIT], "more": len(found) > LIMIT}


def _way(*divisions: Division | None) -> str:
    return " · ".join(d.name for d in divisions if d is not None)


def _division(division: Division) -> dict:
    parent = division.parent
    return {
        "kind": division.level,
        "code": division.code,
        "name": division.name,
        "path": _way(parent and parent.parent, parent),
        "bbox": bbox_of(division),
    }


def _grid(grid: Grid) -> dict:
    return {
        "kind": "grid",
        "code": grid.code,
        "name": grid.name,
        "path": _way(grid.village.parent, grid.village),
        "bbox": bbox_of(grid),
    }


def _household(home: Household) -> dict:
    lon, lat = home.point.coords if home.point else (None, None)
    return {
        "kind": "household",
        "uuid": str(home.uuid),
        "code": home.grid.code if home.grid else home.village.code,
        "name": home.household_no,
        "path": _way(home.village.parent, home.village),
        "bbox": [lon, lat, lon, lat] if lon is not None else None,
    }
