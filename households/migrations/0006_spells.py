"""In which grid a household stood when; and covers, which know their end before it comes."""

import django.db.models.deletion
from django.db import migrations, models

SPELLS = """
ALTER TABLE households_gridspell ADD CONSTRAINT spell_of_a_household
    FOREIGN KEY (household_id) REFERENCES households_household (id) ON DELETE CASCADE;

-- At statement level, and only for rows that changed grid: new rows cost nothing.
CREATE FUNCTION sec.keep_spells() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO households_gridspell (household_id, grid_id, until)
    SELECT o.id, o.grid_id, clock_timestamp()
    FROM old_rows AS o JOIN new_rows AS n USING (id)
    WHERE o.grid_id IS DISTINCT FROM n.grid_id
    ORDER BY o.id;
    RETURN NULL;
END $$;

CREATE TRIGGER keep_spells AFTER UPDATE ON households_household
REFERENCING NEW TABLE AS new_rows OLD TABLE AS old_rows
FOR EACH STATEMENT EXECUTE FUNCTION sec.keep_spells();

ALTER TABLE households_gridspell ENABLE ROW LEVEL SECURITY;
ALTER TABLE households_gridspell FORCE ROW LEVEL SECURITY;
-- Like every part of a household: seen by whoever sees the household.
CREATE POLICY in_scope ON households_gridspell FOR SELECT USING (
    (SELECT sec.is_system())
    OR EXISTS (SELECT FROM households_household AS h WHERE h.id = household_id)
);
CREATE POLICY owner_keeps ON households_gridspell TO CURRENT_USER USING (true) WITH CHECK (true);
"""

COVERS = """
CREATE OR REPLACE FUNCTION sec.my_grids() RETURNS bigint[]
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    me record;
BEGIN
    SELECT * INTO me FROM sec.me();
    RETURN CASE me.role
        WHEN 'member' THEN ARRAY(
            SELECT a.grid_id FROM public.grids_assignment AS a
            WHERE a.member_id = me.id AND a.started_at <= statement_timestamp()
              AND (a.ended_at IS NULL OR a.ended_at > statement_timestamp()))
        WHEN 'village' THEN ARRAY(
            SELECT g.id FROM public.grids_grid AS g WHERE g.village_id = me.division_id)
        WHEN 'town' THEN ARRAY(
            SELECT g.id FROM public.grids_grid AS g
            JOIN public.boundaries_division AS v ON v.id = g.village_id
            WHERE v.parent_id = me.division_id)
        ELSE '{}'
    END;
END $$;
"""

MINUTES = """
-- A county that has put the default colours in force gets their minutes.
UPDATE households_colourclass SET visit_minutes = (ARRAY[40, 30, 20, 15, 10])[slot];
"""


class Migration(migrations.Migration):
    dependencies = [
        ("grids", "0003_territory"),
        ("households", "0005_keys_aside"),
    ]

    operations = [
        migrations.AddField(
            model_name="colourclass",
            name="visit_minutes",
            field=models.PositiveIntegerField(
                db_default=20, default=20, verbose_name="一次走访(分钟)"
            ),
        ),
        migrations.CreateModel(
            name="GridSpell",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("until", models.DateTimeField()),
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
                    "household",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="spells",
                        to="households.household",
                    ),
                ),
            ],
            options={
                "ordering": ["household", "until", "pk"],
                "indexes": [
                    models.Index(
                        models.F("household"), models.F("until"), name="spells_by_household"
                    )
                ],
            },
        ),
        migrations.RunSQL(SPELLS, migrations.RunSQL.noop),
        migrations.RunSQL(COVERS, migrations.RunSQL.noop),
        migrations.RunSQL(MINUTES, migrations.RunSQL.noop),
    ]
