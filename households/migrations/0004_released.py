"""What the district office sees of colours: released figures by town, nothing below.

Row security hides every household and tally from her; these functions are the only opening, and
round before anything leaves the database.
"""

from django.db import migrations

SLOTS = [f"c{i}" for i in range(6)]
# -1 stands for "fewer than 5, not shown". All else to the nearest 5, the total too: a hidden
# number cannot be had by subtraction, since every term is uncertain by more than it.
RELEASED = ", ".join(
    f"CASE WHEN {c} BETWEEN 1 AND 4 THEN -1 ELSE 5 * round({c} / 5.0)::int END AS {c}"
    for c in ["n", *SLOTS, "lapsed"]
)
SUMS = ", ".join(f"coalesce(sum(t.{c}), 0) AS {c}" for c in ["n", *SLOTS, "lapsed"])

SQL = f"""
-- One row a town, and one for the whole district.
CREATE FUNCTION sec.released()
RETURNS TABLE (division_id bigint, n int, c0 int, c1 int, c2 int, c3 int, c4 int, c5 int, lapsed int)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    SELECT division_id, {RELEASED}
    FROM (
        SELECT coalesce(v.parent_id, me.division_id) AS division_id, {SUMS}
        FROM sec.me() AS me
        JOIN boundaries_division AS town
          ON town.parent_id = me.division_id AND me.role = 'district'
        JOIN boundaries_division AS v ON v.parent_id = town.id
        LEFT JOIN households_householdtally AS t ON t.village_id = v.id
        GROUP BY GROUPING SETS ((me.division_id, v.parent_id), (me.division_id))
    ) AS s;
END $$;

-- How many households a grid has is public geography to the district's staff; their colours not.
CREATE FUNCTION sec.household_counts()
RETURNS TABLE (village_id bigint, grid_id bigint, n int)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    SELECT t.village_id, t.grid_id, t.n
    FROM sec.me() AS me
    JOIN boundaries_division AS town
      ON town.parent_id = me.division_id AND me.role = 'district'
    JOIN boundaries_division AS v ON v.parent_id = town.id
    JOIN households_householdtally AS t ON t.village_id = v.id;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("households", "0003_tallies")]
    operations = [migrations.RunSQL(SQL, migrations.RunSQL.noop)]
