"""Run benches by name, in a database of their own, and say which budgets they keep."""

import argparse
import json
import os
import platform
import sys
from datetime import datetime
from importlib import import_module
from pathlib import Path
from urllib.parse import unquote, urlsplit

import psycopg2
from psycopg2.extensions import ISOLATION_LEVEL_AUTOCOMMIT, quote_ident

# A module has `run(quick, say) -> {"figures": {…}, "budgets": […], "table": [[…]]}`.
BENCHES = {
    "tiles": "tests.bench.tiles",
    "import": "tests.bench.import_households",
    "geojson": "tests.bench.geojson",
    "pages": "tests.bench.pages",
    "assign": "tests.bench.assign",
    "lineage": "tests.bench.lineage",
    "design": "tests.bench.design",
    "hotspots": "tests.bench.hotspots",
    "plan": "tests.bench.plan",
    "restore": "tests.bench.restore",
    "sealed": "tests.bench.sealed",
    "matrix": "tests.bench.matrix",
    "canaries": "tests.bench.canaries",
    "mutants": "tests.bench.mutants",
    "xss": "tests.bench.xss",
    "faults": "tests.bench.faults",
    "work": "tests.bench.work",
}
# Named by the contract, built with the capability they measure.
LATER = [
    "load", "growth", "replica",
]  # fmt: skip


def say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def create_database() -> None:
    """Make the bench's database beside the site's, unless it is there; ./bench names both."""
    url, name = (
        urlsplit(os.environ["WUSE_SITE_OWNER_URL"]),
        urlsplit(os.environ["DATABASE_URL"]).path[1:],
    )
    connection = psycopg2.connect(
        host=unquote(url.hostname or "") or None,
        port=url.port,
        user=url.username,
        password=url.password,
        dbname=url.path[1:],
    )
    connection.set_isolation_level(ISOLATION_LEVEL_AUTOCOMMIT)
    with connection.cursor() as cursor:
        cursor.execute("SELECT FROM pg_database WHERE datname = %s", [name])
        if not cursor.rowcount:
            cursor.execute(f"CREATE DATABASE {quote_ident(name, cursor)}")
    connection.close()


def show(table: list[list]) -> None:
    rows = [[str(cell) for cell in row] for row in table]
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    for row in rows:
        print(
            "  ".join(
                cell.rjust(w) if i else cell.ljust(w)
                for i, (cell, w) in enumerate(zip(row, widths, strict=True))
            )
        )


def main() -> int:
    parser = argparse.ArgumentParser(prog="./bench", description=__doc__)
    parser.add_argument(
        "names", nargs="+", metavar="NAME", help=f"all, or any of {' '.join(BENCHES)}"
    )
    parser.add_argument("--quick", action="store_true", help="fewer repetitions, smaller data")
    parser.add_argument("--requests", type=int, metavar="N", help="canaries: how many")
    options = parser.parse_args()
    names = list(BENCHES) if options.names == ["all"] else options.names
    for name in names:
        if name in LATER:
            parser.error(f"{name}: comes with the capability that it measures")
        if name not in BENCHES:
            parser.error(f"{name}: no such bench")

    create_database()
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    folder = Path(os.environ["WUSE_VAR"]) / "bench"
    folder.mkdir(exist_ok=True)
    missed = 0
    for name in names:
        say(f"== {name}")
        asked = {"requests": options.requests} if name == "canaries" else {}
        result = import_module(BENCHES[name]).run(options.quick, say, **asked)
        result |= {
            "name": name,
            "command": "./bench " + " ".join(sys.argv[1:]),
            "at": datetime.now().astimezone().isoformat(timespec="seconds"),
            "machine": f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}",
        }
        (folder / f"{name}.json").write_text(json.dumps(result, ensure_ascii=False, indent=1))
        show(result["table"])
        for budget in result["budgets"]:
            mark = "ok" if budget["ok"] else "MISSED"
            print(
                f"{mark:>6}  {budget['name']}: {budget['value']:.4g} (limit {budget['limit']:g} {budget['unit']})"
            )
            missed += not budget["ok"]
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
