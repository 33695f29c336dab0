"""What is S4 shows itself only to a transaction that has logged it: no log, no rows."""

from django.db import migrations

SQL = """
-- The households of her cases that she has opened, and logged, in this very transaction.
CREATE FUNCTION sec.opened_cases() RETURNS bigint[]
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN ARRAY(
        SELECT c.household_id FROM public.cases_case AS c
        WHERE c.household_id = ANY (sec.my_cases()) AND c.uuid = ANY (sec.opened()));
END $$;

ALTER POLICY case_worker_reads ON households_householdplace USING (
    (SELECT sec.is_system()) OR household_id = ANY ((SELECT sec.opened_cases())::bigint[])
);
ALTER POLICY in_scope ON cases_concern USING (
    (SELECT sec.is_system()) OR household_id = ANY ((SELECT sec.opened_cases())::bigint[])
);
ALTER POLICY in_scope ON cases_violencerecord USING (
    (SELECT sec.is_system())
    OR EXISTS (SELECT FROM cases_case AS c WHERE c.id = case_id
               AND c.household_id = ANY ((SELECT sec.opened_cases())::bigint[]))
);
"""


class Migration(migrations.Migration):
    dependencies = [("cases", "0002_row_security"), ("audit", "0001_access_log")]
    operations = [migrations.RunSQL(SQL, migrations.RunSQL.noop)]
