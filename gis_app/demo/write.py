"""The demo's rows, from arrays into the database: staged by COPY, joined and inserted in sets.

COPY straight into a table with row security is refused, so everything passes through temporary
tables, which know nothing of it.
"""

import io
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta

import numpy as np
import shapely
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.contrib.gis.geos import GEOSGeometry, Point
from django.utils import timezone

from accounts.models import Body, Member, Role
from boundaries.models import Division, Level
from boundaries.services.names import initials
from boundaries.services.outlines import area_m2
from core.morton import DEEPEST, spread
from gis_app.demo.arrange import Demo
from gis_app.demo.colours import confirmed_slots
from grids.models import Assignment, Grid

# Every invented household's uuid begins so and is of version 8 ("own scheme", RFC 9562). Real ones
# are random, of version 4: no real family can be taken for an invented one.
MARK = "de30de30"
UUID = f"""overlay(overlay(overlay(md5(%(seed)s || '/' || h.n)
    PLACING '{MARK}' FROM 1) PLACING '8' FROM 13) PLACING '8' FROM 17)::uuid"""
MARKED = f"{MARK}-____-8%"
# Django takes this for "no password": nobody can sign in with it.
NO_PASSWORD = "!"
ACCOUNTS = (
    "district", "town", "village", "member", "caseworker", "steward", "sysadmin", "auditor",
    "partner",
)  # fmt: skip
# Every table that the demo fills; whatever refers to another comes first.
TABLES = (
    "rights_step", "rights_restriction", "rights_request",
    "cases_breakglassnotice", "cases_breakglass", "cases_violencerecord", "cases_caseassignment",
    "cases_case", "cases_concern",
    "visits_visitnote", "visits_visit",
    "disputes_victimword", "disputes_violenceflag", "disputes_packet", "disputes_disputetext",
    "disputes_referral", "disputes_supervision", "disputes_disputestep", "disputes_session",
    "disputes_party", "disputes_dispute",
    "support_help", "support_needtext", "support_need", "support_event",
    "households_objection", "households_familystatement", "households_goodword",
    "households_fairnessreview", "households_fairnessfigure",
    "households_conflict", "households_claim", "households_classification",
    "households_personsensitive", "households_person", "households_householdidentity",
    "households_household", "households_colourreason", "households_colourclass",
    "households_colourscheme", "grids_assignment", "grids_grid", "accounts_rolechange",
    "accounts_session", "mfa_authenticator", "core_keptanswer", "accounts_member",
    "boundaries_divisionchange", "boundaries_divisionversion", "boundaries_division",
    "boundaries_importbatch",
)  # fmt: skip


def stage(cursor, name: str, columns: str, rows: Iterable[tuple]) -> None:
    """Make a temporary table of these columns and fill it; None is null."""
    cursor.execute(f"CREATE TEMPORARY TABLE {name} ({columns}) ON COMMIT DROP")
    names = ", ".join(column.split()[0] for column in columns.split(",") if "DEFAULT" not in column)
    lines = io.StringIO()
    for row in rows:
        lines.write("\t".join(r"\N" if cell is None else str(cell) for cell in row) + "\n")
    lines.seek(0)
    cursor.copy_expert(f"COPY {name} ({names}) FROM STDIN", lines)


def _as_django(geometry, srid: int) -> GEOSGeometry:
    """As a MultiPolygon, which is what every outline column holds."""
    if geometry.geom_type == "Polygon":
        geometry = shapely.MultiPolygon([geometry])
    return GEOSGeometry(memoryview(shapely.to_wkb(geometry)), srid=srid)


def write_divisions(demo: Demo) -> dict[str, Division]:
    """The district, its towns and villages, by code. Only the district's outline is real."""
    county, coarse = demo.county, demo.coarse
    by_code: dict[str, Division] = {}
    for level, codes, names, outlines in (
        (Level.DISTRICT, [county.code], [county.name], [county.outline]),
        (Level.TOWN, county.town_codes, county.town_names, demo.outlines.towns),
        (Level.VILLAGE, county.village_codes, county.village_names, demo.outlines.villages),
    ):
        made = [
            Division(
                code=code,
                level=level,
                parent=by_code.get(code[:-3]),
                name=name,
                initials=initials(name),
                geom=_as_django(outline, 4326),
                coarse_3857=_as_django(coarsened, 3857),
                area_m2=area_m2(outline),
                outline_invented=level != Level.DISTRICT,
            )
            for code, name, outline, coarsened in zip(
                codes, names, outlines, coarse[level], strict=True
            )
        ]
        by_code |= {division.code: division for division in Division.objects.bulk_create(made)}
    return by_code


def write_grids(demo: Demo, divisions: dict[str, Division], today: date) -> list[Grid]:
    outlines, codes = demo.outlines, demo.county.village_codes
    return Grid.objects.bulk_create(
        Grid(
            village=(village := divisions[codes[which]]),
            code=f"{village.code}{number:03}",
            name=f"{village.name}第{number}网格",
            geom=_as_django(outline, 4326),
            coarse_3857=_as_django(coarsened, 3857),
            opened_on=today - timedelta(days=400),
        )
        for which, number, outline, coarsened in zip(
            outlines.village_of_grid, outlines.number_of_grid, outlines.grids, demo.coarse["grid"],
            strict=True,
        )
    )  # fmt: skip


def write_staff(
    demo: Demo, divisions: dict[str, Division], grids: list[Grid], password: str, today: date
) -> list[Member]:
    """Members and what they answer for. Only the accounts of these names can sign in."""
    county, staff = demo.county, demo.staff
    codes = {"town": county.town_codes, "village": county.village_codes}
    codes["member"] = codes["village"]
    members = Member.objects.bulk_create(
        Member(
            username=post.username,
            name=post.name,
            role=post.role,
            division=divisions[codes[post.role][post.place] if post.role in codes else county.code],
            home=None if np.isnan(lon) else Point(lon, lat, srid=4326),
            password=make_password(password) if post.username in ACCOUNTS else NO_PASSWORD,
            is_demo=True,
        )
        for post, (lon, lat) in zip(staff.posts, demo.members_homes.tolist(), strict=True)
    )
    # Answers for no place of the demo, so she is none of its posts.
    Member.objects.create(
        username="partner",
        name="示例公安联络员",
        role=Role.PARTNER,
        body=Body.POLICE,
        division=divisions[county.code],
        password=make_password(password),
        is_demo=True,
    )
    midnight = timezone.make_aware(datetime.combine(today, time()))
    parts = [(g, p, Assignment.Role.LEAD) for g, p in enumerate(staff.lead) if p >= 0]
    parts += [(g, p, Assignment.Role.SUPPORT) for g, p in staff.support]
    Assignment.objects.bulk_create(
        Assignment(
            grid=grids[g],
            member=members[p],
            role=role,
            started_at=midnight - timedelta(days=30 + g % 300),
        )
        for g, p, role in parts
    )
    return members


def stage_ids(cursor, grids: list[Grid], members: list[Member]) -> None:
    stage(
        cursor, "demo_grid", "n int, id bigint, village_id bigint",
        ((n, grid.pk, grid.village_id) for n, grid in enumerate(grids)),
    )  # fmt: skip
    stage(cursor, "demo_post", "n int, id bigint", ((n, m.pk) for n, m in enumerate(members)))


def morton(lonlat: np.ndarray) -> np.ndarray:
    """The z22 Morton code of each point, as `sec.morton22` has it; only to order by."""
    lon, lat = lonlat[:, 0], np.radians(lonlat[:, 1])
    x = np.floor((lon + 180) / 360 * 2**DEEPEST).astype(np.int64)
    y = np.floor((1 - np.log(np.tan(lat) + 1 / np.cos(lat)) / np.pi) / 2 * 2**DEEPEST)
    return spread(x) | spread(y.astype(np.int64)) << 1


def write_households(cursor, demo: Demo, seed: int, today: date) -> None:
    """Households with their identities, laid down in the order of `qk`, as tiles read them."""
    homes, decisions = demo.homes, demo.decisions
    total = len(homes.grid)
    slot, review = confirmed_slots(decisions, total), np.zeros(total, int)
    lapsed, proposed = np.zeros(total, bool), np.zeros(total, bool)
    confirmed = decisions.status == "confirmed"
    review[decisions.household[confirmed]] = decisions.review_in_days[confirmed]
    lapsed[decisions.household[decisions.status == "lapsed"]] = True
    proposed[decisions.household[decisions.status == "proposed"]] = True
    order = np.argsort(morton(homes.lonlat), kind="stable")
    columns = [
        order, homes.grid[order], homes.number[order], *homes.lonlat[order].T, homes.placed[order],
        slot[order], review[order], lapsed[order], proposed[order], demo.people[order],
    ]  # fmt: skip
    stage(
        cursor, "demo_home",
        "n int, grid int, number int, lon float8, lat float8, placed bool, slot int, review int,"
        " lapsed bool, proposed bool, people int,"
        " id bigint DEFAULT nextval('households_household_id_seq')",
        zip(*(column.tolist() for column in columns), strict=True),
    )  # fmt: skip
    cursor.execute(
        f"""
        INSERT INTO households_household
            (id, uuid, village_id, grid_id, household_no, point, slot, review_on, lapsed, proposed)
        SELECT h.id, {UUID}, g.village_id, CASE WHEN placed THEN g.id END,
               lpad(number::text, greatest(4, length(number::text)), '0'),
               CASE WHEN placed THEN ST_SetSRID(ST_MakePoint(lon, lat), 4326) END,
               slot, CASE WHEN slot > 0 THEN %(today)s::date + review END, lapsed, proposed
        FROM demo_home AS h JOIN demo_grid AS g ON g.n = h.grid
        ORDER BY h.id
        """,
        {"seed": seed, "today": today},
    )
    cursor.execute(
        """
        INSERT INTO households_householdidentity
            (household_id, contact_name, phone, address, members, note)
        SELECT h.id, '示例户' || no, '000' || lpad(h.n::text, 8, '0'),
               v.name || '示例路' || no || '号', people, ''
        FROM (SELECT *, lpad(number::text, greatest(4, length(number::text)), '0') AS no
              FROM demo_home) AS h
        JOIN demo_grid AS g ON g.n = h.grid
        JOIN boundaries_division AS v ON v.id = g.village_id
        ORDER BY h.id
        """
    )


def write_decisions(cursor, demo: Demo, scheme_id: int, today: date) -> None:
    d = demo.decisions
    stage(
        cursor, "demo_decision",
        "home int, slot int, reason int, help text, status text, proposer int, proposed int,"
        " decider int, decided int, review int",
        zip(
            d.household.tolist(), d.slot.tolist(), d.reason.tolist(), d.help_offered,
            d.status.tolist(), d.proposed_by.tolist(), d.proposed_days_ago.tolist(),
            d.decided_by.tolist(), d.decided_days_ago.tolist(), d.review_in_days.tolist(),
            strict=True,
        ),
    )  # fmt: skip
    cursor.execute(
        """
        INSERT INTO households_classification
            (household_id, colour_class_id, reason_id, help_offered, status, proposed_by_id,
             proposed_at, decided_by_id, decided_at, review_on)
        SELECT h.id, c.id, r.id, d.help, d.status, p.id,
               (%(today)s::date - d.proposed + time '10:00') AT TIME ZONE %(zone)s,
               b.id,
               CASE WHEN b.id IS NOT NULL
                    THEN (%(today)s::date - d.decided + time '15:00') AT TIME ZONE %(zone)s END,
               CASE WHEN b.id IS NOT NULL THEN %(today)s::date + d.review END
        FROM demo_decision AS d
        JOIN demo_home AS h ON h.n = d.home
        JOIN households_colourclass AS c ON c.scheme_id = %(scheme)s AND c.slot = d.slot
        LEFT JOIN (
            SELECT id, colour_class_id,
                   row_number() OVER (PARTITION BY colour_class_id ORDER BY id) - 1 AS k
            FROM households_colourreason
        ) AS r ON r.colour_class_id = c.id AND r.k = d.reason
        LEFT JOIN demo_post AS p ON p.n = d.proposer
        LEFT JOIN demo_post AS b ON b.n = d.decider
        ORDER BY h.id
        """,
        {"today": today, "zone": settings.TIME_ZONE, "scheme": scheme_id},
    )
    stage(cursor, "demo_claim", "home int, post int", demo.claims)
    cursor.execute(
        """
        INSERT INTO households_claim (household_id, member_id, started_at)
        SELECT h.id, m.id, (%s::date - 10 - d.home %% 150) AT TIME ZONE %s
        FROM demo_claim AS d
        JOIN demo_home AS h ON h.n = d.home JOIN demo_post AS m ON m.n = d.post
        ORDER BY h.id
        """,
        (today, settings.TIME_ZONE),
    )


# Of every fifty families one: enough to see how a family is shown, and quickly made.
_PEOPLE = """
    INSERT INTO households_person
        (uuid, household_id, name, relation, birth_year, phone, has_sensitive)
    SELECT md5(i.uuid || '/' || k)::uuid, h.id, '示例家人' || i.household_no || '之' || k,
           (ARRAY['head', 'spouse', 'child'])[k], %(year)s - (ARRAY[41, 39, 9])[k],
           CASE WHEN k < 3 THEN '000' || lpad((h.n * 3 + k)::text, 8, '0') ELSE '' END, k = 3
    FROM demo_home AS h JOIN households_household AS i ON i.id = h.id,
         generate_series(1, 3) AS k
    WHERE h.n %% 50 = 1
    ORDER BY h.n, k
"""
_SENSITIVE = """
    INSERT INTO households_personsensitive
        (person_id, health, disability, income, care, written_by_id, written_at)
    SELECT p.id, '', '', '', '示例：平日由祖父母照看（虚构）', m.id, now()
    FROM households_person AS p, accounts_member AS m
    WHERE p.has_sensitive AND m.username = 'member'
"""


def write_people(cursor, today: date) -> None:
    """Persons in some of the families, plainly invented."""
    cursor.execute(_PEOPLE, {"year": today.year})
    cursor.execute(_SENSITIVE)


def erase(cursor) -> None:
    """Take away the demo. Call it only where nothing else is in the database."""
    cursor.execute("SELECT sec.forget_demo()")
    for table in TABLES:
        cursor.execute(f"DELETE FROM {table}")
