"""The import of a household list against its floor: COPY of finished rows, then indexes and keys.

Both in the same run, turn by turn. The floor is given all that the import has to find out: ids,
random ids, positions, grids; and it writes the same columns, those that the database generates too,
with the same indexes, checks and foreign keys, beside the real tables. `floor_plain_s` is the same
with the generated columns finished as well, which no way into the real tables could spare. The import is measured in a
process of its own that has imported its modules and opened its connection; the whole command,
interpreter included, is shown too.
"""

import csv
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

from django.db import connections, transaction

from core.scope import acting_as_system
from tests.bench.district import District, plan
from tests.bench.standing import stand

ROOT = Path(__file__).resolve().parents[2]
TABLES = ("households_household", "households_householdidentity")


def run(quick: bool, say: Callable[[str], None]) -> dict:
    n, rounds = (50_000, 3) if quick else (250_000, 5)
    stand(0, say)
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        first, second = folder / "first.csv", folder / "second.csv"
        write_list(plan(n, 1), first, "")
        write_list(plan(n, 2), second, "b")
        empty()
        imported(first)
        rows, plain_rows = (keep_finished_rows(folder, plain=plain) for plain in (False, True))
        floors, plain_floors, fresh, again, more, peaks = [], [], [], [], [], []
        for turn in range(rounds):
            say(f"round {turn + 1} of {rounds}")
            floors.append(floor(rows, plain=False))
            plain_floors.append(floor(plain_rows, plain=True))
            empty()
            done = imported(first)
            assert done["new"] == n, done
            fresh.append(done["seconds"])
            peaks.append(done["peak_mb"])
            same = imported(first)
            assert (same["new"], same["updated"]) == (0, 0), same
            again.append(same["seconds"])
            done = imported(second)
            assert done["new"] == n, done
            more.append(done["seconds"])
            peaks.append(done["peak_mb"])
        empty()
        command_s = whole_command(first)
        large = None
        if not quick:
            say("a million rows")
            write_list(plan(4 * n, 1), first, "")
            empty()
            large = imported(first)
        empty()
    into_empty = median(a / b for a, b in zip(fresh, floors, strict=True))
    into_full = median(a / b for a, b in zip(more, floors, strict=True))
    budgets = [
        budget(f"import of {n} rows into empty tables / floor", into_empty, 2.0, "×"),
        budget(f"import of {n} rows beside {n} others / floor", into_full, 3.5, "×"),
        budget("peak memory of the import", max(peaks), 500, "MB"),
    ]
    figures = {
        "rows": n,
        "floor_s": floors, "floor_plain_s": plain_floors, "import_s": fresh, "same_again_s": again, "beside_others_s": more,
        "peak_mb": max(peaks), "command_s": command_s,
    }  # fmt: skip
    table = [
        ["", "s", "× floor"],
        ["floor: COPY of finished rows, indexes, keys", f"{median(floors):.2f}", "1.00"],
        ["  without what the database generates", f"{median(plain_floors):.2f}", ""],
        ["import into empty tables", f"{median(fresh):.2f}", f"{into_empty:.2f}"],
        ["the same list again (0 rows change)", f"{median(again):.2f}", ""],
        ["as many beside them", f"{median(more):.2f}", f"{into_full:.2f}"],
        ["the command from start to end", f"{command_s:.2f}", ""],
    ]
    if large:
        growth = large["seconds"] / 4 / median(fresh)
        budgets.append(budget("a million rows: time per row / that of 250,000", growth, 1.25, "×"))
        figures |= {"million_s": large["seconds"], "million_peak_mb": large["peak_mb"]}
        table.append(["a million rows into empty tables", f"{large['seconds']:.2f}", ""])
    return {"figures": figures, "budgets": budgets, "table": table}


def budget(name: str, value: float, limit: float, unit: str) -> dict:
    return {"name": name, "value": value, "limit": limit, "unit": unit, "ok": value <= limit}


def write_list(d: District, path: Path, prefix: str) -> None:
    """The district's families as an office would send them: nothing that a program computed."""
    homes = d.homes
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(
            ["村代码", "户编号", "经度", "纬度", "地址", "户主", "电话", "人口", "备注", "颜色"]
        )
        columns = (homes.village, homes.number, homes.lon, homes.lat)
        for i, (v, number, lon, lat) in enumerate(zip(*(c.tolist() for c in columns), strict=True)):
            writer.writerow(
                [d.village_codes[v], f"{prefix}{number:05}", lon, lat, f"示例路{i}号", f"示例户主{i}",
                 f"000{i:08}", 1 + i % 6, "", ""]
            )  # fmt: skip


def empty() -> None:
    connections["default"].close()
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            f"TRUNCATE {TABLES[0]}, households_householdtally, households_dataversion CASCADE"
        )
        cursor.execute("DELETE FROM boundaries_importbatch WHERE kind = 'households'")


def keep_finished_rows(folder: Path, *, plain: bool) -> dict[str, tuple[str, Path]]:
    """What stands in the tables now, as COPY reads it: table → (columns, file).

    `plain`: with the values of generated columns.
    """
    kept = {}
    with (
        acting_as_system("bench"),
        transaction.atomic(using="owner"),
        connections["owner"].cursor() as cursor,
    ):
        for table in TABLES:
            cursor.execute(
                "SELECT string_agg(attname, ', ' ORDER BY attnum) FROM pg_attribute"
                " WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped"
                " AND (%s OR attgenerated = '')",
                [table, plain],
            )
            columns = cursor.fetchone()[0]
            path = folder / f"{table}-{plain}"
            with path.open("wb") as file:
                cursor.copy_expert(
                    f"COPY (SELECT {columns} FROM {table} ORDER BY 1) TO STDOUT", file
                )
            kept[table] = columns, path
    return kept


def floor(finished: dict[str, tuple[str, Path]], *, plain: bool) -> float:
    """Seconds for the same rows, columns, indexes, checks and keys, with nothing to find out."""
    like = "INCLUDING DEFAULTS INCLUDING CONSTRAINTS" + ("" if plain else " INCLUDING GENERATED")
    owner = connections["owner"]
    with owner.cursor() as cursor:
        after = [statement for table in TABLES for statement in _indexes_and_keys(cursor, table)]
        cursor.execute("DROP SCHEMA IF EXISTS floor CASCADE; CREATE SCHEMA floor")
        started = time.perf_counter()
        with transaction.atomic(using="owner"):
            for table, (columns, path) in finished.items():
                cursor.execute(f"CREATE TABLE floor.{table} (LIKE public.{table} {like})")
                with path.open("rb") as file:
                    cursor.copy_expert(f"COPY floor.{table} ({columns}) FROM STDIN", file, 1 << 20)
            for statement in after:
                cursor.execute(statement)
        seconds = time.perf_counter() - started
        cursor.execute("DROP SCHEMA floor CASCADE")
    return seconds


def _indexes_and_keys(cursor, table: str) -> list[str]:
    cursor.execute(
        "SELECT pg_get_constraintdef(oid) FROM pg_constraint"
        " WHERE conrelid = %s::regclass AND contype IN ('p', 'u', 'f')"
        " ORDER BY contype = 'f', conname",
        [table],
    )
    keys = [f"ALTER TABLE floor.{table} ADD {definition}" for (definition,) in cursor.fetchall()]
    cursor.execute(
        "SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' AND tablename = %s"
        " AND indexname NOT IN (SELECT conname FROM pg_constraint WHERE conrelid = %s::regclass)",
        [table, table],
    )
    indexes = [
        re.sub(r"INDEX \w+ ON public\.", "INDEX ON floor.", definition)
        for (definition,) in cursor.fetchall()
    ]
    first = [key for key in keys if "FOREIGN" not in key]
    last = [
        re.sub(r"REFERENCES (households_)", r"REFERENCES floor.\1", key)
        for key in keys
        if key not in first
    ]
    return first + indexes + last


def imported(path: Path) -> dict:
    """Import a list in a process of its own; what it says of itself."""
    command = [sys.executable, "-m", "tests.bench.import_once", str(path)]
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, check=True, env=os.environ)
    return json.loads(done.stdout)


def whole_command(path: Path) -> float:
    started = time.perf_counter()
    subprocess.run(
        [sys.executable, "manage.py", "import_households", str(path)],
        cwd=ROOT, check=True, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    return time.perf_counter() - started
