"""That somebody came is seen by whoever sees the family; what was heard, by fewer and logged."""

from importlib import import_module

from django.db import migrations

support = import_module("support.migrations.0002_row_security")
SYSTEM, UID, HERS, APART = support.SYSTEM, support.UID, support.HERS, support.APART

SQL = f"""
ALTER TABLE visits_visit ADD CONSTRAINT visit_to_a_household
    FOREIGN KEY (household_id) REFERENCES households_household (id) ON DELETE CASCADE;
ALTER TABLE visits_visitnote ADD CONSTRAINT note_of_a_visit
    FOREIGN KEY (visit_id) REFERENCES visits_visit (id) ON DELETE CASCADE;

ALTER TABLE visits_visit ENABLE ROW LEVEL SECURITY;
ALTER TABLE visits_visit FORCE ROW LEVEL SECURITY;
CREATE POLICY in_scope ON visits_visit FOR SELECT USING ({SYSTEM} OR {HERS} AND {APART});
-- In her own name, and now: the server's clock orders, whatever the telephone's says.
CREATE POLICY adds ON visits_visit FOR INSERT WITH CHECK (
    {SYSTEM} OR member_id = {UID} AND {support.COMPANIONS} AND {support.IN_HER_PLACE}
    AND recorded_at BETWEEN now() AND clock_timestamp() AND {HERS}
);
CREATE POLICY system_erases ON visits_visit FOR DELETE USING ({SYSTEM});

ALTER TABLE visits_visitnote ENABLE ROW LEVEL SECURITY;
ALTER TABLE visits_visitnote FORCE ROW LEVEL SECURITY;
CREATE POLICY logged ON visits_visitnote FOR SELECT USING (
    {SYSTEM} OR {support.COMPANIONS}
    AND {support.LOGGED.format(table="visits_visit", key="visit_id")}
);
CREATE POLICY adds ON visits_visitnote FOR INSERT WITH CHECK (
    {SYSTEM} OR written_by_id = {UID} AND EXISTS (
        SELECT FROM visits_visit AS v WHERE v.id = visit_id AND v.member_id = {UID})
);
CREATE POLICY system_erases ON visits_visitnote FOR DELETE USING ({SYSTEM});
"""


class Migration(migrations.Migration):
    dependencies = [
        ("visits", "0001_initial"),
        ("support", "0002_row_security"),
    ]
    operations = [migrations.RunSQL(SQL, migrations.RunSQL.noop)]
