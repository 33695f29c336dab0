"""The JavaScript tests, run by node; and what a module's text can tell without running."""

import os
import re
import subprocess
from pathlib import Path

import pytest

HERE = Path(__file__).parent
STATIC = (HERE.parents[1] / "static" / "js").resolve()
MODULES = sorted(STATIC.rglob("*.js"))
IMPORT = re.compile(r"^import\b.*?$", re.MULTILINE)
# ./test brings one along where the machine has none.
NODE = os.environ.get("WUSE_NODE", "node")
ORDER = ["pages", "components", "map", "lib"]


def run_node(*args: str) -> subprocess.CompletedProcess:
    version = subprocess.run([NODE, "--version"], capture_output=True, text=True, check=True)
    major, minor = map(int, version.stdout.lstrip("v").split(".")[:2])
    # Before 20.19 node takes a .js file without a package.json for CommonJS.
    modern = [] if (major, minor) >= (20, 19) else ["--experimental-default-type=module"]
    return subprocess.run(
        [NODE, *modern, *args], capture_output=True, text=True, timeout=60, env=os.environ
    )


def test_javascript_tests_ran_and_passed():
    files = sorted(str(f) for f in HERE.glob("*.test.mjs"))
    done = run_node("--test", "--test-reporter=tap", *files)
    counts = dict(
        re.findall(r"^# (tests|pass|fail|cancelled|skipped|todo) (\d+)$", done.stdout, re.M)
    )
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
    assert int(counts["tests"]) == int(counts["pass"]) >= 35


def test_a_javascript_test_that_fails_is_noticed(tmp_path):
    failing = tmp_path / "one.test.mjs"
    failing.write_text(
        'import test from "node:test";\ntest("no", () => { throw new Error("no"); });'
    )
    assert run_node("--test", str(failing)).returncode != 0


@pytest.mark.parametrize("path", MODULES, ids=lambda p: p.relative_to(STATIC).as_posix())
def test_imports_go_one_way_and_can_be_renamed(path):
    """Hashed file names are written into an import only when it ends with a semicolon."""
    layer = ORDER.index(path.relative_to(STATIC).parts[0])
    for line in IMPORT.findall(path.read_text()):
        found = re.fullmatch(r'import (?:\{ .+ \}|\w+) from "(\..+\.js)";', line)
        assert found, line
        target = (path.parent / found[1]).resolve()
        assert target in MODULES, line
        assert ORDER.index(target.relative_to(STATIC).parts[0]) >= layer, line


def test_modules_import_no_circle():
    imports = {
        path: {
            (path.parent / m).resolve() for m in re.findall(r'from "(\..+?)";', path.read_text())
        }
        for path in MODULES
    }
    while leaves := [path for path, targets in imports.items() if not targets & imports.keys()]:
        for leaf in leaves:
            del imports[leaf]
    assert not imports
