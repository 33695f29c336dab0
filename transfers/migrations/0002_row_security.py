"""Whose file it is, she sees; of exports besides whoever must approve them. And who may take which step."""

from django.db import migrations

SQL = """
ALTER TABLE transfers_importjob ENABLE ROW LEVEL SECURITY;
ALTER TABLE transfers_importjob FORCE ROW LEVEL SECURITY;
CREATE POLICY hers ON transfers_importjob
    USING ((SELECT sec.is_system()) OR by_id = (SELECT sec.uid()))
    WITH CHECK ((SELECT sec.is_system()) OR by_id = (SELECT sec.uid()));

ALTER TABLE transfers_export ENABLE ROW LEVEL SECURITY;
ALTER TABLE transfers_export FORCE ROW LEVEL SECURITY;
CREATE POLICY in_scope ON transfers_export FOR SELECT USING (
    (SELECT sec.is_system()) OR by_id = (SELECT sec.uid()) OR (SELECT sec.my_role()) = 'steward'
);
CREATE POLICY ask ON transfers_export FOR INSERT WITH CHECK (
    by_id = (SELECT sec.uid()) AND state = 'asked' AND decided_by_id IS NULL
    AND (SELECT sec.my_role()) = 'town'
);
-- Which steps, the trigger says.
CREATE POLICY go_on ON transfers_export FOR UPDATE
    USING (by_id = (SELECT sec.uid()) OR (SELECT sec.my_role()) = 'steward')
    WITH CHECK (by_id = (SELECT sec.uid()) OR (SELECT sec.my_role()) = 'steward');
CREATE POLICY system_erases ON transfers_export FOR DELETE USING ((SELECT sec.is_system()));

-- The steward decides, in her own name and not on her own request; the requester does the rest.
-- What was asked for and approved stays as it was.
CREATE FUNCTION sec.step_of_export() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF (NEW.uuid, NEW.what, NEW.reason, NEW.by_id, NEW.asked_at)
       IS DISTINCT FROM (OLD.uuid, OLD.what, OLD.reason, OLD.by_id, OLD.asked_at) THEN
        RAISE EXCEPTION 'what was asked for stays' USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF OLD.state = 'asked' AND NEW.state IN ('approved', 'refused') THEN
        IF sec.my_role() IS DISTINCT FROM 'steward' OR NEW.decided_by_id IS DISTINCT FROM sec.uid()
           OR NEW.by_id = sec.uid() THEN
            RAISE EXCEPTION 'a steward decides' USING ERRCODE = 'insufficient_privilege';
        END IF;
        RETURN NEW;
    END IF;
    IF NEW.by_id IS DISTINCT FROM sec.uid()
       OR (NEW.decided_by_id, NEW.decided_at, NEW.remark, NEW.until)
          IS DISTINCT FROM (OLD.decided_by_id, OLD.decided_at, OLD.remark, OLD.until)
       OR NEW.downloads < OLD.downloads
       OR NEW.state <> OLD.state AND (OLD.state, NEW.state)
          NOT IN (('asked', 'withdrawn'), ('approved', 'made')) THEN
        RAISE EXCEPTION 'no such step' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER step_of_export BEFORE UPDATE ON transfers_export
FOR EACH ROW EXECUTE FUNCTION sec.step_of_export();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("transfers", "0001_files_in_and_out"),
        ("audit", "0002_exports_are_logged"),
        ("core", "0001_scope"),
    ]

    operations = [
        migrations.RunSQL(SQL, "DROP FUNCTION sec.step_of_export CASCADE"),
    ]
