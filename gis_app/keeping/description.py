"""What a database holds, in few numbers: the rows of each table, its policies, grants, functions.

Taken when a backup is made and again inside the restore, before it is allowed to end.
"""

import json

# Nobody stays signed in through a restore, and answers to writes are kept for a day only; the key that
# signs scopes is each installation's own; and PostGIS brings its coordinate systems itself.
WITHOUT_ROWS = ("public.accounts_session", "public.core_keptanswer", "public.spatial_ref_sys")
LEFT_OUT = ("sec.scope_key",)

# So that a value is always written in the same way.
SAME_WRITING = """
    SET search_path = ''; SET timezone = 'UTC'; SET datestyle = 'ISO, YMD';
    SET intervalstyle = 'postgres'; SET extra_float_digits = 1; SET bytea_output = 'hex';
"""

_TABLES = """
    SELECT n.nspname || '.' || c.relname,
           (SELECT string_agg(quote_ident(a.attname), ', ' ORDER BY a.attname)
            FROM pg_attribute AS a
            -- What the database computes from the rest is not kept: it is computed again, and
            -- another build of PostGIS may do it a billionth of a metre apart.
            WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
              AND a.attgenerated = '')
    FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
    WHERE c.relkind = 'r' AND n.nspname IN ('public', 'sec')
      AND NOT EXISTS (SELECT FROM pg_depend AS d WHERE d.objid = c.oid AND d.deptype = 'e')
    ORDER BY 1
"""

# Sums of SHA-256 over the rows, so that their order is of no account but every row is.
ROWS = """
    SELECT count(*) || ' ' || coalesce(sum(('x' || encode(substr(d, 1, 8), 'hex'))::bit(64)::bigint), 0)
        || ' ' || coalesce(sum(('x' || encode(substr(d, 9, 8), 'hex'))::bit(64)::bigint), 0)
    FROM (SELECT sha256(convert_to(ROW({columns})::text, 'UTF8')) AS d FROM {table}) AS rows
"""

# One line for every promise that the catalogue makes; owner and grants by name. Without parentheses,
# for `(a OR b) OR c` is written out as `a OR b OR c` after it was read back.
CATALOGUE = """
    WITH ours AS (
        SELECT c.oid, n.nspname, c.relname, c.relkind, c.relowner, c.relacl, c.relrowsecurity,
               c.relforcerowsecurity
        FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
        WHERE n.nspname IN ('public', 'sec') AND c.relkind IN ('r', 'v', 'm', 'S')
          AND n.nspname || '.' || c.relname <> 'sec.scope_key'
          AND NOT EXISTS (SELECT FROM pg_depend AS d WHERE d.objid = c.oid AND d.deptype = 'e')
    ), routines AS (
        SELECT p.oid, p.proname, p.proowner, p.proacl
        FROM pg_proc AS p JOIN pg_namespace AS n ON n.oid = p.pronamespace
        WHERE n.nspname IN ('public', 'sec') AND p.prokind = 'f'
          AND NOT EXISTS (SELECT FROM pg_depend AS d WHERE d.objid = p.oid AND d.deptype = 'e')
    ), lines (kind, line) AS (
        SELECT 'policies', concat_ws('|', schemaname, tablename, policyname, permissive, roles, cmd,
                                     translate(qual, '() ', ''), translate(with_check, '() ', ''))
        FROM pg_policies
        UNION ALL
        SELECT 'row security', concat_ws('|', nspname, relname, relrowsecurity, relforcerowsecurity)
        FROM ours WHERE relkind = 'r'
        UNION ALL
        SELECT 'grants', concat_ws('|', o.nspname, o.relname, a.grantee::regrole, a.privilege_type,
                                   a.is_grantable)
        FROM ours AS o, aclexplode(coalesce(o.relacl, acldefault(
            CASE o.relkind WHEN 'S' THEN 's'::"char" ELSE 'r'::"char" END, o.relowner))) AS a
        UNION ALL
        SELECT 'grants', concat_ws('|', p.oid::regprocedure, a.grantee::regrole, a.privilege_type)
        FROM routines AS p, aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) AS a
        UNION ALL
        SELECT 'grants', concat_ws('|', n.nspname, a.grantee::regrole, a.privilege_type)
        FROM pg_namespace AS n, aclexplode(n.nspacl) AS a WHERE n.nspname = 'sec'
        UNION ALL
        SELECT 'owners', concat_ws('|', nspname, relname, relowner::regrole) FROM ours
        UNION ALL
        SELECT 'owners', concat_ws('|', oid::regprocedure, proowner::regrole) FROM routines
        UNION ALL
        SELECT 'functions', pg_get_functiondef(oid) FROM routines
        UNION ALL
        SELECT 'triggers', translate(pg_get_triggerdef(t.oid), '() ', '') || t.tgenabled::text
        FROM pg_trigger AS t JOIN ours AS o ON o.oid = t.tgrelid WHERE NOT t.tgisinternal
        UNION ALL
        -- By name: what is checked may be written out in another way after it was read back.
        SELECT 'constraints', concat_ws('|', o.nspname, o.relname, c.conname, c.contype)
        FROM pg_constraint AS c JOIN ours AS o ON o.oid = c.conrelid
        UNION ALL
        SELECT 'indexes', concat_ws('|', o.nspname, o.relname, i.indexrelid::regclass, i.indisunique)
        FROM pg_index AS i JOIN ours AS o ON o.oid = i.indrelid
    )
    SELECT kind, count(*) || ' ' || encode(sha256(convert_to(
        string_agg(line, E'\\n' ORDER BY line COLLATE "C"), 'UTF8')), 'hex')
    FROM lines GROUP BY kind ORDER BY kind
"""


def describe(cursor, progress) -> dict:
    """`{"tables": {name: {columns, rows}}, "catalogue": {kind: number and hash}}`, as this cursor sees it."""
    cursor.execute(SAME_WRITING)
    cursor.execute(_TABLES)
    tables = {}
    found = [row for row in cursor.fetchall() if row[0] not in WITHOUT_ROWS + LEFT_OUT]
    for done, (table, columns) in enumerate(found, 1):
        progress("核对", done, len(found))
        cursor.execute(ROWS.format(table=table, columns=columns))
        tables[table] = {"columns": columns, "rows": cursor.fetchone()[0]}
    cursor.execute(CATALOGUE)
    return {"tables": tables, "catalogue": dict(cursor.fetchall())}


def proof(expected: dict, query: str, what: str) -> str:
    """SQL that fails unless the rows of `query`, (name, value), are exactly these."""
    told = json.dumps(expected).replace("'", "''")
    return f"""
{SAME_WRITING}
DO $proof$
DECLARE
    wrong text;
BEGIN
    SELECT string_agg(coalesce(e.key, f.name), ', ') INTO wrong
    FROM json_each_text('{told}') AS e
    FULL JOIN ({query}) AS f (name, value) ON f.name = e.key
    WHERE e.value IS DISTINCT FROM f.value;
    IF wrong IS NOT NULL THEN
        RAISE EXCEPTION '{what} differ: %', wrong;
    END IF;
END $proof$;
"""


def proof_of_rows(tables: dict) -> str:
    """For before policies and triggers come back, when the owner still sees every row."""
    query = " UNION ALL ".join(
        f"SELECT '{name}', ({ROWS.format(table=name, columns=told['columns'])})"
        for name, told in tables.items()
    )
    return proof({name: told["rows"] for name, told in tables.items()}, query, "rows")


def proof_of_catalogue(catalogue: dict) -> str:
    return proof(catalogue, CATALOGUE, "catalogue")
