"""Every filter, permission and policy taken away in turn: does a test notice?"""

import json
import os
import random
import subprocess
import sys
from pathlib import Path
from urllib.parse import unquote, urlsplit

import psycopg2
from psycopg2.extensions import ISOLATION_LEVEL_AUTOCOMMIT, quote_ident

from tests.bench.proofs import budget
from tests.bench.server import ROOT
from tests.matrix.mutants import tried
from tests.matrix.mutations import all_of, code, row_security, rules

TEMPLATE, DATABASE = "test_wuse_mutants", "test_wuse_mutant"
LEAST = 0.95
_POLICIES = """
    SELECT tablename, policyname, qual IS NOT NULL, with_check IS NOT NULL FROM pg_policies
    WHERE schemaname = 'public' AND NOT current_user = ANY (roles) ORDER BY 1, 2
"""


def _connect(name: str):
    url = urlsplit(os.environ["DATABASE_OWNER_URL"])
    connection = psycopg2.connect(
        host=unquote(url.hostname or "") or None, port=url.port, user=url.username,
        password=url.password, dbname=name,
    )  # fmt: skip
    connection.set_isolation_level(ISOLATION_LEVEL_AUTOCOMMIT)
    return connection


def _template() -> list[tuple]:
    """A migrated, empty database to be copied for each mutant; and its policies."""
    site = urlsplit(os.environ["WUSE_SITE_OWNER_URL"]).path[1:]
    connection = _connect(site)
    with connection.cursor() as cursor:
        cursor.execute(f"DROP DATABASE IF EXISTS {quote_ident(TEMPLATE, cursor)} WITH (FORCE)")
        cursor.execute(f"CREATE DATABASE {quote_ident(TEMPLATE, cursor)}")
    connection.close()
    env = {
        name: os.environ[name].rpartition("/")[0] + f"/{TEMPLATE}"
        for name in ("DATABASE_URL", "DATABASE_OWNER_URL")
    }
    subprocess.run(
        [sys.executable, "manage.py", "migrate", "-v", "0"],
        cwd=ROOT, env=os.environ | env, check=True,
    )  # fmt: skip
    connection = _connect(TEMPLATE)
    with connection.cursor() as cursor:
        cursor.execute(_POLICIES)
        policies = cursor.fetchall()
    connection.close()
    return policies


def run(quick: bool, say) -> dict:
    policies = _template()
    kinds = {"code": code(), "row security": row_security(policies), "policy.yaml": rules()}
    if quick:
        chance = random.Random(1)
        kinds = {name: chance.sample(found, min(6, len(found))) for name, found in kinds.items()}
    rows, alive, folder = [], [], Path(os.environ["WUSE_VAR"], "bench")
    for name, mutations in kinds.items():
        left = tried(mutations, DATABASE, TEMPLATE, say)
        alive += left
        rows.append([name, len(mutations) - len(left), len(mutations)])
        (folder / "mutants-so-far.json").write_text(json.dumps(rows))
    total = sum(row[2] for row in rows)
    unexplained = [m.name for m in alive if not m.lives]
    for mutation in alive:
        say(f"   alive: {mutation.name}. {mutation.lives or 'Nobody knows why.'}")
    return {
        "figures": {"alive": {m.name: m.lives for m in alive}, "all": len(all_of(policies))},
        "budgets": [
            budget("killed", (total - len(alive)) / total, LEAST, "", least=True),
            budget("alive and unexplained", len(unexplained), 0, ""),
        ],
        "table": [["", "killed", "total"], *rows],
    }
