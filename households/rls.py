"""Does row security keep its promises? Asked of the catalogue, not of our migrations."""

from dataclasses import dataclass

from django.db import connection

# A table is scoped when it leads, by however many foreign keys, to one of these.
ROOTS = (
    "households_household", "households_householdtally", "audit_accessrecord",
    "households_indexchange", "households_placechange", "households_identitychange",
    "households_sensitivechange",
)  # fmt: skip


@dataclass(frozen=True)
class Fault:
    what: str
    why: str


_CHECKS = {
    "table without forced row security": """
        WITH RECURSIVE scoped(oid) AS (
            SELECT unnest(%(roots)s::regclass[])::oid
            UNION
            SELECT c.conrelid FROM pg_constraint AS c JOIN scoped AS s ON c.confrelid = s.oid
            WHERE c.contype = 'f'
        )
        SELECT c.oid::regclass::text FROM pg_class AS c JOIN scoped USING (oid)
        WHERE NOT (c.relrowsecurity AND c.relforcerowsecurity)
    """,
    "table with row security but without a policy": """
        SELECT c.oid::regclass::text FROM pg_class AS c
        WHERE c.relrowsecurity AND NOT EXISTS (SELECT FROM pg_policy AS p WHERE p.polrelid = c.oid)
    """,
    "policy that lets everybody through": """
        SELECT polrelid::regclass || '.' || polname FROM pg_policy
        WHERE (pg_get_expr(polqual, polrelid) = 'true'
               OR pg_get_expr(polwithcheck, polrelid) = 'true')
          AND (polroles = '{0}' OR current_user::regrole = ANY (polroles))
    """,
    "policy whose scope is asked once per row": """
        SELECT polrelid::regclass || '.' || polname FROM pg_policy
        WHERE regexp_replace(
                  coalesce(pg_get_expr(polqual, polrelid), '')
                  || coalesce(pg_get_expr(polwithcheck, polrelid), ''),
                  '\\( SELECT sec\\.[a-z_]+\\(\\)', '', 'g') ~ 'sec\\.'
    """,
    "view, which would return every row": """
        SELECT c.oid::regclass::text FROM pg_class AS c JOIN pg_namespace AS n
          ON n.oid = c.relnamespace
        WHERE n.nspname IN ('public', 'sec')
          AND (c.relkind = 'm' OR c.relkind = 'v' AND NOT coalesce(
              array_to_string(c.reloptions, ',') ~ 'security_invoker=(true|on|1)', false))
          AND NOT EXISTS (SELECT FROM pg_depend AS d WHERE d.objid = c.oid AND d.deptype = 'e')
    """,
    "security definer function without a fixed search path": """
        SELECT p.oid::regprocedure::text FROM pg_proc AS p JOIN pg_namespace AS n
          ON n.oid = p.pronamespace
        WHERE p.prosecdef AND n.nspname IN ('public', 'sec')
          AND coalesce(array_to_string(p.proconfig, ','), '') !~ 'search_path='
          AND NOT EXISTS (SELECT FROM pg_depend AS d WHERE d.objid = p.oid AND d.deptype = 'e')
    """,
    "security definer function that nobody has reviewed": """
        SELECT p.oid::regprocedure::text FROM pg_proc AS p JOIN pg_namespace AS n
          ON n.oid = p.pronamespace
        WHERE p.prosecdef AND n.nspname IN ('public', 'sec')
          AND NOT p.oid::regprocedure::text = ANY (%(reviewed)s)
          AND NOT EXISTS (SELECT FROM pg_depend AS d WHERE d.objid = p.oid AND d.deptype = 'e')
    """,
    "runtime role that row security does not bind": """
        SELECT rolname::text FROM pg_roles
        WHERE rolname = current_user AND (rolsuper OR rolbypassrls)
    """,
    "role that goes round row security and may write, or read the key of the scope": """
        SELECT r.rolname || ' ' || c.oid::regclass
        FROM pg_roles AS r CROSS JOIN pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
        WHERE r.rolbypassrls AND NOT r.rolsuper
          AND n.nspname IN ('public', 'sec') AND c.relkind = 'r'
          AND (has_table_privilege(r.oid, c.oid, 'INSERT, UPDATE, DELETE, TRUNCATE')
               OR c.oid = 'sec.scope_key'::regclass
                  AND has_table_privilege(r.oid, c.oid, 'SELECT'))
    """,
    "runtime role that owns a table": """
        SELECT c.oid::regclass::text FROM pg_class AS c JOIN pg_namespace AS n
          ON n.oid = c.relnamespace
        WHERE n.nspname IN ('public', 'sec') AND c.relkind IN ('r', 'p')
          AND pg_has_role(current_user, c.relowner, 'MEMBER')
    """,
    "setting by which the server's log would hold names": """
        SELECT s.name || ' = ' || s.setting
        FROM pg_settings AS s JOIN (VALUES
            ('log_min_error_statement', 'panic'), ('log_error_verbosity', 'terse'),
            ('log_parameter_max_length_on_error', '0'), ('log_statement', 'none'),
            ('log_min_duration_statement', '-1'), ('log_min_duration_sample', '-1'),
            ('log_transaction_sample_rate', '0')
        ) AS safe (name, setting) ON s.name = safe.name AND s.setting <> safe.setting
    """,
    "runtime role that may wait without end": """
        SELECT name FROM pg_settings
        WHERE name IN ('statement_timeout', 'idle_in_transaction_session_timeout')
          AND reset_val = '0'
    """,
    "key of the scope that the runtime role may read": """
        SELECT 'sec.scope_key' WHERE has_table_privilege('sec.scope_key', 'SELECT')
    """,
    "table kept by triggers that the runtime role may write": """
        SELECT t FROM unnest(%(kept)s) AS t
        WHERE has_table_privilege(t, 'INSERT') OR has_table_privilege(t, 'UPDATE')
           OR has_table_privilege(t, 'DELETE') OR has_table_privilege(t, 'TRUNCATE')
    """,
    "scoped table that the runtime role may truncate": """
        SELECT c.oid::regclass::text FROM pg_class AS c
        WHERE c.relrowsecurity AND has_table_privilege(c.oid, 'TRUNCATE')
    """,
}

# Every function that runs with the owner's rights, each read by a person. To add one: does it
# return or change anything that its caller may not see? Then narrow it.
REVIEWED = [
    "sec.my_role()",
    "sec.log_access(bigint,text,text,text,uuid,uuid,text,text)",
    "sec.opened()",
    "sec.my_case_files()",
    "sec.seal_access_log()",
    "sec.forget_answers()",
    "sec.subject()",
    "sec.me()",
    "sec.my_grids()",
    "sec.my_villages()",
    "sec.my_claims()",
    "sec.my_conflicts()",
    "sec.bump_by_kin()",
    "sec.released()",
    "sec.released_ledger(date,date)",
    "sec.household_counts()",
    "sec.bump(bigint[])",
    "sec.bump_by_division()",
    "sec.bump_by_grid()",
    "sec.bump_by_village()",
    "grids_keep_version()",
    "sec.keep_spells()",
    "sec.only_demo()",
    "sec.forget_demo()",
    "sec.history_of_household()",
    "sec.history_of_classification()",
    "sec.history_of_claim()",
    "sec.history_of_conflict()",
    "sec.history_of_grid()",
    "sec.history_of_assignment()",
    "sec.history_of_householdidentity()",
    "sec.history_of_person()",
    "sec.history_of_personsensitive()",
    "sec.history_of_familystatement()",
    "sec.take_colour_away()",
    "sec.tally_insert()",
    "sec.tally_update()",
    "sec.tally_delete()",
    "sec.set_household_keys_aside(bigint)",
    "sec.return_household_keys()",
    "sec.household_keys_are_back()",
    "sec.my_cases()",
    "sec.led_district()",
    "sec.is_auditor()",
    "sec.open_case()",
    "sec.break_glass(uuid,text)",
    "sec.opened_cases()",
    "sec.my_case_clocks()",
    "sec.keep_protection()",
    "sec.keep_address()",
    "sec.keep_offices()",
    "sec.settle_shielded(bigint[])",
    "sec.my_kins_disputes()",
    "sec.my_referrals()",
    "sec.keep_disputes()",
    "sec.keep_dispute_places()",
    "sec.set_apart()",
    "sec.case_of_flag()",
    "sec.step_of_dispute()",
    "sec.my_requests()",
    "sec.not_to_be_used()",
    "sec.my_desk()",
    "sec.file_request(text,text,text,text,text,text,text,date,date)",
    "sec.erase_by_request(bigint,boolean)",
    "sec.erase_again(uuid[])",
    "sec.forget_history(timestamp with time zone)",
]


def faults(kept: list[str]) -> list[Fault]:
    """Every broken promise, as the runtime role finds it; `kept` are trigger-kept tables."""
    found = []
    with connection.cursor() as cursor:
        for why, sql in _CHECKS.items():
            cursor.execute(sql, {"roots": list(ROOTS), "reviewed": REVIEWED, "kept": kept})
            found += [Fault(what, why) for (what,) in cursor.fetchall()]
        cursor.execute("SELECT count(*) FROM households_household")
        if cursor.fetchone()[0]:
            found.append(Fault("households_household", "rows visible without a scope"))
    return found
