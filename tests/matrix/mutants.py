"""Run the tests on a copy of the tree from which something has been taken away."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.matrix.mutations import ROOT, Mutation

_LEFT_OUT = shutil.ignore_patterns(
    "var", ".venv", ".git", "node_modules", "vendor", "__pycache__", ".*_cache"
)


@contextmanager
def copied() -> Iterator[Path]:
    """The tree, without what is made from it."""
    with tempfile.TemporaryDirectory(prefix="mutants-") as folder:
        tree = Path(folder, "tree")
        shutil.copytree(ROOT, tree, ignore=_LEFT_OUT)
        (tree / "static" / "vendor").symlink_to(ROOT / "static" / "vendor")
        yield tree


@contextmanager
def mutated(tree: Path, mutation: Mutation) -> Iterator[None]:
    if not mutation.file:
        yield
        return
    path = tree / mutation.file
    text = path.read_text()
    path.write_text(mutation.applied(text))
    try:
        yield
    finally:
        path.write_text(text)


def is_killed(tree: Path, mutation: Mutation, database: str, template: str) -> bool:
    """Whether one of its tests fails; raises when the tests could not be run at all."""
    env = os.environ | {
        "WUSE_VAR": os.environ.get("WUSE_VAR", str(ROOT / "var")),
        "WUSE_TEST_DB": database,
        "WUSE_TEST_TEMPLATE": template,
        "WUSE_TEST_MUTATION": mutation.sql,
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    with mutated(tree, mutation):
        done = subprocess.run(
            [sys.executable, "-m", "pytest", *mutation.tests.split(), "-x", "-q", "--no-header",
             "--tb=line", "--show-capture=no", "-p", "no:cacheprovider"],
            cwd=tree, env=env, capture_output=True, text=True, timeout=900,
        )  # fmt: skip
    if done.returncode not in (0, 1):
        # A broken import stops pytest before any test: noticed, too.
        if done.returncode == 2 and "error" in done.stdout:
            return True
        raise RuntimeError(f"{mutation.name}: {done.stdout[-1500:]}{done.stderr[-500:]}")
    return done.returncode == 1


def tried(
    mutations: list[Mutation], database: str, template: str, say: Callable[[str], None]
) -> list[Mutation]:
    """The mutations that no test has noticed."""
    alive = []
    with copied() as tree:
        for number, mutation in enumerate(mutations, 1):
            killed = is_killed(tree, mutation, database, template)
            say(f"   {number}/{len(mutations)} {'killed' if killed else 'ALIVE'}  {mutation.name}")
            if not killed:
                alive.append(mutation)
    return alive
