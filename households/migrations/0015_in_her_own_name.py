"""Nobody decides a colour in another's name, puts one down as decided or takes a row away."""

from django.db import migrations

SYSTEM = "(SELECT sec.is_system())"
UID = "(SELECT sec.uid())"
MY_ROLE = "(SELECT sec.my_role())"
HERS = "EXISTS (SELECT FROM households_household AS h WHERE h.id = household_id)"

SQL = f"""
DROP POLICY in_scope ON households_classification;
CREATE POLICY in_scope ON households_classification FOR SELECT USING ({SYSTEM} OR {HERS});
-- As a proposal; without a name where it comes with a list.
CREATE POLICY proposes ON households_classification FOR INSERT WITH CHECK (
    {SYSTEM} OR status = 'proposed' AND coalesce(proposed_by_id, {UID}) = {UID}
    AND second_look_by_id IS NULL AND decided_by_id IS NULL AND {HERS}
);
CREATE POLICY moves ON households_classification FOR UPDATE USING ({SYSTEM} OR {HERS});
CREATE POLICY system_erases ON households_classification FOR DELETE USING ({SYSTEM});

CREATE FUNCTION sec.decides_in_her_own_name() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF sec.is_system()
        OR (NEW.decided_by_id IS NOT DISTINCT FROM OLD.decided_by_id OR NEW.decided_by_id = sec.uid())
        AND (NEW.second_look_by_id IS NOT DISTINCT FROM OLD.second_look_by_id
             OR NEW.second_look_by_id = sec.uid())
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'a colour is decided in one''s own name'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'colour_is_decided_in_ones_own_name';
END $$;
CREATE TRIGGER in_her_own_name BEFORE UPDATE ON households_classification FOR EACH ROW
WHEN ((OLD.decided_by_id, OLD.second_look_by_id)
      IS DISTINCT FROM (NEW.decided_by_id, NEW.second_look_by_id))
EXECUTE FUNCTION sec.decides_in_her_own_name();

-- Once, by a chair, and by none who had a say in the colour or has reviewed it before.
DROP POLICY reviews ON households_objection;
CREATE POLICY reviews ON households_objection FOR UPDATE
    USING ({SYSTEM} OR reviewed_at IS NULL AND {MY_ROLE} = ANY ('{{village,town}}') AND {HERS})
    WITH CHECK ({SYSTEM} OR reviewed_by_id = {UID} AND EXISTS (
        SELECT FROM households_classification AS c WHERE c.id = classification_id
        AND {UID} <> ALL (ARRAY[c.decided_by_id, coalesce(c.proposed_by_id, 0),
                                coalesce(c.second_look_by_id, 0)])
    ));
"""


class Migration(migrations.Migration):
    dependencies = [("households", "0014_fairness")]
    operations = [migrations.RunSQL(SQL, migrations.RunSQL.noop)]
