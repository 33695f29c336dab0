"""What the server keeps to itself, and how long it waits: asked as the runtime role."""

import os
import uuid
from pathlib import Path

import pytest
from django.conf import settings
from django.db import DatabaseError, connection, transaction

from core.commands import SystemCommand
from core.scope import acting_as_system
from households.rls import _CHECKS, faults


def setting(name):
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting(%s)", [name])
        return cursor.fetchone()[0]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("log_min_error_statement", "panic"),
        ("log_error_verbosity", "terse"),
        ("log_parameter_max_length_on_error", "0"),
        ("log_statement", "none"),
        ("statement_timeout", "30s"),
        ("idle_in_transaction_session_timeout", "1min"),
    ],
)
def test_the_runtime_role_finds(db, name, value):
    assert setting(name) == value


def test_a_statement_that_takes_too_long_is_ended(db):
    with (
        pytest.raises(DatabaseError, match="statement timeout"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("SET LOCAL statement_timeout = '50ms'; SELECT pg_sleep(5)")


def test_a_command_may_take_its_time_and_only_it(db):
    during = []

    class Command(SystemCommand):
        purpose, refused = "test", "没有做"

        def work(self, options, progress):
            during.append(setting("statement_timeout"))
            return {}

        def describe(self, report):
            return []

    Command().handle(dry_run=True, json=False)
    assert during == ["0"]


@pytest.mark.parametrize(
    ("why", "right", "wanted", "what"),
    [
        ("setting by which the server's log would hold names", "'panic'", "'fatal'", "panic"),
        ("runtime role that may wait without end", "'0'", "'30000'", "statement_timeout"),
    ],
)
def test_the_audit_tells_of_another_setting(db, monkeypatch, why, right, wanted, what):
    """Only a superuser could change the server's: so the audit is made to want something else."""
    kept = settings.TABLES_KEPT_BY_THE_DATABASE
    assert why not in {fault.why for fault in faults(kept)}
    monkeypatch.setitem(_CHECKS, why, _CHECKS[why].replace(right, wanted))
    assert any(fault.why == why and what in fault.what for fault in faults(kept))


def test_a_refused_row_leaves_no_name_in_the_servers_log(db):
    log = Path(settings.VAR_DIR / "pg" / "server.log")
    if not os.access(log, os.R_OK):
        pytest.skip("the server's log is not here")
    name, before = f"示例{uuid.uuid4().hex}", log.stat().st_size
    statement = (
        "INSERT INTO households_householdidentity"
        " (household_id, contact_name, phone, address, note, members)"
        " VALUES (1, %s, '', '', '', -1)"
    )
    with (
        pytest.raises(DatabaseError),
        transaction.atomic(),
        acting_as_system("test"),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement, [name])
    with log.open("rb") as file:
        file.seek(before)
        written = file.read().decode(errors="replace")
    assert "ERROR" in written
    assert name not in written
