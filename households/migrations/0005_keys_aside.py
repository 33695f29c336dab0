"""The first import of a district need not look up three foreign keys for each of its rows.

PostgreSQL checks a foreign key row by row (3 s for 250,000 households), but all at once when the
key is added (0.3 s). Only its owner may drop and add a key, so these functions do, for the system,
and only while there is no household yet. No transaction can commit before the keys are back.
"""

from django.db import migrations

SQL = """
CREATE TABLE sec.key_aside (
    on_table text NOT NULL,
    name text NOT NULL,
    definition text NOT NULL,
    PRIMARY KEY (on_table, name)
);

-- Drop the foreign keys of households and identities if there are none; say whether it was done.
CREATE FUNCTION sec.set_household_keys_aside() RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    key record;
BEGIN
    IF NOT sec.is_system() OR EXISTS (SELECT FROM public.households_household) THEN
        RETURN false;
    END IF;
    LOCK TABLE public.households_household, public.households_householdidentity
        IN ACCESS EXCLUSIVE MODE;
    IF EXISTS (SELECT FROM public.households_household) THEN
        RETURN false;
    END IF;
    FOR key IN
        INSERT INTO sec.key_aside (on_table, name, definition)
        SELECT conrelid::regclass, conname, pg_get_constraintdef(oid)
        FROM pg_constraint
        WHERE contype = 'f' AND conrelid IN (
            'public.households_household'::regclass,
            'public.households_householdidentity'::regclass)
        ORDER BY conname
        RETURNING *
    LOOP
        EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', key.on_table, key.name);
    END LOOP;
    RETURN true;
END $$;

CREATE FUNCTION sec.return_household_keys() RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    key record;
BEGIN
    FOR key IN DELETE FROM sec.key_aside RETURNING * LOOP
        EXECUTE format('ALTER TABLE %s ADD CONSTRAINT %I %s', key.on_table, key.name, key.definition);
    END LOOP;
END $$;

CREATE FUNCTION sec.household_keys_are_back() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF EXISTS (SELECT FROM sec.key_aside) THEN
        RAISE EXCEPTION 'the foreign keys of households are still set aside'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER household_keys_are_back AFTER INSERT ON sec.key_aside
DEFERRABLE INITIALLY DEFERRED
FOR EACH ROW EXECUTE FUNCTION sec.household_keys_are_back();
"""


class Migration(migrations.Migration):
    dependencies = [("households", "0004_released")]
    operations = [
        migrations.RunSQL(
            SQL,
            "DROP FUNCTION sec.set_household_keys_aside(), sec.return_household_keys();"
            "DROP TABLE sec.key_aside; DROP FUNCTION sec.household_keys_are_back()",
        )
    ]
