"""Row security alone, table by table: what each member reads, and that she writes nothing of another's."""

import json

import pytest
from django.db import DatabaseError, IntegrityError, connection, connections, transaction

from core.scope import acting_as, acting_as_system
from tests.matrix.oracle import Oracle

READERS = (
    "lan", "hua", "kin", "former", "coming", "standin", "head", "tao_head", "chair", "other_chair",
    "worker", "glass", "stale_glass", "former_worker", "kin_worker", "lead", "stranger", "steward",
    "west_steward", "district", "partner", "sysadmin", "auditor", "left",
)  # fmt: skip

_SEEN = """
    SELECT member, home FROM territorial UNION SELECT member, home FROM casework
    UNION SELECT r.steward_id, r.household_id FROM rights_request r WHERE r.state = 'open'
"""
_PARTS = (
    "SELECT s.member, t.{key}::text FROM ({seen}) AS s JOIN {table} t ON t.household_id = s.home"
)
_NOBODY = "SELECT 0, '' WHERE false"
_FILES = """
    SELECT w.member, w.file FROM casework w UNION
    SELECT o.id, k.id FROM office o JOIN boundaries_division d ON d.id = o.division_id
    JOIN cases_case k ON k.district_id = d.id WHERE o.role = 'caseworker' AND d.level = 'district'
"""


_APART = " WHERE NOT t.apart OR (s.member, s.home) IN (SELECT member, home FROM casework)"


def _part(table: str, key: str = "id") -> str:
    return _PARTS.format(seen=_SEEN, table=table, key=key)


_VISITS, _NEEDS = _part("visits_visit") + _APART, _part("support_need") + _APART


# A steward whose request it is gets the words of the family's file, not its disputes.
_WORKING = "SELECT member, home FROM territorial UNION SELECT member, home FROM casework"
_DISPUTES = _PARTS.format(seen=_WORKING, table="disputes_dispute", key="id") + _APART
_OF_DISPUTES = f"SELECT d.member, p.id::text FROM ({_DISPUTES}) AS d (member, dispute)" + (
    " JOIN {table} p ON p.dispute_id::text = d.dispute"
)
_LED_FLAGS = """
    SELECT o.id, f.id::text FROM office o JOIN boundaries_division d ON d.id = o.division_id
    JOIN disputes_violenceflag f ON f.district_id = d.id WHERE o.role = 'caseworker' AND d.level = 'district'
"""


# Which rows a member reads, by (member, key of the row), where nothing has been logged.
READS = {
    "households_household": f"SELECT member, home::text FROM ({_SEEN}) AS s",
    "households_householdidentity": _part("households_householdidentity", "household_id"),
    "households_person": _part("households_person"),
    "households_classification": _part("households_classification"),
    "households_objection": _part("households_objection"),
    "households_familystatement": _part("households_familystatement", "household_id"),
    "households_goodword": _part("households_goodword"),
    "households_claim": _part("households_claim"),
    "households_gridspell": _part("households_gridspell"),
    "households_conflict": """
        SELECT t.member, c.id::text FROM households_conflict c
        JOIN territorial t ON t.home = c.household_id JOIN home_in h ON h.home = c.household_id
        WHERE c.member_id = t.member OR (t.member, h.village) IN (SELECT member, place FROM chairs)
    """,
    "visits_visit": _VISITS,
    "support_need": _NEEDS,
    "support_help": f"SELECT n.member, p.id::text FROM ({_NEEDS}) AS n (member, need)"
    " JOIN support_help p ON p.need_id::text = n.need",
    "support_event": "SELECT o.id, e.id::text FROM office o CROSS JOIN support_event e"
    " WHERE o.role IN ('member', 'village', 'town', 'district')",
    "disputes_dispute": _DISPUTES,
    **{
        table: _OF_DISPUTES.format(table=table)
        for table in (
            "disputes_party",
            "disputes_session",
            "disputes_disputestep",
            "disputes_supervision",
        )
    },
    "disputes_referral": _OF_DISPUTES.format(table="disputes_referral")
    + """
        UNION SELECT o.id, r.id::text FROM office o JOIN disputes_referral r
        ON o.role = 'partner' AND r.body = o.body AND r.division_id = o.division_id
    """,
    # Whoever deals out the cases learns of it, and the case's own worker.
    "disputes_violenceflag": _LED_FLAGS
    + """
        UNION SELECT w.member, f.id::text FROM casework w
        JOIN disputes_dispute d ON d.household_id = w.home
        JOIN disputes_violenceflag f ON f.dispute_id = d.id
    """,
    "disputes_disputetext": _NOBODY,
    "disputes_packet": _NOBODY,
    "disputes_victimword": _NOBODY,
    # S3 and S4 show themselves to a transaction that has logged the look, and to no other.
    "visits_visitnote": _NOBODY,
    "support_needtext": _NOBODY,
    "households_personsensitive": _NOBODY,
    "households_householdplace": _NOBODY,
    "cases_concern": _NOBODY,
    "cases_violencerecord": _NOBODY,
    "rights_tombstone": _NOBODY,
    "cases_case": f"SELECT f.member, f.file::text FROM ({_FILES}) AS f",
    "cases_caseassignment": f"""
        SELECT f.member, a.id::text FROM ({_FILES}) AS f
        JOIN cases_caseassignment a ON a.case_id = f.file
    """,
    "cases_breakglass": f"""
        SELECT g.member_id, g.id::text FROM cases_breakglass g UNION
        SELECT o.id, g.id::text FROM office o CROSS JOIN cases_breakglass g WHERE o.role = 'auditor'
        UNION SELECT f.member, g.id::text FROM ({_FILES}) AS f
        JOIN office o ON o.id = f.member JOIN boundaries_division d ON d.id = o.division_id
        JOIN cases_breakglass g ON g.case_id = f.file WHERE d.level = 'district'
    """,
    "cases_breakglassnotice": "SELECT recipient_id, id::text FROM cases_breakglassnotice",
    "transfers_importjob": "SELECT by_id, id::text FROM transfers_importjob",
    "transfers_export": """
        SELECT e.by_id, e.id::text FROM transfers_export e UNION
        SELECT o.id, e.id::text FROM office o CROSS JOIN transfers_export e WHERE o.role = 'steward'
    """,
    "rights_request": """
        SELECT o.id, r.id::text FROM office o JOIN places p ON o.division_id IN (p.id, p.up, p.top)
        JOIN rights_request r ON r.division_id = p.id WHERE o.role = 'steward'
    """,
    "audit_accessrecord": """
        SELECT a.member_id, a.id::text FROM audit_accessrecord a UNION
        SELECT o.id, a.id::text FROM office o CROSS JOIN audit_accessrecord a WHERE o.role = 'auditor'
        UNION SELECT w.member, a.id::text FROM casework w
        JOIN cases_case k ON k.id = w.file JOIN households_household h ON h.id = w.home
        LEFT JOIN households_householdplace p ON p.household_id = h.id
        JOIN audit_accessrecord a ON k.uuid IN (a.subject, a.household)
            OR h.uuid IN (a.subject, a.household) OR p.uuid IN (a.subject, a.household)
    """,
}
# What changes without being read first: {table: (column = value, who may)}.
CHANGES = {
    "cases_breakglassnotice": ("remark = 'x'", READS["cases_breakglassnotice"]),
    "cases_caseassignment": (
        "ended_at = now()",
        """
        SELECT o.id, a.id::text FROM office o JOIN boundaries_division d ON d.id = o.division_id
        JOIN cases_case k ON k.district_id = d.id JOIN cases_caseassignment a ON a.case_id = k.id
        WHERE o.role = 'caseworker' AND d.level = 'district'
        """,
    ),
    "households_householdplace": ("address = 'x'", _NOBODY),
    "disputes_dispute": (
        "state = 'mediation'",
        f"SELECT d.member, d.dispute FROM ({_DISPUTES}) AS d (member, dispute)"
        " JOIN office o ON o.id = d.member WHERE o.role IN ('member', 'village', 'caseworker')",
    ),
    "disputes_referral": ("state = 'received'", None),
    "disputes_supervision": (
        "ended_at = now()",
        f"SELECT s.member, s.key FROM ({_OF_DISPUTES.format(table='disputes_supervision')})"
        " AS s (member, key) JOIN office o ON o.id = s.member"
        " WHERE o.role IN ('village', 'caseworker')",
    ),
    "disputes_violenceflag": ("seen_by_id = sec.uid()", _LED_FLAGS),
    "support_need": (
        "state = 'ended', ended_because = 'moved', closed_by_id = sec.uid(), closed_at = now()",
        f"SELECT n.member, n.need FROM ({_NEEDS}) AS n (member, need)"
        " JOIN office o ON o.id = n.member WHERE o.role IN ('member', 'village', 'caseworker')",
    ),
    # Whoever sees the family writes; what stood there before, she does not read.
    "households_personsensitive": (
        "health = 'x'",
        f"SELECT s.member, p.id::text FROM ({_SEEN}) AS s JOIN households_person p"
        " ON p.household_id = s.home",
    ),
    "transfers_importjob": ("progress = 'x'", READS["transfers_importjob"]),
    "transfers_export": ("remark = 'x'", READS["transfers_export"]),
    "households_householdidentity": ("note = 'x'", None),
    "households_classification": ("refusal = 'x'", None),
    "households_familystatement": ("text = 'x'", None),
    "households_objection": ("answer = 'x'", None),
    # Any steward of the desk may take a request over.
    "rights_request": ("answer = ''", READS["rights_request"]),
}


def scoped_tables() -> list[str]:
    with connections["owner"].cursor() as cursor:
        cursor.execute("SELECT relname FROM pg_class WHERE relrowsecurity ORDER BY relname")
        return [name for (name,) in cursor.fetchall()]


def key_of(table: str) -> str:
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            "SELECT a.attname FROM pg_index i JOIN pg_attribute a"
            " ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]"
            " WHERE i.indisprimary AND i.indrelid = %s::regclass",
            [table],
        )
        return cursor.fetchone()[0]


@pytest.fixture(scope="module")
def tables(world, django_db_blocker):
    with django_db_blocker.unblock():
        return {table: key_of(table) for table in scoped_tables()}


@pytest.fixture(scope="module")
def oracle():
    return Oracle()


def everything(table: str, key: str) -> dict[str, dict]:
    """All rows, as the system sees them."""
    with (
        transaction.atomic(using="owner"),
        acting_as_system("test"),
        connections["owner"].cursor() as cursor,
    ):
        cursor.execute(f'SELECT "{key}"::text, to_jsonb(t)::text FROM "{table}" AS t')
        rows = {k: json.loads(row) for k, row in cursor.fetchall()}
    # A trigger refuses a new family that is protected, before row security is asked.
    return {k: row for k, row in rows.items() if row.get("protection", "none") == "none"}


def _signed(row: dict) -> set:
    return {row.get(name) for name in ("raised_by_id", "written_by_id", "by_id", "led_by_id")}


def attempt(member, statement: str, params=()) -> int:
    """How many rows the statement touches, as the runtime role acting for a member; undone."""
    try:
        with transaction.atomic(), acting_as(member.pk), connection.cursor() as cursor:
            cursor.execute(statement, params)
            transaction.set_rollback(True)
            return cursor.rowcount
    except DatabaseError as error:
        if isinstance(error, IntegrityError) or "row-level security" not in str(error):
            if "permission denied" in str(error):
                return 0
            # A constraint or trigger stopped it, not the policy: the row was within reach.
            return 1
        return 0


def test_each_member_reads_the_rows_that_are_hers(world, oracle, tables):
    assert set(READS) <= set(tables)
    wrong = []
    for who in READERS:
        member = world.people[who]
        with transaction.atomic(), acting_as(member.pk), connection.cursor() as cursor:
            for table, sql in READS.items():
                cursor.execute(f'SELECT "{tables[table]}"::text FROM "{table}"')
                read = {key for (key,) in cursor.fetchall()}
                hers = {key for m, key in oracle.pairs(sql) if m == member.pk and who != "left"}
                if read != hers:
                    wrong.append(f"{who} {table}: too much {read - hers}, missing {hers - read}")
    assert not wrong, "\n".join(wrong)


def test_no_table_shows_a_row_of_a_family_that_is_not_hers(world, oracle, tables):
    """Those for which there is no statement above: history, and whatever comes."""
    wrong = []
    for table in set(tables) - set(READS):
        with connections["owner"].cursor() as cursor:
            cursor.execute(f'SELECT * FROM "{table}" LIMIT 0')
            columns = [c.name for c in cursor.description]
        if "household_id" not in columns:
            continue
        for who in READERS:
            member = world.people[who]
            seen = {h for m, h in oracle.pairs(_SEEN) if m == member.pk}
            with transaction.atomic(), acting_as(member.pk), connection.cursor() as cursor:
                cursor.execute(f'SELECT DISTINCT household_id FROM "{table}"')
                read = {home for (home,) in cursor.fetchall() if home is not None}
            if read - seen:
                wrong.append(f"{who} {table}: {read - seen}")
    assert not wrong, "\n".join(wrong)


def test_nobody_deletes_what_she_does_not_see(world, oracle, tables):
    wrong = []
    for table in tables:
        for who in READERS:
            member = world.people[who]
            hers = {k for m, k in oracle.pairs(READS.get(table, _NOBODY)) if m == member.pk}
            gone = attempt(member, f'DELETE FROM "{table}"')
            if gone > (len(hers) if who != "left" else 0):
                wrong.append(f"{who} deletes {gone} rows of {table}")
    assert not wrong, "\n".join(wrong)


def test_nobody_changes_what_is_not_hers(world, oracle, tables):
    wrong = []
    for table, (change, may) in CHANGES.items():
        for who in READERS:
            member = world.people[who]
            sql = READS[table] if may is None else may
            hers = {k for m, k in oracle.pairs(sql) if m == member.pk and who != "left"}
            changed = attempt(member, f'UPDATE "{table}" SET {change}')
            if changed > len(hers):
                wrong.append(f"{who} changes {changed} rows of {table}, hers are {len(hers)}")
    assert not wrong, "\n".join(wrong)


def test_nobody_adds_a_row_that_she_could_not_read(world, oracle, tables):
    """A copy of another's row, under a new key: neither in her own name nor in hers."""
    wrong = []
    for table, key in tables.items():
        rows = everything(table, key)
        with connections["owner"].cursor() as cursor:
            cursor.execute(
                "SELECT string_agg(quote_ident(attname), ', ') FROM pg_attribute"
                " WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped"
                " AND attgenerated = ''",
                [table],
            )
            columns = cursor.fetchone()[0]
        for who in READERS:
            member = world.people[who]
            hers = {k for m, k in oracle.pairs(READS.get(table, _NOBODY)) if m == member.pk}
            foreign = [
                row
                for k, row in sorted(rows.items())
                # What she says in her own name of what is hers, she need not be able to read.
                if k not in hers and member.pk not in _signed(row)
            ]
            if not foreign:
                continue
            added = attempt(
                member,
                f'INSERT INTO "{table}" ({columns})'
                f' SELECT {columns} FROM jsonb_populate_record(NULL::"{table}", %s::jsonb)',
                [json.dumps(foreign[0])],
            )
            if added:
                wrong.append(f"{who} adds to {table}: {str(foreign[0])[:120]}")
    assert not wrong, "\n".join(wrong)
