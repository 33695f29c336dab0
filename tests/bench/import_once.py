"""One import in a warm process, for tests/bench/import_households.py: seconds and peak memory."""

import json
import resource
import sys
import time
from pathlib import Path

import django

django.setup()

from django.db import connection, transaction  # noqa: E402

from core.scope import acting_as_system  # noqa: E402
from households.imports import import_households  # noqa: E402

connection.ensure_connection()
started = time.perf_counter()
with transaction.atomic(), acting_as_system("bench"):
    connection.cursor().execute("SET LOCAL statement_timeout = 0")  # as core/commands.py does
    report = import_households(path=Path(sys.argv[1]), progress=lambda *told: None)
seconds = time.perf_counter() - started
answer = {
    "seconds": seconds,
    "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    "new": report.new,
    "updated": report.updated,
}
print(json.dumps(answer))
