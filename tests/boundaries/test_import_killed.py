"""An import that dies half-way leaves nothing behind."""

import os
import subprocess
import sys

import pytest
from django.db import connections

from boundaries.models import Division, ImportBatch
from core.scope import acting_as_system
from tests.boundaries.county import OUTLINES

# Runs the command and, when all rows are written and nothing is committed, tells and waits.
IMPORT_AND_HANG = """
import sys, time, django
django.setup()
from django.db import connections
connections["default"].settings_dict["NAME"] = sys.argv[1]
from django.core.management import call_command
from boundaries.services import imports
def hang(**kwargs):
    print("written", flush=True)
    time.sleep(60)
imports.record_batch = hang
call_command("import_divisions", sys.argv[2], "--level", "district")
"""


@pytest.mark.usefixtures("committed_db")
def test_a_killed_import_leaves_nothing():
    database = connections["default"].settings_dict["NAME"]
    process = subprocess.Popen(
        [sys.executable, "-c", IMPORT_AND_HANG, database, str(OUTLINES)],
        env=os.environ | {"DJANGO_SETTINGS_MODULE": "gis_app.settings"},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        assert process.stdout.readline() == "written\n"
    finally:
        process.kill()
        process.wait()
        process.stdout.close()
    with acting_as_system("test"):
        assert Division.objects.count() == 0
        assert ImportBatch.objects.count() == 0
