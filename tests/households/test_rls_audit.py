"""The audit is clean, and it finds each kind of fault that it says it looks for."""

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connections

from households.rls import faults


def found():
    return {fault.why for fault in faults(settings.TABLES_KEPT_BY_THE_DATABASE)}


def test_row_security_keeps_its_promises(db, capsys):
    call_command("rls_audit")
    assert "完好" in capsys.readouterr().out


BROKEN = {
    "table without forced row security": (
        "ALTER TABLE households_claim NO FORCE ROW LEVEL SECURITY",
        "ALTER TABLE households_claim FORCE ROW LEVEL SECURITY",
    ),
    "policy that lets everybody through": (
        "CREATE POLICY leak ON households_claim USING (true)",
        "DROP POLICY leak ON households_claim",
    ),
    "policy whose scope is asked once per row": (
        "CREATE POLICY slow ON households_claim USING (member_id = sec.uid())",
        "DROP POLICY slow ON households_claim",
    ),
    "view, which would return every row": (
        "CREATE VIEW leak AS SELECT * FROM households_household",
        "DROP VIEW leak",
    ),
    "security definer function without a fixed search path": (
        "CREATE FUNCTION sec.leak() RETURNS int LANGUAGE sql SECURITY DEFINER AS 'SELECT 1'",
        "DROP FUNCTION sec.leak",
    ),
    "security definer function that nobody has reviewed": (
        "CREATE FUNCTION sec.leak() RETURNS int LANGUAGE sql SECURITY DEFINER"
        " SET search_path = pg_catalog AS 'SELECT 1'",
        "DROP FUNCTION sec.leak",
    ),
    "key of the scope that the runtime role may read": (
        "GRANT SELECT ON sec.scope_key TO {app}",
        "REVOKE SELECT ON sec.scope_key FROM {app}",
    ),
    "table kept by triggers that the runtime role may write": (
        "GRANT UPDATE ON households_householdtally TO {app}",
        "REVOKE UPDATE ON households_householdtally FROM {app}",
    ),
    "scoped table that the runtime role may truncate": (
        "GRANT TRUNCATE ON households_household TO {app}",
        "REVOKE TRUNCATE ON households_household FROM {app}",
    ),
    "table with row security but without a policy": (
        "CREATE TABLE bare (x int); ALTER TABLE bare ENABLE ROW LEVEL SECURITY",
        "DROP TABLE bare",
    ),
}


@pytest.mark.parametrize("why", BROKEN)
def test_the_audit_finds_a_broken_promise(committed_db, why):
    app = connections["default"].settings_dict["USER"]
    harm, mend = BROKEN[why]
    owner = connections["owner"]
    with owner.cursor() as cursor:
        cursor.execute(harm.format(app=app))
        try:
            assert why in found()
        finally:
            cursor.execute(mend.format(app=app))
    assert why not in found()
