"""One seeded district for every measurement: 18 towns, 454 villages, their grids and families.

Invented from end to end: villages are cells of a lattice near 34° N 114° E, each cut into strips or
blocks as grids, and families stand in three clusters a village. Written as the owner and by COPY,
because making it is not what is measured.
"""

import io
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property

import numpy as np
import shapely
from django.utils import timezone

from accounts.models import Role
from households.defaults import FIVE_COLOURS

TOWNS, VILLAGES, PER_COLUMN = 18, 454, 22
WEST, SOUTH, WIDE, HIGH = 113.60, 33.90, 0.022, 0.018
# How a village is cut: columns × rows. On average six and a half grids.
CUTS = np.array([(2, 3), (3, 2), (7, 1), (1, 7)])
# Share of the families without a colour, and with those of slots 1 to 5.
COLOURS = [0.6, 0.04, 0.01, 0.07, 0.15, 0.13]
DIVISION = 1_000  # the first village's id; towns count from 101, the district is 100
DISTRICT_CODE = "990003"


@dataclass(frozen=True)
class Homes:
    """Families as columns, in the order of their ids: 1, 2, 3 …"""

    village: np.ndarray  # index of the village, 0 to 453
    number: np.ndarray  # counted from 1 in each village
    lon: np.ndarray
    lat: np.ndarray
    grid: np.ndarray  # index of the grid
    slot: np.ndarray

    def __len__(self) -> int:
        return len(self.village)


@dataclass(frozen=True)
class District:
    """What stands in the database; ids are index + first id."""

    village_codes: list[str]
    village_boxes: np.ndarray  # 454 × 4: west, south, east, north
    grid_village: np.ndarray
    grid_boxes: np.ndarray
    homes: Homes

    @cached_property
    def members(self) -> dict[str, int]:
        """One of each role: its id. Of the members one whose grids hold families."""
        staff, leads = _staff(self)
        first = {role.value: i for i, (_, role, _) in reversed(list(enumerate(staff, 1)))}
        held = set((np.unique(self.homes.grid) + 1).tolist())
        lead = next((member for grid, member in leads if grid in held), first[Role.MEMBER])
        return first | {Role.MEMBER.value: lead}


def plan(households: int, seed: int) -> District:
    """The district as arrays, the same for the same seed."""
    rng = np.random.default_rng(seed)
    town = np.arange(VILLAGES) * TOWNS // VILLAGES
    codes = [f"{DISTRICT_CODE}{101 + t:03}{201 + v:03}" for v, t in enumerate(town)]
    column, row = np.divmod(np.arange(VILLAGES), PER_COLUMN)
    corner = np.column_stack([WEST + column * WIDE, SOUTH + row * HIGH])
    village_boxes = np.hstack([corner, np.add(corner, [WIDE, HIGH])]).round(6)
    cuts = CUTS[rng.integers(len(CUTS), size=VILLAGES)]
    grid_village = np.repeat(np.arange(VILLAGES), cuts.prod(axis=1))
    first = np.concatenate([[0], np.cumsum(cuts.prod(axis=1))[:-1]])
    place = np.arange(len(grid_village)) - first[grid_village]
    grid_boxes = _cells(village_boxes[grid_village], cuts[grid_village], place)

    weight = rng.lognormal(0, 0.5, VILLAGES)
    village = np.sort(rng.choice(VILLAGES, size=households, p=weight / weight.sum()))
    number = np.arange(households) - np.searchsorted(village, village) + 1
    hamlets = rng.uniform(0.15, 0.85, (VILLAGES, 3, 2))
    spot = hamlets[village, rng.integers(3, size=households)]
    spot = (spot + rng.normal(0, 0.06, (households, 2))).clip(0.01, 0.99)
    box = village_boxes[village]
    at = (box[:, :2] + spot * (box[:, 2:] - box[:, :2])).round(6)
    return District(
        village_codes=codes,
        village_boxes=village_boxes,
        grid_village=grid_village,
        grid_boxes=grid_boxes,
        homes=Homes(
            village=village,
            number=number,
            lon=at[:, 0],
            lat=at[:, 1],
            grid=_grid_of(village, spot, cuts, first),
            slot=rng.choice(6, size=households, p=COLOURS),
        ),
    )


def _cells(boxes: np.ndarray, cuts: np.ndarray, place: np.ndarray) -> np.ndarray:
    """The `place`-th cell of each box cut into columns × rows; edges are shared to the last bit."""
    across, down = np.divmod(place, cuts[:, 1])
    edges = []
    for low, high, index, parts in ((0, 2, across, cuts[:, 0]), (1, 3, down, cuts[:, 1])):
        span = boxes[:, high] - boxes[:, low]
        edges.append(boxes[:, low] + span * index / parts)
        edges.append(boxes[:, low] + span * (index + 1) / parts)
    west, east, south, north = edges
    return np.column_stack([west, south, east, north]).round(6)


def _grid_of(village, spot, cuts, first) -> np.ndarray:
    across, down = np.floor(spot * cuts[village]).astype(int).T
    return first[village] + across * cuts[village, 1] + down


def copy(cursor, table: str, columns: str, rows: Iterable[tuple]) -> None:
    """COPY plain values: no tab, no backslash, no line break among them."""
    lines = ("\t".join("\\N" if v is None else str(v) for v in row) for row in rows)
    cursor.copy_expert(
        f"COPY {table} ({columns}) FROM STDIN", io.StringIO("".join(f"{line}\n" for line in lines))
    )


def outlines(boxes: np.ndarray) -> list[str]:
    shapes = shapely.multipolygons(shapely.box(*boxes.T)[:, None])
    return shapely.to_wkb(shapely.set_srid(shapes, 4326), hex=True, include_srid=True).tolist()


def places(lon: np.ndarray, lat: np.ndarray) -> list[str]:
    points = shapely.set_srid(shapely.points(lon, lat), 4326)
    return shapely.to_wkb(points, hex=True, include_srid=True).tolist()


def build(cursor_owner, households: int = 250_000, seed: int = 1) -> District:
    """Fill an empty database; the cursor is the owner's, inside a transaction."""
    d = plan(households, seed)
    today = timezone.localdate()
    town_of = np.arange(VILLAGES) * TOWNS // VILLAGES
    _divisions(cursor_owner, d, town_of)
    copy(
        cursor_owner,
        "grids_grid",
        "id, village_id, code, name, geom, opened_on",
        zip(
            range(1, len(d.grid_village) + 1),
            d.grid_village + DIVISION,
            _grid_codes(d),
            (f"示例网格{i}" for i in range(1, len(d.grid_village) + 1)),
            outlines(d.grid_boxes),
            [today] * len(d.grid_village),
            strict=True,
        ),
    )
    _members(cursor_owner, d)
    _scheme(cursor_owner, today)
    _homes(cursor_owner, d.homes, today)
    for table in ("boundaries_division", "grids_grid", "accounts_member", "households_household"):
        cursor_owner.execute(
            f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), greatest(max(id), 1)) FROM {table}"
        )
    return d


def _grid_codes(d: District) -> list[str]:
    first = np.searchsorted(d.grid_village, d.grid_village)
    place = np.arange(len(d.grid_village)) - first + 1
    return [d.village_codes[v] + f"{n:03}" for v, n in zip(d.grid_village, place, strict=True)]


def _divisions(cursor, d: District, town_of: np.ndarray) -> None:
    columns = "id, code, own_code, level, parent_id, name, initials, geom, outline_invented"
    villages = shapely.box(*d.village_boxes.T)
    towns = [shapely.union_all(villages[town_of == t]) for t in range(TOWNS)]
    whole = [shapely.union_all(towns)]

    def hexes(shapes):
        many = [s if s.geom_type == "MultiPolygon" else shapely.MultiPolygon([s]) for s in shapes]
        return shapely.to_wkb(shapely.set_srid(many, 4326), hex=True, include_srid=True)

    rows = [(100, DISTRICT_CODE, "", "district", None, "示例区", "slq", hexes(whole)[0], True)]
    rows += [
        (
            101 + t,
            f"{DISTRICT_CODE}{101 + t:03}",
            "",
            "town",
            100,
            f"示例{t + 1}镇",
            "slz",
            geom,
            True,
        )
        for t, geom in enumerate(hexes(towns))
    ]
    rows += [
        (DIVISION + v, code, "", "village", 101 + town_of[v], f"示例{v + 1}村", "slc", geom, True)
        for v, (code, geom) in enumerate(
            zip(d.village_codes, outlines(d.village_boxes), strict=True)
        )
    ]
    copy(cursor, "boundaries_division", columns, rows)


def _staff(d: District) -> tuple[list[tuple[str, Role, int]], list[tuple[int, int]]]:
    """A chair for each town and village, and a member for every two grids: (name, role, place) in
    the order of their ids, and who leads what: (grid id, member id)."""
    staff = [
        ("district", Role.DISTRICT, 100),
        ("steward", Role.STEWARD, 100),
        ("auditor", Role.AUDITOR, 100),
        ("sysadmin", Role.SYSADMIN, 100),
        *((f"town{t}", Role.TOWN, 101 + t) for t in range(TOWNS)),
        *((f"village{v}", Role.VILLAGE, DIVISION + v) for v in range(VILLAGES)),
    ]
    leads = []
    for v in range(VILLAGES):
        grids = np.flatnonzero(d.grid_village == v) + 1
        for pair in np.split(grids, range(2, len(grids), 2)):
            staff.append((f"member{len(staff)}", Role.MEMBER, DIVISION + v))
            leads += [(grid, len(staff)) for grid in pair.tolist()]
    return staff, leads


def _members(cursor, d: District) -> None:
    staff, leads = _staff(d)
    copy(
        cursor,
        "accounts_member",
        "id, password, username, name, role, division_id, is_active,"
        " password_given, password_set_at, is_demo",
        (
            (i, "!", name, f"示例{name}", role.value, division, True, False, "now", False)
            for i, (name, role, division) in enumerate(staff, 1)
        ),
    )
    copy(
        cursor,
        "grids_assignment",
        "grid_id, member_id, role, started_at",
        ((grid, member, "lead", "2026-01-01") for grid, member in leads),
    )


def _scheme(cursor, today) -> None:
    cursor.execute(
        "INSERT INTO households_colourscheme (id, county_id, version, name, valid_from)"
        " OVERRIDING SYSTEM VALUE VALUES (1, 100, 1, '五色家庭工作法', %s)",
        [today],
    )
    columns = [key for key in FIVE_COLOURS[0] if key != "reasons"]
    copy(
        cursor,
        "households_colourclass",
        f"id, scheme_id, {', '.join(columns)}",
        ((c["slot"], 1, *(c[key] for key in columns)) for c in FIVE_COLOURS),
    )


def _homes(cursor, homes: Homes, today) -> None:
    n = len(homes)
    ids = range(1, n + 1)
    numbers = [f"{k:05}" for k in homes.number]
    tables = "households_household", "households_householdidentity"
    # COPY is refused where row security binds; the owner may lift it from herself.
    for table in tables:
        cursor.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
    copy(
        cursor,
        tables[0],
        "id, uuid, village_id, grid_id, household_no, point, slot, review_on, lapsed, proposed",
        zip(
            ids,
            (uuid.UUID(int=i * 0x9E3779B97F4A7C15 << 60 & (1 << 128) - 1) for i in ids),
            homes.village + DIVISION,
            homes.grid + 1,
            numbers,
            places(homes.lon, homes.lat),
            homes.slot,
            (today + timedelta(days=30 + i % 60) if slot else None
             for i, slot in enumerate(homes.slot.tolist())),
            [False] * n,
            [False] * n,
            strict=True,
        ),
    )  # fmt: skip
    copy(
        cursor,
        tables[1],
        "household_id, contact_name, phone, address, members, note",
        (
            (i, f"示例户主{i}", f"000{i:08}", f"示例路{i}号", 1 + i % 6, "")
            for i in ids
        ),
    )  # fmt: skip
    # The triggers of the foreign keys wait for the commit; a table they wait for cannot be altered.
    cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    for table in tables:
        cursor.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
