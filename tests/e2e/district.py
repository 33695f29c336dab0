"""A district wide enough to drill through: two towns, four villages, eight grids, 96 families.

示例区 (999001) is 0.4° wide. 东镇 (999001101) lies in its east with 柳村 and 桃村, 西镇 in its west
with 杏村 and 枣村; every village has a northern and a southern grid with twelve families around the
middle. 李庄 is a village of 西镇 whose outline nobody knows yet.
"""

from dataclasses import dataclass

from django.contrib.auth.hashers import make_password
from django.db import transaction

from accounts.models import Member, Role
from boundaries.models import Division
from core.scope import acting_as_system
from grids.models import Assignment, Grid
from households.models import Household
from households.services import install_default_scheme
from tests.factories import box, colour, division, household, member

WEST, SOUTH = 113.80, 34.00
VILLAGE_WIDTH, GRID_HEIGHT = 0.1, 0.07
HEIGHT = 2 * GRID_HEIGHT
PASSWORD = "e2e-Only-for-tests-26"
SERVICE_ROLES = [Role.CASEWORKER, Role.STEWARD, Role.SYSADMIN, Role.AUDITOR]


@dataclass
class District:
    area: Division
    east: Division
    liu: Division
    liu1: Grid
    homes: dict[str, list[Household]]  # by grid code, in the order of their numbers
    people: dict[str, Member]


def build() -> District:
    with acting_as_system("e2e"), transaction.atomic():
        return _build()


def _build() -> District:
    area = division(
        "999001", "示例区", geom=box(WEST, SOUTH, 4 * VILLAGE_WIDTH, HEIGHT), initials="slq"
    )
    towns = {
        name: division(code, name, area, geom=box(x, SOUTH, 2 * VILLAGE_WIDTH, HEIGHT), **fields)
        for code, name, x, fields in [
            ("999001101", "东镇", WEST + 2 * VILLAGE_WIDTH, {"initials": "dz"}),
            ("999001102", "西镇", WEST, {"initials": "xz", "outline_invented": True}),
        ]
    }
    install_default_scheme(area)
    villages = {
        name: division(
            code, name, towns[town], geom=box(x, SOUTH, VILLAGE_WIDTH, HEIGHT), initials=initials
        )
        for code, name, initials, town, x in [
            ("999001101201", "柳村", "lc", "东镇", WEST + 2 * VILLAGE_WIDTH),
            ("999001101202", "桃村", "tc", "东镇", WEST + 3 * VILLAGE_WIDTH),
            ("999001102201", "杏村", "xc", "西镇", WEST),
            ("999001102202", "枣村", "zc", "西镇", WEST + VILLAGE_WIDTH),
        ]
    }
    division("999001102203", "李庄", towns["西镇"], initials="lz")
    people = {
        "district": member("district", Role.DISTRICT, area),
        "chair": member("chair", Role.TOWN, towns["东镇"]),
        "head": member("head", Role.VILLAGE, villages["柳村"]),
        "lan": member("lan", Role.MEMBER, villages["柳村"]),
        "mei": member("mei", Role.MEMBER, villages["柳村"]),
    } | {role.value: member(role.value, role) for role in SERVICE_ROLES}
    # One hash for all: making nine takes a second.
    password = make_password(PASSWORD)
    for who in people.values():
        who.password, who.is_demo = password, True
        who.save(update_fields=["password", "is_demo"])

    grids, homes = {}, {}
    for village in villages.values():
        west = village.geom.extent[0]
        for number, south in [(1, SOUTH + GRID_HEIGHT), (2, SOUTH)]:
            grid = Grid.objects.create(
                village=village,
                code=f"{village.code}{number:03}",
                name=f"{village.name}第{number}网格",
                geom=box(west, south, VILLAGE_WIDTH, GRID_HEIGHT),
            )
            grids[grid.code] = grid
            homes[grid.code] = [
                household(
                    village,
                    f"{12 * (number - 1) + i + 1:04}",
                    grid,
                    round(west + VILLAGE_WIDTH / 2 + 0.0006 * (i % 4 - 1.5), 6),
                    round(south + GRID_HEIGHT / 2 + 0.0006 * (i // 4 - 1), 6),
                )
                for i in range(12)
            ]
            for home, slot in zip(homes[grid.code], [1, 3, 3, 4, 4, 4, 5, 5], strict=False):
                colour(home, slot, by=people["lan"], decided_by=people["chair"])
    household(villages["柳村"], "0090", None)
    for who, code in [("lan", "999001101201001"), ("mei", "999001101201002")]:
        Assignment.objects.create(grid=grids[code], member=people[who], role="lead")
    return District(
        area=area,
        east=towns["东镇"],
        liu=villages["柳村"],
        liu1=grids["999001101201001"],
        homes=homes,
        people=people,
    )
