"""Needs and help are seen by whoever sees the family; what is said of them, by fewer and logged."""

from django.db import migrations

SYSTEM = "(SELECT sec.is_system())"
UID = "(SELECT sec.uid())"
HERS = "EXISTS (SELECT FROM households_household AS h WHERE h.id = household_id)"
# What a case worker enters would tell that there is a case.
APART = "(NOT apart OR household_id = ANY ((SELECT sec.my_cases())::bigint[]))"
MY_ROLE = "(SELECT sec.my_role())"
COMPANIONS = f"{MY_ROLE} = ANY ('{{member,village,caseworker}}')"
IN_HER_PLACE = f"apart = ({MY_ROLE} = 'caseworker')"
# Of a need that she sees, in a transaction that has logged the look at its family.
LOGGED = """EXISTS (
        SELECT FROM {table} AS t JOIN households_household AS h ON h.id = t.household_id
        WHERE t.id = {key} AND h.uuid = ANY ((SELECT sec.opened())::uuid[]))"""

SQL = f"""
ALTER TABLE support_need
    ADD CONSTRAINT need_of_a_household FOREIGN KEY (household_id)
        REFERENCES households_household (id) ON DELETE CASCADE,
    ADD CONSTRAINT need_of_a_person FOREIGN KEY (person_id)
        REFERENCES households_person (id) ON DELETE CASCADE;
ALTER TABLE support_needtext ADD CONSTRAINT text_of_a_need
    FOREIGN KEY (need_id) REFERENCES support_need (id) ON DELETE CASCADE;
ALTER TABLE support_help ADD CONSTRAINT help_for_a_need
    FOREIGN KEY (need_id) REFERENCES support_need (id) ON DELETE CASCADE;

ALTER TABLE support_need ENABLE ROW LEVEL SECURITY;
ALTER TABLE support_need FORCE ROW LEVEL SECURITY;
CREATE POLICY in_scope ON support_need FOR SELECT USING ({SYSTEM} OR {HERS} AND {APART});
CREATE POLICY adds ON support_need FOR INSERT WITH CHECK (
    {SYSTEM} OR opened_by_id = {UID} AND {COMPANIONS} AND {IN_HER_PLACE} AND state = 'open' AND {HERS}
);
-- Once: support/machine.py knows no way back.
CREATE POLICY closes ON support_need FOR UPDATE
    USING ({SYSTEM} OR {COMPANIONS} AND state = 'open' AND {HERS} AND {APART})
    WITH CHECK ({SYSTEM} OR closed_by_id = {UID} AND state <> 'open' AND {HERS});
CREATE POLICY system_erases ON support_need FOR DELETE USING ({SYSTEM});

ALTER TABLE support_needtext ENABLE ROW LEVEL SECURITY;
ALTER TABLE support_needtext FORCE ROW LEVEL SECURITY;
CREATE POLICY logged ON support_needtext FOR SELECT USING (
    {SYSTEM} OR {COMPANIONS} AND {LOGGED.format(table="support_need", key="need_id")}
);
CREATE POLICY adds ON support_needtext FOR INSERT WITH CHECK (
    {SYSTEM} OR written_by_id = {UID} AND EXISTS (
        SELECT FROM support_need AS n WHERE n.id = need_id AND n.opened_by_id = {UID})
);
CREATE POLICY system_erases ON support_needtext FOR DELETE USING ({SYSTEM});

ALTER TABLE support_help ENABLE ROW LEVEL SECURITY;
ALTER TABLE support_help FORCE ROW LEVEL SECURITY;
CREATE POLICY in_scope ON support_help FOR SELECT
    USING ({SYSTEM} OR EXISTS (SELECT FROM support_need AS n WHERE n.id = need_id));
CREATE POLICY adds ON support_help FOR INSERT WITH CHECK (
    {SYSTEM} OR by_id = {UID} AND {COMPANIONS}
    AND EXISTS (SELECT FROM support_need AS n WHERE n.id = need_id AND n.state = 'open')
);
CREATE POLICY system_erases ON support_help FOR DELETE USING ({SYSTEM});

-- Nobody's data: how many came, in her own name.
ALTER TABLE support_event ENABLE ROW LEVEL SECURITY;
ALTER TABLE support_event FORCE ROW LEVEL SECURITY;
CREATE POLICY in_office ON support_event FOR SELECT
    USING ({SYSTEM} OR {MY_ROLE} = ANY ('{{member,village,town,district}}'));
CREATE POLICY adds ON support_event FOR INSERT WITH CHECK (
    {SYSTEM} OR by_id = {UID} AND {MY_ROLE} = ANY ('{{member,village,town,district}}')
);
CREATE POLICY system_erases ON support_event FOR DELETE USING ({SYSTEM});
"""


class Migration(migrations.Migration):
    dependencies = [
        ("support", "0001_initial"),
        ("cases", "0005_kin_follow_no_case"),
    ]
    operations = [migrations.RunSQL(SQL, migrations.RunSQL.noop)]
