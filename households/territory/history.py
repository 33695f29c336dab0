"""Who answered for a grid or a household on a day, and where grids lay then."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

import orjson
from django.contrib.gis.db.models.functions import AsGeoJSON
from django.db.models import Q
from django.utils import timezone

from accounts.models import Member
from boundaries.models import Division
from core.errors import NotFound
from grids.models import Assignment, Grid, GridVersion
from households.models import Claim, GridSpell, Household


@dataclass(frozen=True)
class Answered:
    grid_id: int | None
    leads: list[Member] = field(default_factory=list)
    supports: list[Member] = field(default_factory=list)
    covers: list[Member] = field(default_factory=list)
    claims: list[Member] = field(default_factory=list)


def end_of(day: date) -> datetime:
    """The last moment of a day here: whoever answered at its end answered on it."""
    midnight = timezone.make_aware(datetime.combine(day + timedelta(days=1), time()))
    return midnight - timedelta(microseconds=1)


def who_answered(household: Household, day: date) -> Answered:
    return who_answered_at(household, end_of(day))


def who_answered_at(household: Household, moment: datetime) -> Answered:
    spell = (
        GridSpell.objects.filter(household=household, until__gt=moment)
        .order_by("until", "pk")
        .first()
    )
    grid_id = spell.grid_id if spell else household.grid_id
    claims = Claim.objects.filter(
        Q(ended_at=None) | Q(ended_at__gt=moment), household=household, started_at__lte=moment
    ).select_related("member")
    return grid_answered_at(grid_id, moment, claims=[c.member for c in claims])


def grid_answered(grid: Grid, day: date) -> Answered:
    return grid_answered_at(grid.pk, end_of(day))


def grid_answered_at(grid_id: int | None, moment: datetime, claims=()) -> Answered:
    found = Answered(grid_id, claims=list(claims))
    role = Assignment.Role
    into = {role.LEAD: found.leads, role.SUPPORT: found.supports, role.COVER: found.covers}
    held = Assignment.objects.at(moment).filter(grid=grid_id).select_related("member")
    for a in held.order_by("started_at", "pk"):
        into[a.role].append(a.member)
    return found


def as_json(answered: Answered, day: date) -> dict:
    grid = Grid.objects.filter(pk=answered.grid_id).only("code", "name").first()
    people = {
        part: [{"id": m.pk, "name": m.name} for m in getattr(answered, part)]
        for part in ("leads", "supports", "covers", "claims")
    }
    return {"on": day, "grid": {"code": grid.code, "name": grid.name} if grid else None} | people


def grid_history(code: str, day: date) -> dict:
    """Who answered for a grid on a day, when it stood, and what it came from and became."""
    grid = (
        Grid.objects.filter(code=code)
        .only("code", "name", "opened_on", "closed_on")
        .order_by("-opened_on", "-pk")
        .first()
    )
    if grid is None:
        raise NotFound("没有找到这个网格。")

    def lines(queryset, end: str) -> list[dict]:
        rows = queryset.order_by("change__at", "pk").values_list(
            f"{end}__code", f"{end}__name", "share", "change__at"
        )
        return [{"code": c, "name": n, "share": round(s, 4), "at": at} for c, n, s, at in rows]

    return as_json(grid_answered(grid, day), day) | {
        "opened_on": grid.opened_on,
        "closed_on": grid.closed_on,
        "came_from": lines(grid.came_from, "parent"),
        "became": lines(grid.became, "child"),
    }


def days_of(place: Division) -> list[dict]:
    """Days on which grids of a place were drawn, closed, redrawn or given to other people.

    Oldest first. What a new or closed grid brings with it is not counted as a change of its people.
    """
    today = timezone.localdate()
    here = Division.objects.under(place).values("pk")
    stood = {
        pk: {opened, closed}
        for pk, opened, closed in Grid.objects.filter(village__in=here).values_list(
            "pk", "opened_on", "closed_on"
        )
    }
    versions = GridVersion.objects.filter(grid__village__in=here)
    parts = Assignment.objects.filter(grid__village__in=here)
    found = {
        "drawn": Grid.objects.filter(village__in=here).values_list("opened_on", "pk"),
        "closed": Grid.objects.filter(village__in=here).values_list("closed_on", "pk"),
        "redrawn": versions.values_list("until__date", "grid"),
        "people": parts.values_list("started_at__date", "grid").union(
            parts.values_list("ended_at__date", "grid")
        ),
    }
    days = defaultdict(lambda: {what: set() for what in found})
    for what, rows in found.items():
        for day, grid in rows:
            comes_with_it = what in ("redrawn", "people") and day in stood[grid]
            if day is not None and day <= today and not comes_with_it:
                days[day][what].add(grid)
    return [{"on": day} | {what: len(s) for what, s in days[day].items()} for day in sorted(days)]


def territory_on(place: Division, day: date) -> dict:
    """The grids that stood at the end of a day, as they lay then, and who led them: GeoJSON."""
    moment = end_of(day)
    grids = list(
        Grid.objects.filter(
            Q(closed_on=None) | Q(closed_on__gt=day),
            village__in=Division.objects.under(place).values("pk"),
            opened_on__lte=day,
        )
        .annotate(outline=AsGeoJSON("geom", precision=6))
        .values("pk", "code", "name", "opened_on", "outline")
        .order_by("code")
    )
    earlier = {}
    versions = (
        GridVersion.objects.filter(grid__in=[g["pk"] for g in grids], until__gt=moment)
        .annotate(outline=AsGeoJSON("geom", precision=6))
        .order_by("-until", "-pk")
    )
    for grid_id, name, outline in versions.values_list("grid_id", "name", "outline"):
        earlier[grid_id] = {"name": name, "outline": outline}
    role = Assignment.Role
    held = {
        (grid, part): (member, name)
        for grid, part, member, name in Assignment.objects.at(moment)
        .filter(role__in=[role.LEAD, role.COVER], grid__in=[g["pk"] for g in grids])
        .order_by("started_at", "pk")
        .values_list("grid", "role", "member", "member__name")
    }
    nobody = (None, None)
    changed = set(
        Assignment.objects.filter(
            Q(started_at__date=day) | Q(ended_at__date=day, ended_at__lte=timezone.now()),
            grid__in=[g["pk"] for g in grids],
        ).values_list("grid", flat=True)
    ) | set(
        GridVersion.objects.filter(grid__in=[g["pk"] for g in grids], until__date=day).values_list(
            "grid", flat=True
        )
    )
    return {
        "type": "FeatureCollection",
        "on": day,
        "features": [
            {
                "type": "Feature",
                "id": f"g{g['pk']}",
                "geometry": orjson.Fragment(earlier.get(g["pk"], g)["outline"]),
                "properties": {
                    "code": g["code"],
                    "name": earlier.get(g["pk"], g)["name"],
                    "lead": held.get((g["pk"], role.LEAD), nobody)[1],
                    "changed": g["pk"] in changed or g["opened_on"] == day,
                    "lead_id": held.get((g["pk"], role.LEAD), nobody)[0],
                    "cover": held.get((g["pk"], role.COVER), nobody)[1],
                },
            }
            for g in grids
        ],
    }
