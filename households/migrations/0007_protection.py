"""Protected families: their true place stands apart, and what is left in their row tells nothing.

Row security, tallies, tiles, lists and searches read the row alone; so none of them needs to know.
A shielded family's row holds the village office as its point. A sealed family's row holds no
village, no grid, no number, no point and another id: no scope covers it, no look-up finds it, and a
look-up by its former id is in all, time included, one for an id that never was.
"""

from importlib import import_module

import django.contrib.gis.db.models.fields
import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Q

row_security = import_module("households.migrations.0002_row_security")
tallies = import_module("households.migrations.0003_tallies")

PLACES = """
ALTER TABLE households_householdplace ADD CONSTRAINT place_of_a_household
    FOREIGN KEY (household_id) REFERENCES households_household (id) ON DELETE CASCADE;
CREATE INDEX place_of_a_sealed_number ON households_householdplace (village_id, household_no);

ALTER TABLE households_householdplace ENABLE ROW LEVEL SECURITY;
ALTER TABLE households_householdplace FORCE ROW LEVEL SECURITY;

-- The households whose case worker she is. Nobody is one yet: see cases/migrations.
CREATE FUNCTION sec.my_cases() RETURNS bigint[]
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN '{}'::bigint[];
END $$;

CREATE POLICY case_worker_reads ON households_householdplace FOR SELECT USING (
    (SELECT sec.is_system()) OR household_id = ANY ((SELECT sec.my_cases())::bigint[])
);
-- An imported list leaves what it says of a sealed family here.
CREATE POLICY system_notes ON households_householdplace FOR UPDATE
    USING ((SELECT sec.is_system())) WITH CHECK ((SELECT sec.is_system()));
CREATE POLICY owner_keeps ON households_householdplace TO CURRENT_USER
    USING (true) WITH CHECK (true);
"""

HOUSEHOLDS = f"""
-- The functions below run as the owner, who is bound too.
CREATE POLICY owner_keeps ON households_household TO CURRENT_USER USING (true) WITH CHECK (true);
CREATE POLICY owner_keeps ON households_householdidentity TO CURRENT_USER
    USING (true) WITH CHECK (true);
CREATE POLICY owner_ends ON households_claim FOR UPDATE TO CURRENT_USER
    USING (true) WITH CHECK (true);

ALTER POLICY in_scope ON households_household
    USING {row_security.IN_SCOPE.format(claims="OR id = ANY ((SELECT sec.my_claims())::bigint[]) OR id = ANY ((SELECT sec.my_cases())::bigint[])")}
    WITH CHECK {row_security.IN_SCOPE.format(claims="OR id = ANY ((SELECT sec.my_claims())::bigint[]) OR id = ANY ((SELECT sec.my_cases())::bigint[])")};
-- Not even of her own former claims does she read one on a family she cannot find.
ALTER POLICY in_scope ON households_claim USING {row_security.PART_IN_SCOPE};
"""

PROTECTION = """
-- Where everybody finds a shielded family: the stated point of its village.
CREATE FUNCTION sec.office_of(village bigint) RETURNS geometry
LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
    SELECT ST_SnapToGrid(ST_Transform(coalesce(
        v.anchor_3857,
        (SELECT g.anchor_3857 FROM grids_grid AS g
         WHERE g.village_id = v.id AND g.closed_on IS NULL ORDER BY g.code LIMIT 1)
    ), 4326), 0.000001)
    FROM boundaries_division AS v WHERE v.id = village
$$;

-- The current grid of a village that covers a point, of two the lower code.
CREATE FUNCTION sec.grid_covering(village bigint, place geometry) RETURNS bigint
LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
    SELECT g.id FROM grids_grid AS g
    WHERE g.village_id = village AND g.closed_on IS NULL
      AND g.geom && place AND ST_Covers(g.geom, place)
    ORDER BY g.code LIMIT 1
$$;

CREATE FUNCTION sec.keep_protection() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    place households_householdplace;
    office geometry;
BEGIN
    IF TG_OP = 'INSERT' THEN
        RAISE EXCEPTION 'a family is protected after it is entered, not while'
            USING ERRCODE = 'check_violation';
    END IF;
    -- Whoever sees a family may shield it. All else is for its case worker.
    IF NEW.protection <> OLD.protection
       AND NOT (OLD.protection = 'none' AND NEW.protection = 'shielded')
       AND NOT (sec.is_system() OR OLD.id = ANY (sec.my_cases())) THEN
        RAISE EXCEPTION 'only the case worker may change this protection'
            USING ERRCODE = 'insufficient_privilege';
    END IF;

    IF OLD.protection = 'none' THEN
        INSERT INTO households_householdplace
            (household_id, uuid, village_id, household_no, grid_id, point, address)
        SELECT OLD.id, OLD.uuid, OLD.village_id, OLD.household_no, OLD.grid_id, NEW.point,
               coalesce((SELECT i.address FROM households_householdidentity AS i
                         WHERE i.household_id = OLD.id), '');
        UPDATE households_householdidentity SET address = '' WHERE household_id = OLD.id;
    ELSIF NEW.point IS NOT NULL AND NEW.point IS DISTINCT FROM OLD.point
          AND NEW.point IS DISTINCT FROM sec.office_of(coalesce(OLD.village_id, NEW.village_id)) THEN
        -- A list or a colleague knows better where the family lives.
        UPDATE households_householdplace SET point = NEW.point WHERE household_id = OLD.id;
    END IF;
    SELECT * INTO place FROM households_householdplace WHERE household_id = OLD.id;

    IF OLD.protection = 'sealed' AND NEW.protection <> 'sealed' THEN
        NEW.uuid := place.uuid;
        NEW.village_id := place.village_id;
        NEW.household_no := place.household_no;
        NEW.grid_id := sec.grid_covering(place.village_id, place.point);
        -- As if it had stood there all the time.
        IF NEW.grid_id IS DISTINCT FROM place.grid_id THEN
            INSERT INTO households_gridspell (household_id, grid_id, until)
            VALUES (OLD.id, place.grid_id, clock_timestamp());
        END IF;
    END IF;

    CASE NEW.protection
    WHEN 'none' THEN
        NEW.point := place.point;
        NEW.grid_id := sec.grid_covering(NEW.village_id, place.point);
        DELETE FROM households_householdplace WHERE household_id = OLD.id;
        UPDATE households_householdidentity SET address = place.address
        WHERE household_id = OLD.id AND place.address <> '';
    WHEN 'shielded' THEN
        NEW.point := CASE WHEN place.point IS NOT NULL THEN sec.office_of(NEW.village_id) END;
    WHEN 'sealed' THEN
        IF OLD.protection <> 'sealed' THEN
            UPDATE households_householdplace
            SET uuid = OLD.uuid, village_id = OLD.village_id, household_no = OLD.household_no,
                grid_id = OLD.grid_id
            WHERE household_id = OLD.id;
            NEW.uuid := gen_random_uuid();
            UPDATE households_claim SET ended_at = greatest(started_at, now())
            WHERE household_id = OLD.id AND ended_at IS NULL;
        END IF;
        NEW.village_id := NULL;
        NEW.grid_id := NULL;
        NEW.household_no := '';
        NEW.point := NULL;
    END CASE;
    RETURN NEW;
END $$;

CREATE TRIGGER keep_protection BEFORE UPDATE ON households_household FOR EACH ROW
WHEN (OLD.protection <> 'none' OR NEW.protection <> 'none')
EXECUTE FUNCTION sec.keep_protection();
CREATE TRIGGER keep_protection_new BEFORE INSERT ON households_household FOR EACH ROW
WHEN (NEW.protection <> 'none') EXECUTE FUNCTION sec.keep_protection();

-- A protected family's address goes where its place is, whoever writes it.
CREATE FUNCTION sec.keep_address() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    UPDATE households_householdplace SET address = NEW.address
    WHERE household_id = NEW.household_id;
    IF FOUND THEN
        NEW.address := '';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER keep_address BEFORE UPDATE ON households_householdidentity FOR EACH ROW
WHEN (NEW.address <> '' AND NEW.address IS DISTINCT FROM OLD.address)
EXECUTE FUNCTION sec.keep_address();

-- A village is drawn anew: its office, and whoever is said to live there, with it.
CREATE FUNCTION sec.keep_offices() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    UPDATE households_household AS h SET point = sec.office_of(h.village_id)
    FROM changed AS c
    WHERE h.village_id = c.id AND h.protection = 'shielded' AND h.point IS NOT NULL
      AND h.point IS DISTINCT FROM sec.office_of(h.village_id);
    RETURN NULL;
END $$;

CREATE TRIGGER keep_offices AFTER UPDATE ON boundaries_division
REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION sec.keep_offices();

-- After new grids: a shielded family that stood in none goes where it truly lives. One that stood
-- in a grid goes with that grid (households.services): nobody finds a place by drawing borders.
CREATE FUNCTION sec.settle_shielded(villages bigint[]) RETURNS int
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    settled int;
BEGIN
    UPDATE households_household AS h SET grid_id = sec.grid_covering(h.village_id, p.point)
    FROM households_householdplace AS p
    WHERE p.household_id = h.id AND h.protection = 'shielded' AND h.grid_id IS NULL
      AND h.village_id = ANY (villages)
      AND sec.grid_covering(h.village_id, p.point) IS NOT NULL;
    GET DIAGNOSTICS settled = ROW_COUNT;
    RETURN settled;
END $$;

-- Sealing is no move: it leaves no spell, and ends as if it had not been.
CREATE OR REPLACE FUNCTION sec.keep_spells() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO households_gridspell (household_id, grid_id, until)
    SELECT o.id, o.grid_id, clock_timestamp()
    FROM old_rows AS o JOIN new_rows AS n USING (id)
    WHERE o.grid_id IS DISTINCT FROM n.grid_id
      AND o.village_id IS NOT NULL AND n.village_id IS NOT NULL
    ORDER BY o.id;
    RETURN NULL;
END $$;
"""


def _tally(operation: str, *rows: str) -> str:
    """The trigger as it was, for those that stand somewhere."""
    standing = " UNION ALL ".join(f"{sql} WHERE village_id IS NOT NULL" for sql in rows)
    made = tallies.keep_tallies(operation, standing)
    return made.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION")


TALLIES = (
    _tally("insert", tallies.PLUS)
    + _tally("update", tallies.PLUS, tallies.MINUS)
    + _tally("delete", tallies.MINUS)
)


class Migration(migrations.Migration):
    dependencies = [("grids", "0004_targets_in_drafts"), ("households", "0006_spells")]

    operations = [
        migrations.AddField(
            model_name="household",
            name="protection",
            field=models.CharField(
                choices=[("none", "无"), ("shielded", "住址不公开"), ("sealed", "封存")],
                db_default="none",
                default="none",
                max_length=8,
            ),
        ),
        migrations.AlterField(
            model_name="household",
            name="village",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="households",
                to="boundaries.division",
            ),
        ),
        migrations.AddConstraint(
            model_name="household",
            constraint=models.CheckConstraint(
                condition=Q(protection="sealed", village=None, grid=None, point=None)
                | ~Q(protection="sealed") & Q(village__isnull=False),
                name="sealed_stands_nowhere",
            ),
        ),
        migrations.CreateModel(
            name="HouseholdPlace",
            fields=[
                (
                    "household",
                    models.OneToOneField(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        primary_key=True,
                        related_name="place",
                        serialize=False,
                        to="households.household",
                    ),
                ),
                ("uuid", models.UUIDField()),
                (
                    "village",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="boundaries.division",
                    ),
                ),
                ("household_no", models.CharField(max_length=40, verbose_name="户编号")),
                (
                    "grid",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="grids.grid",
                    ),
                ),
                (
                    "point",
                    django.contrib.gis.db.models.fields.PointField(
                        null=True, spatial_index=False, srid=4326, verbose_name="位置"
                    ),
                ),
                ("address", models.CharField(blank=True, max_length=200, verbose_name="地址")),
                ("listed", models.JSONField(null=True)),
            ],
        ),
        migrations.RunSQL(PLACES, migrations.RunSQL.noop),
        migrations.RunSQL(HOUSEHOLDS, migrations.RunSQL.noop),
        migrations.RunSQL(PROTECTION, migrations.RunSQL.noop),
        migrations.RunSQL(TALLIES, migrations.RunSQL.noop),
    ]
