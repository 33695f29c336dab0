"""The checks that people run by hand, run for those who forget."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
BIN = Path(sys.executable).parent


def run(*command, **kwargs):
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, **kwargs)


@pytest.mark.parametrize("check", [["check"], ["format", "--check"]])
def test_ruff_finds_nothing(check):
    done = run(BIN / "ruff", *check, ".")
    assert done.returncode == 0, done.stdout


def test_imports_go_one_way():
    done = run(BIN / "lint-imports")
    assert done.returncode == 0, done.stdout


def test_models_and_migrations_agree():
    done = run(sys.executable, "manage.py", "makemigrations", "--check", "--dry-run")
    assert done.returncode == 0, done.stdout


def test_every_module_that_a_page_imports_exists(tmp_path):
    """collectstatic rewrites each import to a hashed name and fails on a missing or circular one."""
    script = (
        "from django.conf import settings; import gis_app.settings as s;"
        f" s.STATIC_ROOT = {str(tmp_path)!r};"
        " import django; django.setup();"
        " from django.core.management import call_command;"
        " call_command('collectstatic', verbosity=0, interactive=False)"
    )
    done = run(
        sys.executable,
        "-c",
        script,
        env=os.environ | {"DJANGO_SETTINGS_MODULE": "gis_app.settings"},
    )
    assert done.returncode == 0, done.stderr


def tracked(*suffixes):
    names = run("git", "ls-files").stdout.split()
    return [ROOT / name for name in names if name.endswith(suffixes)]


def test_every_import_statement_ends_with_a_semicolon():
    # Otherwise the manifest of static files leaves the plain name in place, which nobody serves.
    loose = re.compile(r"""^(import|export)\b.*\bfrom\s+["'][^"']+["'](?!;)""", re.MULTILINE)
    assert not [p for p in tracked(".js") if loose.search(p.read_text())]


def test_locks_hold_hashes_and_name_no_registry():
    for name in ("requirements.txt", "requirements-dev.txt", "ops/requirements-node.txt"):
        text = (ROOT / name).read_text()
        assert "--hash=sha256:" in text
        assert "://" not in text
    assert '"resolved"' not in (ROOT / "frontend/package-lock.json").read_text()


def test_no_file_is_too_long_to_read():
    long = {
        path.relative_to(ROOT).as_posix(): lines
        for path in tracked(".py", ".js", ".html")
        if "migrations" not in path.parts and (lines := len(path.read_text().splitlines())) > 400
    }
    assert not long
