"""A dispute that turns out to hurt somebody takes back what was sent of it; and steps are whose they are."""

from importlib import import_module

from django.db import migrations

FIRST = import_module("disputes.migrations.0002_row_security")
HER_CHAIRS = f"{FIRST.SYSTEM} OR {FIRST.CHAIRS} AND {FIRST.OF_HERS}"

SQL = f"""
-- What other bodies were sent before anybody knew ends here: the family is shielded now, and may have
-- been sent with its address. What the law ordered to be told to the police stays.
CREATE OR REPLACE FUNCTION sec.set_apart() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    today date := (now() AT TIME ZONE 'Asia/Shanghai')::date;
BEGIN
    UPDATE disputes_dispute SET violence = true, apart = true WHERE id = NEW.dispute_id;
    UPDATE disputes_referral SET apart = true WHERE dispute_id = NEW.dispute_id AND NOT apart;
    UPDATE disputes_packet AS p SET expires_on = least(p.expires_on, today - 1)
    FROM disputes_referral AS r
    WHERE r.id = p.referral_id AND r.dispute_id = NEW.dispute_id
      AND NOT (r.body = 'police' AND r.duty IN ('violence', 'minors'));
    RETURN NULL;
END $$;

-- `apart` is set by the flag alone, and is no step.
DROP TRIGGER step_by_step ON disputes_referral;
CREATE TRIGGER step_by_step BEFORE UPDATE ON disputes_referral FOR EACH ROW
WHEN (OLD.apart = NEW.apart) EXECUTE FUNCTION sec.step_of_referral();

-- Nor does one that is being mediated jointly go on so when it turns out that somebody is hurt.
CREATE OR REPLACE FUNCTION sec.step_of_dispute() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF NEW.state IS DISTINCT FROM OLD.state
       AND (OLD.state, NEW.state) NOT IN (VALUES {FIRST.DISPUTE_STEPS}) THEN
        RAISE EXCEPTION 'no step of a dispute leads from % to %', OLD.state, NEW.state
            USING ERRCODE = 'check_violation', CONSTRAINT = 'dispute_goes_step_by_step';
    END IF;
    IF NEW.state = 'joint' AND NEW.violence AND (OLD.state <> 'joint' OR NOT OLD.violence)
       AND NOT sec.may_sit_together(NEW.id) THEN
        RAISE EXCEPTION 'the victim and the case worker have not both agreed'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'the_victim_is_asked_first';
    END IF;
    RETURN NEW;
END $$;

-- At statement level: new grids move the families of a whole town at once.
DROP TRIGGER keep_disputes ON households_household;
CREATE OR REPLACE FUNCTION sec.keep_disputes() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    UPDATE disputes_dispute AS d SET grid_id = n.grid_id, village_id = n.village_id
    FROM old_rows AS o JOIN new_rows AS n USING (id)
    WHERE d.household_id = n.id
      AND (o.grid_id, o.village_id) IS DISTINCT FROM (n.grid_id, n.village_id);
    RETURN NULL;
END $$;
CREATE TRIGGER keep_disputes AFTER UPDATE ON households_household
REFERENCING NEW TABLE AS new_rows OLD TABLE AS old_rows
FOR EACH STATEMENT EXECUTE FUNCTION sec.keep_disputes();

-- What leaves the village and what closes a file is the chair's and the case worker's (disputes/machine.py).
ALTER POLICY steps ON disputes_dispute WITH CHECK (
    {FIRST.SYSTEM} OR {FIRST.COMPANIONS} AND {FIRST.SEEN}
    AND ({FIRST.CHAIRS} OR state <> ALL ('{{referred,joint,ended,archived}}')));
ALTER POLICY ends ON disputes_supervision USING ({HER_CHAIRS}) WITH CHECK ({HER_CHAIRS});
"""


class Migration(migrations.Migration):
    dependencies = [("disputes", "0003_flag_what_one_sees")]
    operations = [migrations.RunSQL(SQL, migrations.RunSQL.noop)]
