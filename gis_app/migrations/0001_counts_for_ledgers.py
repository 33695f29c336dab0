"""Every figure of the ledgers, counted in one place; and what of it leaves for the district office.

`sec.ledger` runs with its caller's rights, so row security decides what there is to count.
`sec.released_ledger` counts everything and is the district office's only opening: whole months,
quarters and years that are over, by town, small numbers hidden, all else rounded.
"""

from django.conf import settings
from django.db import migrations

ZONE = settings.TIME_ZONE
# A moment belongs to the day on which it was in China.
WITHIN = f"{{0}} >= first_day::timestamp AT TIME ZONE '{ZONE}' AND {{0}} < (last_day + 1)::timestamp AT TIME ZONE '{ZONE}'"
BY_END = f"{{0}} < (last_day + 1)::timestamp AT TIME ZONE '{ZONE}'"
# Of everything that hangs on a family: where it stands now. A sealed one stands nowhere.
HOME = "JOIN households_household AS h ON h.id = {0}.household_id AND h.village_id IS NOT NULL"

# What a case worker enters is `apart`, and counted nowhere.
VISITS = f"""
    SELECT f.key, h.village_id, h.grid_id, f.n
    FROM (
        SELECT household_id,
               count(*) FILTER (WHERE kind = 'screening') AS screenings,
               count(*) FILTER (WHERE kind = 'visit') AS visits,
               count(*) FILTER (WHERE kind = 'follow_up') AS follow_ups,
               count(*) FILTER (WHERE kind IN ('visit', 'follow_up') AND result = 'met') AS met
        FROM visits_visit WHERE NOT apart AND {WITHIN.format("recorded_at")} GROUP BY 1
    ) AS v
    {HOME.format("v")}
    CROSS JOIN LATERAL (VALUES
        ('screenings', screenings), ('screened_homes', least(screenings, 1)),
        ('visits', visits), ('follow_ups', follow_ups), ('met', met),
        ('visited_homes', least(visits + follow_ups, 1))
    ) AS f (key, n)
"""
DISPUTES = f"""
    SELECT f.key, d.village_id, d.grid_id, f.n
    FROM disputes_dispute AS d
    LEFT JOIN LATERAL (
        SELECT bool_or(step = 'settle' AND inside) AS settled, bool_or(step = 'end' AND inside) AS ended,
               bool_or(step = 'follow_up' AND inside) AS followed, bool_or(step = 'archive') AS archived
        FROM (SELECT step, {WITHIN.format("at")} AS inside
              FROM disputes_disputestep WHERE dispute_id = d.id AND {BY_END.format("at")}) AS s
    ) AS s ON true
    CROSS JOIN LATERAL (VALUES
        ('found', (found_on BETWEEN first_day AND last_day)::int), ('settled', settled::int),
        ('not_agreed', ended::int), ('disputes_followed_up', followed::int),
        ('still_open', (found_on <= last_day AND archived IS NOT TRUE)::int)
    ) AS f (key, n)
    WHERE NOT d.apart AND d.village_id IS NOT NULL
"""
# The colour that a family had on the last day: decided by then, not due for review, and no objection
# to it that waited or was upheld.
COLOURS = f"""
    SELECT 'colour_' || k.slot, h.village_id, h.grid_id, 1
    FROM (
        SELECT DISTINCT ON (household_id) id, household_id, colour_class_id, review_on
        FROM households_classification
        WHERE status <> 'refused' AND decided_at IS NOT NULL AND {BY_END.format("decided_at")}
        ORDER BY household_id, decided_at DESC, id DESC
    ) AS c
    {HOME.format("c")}
    JOIN households_colourclass AS k ON k.id = c.colour_class_id
    WHERE c.review_on > last_day AND NOT EXISTS (
        SELECT FROM households_objection AS o
        WHERE o.classification_id = c.id AND {BY_END.format("o.at")}
          AND (o.reviewed_at IS NULL OR NOT ({BY_END.format("o.reviewed_at")}) OR o.kept IS NOT TRUE))
    UNION ALL
    SELECT 'decided', h.village_id, h.grid_id, 1
    FROM households_classification AS c {HOME.format("c")}
    WHERE c.status <> 'refused' AND {WITHIN.format("c.decided_at")}
"""
NEEDS = f"""
    SELECT f.key, h.village_id, h.grid_id, f.n
    FROM support_need AS d {HOME.format("d")}
    CROSS JOIN LATERAL (VALUES
        ('needs', ({WITHIN.format("d.opened_at")})::int),
        ('needs_met', (d.state = 'met' AND {WITHIN.format("d.closed_at")})::int)
    ) AS f (key, n)
    WHERE NOT d.apart
    UNION ALL
    SELECT f.key, h.village_id, h.grid_id, f.n
    FROM (
        SELECT d.household_id, count(*) AS helps, count(a.amount) AS payments, sum(a.amount) AS money,
               count(*) FILTER (WHERE a.kind = 'honour') AS honours,
               count(*) FILTER (WHERE a.kind IN ('job', 'training')) AS jobs
        FROM support_help AS a JOIN support_need AS d ON d.id = a.need_id
        WHERE NOT d.apart AND a.given_on BETWEEN first_day AND last_day GROUP BY 1
    ) AS a
    {HOME.format("a")}
    CROSS JOIN LATERAL (VALUES
        ('helps', helps::numeric), ('helped_homes', 1), ('payments', payments), ('money', money),
        ('honours', honours), ('jobs', jobs)
    ) AS f (key, n)
"""
EVENTS = """
    SELECT f.key, e.division_id, NULL::bigint, f.n
    FROM support_event AS e
    CROSS JOIN LATERAL (VALUES ('events', 1), ('women', women), ('men', men)) AS f (key, n)
    WHERE e.held_on BETWEEN first_day AND last_day
"""
HOMES = """
    SELECT 'homes', h.village_id, h.grid_id, 1
    FROM households_household AS h WHERE h.village_id IS NOT NULL
"""
PARTS = "\n    UNION ALL\n".join([VISITS, DISPUTES, COLOURS, NEEDS, EVENTS, HOMES])

SQL = f"""
-- Named as no column is: a column would be taken for it.
CREATE FUNCTION sec.ledger(first_day date, last_day date)
RETURNS TABLE (key text, place_id bigint, grid_id bigint, n numeric)
LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
    SELECT f.key, f.place_id, f.grid_id, sum(f.n)
    FROM ({PARTS}) AS f (key, place_id, grid_id, n)
    WHERE f.n > 0
    GROUP BY 1, 2, 3
$$;

-- The functions that run as the owner count what nobody may list.
CREATE POLICY owner_counts ON visits_visit FOR SELECT TO CURRENT_USER USING (true);
CREATE POLICY owner_counts ON support_need FOR SELECT TO CURRENT_USER USING (true);
CREATE POLICY owner_counts ON support_help FOR SELECT TO CURRENT_USER USING (true);
CREATE POLICY owner_counts ON support_event FOR SELECT TO CURRENT_USER USING (true);
CREATE POLICY owner_counts ON households_classification FOR SELECT TO CURRENT_USER USING (true);
CREATE POLICY owner_counts ON households_objection FOR SELECT TO CURRENT_USER USING (true);

-- Free periods could be subtracted from one another. -1: fewer than may be shown.
CREATE FUNCTION sec.released_ledger(first_day date, last_day date)
RETURNS TABLE (key text, place_id bigint, n int)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
#variable_conflict use_column
DECLARE
    me record;
BEGIN
    SELECT * INTO me FROM sec.me();
    IF me.role IS DISTINCT FROM 'district'
       OR last_day >= (now() AT TIME ZONE '{ZONE}')::date
       OR first_day <> date_trunc('month', first_day)::date
       OR NOT (last_day + 1 = (first_day + interval '1 month')::date
               OR last_day + 1 = (first_day + interval '3 months')::date AND date_trunc('quarter', first_day)::date = first_day
               OR last_day + 1 = (first_day + interval '1 year')::date AND date_trunc('year', first_day)::date = first_day)
    THEN
        RETURN;
    END IF;
    RETURN QUERY
    WITH counted AS (
        SELECT l.key, coalesce(t.id, me.division_id) AS place_id, sum(l.n) AS n
        FROM sec.ledger(first_day, last_day) AS l
        JOIN boundaries_division AS d ON d.id = l.place_id
        LEFT JOIN boundaries_division AS t
          ON t.level = 'town' AND t.id IN (d.id, d.parent_id)
        WHERE me.division_id IN (d.id, d.parent_id, t.parent_id)
        GROUP BY GROUPING SETS ((1, t.id), (1))
        HAVING GROUPING(t.id) = 1 OR t.id IS NOT NULL
    )
    SELECT c.key, c.place_id,
           CASE
               -- Nobody's data.
               WHEN c.key IN ('events', 'women', 'men') THEN c.n::int
               WHEN c.key = 'money' AND (
                   SELECT p.n < 5 FROM counted AS p WHERE p.key = 'payments' AND p.place_id = c.place_id
               ) THEN -1
               WHEN c.key = 'money' THEN 100 * round(c.n / 100)::int
               WHEN c.n < CASE WHEN c.key IN ('found', 'settled', 'not_agreed', 'disputes_followed_up', 'still_open')
                               THEN 10 ELSE 5 END THEN -1
               ELSE 5 * round(c.n / 5)::int
           END
    FROM counted AS c;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("visits", "0002_row_security"),
        ("support", "0002_row_security"),
        ("disputes", "0002_row_security"),
        ("households", "0013_colours_step_by_step"),
    ]
    operations = [migrations.RunSQL(SQL, migrations.RunSQL.noop)]
