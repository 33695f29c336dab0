"""The first import of a district need not keep indexes and foreign keys row by row.

For 250,000 households PostgreSQL looks up three foreign keys each (3 s) and walks down five indexes
(2.5 s); at the end, as sets, both cost 1 s. Only their owner may drop and build them, so these
functions do, for the system, and only while there is no household yet. No transaction can commit
before all of them are back.
"""

from django.db import migrations

SQL = """
CREATE TABLE sec.key_aside (
    name text PRIMARY KEY,
    build_order int NOT NULL,
    build text NOT NULL
);

-- Drop what guards empty tables row by row; say whether it was done.
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
        SELECT conrelid::regclass AS on_table, conname AS name, contype = 'f' AS is_last,
               pg_get_constraintdef(oid) AS definition
        FROM pg_constraint
        WHERE contype IN ('f', 'u') AND conrelid = 'public.households_household'::regclass
           OR contype IN ('f', 'p') AND conrelid = 'public.households_householdidentity'::regclass
    LOOP
        INSERT INTO sec.key_aside VALUES (key.name, key.is_last::int, format(
            'ALTER TABLE %s ADD CONSTRAINT %I %s', key.on_table, key.name, key.definition));
        EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', key.on_table, key.name);
    END LOOP;
    FOR key IN
        SELECT indexrelid::regclass AS index, pg_get_indexdef(indexrelid) AS definition
        FROM pg_index
        WHERE indrelid = 'public.households_household'::regclass AND NOT indisprimary
    LOOP
        INSERT INTO sec.key_aside VALUES (key.index, 0, key.definition);
        EXECUTE format('DROP INDEX %s', key.index);
    END LOOP;
    RETURN true;
END $$;

CREATE FUNCTION sec.return_household_keys() RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    key record;
BEGIN
    FOR key IN SELECT * FROM sec.key_aside ORDER BY build_order, name LOOP
        EXECUTE key.build;
    END LOOP;
    DELETE FROM sec.key_aside;
END $$;

CREATE FUNCTION sec.household_keys_are_back() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF EXISTS (SELECT FROM sec.key_aside) THEN
        RAISE EXCEPTION 'the keys of households are still set aside'
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
