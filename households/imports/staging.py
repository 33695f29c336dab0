"""The way of a list into the database: COPY into a temporary table, then sets.

The temporary table ends with the transaction. COPY into the tables themselves is refused, for row
security binds us; and one statement for each thing that changes costs next to nothing.
"""

import io
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from django.db import connection

from core.importing import Progress
from core.morton import codes
from households.imports.columns import REST, Homes

CHUNK = 20_000

_CREATE = """
    CREATE TEMPORARY TABLE staged (
        -- Taken from the sequence now, so that the parts of a household need not look it up.
        id bigint NOT NULL DEFAULT nextval('households_household_id_seq'),
        known boolean NOT NULL DEFAULT false,
        changed boolean NOT NULL DEFAULT false,
        village_id bigint NOT NULL,
        household_no text NOT NULL,
        point geometry(Point, 4326),
        grid_id bigint,
        contact_name text, phone text, address text, members smallint, note text,
        colour_class_id bigint
    ) ON COMMIT DROP
"""
_COPY = f"COPY staged (village_id, point, grid_id, {', '.join(REST)}) FROM STDIN WITH (FORMAT csv)"

_FIND_KNOWN = """
    UPDATE staged AS s SET id = h.id, known = true
    FROM households_household AS h
    WHERE h.village_id = s.village_id AND h.household_no = s.household_no
"""
# A list without a position takes none away.
_MOVE = """
    WITH moved AS (
        UPDATE households_household AS h SET point = s.point, grid_id = s.grid_id
        FROM staged AS s
        WHERE s.known AND h.id = s.id AND s.point IS NOT NULL
          AND (h.point IS DISTINCT FROM s.point OR h.grid_id IS DISTINCT FROM s.grid_id)
        RETURNING h.id
    )
    UPDATE staged AS s SET changed = true FROM moved WHERE moved.id = s.id
"""
_IDENTITY = ("contact_name", "phone", "address", "members", "note")
_NEW = ", ".join(f"coalesce(s.{c}, i.{c})" for c in _IDENTITY)
_OLD = ", ".join(f"i.{c}" for c in _IDENTITY)
# An empty cell takes nothing away either.
_CORRECT = f"""
    WITH corrected AS (
        UPDATE households_householdidentity AS i SET ({", ".join(_IDENTITY)}) = ROW ({_NEW})
        FROM staged AS s
        WHERE s.known AND i.household_id = s.id AND ({_NEW}) IS DISTINCT FROM ({_OLD})
        RETURNING i.household_id
    )
    UPDATE staged AS s SET changed = true FROM corrected WHERE corrected.household_id = s.id
"""
_ADD = """
    INSERT INTO households_household
        (id, uuid, village_id, grid_id, household_no, point, slot, lapsed, proposed)
    SELECT id, gen_random_uuid(), village_id, grid_id, household_no, point, 0, false, false
    FROM staged WHERE NOT known
"""
_ADD_IDENTITY = """
    INSERT INTO households_householdidentity
        (household_id, contact_name, phone, address, members, note)
    SELECT id, coalesce(contact_name, ''), coalesce(phone, ''), coalesce(address, ''), members,
           coalesce(note, '')
    FROM staged AS s
    WHERE NOT EXISTS (
        SELECT FROM households_householdidentity AS i WHERE i.household_id = s.id)
"""
# A colour is only proposed, by nobody; and not to a family that has it or waits for an answer.
_PROPOSE = """
    WITH proposal AS (
        INSERT INTO households_classification
            (household_id, colour_class_id, help_offered, status, proposed_at)
        SELECT h.id, c.id, '', 'proposed', now()
        FROM staged AS s
        JOIN households_colourclass AS c ON c.id = s.colour_class_id
        JOIN households_household AS h ON h.id = s.id
        WHERE h.slot <> c.slot AND NOT h.proposed
        RETURNING household_id
    )
    UPDATE households_household AS h SET proposed = true
    FROM proposal WHERE proposal.household_id = h.id
"""


def stage(homes: Homes, villages: np.ndarray, lonlat: np.ndarray, grids: np.ndarray, progress):
    """Copy the readable rows; `villages` and `grids` are ids (-1: no grid), NaN is no position."""
    # In the order in which tiles read them: neighbours lie together in the table.
    order = np.lexsort((codes(lonlat), grids))
    with connection.cursor() as cursor, ThreadPoolExecutor(1) as copier:
        cursor.execute(_CREATE)
        copying = None
        for start in range(0, len(order), CHUNK):
            part = order[start : start + CHUNK]
            text = _csv_of(homes.rest, villages[part], lonlat[part], grids[part], part.tolist())
            # While the database takes in one part, the next is made ready.
            if copying:
                copying.result()
            copying = copier.submit(cursor.copy_expert, _COPY, io.StringIO(text), len(text))
            progress("写入暂存", start + len(part), len(order))
        copying.result()
        cursor.execute("ANALYZE staged (village_id, household_no, known)")


def _csv_of(rest: list[str], villages, lonlat, grids, part: list[int]) -> str:
    places = _ewkb(lonlat)
    for i in np.flatnonzero(np.isnan(lonlat[:, 0])):
        places[i] = ""
    grid_ids = ["" if grid < 0 else grid for grid in grids.tolist()]
    rows = zip(villages.tolist(), places, grid_ids, part, strict=True)
    return "\n".join([f"{village},{at},{grid},{rest[i]}" for village, at, grid, i in rows])


def _ewkb(lonlat: np.ndarray) -> list[str]:
    """Points of EPSG:4326 as the database writes them: byte order, type with SRID, x, y."""
    points = np.empty(
        len(lonlat), [("order", "u1"), ("type", "<u4"), ("srid", "<u4"), ("x", "<f8"), ("y", "<f8")]
    )
    points["order"], points["type"], points["srid"] = 1, 0x20000001, 4326
    points["x"], points["y"] = lonlat.T
    text, width = points.tobytes().hex(), 2 * points.itemsize
    return [text[i : i + width] for i in range(0, len(text), width)]


def write(*, propose: bool, progress: Progress) -> dict[str, int]:
    """Bring the tables to what is staged; return how many families are new, changed, proposed."""
    counts = {}
    with connection.cursor() as cursor:

        def run(what: str, sql: str) -> int:
            progress(what)
            cursor.execute(sql)
            return cursor.rowcount

        # Whatever is deferred must be done before keys can be set aside.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")
        # The planner knows nothing yet of tables that have just been filled, or emptied; a loop
        # over what it takes for three rows lasted ten minutes.
        cursor.execute("SET LOCAL enable_nestloop = off")
        cursor.execute("SELECT sec.set_household_keys_aside()")
        aside = cursor.fetchone()[0]
        run("比对已有家庭", _FIND_KNOWN)
        run("更新位置", _MOVE)
        run("更新联系信息", _CORRECT)
        counts["new"] = run("写入家庭", _ADD)
        run("写入联系信息", _ADD_IDENTITY)
        counts["proposals"] = run("提出颜色", _PROPOSE) if propose else 0
        cursor.execute("SELECT count(*) FROM staged WHERE changed")
        counts["updated"] = cursor.fetchone()[0]
        if aside:
            progress("建立索引和外键")
            cursor.execute("SELECT sec.return_household_keys()")
        cursor.execute("DROP TABLE staged")
        cursor.execute("SET LOCAL enable_nestloop = on")
    return counts
