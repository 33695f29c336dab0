"""The way of a list into the database: COPY into a temporary table, then sets; part by part.

A part is written in a thread of its own while the next is being read. The temporary table ends with the transaction. COPY into the tables themselves is refused, for row
security binds us; and one statement for each thing that changes costs next to nothing.
"""

import io
from concurrent.futures import Future, ThreadPoolExecutor

import numpy as np
from django.db import connection

from core.morton import codes
from households.imports.columns import REST, Homes

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

# All of a part at once: for each piece this thread would wait for the one that reads.
_CHUNK = 1 << 24

# Lists come village by village: naming those of the part spares it comparing with all families.
_FIND_KNOWN = """
    UPDATE staged AS s SET id = h.id, known = true
    FROM households_household AS h
    WHERE h.village_id = ANY (ARRAY (SELECT DISTINCT village_id FROM staged))
      AND h.village_id = s.village_id AND h.household_no = s.household_no
"""
# A sealed family is not there for a list either: what it says is laid aside for the case worker, and
# counted as it would be for a family that is not there, or only since the last list.
_LAY_ASIDE = """
    WITH said AS (
        UPDATE households_householdplace AS p SET listed = coalesce(old.listed, '{}') || s.cells
        FROM households_householdplace AS old
        JOIN households_household AS h ON h.id = old.household_id AND h.protection = 'sealed'
        JOIN (
            SELECT *, jsonb_strip_nulls(jsonb_build_object(
                'point', ST_AsText(point), 'contact_name', contact_name, 'phone', phone,
                'address', address, 'members', members, 'note', note,
                'colour_class_id', colour_class_id)) AS cells
            FROM staged WHERE NOT known
        ) AS s ON s.village_id = old.village_id AND s.household_no = old.household_no
        WHERE p.household_id = old.household_id
        RETURNING s.id, old.listed IS NULL AS new,
                  old.listed <> old.listed || s.cells AS changed,
                  old.listed IS NULL AND s.colour_class_id IS NOT NULL AS proposed
    ), gone AS (
        DELETE FROM staged USING said WHERE staged.id = said.id
    )
    SELECT count(*) FILTER (WHERE new), count(*) FILTER (WHERE changed),
           count(*) FILTER (WHERE proposed)
    FROM said
"""
# A list without a position takes none away. A shielded family's is elsewhere, where a trigger puts
# what is written here.
_MOVE = """
    WITH moved AS (
        UPDATE households_household AS h SET point = s.point, grid_id = s.grid_id
        FROM staged AS s LEFT JOIN households_householdplace AS p ON p.household_id = s.id
        WHERE s.known AND h.id = s.id AND s.point IS NOT NULL
          AND (coalesce(p.point, h.point) IS DISTINCT FROM s.point
               OR h.grid_id IS DISTINCT FROM s.grid_id)
        RETURNING h.id
    )
    UPDATE staged AS s SET changed = true FROM moved WHERE moved.id = s.id
"""
_IDENTITY = ("contact_name", "phone", "address", "members", "note")
_NEW = ", ".join(f"coalesce(s.{c}, i.{c})" for c in _IDENTITY)
_OLD = ", ".join(f"i.{c}" for c in _IDENTITY).replace("i.address", "coalesce(p.address, i.address)")
# An empty cell takes nothing away either.
_CORRECT = f"""
    WITH corrected AS (
        UPDATE households_householdidentity AS i SET ({", ".join(_IDENTITY)}) = ROW ({_NEW})
        FROM staged AS s LEFT JOIN households_householdplace AS p ON p.household_id = s.id
        WHERE s.known AND i.household_id = s.id
          AND ({_NEW.replace("i.address", "p.address, i.address")}) IS DISTINCT FROM ({_OLD})
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
    FROM staged WHERE NOT known
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


class Staging:
    """Within one transaction: `with Staging(...) as staging`, then `add` for each part.

    `rows` is how many the list has, as far as that is known: a long one sets keys aside. Afterwards
    `counts` says how many families are new, updated, proposed a colour.
    """

    def __init__(self, *, propose: bool, rows: int):
        self.counts = {"new": 0, "updated": 0, "proposals": 0}
        self._propose = propose
        self._rows = rows
        self._writing: Future | None = None

    def __enter__(self) -> "Staging":
        self._thread = ThreadPoolExecutor(1)
        self._cursor = connection.cursor()
        # What is deferred must be done before keys can be set aside.
        self._cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")
        self._cursor.execute("SELECT sec.set_household_keys_aside(%s)", [self._rows])
        self._keys_aside = self._cursor.fetchone()[0]
        self._cursor.execute("SELECT NOT EXISTS (SELECT FROM households_household)")
        # None to look for then, none to change.
        self._first = self._cursor.fetchone()[0]
        # The planner knows nothing of tables that are just being filled: a loop over what it took
        # for three rows lasted ten minutes.
        self._cursor.execute("SET LOCAL enable_nestloop = off")
        self._cursor.execute(_CREATE)
        return self

    def add(self, homes: Homes, villages: np.ndarray, lonlat: np.ndarray, grids: np.ndarray):
        """Write these rows; `villages` and `grids` are ids (-1: no grid), NaN is no position."""
        # In the order in which tiles read them: neighbours lie together in the table.
        order = np.lexsort((codes(lonlat), grids))
        text = _csv_of(homes.rest, villages[order], lonlat[order], grids[order], order.tolist())
        self._wait()
        self._writing = self._thread.submit(self._write, text, homes.with_colour)

    def _wait(self) -> None:
        if self._writing:
            self._writing.result()

    def _write(self, text: str, with_colour: bool) -> None:
        self._cursor.copy_expert(_COPY, io.StringIO(text), _CHUNK)
        if not self._first:
            self._run("ANALYZE staged (village_id, household_no, known)")
            self._run(_FIND_KNOWN)
            self._lay_aside()
            self._run(_MOVE)
            self._run(_CORRECT)
            self._cursor.execute("SELECT count(*) FROM staged WHERE changed")
            self.counts["updated"] += self._cursor.fetchone()[0]
        self.counts["new"] += self._run(_ADD)
        self._run(_ADD_IDENTITY)
        if with_colour and self._propose:
            self.counts["proposals"] += self._run(_PROPOSE)
        self._run("TRUNCATE staged")

    def _lay_aside(self) -> None:
        self._cursor.execute("SELECT EXISTS (SELECT FROM households_householdplace)")
        if not self._cursor.fetchone()[0]:  # nobody is protected, nobody sealed
            return
        self._cursor.execute(_LAY_ASIDE)
        new, changed, proposed = self._cursor.fetchone()
        self.counts["new"] += new
        self.counts["updated"] += changed
        self.counts["proposals"] += proposed if self._propose else 0

    def _run(self, sql: str) -> int:
        self._cursor.execute(sql)
        return self._cursor.rowcount

    def __exit__(self, kind, error, trace) -> None:
        try:
            if kind is None:
                self._wait()
                self._run("DROP TABLE staged")
                self._run("SET LOCAL enable_nestloop = on")
                if self._keys_aside:
                    self._run("SELECT sec.return_household_keys()")
        finally:
            self._thread.shutdown()
            self._cursor.close()


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
