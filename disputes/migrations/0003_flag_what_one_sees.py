"""Whoever flags a dispute sees it: it goes to the case worker after the policy has been asked."""

from django.db import migrations

SQL = """
DROP TRIGGER set_apart ON disputes_violenceflag;
CREATE OR REPLACE FUNCTION sec.set_apart() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    UPDATE disputes_dispute SET violence = true, apart = true WHERE id = NEW.dispute_id;
    RETURN NULL;
END $$;
CREATE TRIGGER set_apart AFTER INSERT ON disputes_violenceflag
FOR EACH ROW EXECUTE FUNCTION sec.set_apart();

-- Before: which case and district it is, which whoever writes cannot know.
CREATE FUNCTION sec.case_of_flag() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    SELECT c.id, c.district_id INTO NEW.case_id, NEW.district_id
    FROM disputes_dispute AS d JOIN cases_case AS c ON c.household_id = d.household_id
    WHERE d.id = NEW.dispute_id;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'first a concern, which opens the case, then the flag'
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER case_of_flag BEFORE INSERT ON disputes_violenceflag
FOR EACH ROW EXECUTE FUNCTION sec.case_of_flag();

ALTER POLICY raise ON disputes_violenceflag WITH CHECK (
    (SELECT sec.is_system())
    OR by_id = (SELECT sec.uid()) AND (SELECT sec.my_role()) = ANY ('{member,village,caseworker}')
    AND seen_by_id IS NULL
    AND EXISTS (SELECT FROM disputes_dispute AS d WHERE d.id = dispute_id));
"""


class Migration(migrations.Migration):
    dependencies = [("disputes", "0002_row_security")]
    operations = [migrations.RunSQL(SQL, migrations.RunSQL.noop)]
