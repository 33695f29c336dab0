"""When a 告诫书 was given; and the two days of a case that its worker must not miss."""

from django.db import migrations, models

SQL = """
-- Of the cases she follows, the latest dates: no text, no family, and so no look that is logged.
CREATE FUNCTION sec.my_case_clocks()
RETURNS TABLE (uuid uuid, id bigint, order_until date, warned_on date)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    SELECT c.uuid, c.id, max(r.order_until), max(r.warned_on)
    FROM public.cases_case AS c JOIN public.cases_violencerecord AS r ON r.case_id = c.id
    WHERE c.household_id = ANY (sec.my_cases())
    GROUP BY c.id
    HAVING max(r.order_until) IS NOT NULL OR max(r.warned_on) IS NOT NULL;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("cases", "0005_kin_follow_no_case")]

    operations = [
        migrations.AddField(
            model_name="violencerecord",
            name="warned_on",
            field=models.DateField(null=True, verbose_name="告诫书日期"),
        ),
        migrations.RunSQL(SQL, migrations.RunSQL.noop),
    ]
