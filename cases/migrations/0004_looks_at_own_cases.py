"""A case worker sees who else has looked at her cases; a steward's list says nothing of any case.

A family's list may be asked for by whoever lives in it, and so by him whom the case is about.
"""

from django.db import migrations

SQL = """
-- Random ids of the cases that are hers, and of their families.
CREATE FUNCTION sec.my_case_files() RETURNS uuid[]
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    homes bigint[] := sec.my_cases();
BEGIN
    RETURN ARRAY(
        SELECT c.uuid FROM public.cases_case AS c WHERE c.household_id = ANY (homes)
        UNION ALL
        SELECT h.uuid FROM public.households_household AS h WHERE h.id = ANY (homes)
        UNION ALL
        SELECT p.uuid FROM public.households_householdplace AS p WHERE p.household_id = ANY (homes)
    );
END $$;

CREATE POLICY own_cases ON audit_accessrecord FOR SELECT USING (
    subject = ANY ((SELECT sec.my_case_files())::uuid[])
    OR household = ANY ((SELECT sec.my_case_files())::uuid[])
);

ALTER POLICY by_role ON audit_accessrecord USING (
    (SELECT sec.is_system())
    OR member_id = (SELECT sec.uid())
    OR (SELECT sec.my_role()) = 'auditor'
    OR (SELECT sec.my_role()) = 'steward' AND tier <> 'S4' AND (
        subject = ANY ((SELECT sec.opened())::uuid[])
        OR household = ANY ((SELECT sec.opened())::uuid[]))
);
"""


class Migration(migrations.Migration):
    dependencies = [
        ("audit", "0001_access_log"),
        ("cases", "0003_logged_reads"),
        ("households", "0009_people_and_history"),
    ]
    operations = [migrations.RunSQL(SQL, migrations.RunSQL.noop)]
