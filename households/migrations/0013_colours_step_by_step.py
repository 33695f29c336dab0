"""The database keeps the steps of a colour, and takes it away when the family objects."""

from importlib import import_module

from django.db import migrations

people = import_module("households.migrations.0009_people_and_history")

SYSTEM = "(SELECT sec.is_system())"
UID = "(SELECT sec.uid())"
HERS = "EXISTS (SELECT FROM households_household AS h WHERE h.id = household_id)"

# Which state may follow which: households/colouring/machine.py, and a test compares the two.
STEPS = """
    ('proposed', 'confirmed'), ('proposed', 'refused'), ('proposed', 'superseded'),
    ('proposed', 'lapsed'), ('confirmed', 'objected'), ('confirmed', 'superseded'),
    ('confirmed', 'lapsed'), ('objected', 'confirmed'), ('objected', 'withdrawn'),
    ('objected', 'lapsed')
"""

TABLES = f"""
ALTER TABLE households_objection
    ADD CONSTRAINT objection_of_a_household FOREIGN KEY (household_id)
        REFERENCES households_household (id) ON DELETE CASCADE,
    ADD CONSTRAINT objection_to_a_colour FOREIGN KEY (classification_id)
        REFERENCES households_classification (id) ON DELETE CASCADE;
ALTER TABLE households_familystatement ADD CONSTRAINT statement_of_a_household
    FOREIGN KEY (household_id) REFERENCES households_household (id) ON DELETE CASCADE;
ALTER TABLE households_goodword ADD CONSTRAINT good_word_of_a_household
    FOREIGN KEY (household_id) REFERENCES households_household (id) ON DELETE CASCADE;

-- Until now the town's chair confirmed what is visited most often: so it stays.
UPDATE households_colourclass AS c SET decided_by = 'town'
WHERE c.cadence_days = (SELECT min(o.cadence_days) FROM households_colourclass AS o
                        WHERE o.scheme_id = c.scheme_id);

ALTER TABLE households_objection ENABLE ROW LEVEL SECURITY;
ALTER TABLE households_objection FORCE ROW LEVEL SECURITY;
CREATE POLICY in_scope ON households_objection FOR SELECT USING ({SYSTEM} OR {HERS});
-- Whoever writes down what a family says does so in her own name; so does who answers.
CREATE POLICY adds ON households_objection FOR INSERT
    WITH CHECK ({SYSTEM} OR by_id = {UID} AND {HERS});
CREATE POLICY reviews ON households_objection FOR UPDATE
    USING ({SYSTEM} OR {HERS}) WITH CHECK ({SYSTEM} OR reviewed_by_id = {UID} AND {HERS});
CREATE POLICY system_erases ON households_objection FOR DELETE USING ({SYSTEM});

ALTER TABLE households_familystatement ENABLE ROW LEVEL SECURITY;
ALTER TABLE households_familystatement FORCE ROW LEVEL SECURITY;
CREATE POLICY in_scope ON households_familystatement
    USING ({SYSTEM} OR {HERS}) WITH CHECK ({SYSTEM} OR written_by_id = {UID} AND {HERS});

ALTER TABLE households_goodword ENABLE ROW LEVEL SECURITY;
ALTER TABLE households_goodword FORCE ROW LEVEL SECURITY;
CREATE POLICY in_scope ON households_goodword FOR SELECT USING ({SYSTEM} OR {HERS});
CREATE POLICY adds ON households_goodword FOR INSERT
    WITH CHECK ({SYSTEM} OR by_id = {UID} AND {HERS});
CREATE POLICY system_erases ON households_goodword FOR DELETE USING ({SYSTEM});
"""

TRIGGERS = f"""
CREATE FUNCTION sec.next_state_of_colour() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF (OLD.status, NEW.status) NOT IN (VALUES {STEPS}) THEN
        RAISE EXCEPTION 'no step of a colour leads from % to %', OLD.status, NEW.status
            USING ERRCODE = 'check_violation', CONSTRAINT = 'colour_goes_step_by_step';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER step_by_step BEFORE UPDATE ON households_classification FOR EACH ROW
WHEN (OLD.status IS DISTINCT FROM NEW.status) EXECUTE FUNCTION sec.next_state_of_colour();

-- Whoever enters an objection, the colour goes at once: also by a steward, who changes no household.
CREATE FUNCTION sec.take_colour_away() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    UPDATE households_classification SET status = 'objected'
    WHERE id = NEW.classification_id AND household_id = NEW.household_id AND status = 'confirmed';
    IF NOT FOUND THEN
        RAISE EXCEPTION 'an objection is to a colour that holds'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'objection_to_a_colour_that_holds';
    END IF;
    UPDATE households_household SET slot = 0, review_on = NULL WHERE id = NEW.household_id;
    RETURN NULL;
END $$;
CREATE TRIGGER take_colour_away AFTER INSERT ON households_objection
FOR EACH ROW EXECUTE FUNCTION sec.take_colour_away();
"""

CLASSIFICATION = people.TRACKED["households_classification"]
CLASSIFICATION = CLASSIFICATION | {
    "columns": CLASSIFICATION["columns"] + " source second_look_by_id second_look_at refusal"
}
STATEMENT = {
    "to": "identitychange", "key": "household_id", "household": "r.household_id",
    "columns": "text written_by_id written_at", "operations": "UPDATE DELETE",
}  # fmt: skip

HISTORY = (
    "".join(
        f"DROP TRIGGER history_{operation.lower()} ON households_classification;"
        for operation in CLASSIFICATION["operations"].split()
    )
    + people.history_of("households_classification", CLASSIFICATION).replace(
        "CREATE FUNCTION", "CREATE OR REPLACE FUNCTION"
    )
    + people.history_of("households_familystatement", STATEMENT)
)


class Migration(migrations.Migration):
    dependencies = [("households", "0012_argued_colours")]

    operations = [
        migrations.RunSQL(TABLES, migrations.RunSQL.noop),
        migrations.RunSQL(TRIGGERS, migrations.RunSQL.noop),
        migrations.RunSQL(HISTORY, migrations.RunSQL.noop),
    ]
