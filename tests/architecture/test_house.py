"""House rules that a person would forget."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
APPS = [
    "core",
    "boundaries",
    "accounts",
    "audit",
    "grids",
    "households",
    "cases",
    "support",
    "disputes",
    "visits",
    "hotspots",
    "rights",
    "transfers",
    "gis_app",
]
# Who may see every row, each for its reason.
ACTS_AS_SYSTEM = {
    "core/scope.py",
    "households/colouring/fairness.py",
    "households/colouring/lapsing.py",
    "households/territory/publish.py",
    "core/commands.py",
    "audit/management/commands/verify_access_log.py",
    "households/imports",
    "gis_app/demo/load.py",
    "transfers/working.py",
    "gis_app/keeping/",
    "rights/tombstones.py",
}


def sources(*suffixes):
    for app in [*APPS, "static/js", "static/css"]:
        for path in (ROOT / app).rglob("*"):
            if path.suffix in suffixes and "migrations" not in path.parts:
                yield path.relative_to(ROOT), path.read_text()


def test_few_places_act_as_the_system():
    callers = {str(path) for path, text in sources(".py") if "acting_as_system" in text}
    strangers = {
        c for c in callers if not any(c == known or c.startswith(known) for known in ACTS_AS_SYSTEM)
    }
    assert not strangers


def test_only_the_middleware_becomes_somebody():
    callers = {str(p) for p, text in sources(".py") if re.search(r"\bbecome\(", text)}
    assert callers == {"core/scope.py", "core/policy.py"}


def test_no_file_has_a_name_that_says_nothing():
    nothing = {"utils.py", "helpers.py", "managers.py", "signals.py", "constants.py", "misc.py"}
    assert not [p for p, _ in sources(".py") if p.name in nothing]


def test_no_label_that_shames_a_family():
    words = re.compile("重点人员|风险户|问题家庭|高危家庭|高风险|重点户")
    assert not [
        p for p, text in sources(".py", ".js", ".css", ".html", ".yaml") if words.search(text)
    ]


def test_nothing_is_marked_safe_by_hand():
    unsafe = re.compile(
        r"mark_safe|\|safe\b|autoescape off|innerHTML|insertAdjacentHTML|DataSource\("
    )
    assert not [p for p, text in sources(".py", ".js", ".html") if unsafe.search(text)]


def test_only_the_map_folder_touches_the_map_engine():
    engine = re.compile(r"\bol\.|window\.ol\b|from \"ol")
    users = {p.parent.as_posix() for p, text in sources(".js") if engine.search(text)}
    assert users <= {"static/js/map"}


def test_a_colour_is_written_once():
    hexes = re.compile(r"#[0-9a-fA-F]{3,8}\b")
    places = {
        p.name
        for p, text in sources(".css", ".js")
        if hexes.search(text) and "vendor" not in p.parts
    }
    assert places <= {"tokens.css"}
