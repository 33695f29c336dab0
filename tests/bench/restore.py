"""The drill: 250,000 households out into one sealed file, and back into an empty cluster.

The cluster is a second one, made for this and taken away: with the same roles, nothing else. What
comes back must have the same rows, policies, grants and functions; `restore` proves it, and the
description of both is compared here once more.
"""

import resource
import tempfile
import time
from pathlib import Path

import psycopg2
from django.conf import settings
from django.db import connections

from gis_app.keeping.backing import _parameters, back_up
from gis_app.keeping.description import describe
from gis_app.keeping.restoring import restore
from tests.bench.cluster import empty_cluster
from tests.bench.standing import stand

WORD = "a passphrase for the drill"
# The longest that a county may be without its site while it is restored.
RESTORE_S, BACKUP_S, MEMORY_MB = 600, 300, 500


def run(quick: bool, say) -> dict:
    households = 20_000 if quick else 250_000
    stand(households, say)
    # The bench's database keeps no tombstones of anybody.
    with tempfile.TemporaryDirectory() as folder:
        settings.TOMBSTONES_FILE = Path(folder) / "tombstones"
        path = Path(folder) / "backup"
        began = time.perf_counter()
        report = back_up(path=path, passphrase=WORD, dry_run=False, progress=_quiet)
        backup_s = time.perf_counter() - began
        say(f"backed up in {backup_s:.1f} s, {report['bytes'] / 1e6:.0f} MB")
        before = described()
        with empty_cluster(say) as cluster, _pointing_at(cluster.start()[0]):
            began = time.perf_counter()
            restore(
                path=path,
                passphrase=WORD,
                stones=settings.TOMBSTONES_FILE,
                dry_run=False,
                progress=lambda *told: say(str(told[0])),
            )
            restore_s = time.perf_counter() - began
            after = described()
            for alias in connections:
                connections[alias].close()
    different = [
        f"{part}: {name}"
        for part in ("tables", "catalogue")
        for name in before[part].keys() | after[part].keys()
        if before[part].get(name) != after[part].get(name)
    ]
    for name in different:
        say(f"different: {name}")
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    policies = before["catalogue"]["policies"].split()[0]
    return {
        "figures": {
            "households": households, "rows": report["rows"], "bytes": report["bytes"],
            "backup_s": backup_s, "restore_s": restore_s, "peak_mb": peak_mb,
            "tables": len(before["tables"]), "policies": int(policies),
        },
        "budgets": [
            {"name": "tables, policies, grants that differ", "value": len(different), "limit": 0, "unit": "", "ok": not different},
            {"name": "backup", "value": backup_s, "limit": BACKUP_S, "unit": "s", "ok": backup_s <= BACKUP_S},
            {"name": "restore", "value": restore_s, "limit": RESTORE_S, "unit": "s", "ok": restore_s <= RESTORE_S},
            {"name": "peak memory of the command", "value": peak_mb, "limit": MEMORY_MB, "unit": "MB", "ok": peak_mb <= MEMORY_MB},
        ],
        "table": [
            ["households", "rows", "MB", "backup s", "restore s", "different"],
            [households, report["rows"], f"{report['bytes'] / 1e6:.0f}", f"{backup_s:.1f}", f"{restore_s:.1f}", len(different)],
        ],
    }  # fmt: skip


def _quiet(*told) -> None:
    pass


def described() -> dict:
    connection = psycopg2.connect(**_parameters(settings.BACKUP_DATABASE))
    with connection.cursor() as cursor:
        found = describe(cursor, _quiet)
    connection.close()
    return found


class _pointing_at:
    """The site's three roles, at another cluster."""

    def __init__(self, host: str):
        self.host = host

    def __enter__(self):
        places = [connections[alias].settings_dict for alias in ("default", "owner")]
        self.places = [*places, settings.BACKUP_DATABASE]
        self.before = [(p["HOST"], p["PORT"], p["NAME"]) for p in self.places]
        for alias in connections:
            connections[alias].close()
        for place in self.places:
            place["HOST"], place["PORT"], place["NAME"] = self.host, "", "wuse"

    def __exit__(self, *error):
        for alias in connections:
            connections[alias].close()
        for place, old in zip(self.places, self.before, strict=True):
            place["HOST"], place["PORT"], place["NAME"] = old
