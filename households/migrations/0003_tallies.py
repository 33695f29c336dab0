"""The triggers that count households by grid and colour, and number each village's changes.

At statement level, so that an import of 250,000 rows costs one grouping, and so that no way of
writing can forget them.
"""

from django.db import migrations

COUNTS = ", ".join(
    [
        "sum(d) AS n",
        *(f"sum(d) FILTER (WHERE slot = {i}) AS c{i}" for i in range(6)),
        "sum(d) FILTER (WHERE lapsed) AS lapsed",
    ]
)
COLUMNS = ["n", *(f"c{i}" for i in range(6)), "lapsed"]


def keep_tallies(operation: str, rows: str) -> str:
    """SQL of the trigger for one operation; `rows` yields village_id, grid_id, slot, lapsed, d."""
    add = ", ".join(f"{c} = t.{c} + excluded.{c}" for c in COLUMNS)
    zero = ", ".join(f"coalesce({c}, 0)" for c in COLUMNS)
    changed = " OR ".join(f"coalesce({c}, 0) <> 0" for c in COLUMNS)
    # An emptied grid may then be deleted: nothing refers to it.
    forget_empty = """
    DELETE FROM households_householdtally WHERE n = 0 AND village_id = ANY (villages);"""
    return f"""
CREATE FUNCTION sec.tally_{operation}() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    villages bigint[];
BEGIN
    -- One pass over the rows, however many there are.
    WITH counted AS (
        SELECT village_id, grid_id, {COUNTS} FROM ({rows}) AS r GROUP BY village_id, grid_id
    ), kept AS (
        INSERT INTO households_householdtally AS t (village_id, grid_id, {", ".join(COLUMNS)})
        SELECT village_id, grid_id, {zero} FROM counted
        WHERE {changed}
        ORDER BY village_id, grid_id  -- always the same order, so that writers do not deadlock
        ON CONFLICT (village_id, grid_id) DO UPDATE SET {add}
    )
    SELECT array_agg(DISTINCT village_id) INTO villages FROM counted;{"" if operation == "insert" else forget_empty}
    PERFORM sec.bump(villages);
    RETURN NULL;
END $$;
"""


PLUS = "SELECT village_id, grid_id, slot, lapsed, 1 AS d FROM new_rows"
MINUS = "SELECT village_id, grid_id, slot, lapsed, -1 AS d FROM old_rows"

BUMP = """
-- Note a change in these villages.
CREATE FUNCTION sec.bump(villages bigint[]) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    INSERT INTO households_dataversion AS v (village_id, version)
    SELECT d.id, 1 FROM boundaries_division AS d WHERE d.id = ANY (villages) ORDER BY d.id
    ON CONFLICT (village_id) DO UPDATE SET version = v.version + 1
$$;

CREATE FUNCTION sec.bump_by_grid() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM sec.bump(ARRAY(
        SELECT DISTINCT g.village_id FROM changed AS c JOIN grids_grid AS g ON g.id = c.grid_id));
    RETURN NULL;
END $$;

CREATE FUNCTION sec.bump_by_village() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM sec.bump(ARRAY(SELECT DISTINCT c.village_id FROM changed AS c));
    RETURN NULL;
END $$;

-- An outline or a name: everything below it, for a town too.
CREATE FUNCTION sec.bump_by_division() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM sec.bump(ARRAY(
        SELECT DISTINCT v.id FROM changed AS c
        JOIN boundaries_division AS v
          ON c.id IN (v.id, v.parent_id)
          OR (c.level = 'district' AND v.parent_id IN (
              SELECT t.id FROM boundaries_division AS t WHERE t.parent_id = c.id))
        WHERE v.level = 'village'));
    RETURN NULL;
END $$;
"""


def triggers(table: str, function: str) -> str:
    return "".join(
        f"""
CREATE TRIGGER {function}_{op.lower()} AFTER {op} ON {table}
REFERENCING {"OLD" if op == "DELETE" else "NEW"} TABLE AS changed
FOR EACH STATEMENT EXECUTE FUNCTION sec.{function}();"""
        for op in ("INSERT", "UPDATE", "DELETE")
    )


TRIGGERS = f"""
CREATE TRIGGER tally_insert AFTER INSERT ON households_household
REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION sec.tally_insert();
CREATE TRIGGER tally_update AFTER UPDATE ON households_household
REFERENCING NEW TABLE AS new_rows OLD TABLE AS old_rows
FOR EACH STATEMENT EXECUTE FUNCTION sec.tally_update();
CREATE TRIGGER tally_delete AFTER DELETE ON households_household
REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION sec.tally_delete();
{triggers("boundaries_division", "bump_by_division")}
{triggers("grids_grid", "bump_by_village")}
{triggers("grids_assignment", "bump_by_grid")}
"""


class Migration(migrations.Migration):
    dependencies = [("households", "0002_row_security"), ("grids", "0002_no_overlap")]
    operations = [
        migrations.RunSQL(BUMP, migrations.RunSQL.noop),
        migrations.RunSQL(
            keep_tallies("insert", PLUS)
            + keep_tallies("update", f"{PLUS} UNION ALL {MINUS}")
            + keep_tallies("delete", MINUS),
            migrations.RunSQL.noop,
        ),
        migrations.RunSQL(TRIGGERS, migrations.RunSQL.noop),
    ]
