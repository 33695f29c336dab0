"""A list half as long as what stands, or longer, sets keys aside too, not only the very first.

Row by row the keys of 250,000 families cost 5 s; built anew for twice as many, as sets, 1.5 s. The
maps wait meanwhile, as for the first import: so a short list still goes the gentle way.
"""

from django.db import migrations


def _function(parameters: str, kept: str) -> str:
    return f"""
CREATE FUNCTION sec.set_household_keys_aside({parameters}) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    key record;
BEGIN
    IF NOT sec.is_system() OR {kept} THEN
        RETURN false;
    END IF;
    LOCK TABLE public.households_household, public.households_householdidentity
        IN ACCESS EXCLUSIVE MODE;
    IF {kept} THEN
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
"""


LONG = _function("rows bigint", "2 * rows < (SELECT count(*) FROM public.households_household)")
FIRST = _function("", "EXISTS (SELECT FROM public.households_household)")


class Migration(migrations.Migration):
    dependencies = [("households", "0010_kin_see_nothing")]
    operations = [
        migrations.RunSQL(
            "DROP FUNCTION sec.set_household_keys_aside();" + LONG,
            "DROP FUNCTION sec.set_household_keys_aside(bigint);" + FIRST,
        )
    ]
