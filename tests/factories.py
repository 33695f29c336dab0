"""A small invented district with one cast for all tests.

District 示例区 (999001) with towns 东镇 (999001101) and 西镇 (999001102). 东镇 has the villages 柳村
and 桃村, 西镇 has 杏村. 柳村 has two grids, the others one each; every grid has four families in a
row, of which the first is red and the second yellow.

chair: 东镇's chair · lan, mei: members in 柳村, each lead of one grid · hua: member in 桃村 ·
head: 柳村's chair · district: the district office · other_chair: 西镇's chair.
"""

from dataclasses import dataclass, field
from datetime import timedelta

from django.contrib.gis.geos import MultiPolygon, Point, Polygon
from django.utils import timezone

from accounts.models import Member, Role
from boundaries.models import Division, Level
from grids.models import Assignment, Grid
from households.models import Classification, ColourScheme, Household, HouseholdIdentity
from households.services import install_default_scheme

WEST, SOUTH, STEP = 113.80, 34.00, 0.02


def box(west: float, south: float, width: float = STEP, height: float = STEP) -> MultiPolygon:
    return MultiPolygon(
        Polygon.from_bbox((west, south, round(west + width, 6), round(south + height, 6))),
        srid=4326,
    )


def division(code: str, name: str, parent: Division | None = None, **fields) -> Division:
    level = {6: Level.DISTRICT, 9: Level.TOWN, 12: Level.VILLAGE}[len(code)]
    return Division.objects.create(code=code, name=name, level=level, parent=parent, **fields)


def member(username: str, role: Role, division: Division | None = None, **fields) -> Member:
    return Member.objects.create(
        username=username, name=f"示例{username}", role=role, division=division, **fields
    )


def grid(village: Division, number: int, geom: MultiPolygon) -> Grid:
    return Grid.objects.create(
        village=village,
        code=f"{village.code}{number:03}",
        name=f"{village.name}第{number}网格",
        geom=geom,
    )


def household(village: Division, no: str, grid: Grid | None, lon=None, lat=None, **fields):
    home = Household.objects.create(
        village=village,
        grid=grid,
        household_no=no,
        point=Point(lon, lat, srid=4326) if lon is not None else None,
        **fields,
    )
    HouseholdIdentity.objects.create(
        household=home,
        contact_name=f"示例户主{village.code[-3:]}{no}",
        phone=f"000{village.code[-3:]}{no[-4:]}",
        address=f"{village.name}示例路{no}号",
        members=3,
    )
    return home


def colour(home: Household, slot: int, *, by: Member, decided_by: Member, days: int = 30):
    """A confirmed colour, as households.services.confirm would leave it."""
    chosen = ColourScheme.objects.get(valid_to=None).classes.get(slot=slot)
    review_on = timezone.localdate() + timedelta(days=days)
    Classification.objects.create(
        household=home,
        colour_class=chosen,
        reason=chosen.reasons.first(),
        help_offered="每月上门陪伴一次",
        status=Classification.Status.CONFIRMED,
        proposed_by=by,
        decided_by=decided_by,
        decided_at=timezone.now(),
        review_on=review_on,
    )
    home.slot, home.review_on = slot, review_on
    home.save(update_fields=["slot", "review_on"])


@dataclass
class Cast:
    area: Division
    east: Division
    west: Division
    liu: Division
    tao: Division
    xing: Division
    liu1: Grid
    liu2: Grid
    tao1: Grid
    xing1: Grid
    scheme: ColourScheme
    district: Member
    chair: Member
    other_chair: Member
    head: Member
    lan: Member
    mei: Member
    hua: Member
    homes: dict[str, list[Household]] = field(default_factory=dict)


def build_cast() -> Cast:
    """Build the district described above; call it as the system."""
    area = division("999001", "示例区", geom=box(WEST, SOUTH, 4 * STEP, STEP))
    east = division("999001101", "东镇", area, geom=box(WEST + STEP, SOUTH, 3 * STEP, STEP))
    west = division("999001102", "西镇", area, geom=box(WEST, SOUTH))
    liu = division("999001101201", "柳村", east, geom=box(WEST + STEP, SOUTH, 2 * STEP, STEP))
    tao = division("999001101202", "桃村", east, geom=box(WEST + 3 * STEP, SOUTH))
    xing = division("999001102201", "杏村", west, geom=box(WEST, SOUTH))
    scheme = install_default_scheme(area)
    grids = {
        "liu1": grid(liu, 1, box(WEST + STEP, SOUTH)),
        "liu2": grid(liu, 2, box(WEST + 2 * STEP, SOUTH)),
        "tao1": grid(tao, 1, box(WEST + 3 * STEP, SOUTH)),
        "xing1": grid(xing, 1, box(WEST, SOUTH)),
    }
    people = {
        "district": member("district", Role.DISTRICT, area),
        "chair": member("chair", Role.TOWN, east),
        "other_chair": member("other_chair", Role.TOWN, west),
        "head": member("head", Role.VILLAGE, liu),
        "lan": member("lan", Role.MEMBER, liu),
        "mei": member("mei", Role.MEMBER, liu),
        "hua": member("hua", Role.MEMBER, tao),
    }
    for key, name in (("liu1", "lan"), ("liu2", "mei"), ("tao1", "hua")):
        Assignment.objects.create(grid=grids[key], member=people[name], role="lead")
    homes = {}
    for key, home_grid in grids.items():
        west_edge, south_edge = home_grid.geom.extent[:2]
        first = 1 if key != "liu2" else 5
        homes[key] = [
            household(
                home_grid.village,
                f"{first + i:04}",
                home_grid,
                round(west_edge + 0.004 * (i + 1), 6),
                south_edge + 0.01,
            )
            for i in range(4)
        ]
        colour(homes[key][0], 1, by=people["lan"], decided_by=people["chair"])
        colour(homes[key][1], 3, by=people["lan"], decided_by=people["chair"])
    return Cast(
        area=area, east=east, west=west, liu=liu, tao=tao, xing=xing,
        scheme=scheme, homes=homes, **grids, **people,
    )  # fmt: skip
