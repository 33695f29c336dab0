"""What `apply_retention` deletes leaves no history of its own, or it would be kept all over again."""

from django.db import migrations

SQL = """
DROP FUNCTION sec.forget_history(timestamptz, boolean);
CREATE FUNCTION sec.forget_history(before timestamptz) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    gone bigint := 0;
    n bigint;
    name text;
    past text;
BEGIN
    IF NOT sec.is_system() THEN
        RAISE EXCEPTION 'history is kept' USING ERRCODE = 'insufficient_privilege';
    END IF;
    FOREACH name IN ARRAY ARRAY['indexchange', 'placechange', 'identitychange', 'sensitivechange',
                                'gridspell'] LOOP
        past := CASE name WHEN 'gridspell' THEN 'until < $1' ELSE 'at < $1' END;
        EXECUTE format('DELETE FROM households_%s WHERE %s', name, past) USING before;
        GET DIAGNOSTICS n = ROW_COUNT;
        gone := gone + n;
        IF name <> 'gridspell' THEN
            EXECUTE format('DELETE FROM households_%s WHERE purpose = $1', name)
            USING 'retention';
        END IF;
    END LOOP;
    RETURN gone;
END $$;

CREATE POLICY system_erases ON rights_restriction FOR DELETE USING ((SELECT sec.is_system()));
"""


class Migration(migrations.Migration):
    dependencies = [("rights", "0002_row_security")]
    operations = [migrations.RunSQL(SQL, migrations.RunSQL.noop)]
