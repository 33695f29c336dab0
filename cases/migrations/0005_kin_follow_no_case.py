"""A case worker who is kin to a family follows no case of hers, whoever has given it to her."""

from django.db import migrations

SQL = """
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
          AND c.household_id <> ALL (sec.my_conflicts())
        UNION
        SELECT c.household_id
        FROM public.cases_breakglass AS g JOIN public.cases_case AS c ON c.id = g.case_id
        WHERE g.member_id = me.id AND g.until > statement_timestamp()
          AND c.household_id <> ALL (sec.my_conflicts()));
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0004_looks_at_own_cases"),
        ("households", "0010_kin_see_nothing"),
    ]
    operations = [migrations.RunSQL(SQL, migrations.RunSQL.noop)]
