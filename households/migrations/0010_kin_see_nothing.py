"""Whoever has declared that she or her kin live there sees nothing of that family any more."""

from importlib import import_module

from django.db import migrations

row_security = import_module("households.migrations.0002_row_security")

ARMS = row_security.IN_SCOPE.format(
    claims="OR id = ANY ((SELECT sec.my_claims())::bigint[])"
    " OR id = ANY ((SELECT sec.my_cases())::bigint[])"
)
# The system itself has no kin.
IN_SCOPE = f"({ARMS} AND id <> ALL ((SELECT sec.my_conflicts())::bigint[]))"

SQL = f"""
CREATE FUNCTION sec.my_conflicts() RETURNS bigint[]
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN ARRAY(
        SELECT c.household_id FROM public.households_conflict AS c
        WHERE c.member_id = sec.uid() AND c.ended_at IS NULL);
END $$;

CREATE POLICY owner_reads ON households_conflict FOR SELECT TO CURRENT_USER USING (true);
ALTER POLICY in_scope ON households_household USING {IN_SCOPE} WITH CHECK {IN_SCOPE};

-- What she has on her screen is then out of date.
CREATE FUNCTION sec.bump_by_kin() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM sec.bump(ARRAY(
        SELECT DISTINCT h.village_id FROM changed AS c
        JOIN households_household AS h ON h.id = c.household_id
        WHERE h.village_id IS NOT NULL));
    RETURN NULL;
END $$;
CREATE TRIGGER bump_by_kin_insert AFTER INSERT ON households_conflict
REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION sec.bump_by_kin();
CREATE TRIGGER bump_by_kin_update AFTER UPDATE ON households_conflict
REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION sec.bump_by_kin();
"""


class Migration(migrations.Migration):
    dependencies = [("households", "0009_people_and_history")]
    operations = [migrations.RunSQL(SQL, migrations.RunSQL.noop)]
