"""A third town for the assign page: its grids are split, merged and published, so nobody else uses it.

南镇 (999001103) lies south of the district of district.py. 桐村 has two grids side by side with 24
families each and four members, who lead none of them but the first; until 20 days ago di led the
second. 槐村 is east of it, with two grids, one above the other, and one member. All began 60 days ago.
"""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from accounts.models import Role
from boundaries.models import Division
from core.scope import acting_as_system
from grids.models import Assignment, Draft, Grid, Leave
from tests.e2e.district import SOUTH as NORTH_OF_IT
from tests.e2e.district import WEST, District
from tests.factories import box, colour, division, grid, household, member

SIDE = 0.02
SOUTH = round(NORTH_OF_IT - SIDE, 6)
TONG, HUAI = "999001103201", "999001103202"


def build(district: District) -> None:
    with acting_as_system("e2e"), transaction.atomic():
        _build(district)


def _build(district: District) -> None:
    town = division(
        "999001103", "南镇", district.area, geom=box(WEST, SOUTH, 2 * SIDE, SIDE), initials="nz"
    )
    tong = division(TONG, "桐村", town, geom=box(WEST, SOUTH, SIDE, SIDE), initials="tc")
    huai = division(HUAI, "槐村", town, geom=box(WEST + SIDE, SOUTH, SIDE, SIDE), initials="hc")
    people = {
        "south": member("south", Role.TOWN, town),
        "south2": member("south2", Role.TOWN, town),
        "tong": member("tong", Role.VILLAGE, tong),
        "huaimei": member("huaimei", Role.MEMBER, huai),
    } | {name: member(name, Role.MEMBER, tong) for name in ["an", "bo", "ce", "di"]}
    half = SIDE / 2
    grids = [
        grid(tong, 1, box(WEST, SOUTH, half, SIDE)),
        grid(tong, 2, box(WEST + half, SOUTH, half, SIDE)),
        grid(huai, 1, box(WEST + SIDE, SOUTH + half, SIDE, half)),
        grid(huai, 2, box(WEST + SIDE, SOUTH, SIDE, half)),
    ]
    for which, village in enumerate([tong, tong, huai, huai]):
        west, south, east, north = grids[which].geom.extent
        for i in range(24):
            # Four by six, away from the edges and not in line.
            x = west + (east - west) * (0.14 + 0.24 * (i % 4) + 0.01 * (i % 3))
            y = south + (north - south) * (0.1 + 0.16 * (i // 4) + 0.008 * (i % 5))
            home = household(
                village, f"{24 * (which % 2) + i + 1:04}", grids[which], round(x, 6), round(y, 6)
            )
            slot = 1 if i in (0, 14) else 4
            colour(home, slot, by=people["an"], decided_by=people["south"])
    opened, left = (timezone.now() - timedelta(days=n) for n in (60, 20))
    Grid.objects.filter(village__in=[tong, huai]).update(opened_on=timezone.localdate(opened))
    for place, name, until in [(0, "an", None), (1, "di", left), (2, "huaimei", None)]:
        Assignment.objects.create(
            grid=grids[place], member=people[name], role="lead", started_at=opened, ended_at=until
        )
    district.people.update(people)


def without_drafts() -> None:
    """Every test begins with what is published, and nobody away."""
    with acting_as_system("e2e"), transaction.atomic():
        town = Division.objects.get(code="999001103")
        waiting = Draft.objects.filter(scope__in=Division.objects.under(town))
        waiting.exclude(state="published").update(state="discarded")
        Assignment.objects.filter(role="cover").delete()
        Leave.objects.all().delete()
