"""Proofs that the tests run in part, run whole: pytest in a process of its own, and what it found."""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.bench.server import ROOT


def proven(test: str, say, **env: str) -> tuple[int, str, list[dict]]:
    """Exit code, the end of what pytest said, and the reports that the tests wrote, a line each."""
    with tempfile.TemporaryDirectory(prefix="proof-") as folder:
        report = Path(folder, "report")
        say(f"   pytest {test}")
        done = subprocess.run(
            [
                sys.executable,
                "-m",
                "pytest",
                *test.split(),
                "-q",
                "--tb=short",
                "--show-capture=no",
            ],
            cwd=ROOT,
            env=os.environ
            | {"WUSE_TEST_DB": "test_wuse_proof", "WUSE_MATRIX_REPORT": str(report)}
            | env,
            capture_output=True,
            text=True,
        )
        lines = report.read_text().splitlines() if report.exists() else []
        return done.returncode, done.stdout[-4000:], [json.loads(line) for line in lines]


def budget(name: str, value: float, limit: float, unit: str, *, least: bool = False) -> dict:
    """`least`: the limit is the least that will do."""
    ok = value >= limit if least else value <= limit
    return {"name": name, "value": value, "limit": limit, "unit": unit, "ok": ok}
