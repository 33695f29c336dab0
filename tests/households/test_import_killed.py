"""An import of households that dies half-way leaves nothing behind, and the foreign keys there."""

import os
import subprocess
import sys
from math import ceil

import pytest
from django.db import IntegrityError, connection, transaction

from boundaries.models import ImportBatch
from core.scope import acting_as, acting_as_system
from households.models import Household, HouseholdTally
from tests.factories import build_cast
from tests.households.lists import row, text_of

# Runs the command and, when all rows are written and nothing is committed, tells and waits.
IMPORT_AND_HANG = """
import sys, time, django
django.setup()
from django.db import connections
connections["default"].settings_dict["NAME"] = sys.argv[1]
from django.core.management import call_command
from households.imports import service
def hang(**kwargs):
    print("written", flush=True)
    time.sleep(60)
service.record_batch = hang
call_command("import_households", sys.argv[2], "--crs", "wgs84")
"""
# Foreign keys, and indexes with their unique keys.
KEYS = (
    "SELECT (SELECT count(*) FROM pg_constraint WHERE contype = 'f' AND conrelid IN"
    " ('households_household'::regclass, 'households_householdidentity'::regclass)),"
    " (SELECT count(*) FROM pg_index WHERE indrelid = 'households_household'::regclass)"
)


@pytest.mark.usefixtures("committed_db")
def test_a_killed_import_leaves_nothing(tmp_path):
    with acting_as_system("test"), transaction.atomic():
        build_cast()
        # As on the first day: then the keys are set aside meanwhile.
        Household.objects.all().delete()
    path = tmp_path / "list.csv"
    path.write_text(text_of([row(f"a{i}", lon=113.83, lat=34.01) for i in range(100)]))
    process = subprocess.Popen(
        [sys.executable, "-c", IMPORT_AND_HANG, connection.settings_dict["NAME"], str(path)],
        env=os.environ | {"DJANGO_SETTINGS_MODULE": "gis_app.settings"},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        assert process.stdout.readline() == "written\n"
        process.kill()
    finally:
        process.kill()
        process.wait()
        process.stdout.close()
    with acting_as_system("test"):
        assert Household.objects.count() == 0
        assert HouseholdTally.objects.count() == 0
        assert ImportBatch.objects.count() == 0
    with connection.cursor() as cursor:
        cursor.execute(KEYS)
        assert cursor.fetchone() == (3, 6)


@pytest.mark.usefixtures("committed_db")
def test_nobody_can_commit_while_the_keys_are_set_aside():
    with (
        pytest.raises(IntegrityError, match="still set aside"),
        acting_as_system("test"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("SELECT sec.set_household_keys_aside(0)")
        assert cursor.fetchone()[0] is True
        cursor.execute(KEYS)
        assert cursor.fetchone() == (0, 1)
    with connection.cursor() as cursor:
        cursor.execute(KEYS)
        assert cursor.fetchone() == (3, 6)


def test_the_keys_stay_for_a_list_shorter_than_half_of_what_stands_and_for_a_member(cast):
    with acting_as_system("test"):
        half = Household.objects.count() / 2
    for who, rows, aside in (
        (acting_as_system("test"), ceil(half) - 1, False),
        (acting_as(cast.chair.pk), ceil(half), False),
        (acting_as_system("test"), ceil(half), True),
    ):
        with who, connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")
            cursor.execute("SELECT sec.set_household_keys_aside(%s)", [rows])
            assert cursor.fetchone()[0] is aside
            cursor.execute("SELECT sec.return_household_keys()")
