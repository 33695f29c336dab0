"""Who reads which case: its worker, and for three hours whoever has broken the glass.

The functions run as the owner. Nothing here is ever shown to the roles that answer for a territory;
what they write goes in by `sec.open_case()` and does not come out.
"""

from django.db import migrations

SCOPE = """
-- The district in which a division lies.
CREATE FUNCTION sec.district_of(division bigint) RETURNS bigint
LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
    SELECT coalesce(town.parent_id, town.id, d.id)
    FROM boundaries_division AS d LEFT JOIN boundaries_division AS town ON town.id = d.parent_id
    WHERE d.id = division
$$;

-- The households whose case worker she is, or whose case she has opened for three hours.
CREATE OR REPLACE FUNCTION sec.my_cases() RETURNS bigint[]
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    me record;
BEGIN
    SELECT * INTO me FROM sec.me();
    IF me.role IS DISTINCT FROM 'caseworker' THEN
        RETURN '{}'::bigint[];
    END IF;
    RETURN ARRAY(
        SELECT c.household_id
        FROM public.cases_caseassignment AS a JOIN public.cases_case AS c ON c.id = a.case_id
        WHERE a.member_id = me.id AND a.ended_at IS NULL
        UNION
        SELECT c.household_id
        FROM public.cases_breakglass AS g JOIN public.cases_case AS c ON c.id = g.case_id
        WHERE g.member_id = me.id AND g.until > statement_timestamp());
END $$;

-- The district whose cases she deals out: a case worker who works for the whole of it does.
CREATE FUNCTION sec.led_district() RETURNS bigint
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN (
        SELECT d.id FROM sec.me() AS me JOIN public.boundaries_division AS d ON d.id = me.division_id
        WHERE me.role = 'caseworker' AND d.level = 'district');
END $$;

CREATE FUNCTION sec.is_auditor() RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN coalesce((SELECT me.role = 'auditor' FROM sec.me() AS me), false);
END $$;

-- An envelope shields the family and opens its case; in one transaction, whoever put it in.
CREATE FUNCTION sec.open_case() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO cases_case (uuid, household_id, district_id, opened_at)
    SELECT gen_random_uuid(), h.id, sec.district_of(h.village_id), now()
    FROM households_household AS h
    WHERE h.id = NEW.household_id AND h.village_id IS NOT NULL
    ON CONFLICT (household_id) DO NOTHING;
    UPDATE households_household SET protection = 'shielded'
    WHERE id = NEW.household_id AND protection = 'none';
    RETURN NULL;
END $$;

CREATE TRIGGER open_case AFTER INSERT ON cases_concern
FOR EACH ROW EXECUTE FUNCTION sec.open_case();

-- Open a case of her district to a case worker for three hours, and tell those who review it.
-- Null: there is no such case. Until when, otherwise.
CREATE FUNCTION sec.break_glass(wanted uuid, why text) RETURNS timestamptz
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    me record;
    opened cases_case;
    glass cases_breakglass;
BEGIN
    SELECT * INTO me FROM sec.me();
    SELECT c.* INTO opened FROM cases_case AS c
    WHERE c.uuid = wanted AND me.role = 'caseworker'
      AND c.district_id = sec.district_of(me.division_id);
    IF NOT FOUND THEN
        RETURN NULL;
    END IF;
    INSERT INTO cases_breakglass (uuid, case_id, member_id, reason, started_at, until)
    VALUES (gen_random_uuid(), opened.id, me.id, why, now(), now() + interval '3 hours')
    RETURNING * INTO glass;
    INSERT INTO cases_breakglassnotice (glass_id, recipient_id, remark)
    SELECT glass.id, m.id, '' FROM accounts_member AS m
    WHERE m.is_active AND m.id <> me.id
      AND (m.role = 'auditor' OR m.role = 'caseworker' AND m.division_id = opened.district_id)
    ORDER BY m.id;
    RETURN glass.until;
END $$;
"""

TABLES = (
    "cases_concern",
    "cases_case",
    "cases_caseassignment",
    "cases_violencerecord",
    "cases_breakglass",
    "cases_breakglassnotice",
)
HERS = "household_id = ANY ((SELECT sec.my_cases())::bigint[])"
OF_HERS = f"EXISTS (SELECT FROM cases_case AS c WHERE c.id = case_id AND c.{HERS})"
LED = "district_id = (SELECT sec.led_district())"
OF_LED = f"EXISTS (SELECT FROM cases_case AS c WHERE c.id = case_id AND c.{LED})"
SYSTEM = "(SELECT sec.is_system())"
ME = "(SELECT sec.uid())"

READS = {
    "cases_concern": HERS,
    "cases_case": f"{HERS} OR {LED}",
    "cases_caseassignment": f"{OF_HERS} OR {OF_LED}",
    "cases_violencerecord": OF_HERS,
    "cases_breakglass": f"member_id = {ME} OR {OF_LED} OR (SELECT sec.is_auditor())",
    "cases_breakglassnotice": f"recipient_id = {ME}",
}

POLICIES = "".join(
    f"""
ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;
ALTER TABLE {table} FORCE ROW LEVEL SECURITY;
CREATE POLICY in_scope ON {table} FOR SELECT USING ({SYSTEM} OR {READS[table]});
CREATE POLICY system_erases ON {table} FOR DELETE USING ({SYSTEM});
CREATE POLICY owner_keeps ON {table} TO CURRENT_USER USING (true) WITH CHECK (true);
"""
    for table in TABLES
)

# Nothing is ever changed but: an assignment ends, a notice is reviewed.
WRITES = f"""
-- Whoever can find the family, in her own name; the policy of households decides inside EXISTS.
CREATE POLICY raise ON cases_concern FOR INSERT WITH CHECK (
    raised_by_id = {ME}
    AND EXISTS (SELECT FROM households_household AS h WHERE h.id = household_id)
);
CREATE POLICY deal_out ON cases_caseassignment FOR INSERT WITH CHECK (by_id = {ME} AND {OF_LED});
CREATE POLICY relieve ON cases_caseassignment FOR UPDATE USING ({OF_LED}) WITH CHECK ({OF_LED});
CREATE POLICY write ON cases_violencerecord FOR INSERT
    WITH CHECK (written_by_id = {ME} AND {OF_HERS});
CREATE POLICY review ON cases_breakglassnotice FOR UPDATE
    USING (recipient_id = {ME}) WITH CHECK (recipient_id = {ME});
"""


class Migration(migrations.Migration):
    dependencies = [("cases", "0001_initial"), ("households", "0007_protection")]
    operations = [
        migrations.RunSQL(SCOPE, migrations.RunSQL.noop),
        migrations.RunSQL(POLICIES, migrations.RunSQL.noop),
        migrations.RunSQL(WRITES, migrations.RunSQL.noop),
    ]
