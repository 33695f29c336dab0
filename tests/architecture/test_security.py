"""Rules of security that a person would forget: checked in the text, by Django and by bandit."""

import os
import re
import subprocess
import sys
from pathlib import Path

from tests.architecture.test_house import APPS, ROOT, sources

BIN = Path(sys.executable).parent

# Where SQL is written by hand, each file for its reason; migrations besides.
RAW_SQL = {
    "audit/services.py", "boundaries/services/imports.py", "cases/clocks.py", "cases/services.py",
    "core/commands.py",
    "core/db/scoped/base.py", "core/geofile/worker.py", "core/management/commands/migrate.py",
    "core/once.py", "gis_app/demo/load.py", "gis_app/demo/write.py",
    "gis_app/demo/write_year.py", "gis_app/keeping/backing.py", "gis_app/keeping/description.py",
    "gis_app/keeping/restoring.py", "gis_app/keeping/retention.py", "gis_app/ledgers/counting.py",
    "gis_app/views.py", "grids/drafts/store.py", "grids/services.py", "households/figures.py",
    "households/imports/service.py", "households/imports/staging.py", "households/rls.py",
    "households/services.py", "households/territory/homes.py",
    "households/territory/selection.py", "households/versions.py", "rights/deleting.py",
    "rights/services.py", "transfers/services.py", "transfers/working.py",
}  # fmt: skip
# What tells of families, cases or files: a view narrows it to its reader before anything else.
SCOPED = (
    "Household|HouseholdIdentity|HouseholdPlace|Person|PersonSensitive|Classification|Claim|Conflict"
    "|GridSpell|Case|CaseAssignment|Concern|ViolenceRecord|BreakGlass|BreakGlassNotice|AccessRecord"
    "|ImportJob|Export|Request|Draft|IndexChange|PlaceChange|IdentityChange|SensitiveChange"
    "|Objection|FamilyStatement|GoodWord|FairnessFigure|FairnessReview"
)
_NARROWED = re.compile(
    rf"\b(?:{SCOPED})\.objects(?:\.open\(\))?\.(?!visible_to\(|followed_by\(|led_by\(|none\()"
)
# The rows are narrowed on a later line, or belong to what has been found for this reader.
NARROWED_LATER = {"gis_app/access.py": 2, "rights/views.py": 2, "visits/worklist/views.py": 1}


def test_sql_is_written_by_hand_in_few_places():
    hand = re.compile(r"\bcursor\(\)|\.execute\(|\bexecute_values\(")
    strangers = {str(p) for p, text in sources(".py") if hand.search(text)} - RAW_SQL
    assert not strangers, "SQL by hand: can the ORM do it? Else name the file in RAW_SQL."


def test_the_orms_own_ways_to_raw_sql_are_used_once():
    ways = re.compile(r"\.raw\(|\.extra\(|\bRawSQL\b")
    # Coordinates of a hundred thousand homes, read without making an object of each.
    assert [str(p) for p, text in sources(".py") if ways.search(text)] == [
        "households/territory/homes.py"
    ]


def test_a_view_narrows_what_it_reads_to_its_reader():
    found = {}
    for path, text in sources(".py"):
        views = path.stem in ("views", "api", "access", "me") or path.parent.name in (
            "api",
            "views",
        )
        if views and (loose := len(_NARROWED.findall(text))):
            found[str(path)] = loose
    assert found == NARROWED_LATER


def test_templates_trust_no_text():
    trusting = re.compile(r"\|\s*safe\b|\|\s*safeseq\b|autoescape\s+off|{%\s*debug")
    templates = [p for app in APPS for p in (ROOT / app).rglob("*.html")]
    assert templates
    assert not [p for p in templates if trusting.search(p.read_text())]


def test_python_makes_no_markup_and_opens_no_file_by_gdals_own_guess():
    trusting = re.compile(
        r"mark_safe|SafeString|format_html|csrf_exempt|DataSource\(|pickle|\beval\(|\bexec\(|shell=True"
    )
    assert not [p for p, text in sources(".py") if trusting.search(text)]


def test_production_settings_leave_django_nothing_to_warn_of():
    done = subprocess.run(
        [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"],
        cwd=ROOT,
        env=os.environ | {"WUSE_HTTPS": "1", "WUSE_HOSTS": "grid.example", "WUSE_DEBUG": "0"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr


def test_bandit_finds_nothing():
    done = subprocess.run(
        [BIN / "bandit", "-q", "-c", "pyproject.toml", "-r", *APPS],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout
