"""What happens when processes die in the middle of a piece of work: `kill -9`, at random moments.

A cluster and a site of its own, in a folder of its own, with an invented district: nothing else on
the machine is touched. In each cycle somebody is at work (victims.py), a process she depends on is
killed (world.py), whatever would start it again does so, she does what a person does who has heard
no answer (the same once more, with the same key), and then the database is asked by its superuser
what is there: plain SQL, without the app and without row security.

A new fault is a method of World and a name in FAULTS; a new victim is a class with the same three
methods and a line in VICTIMS.
"""

import json
import subprocess
import sys

from tests.bench.cluster import ROOT, empty_cluster

BACK_S = 15
# Of all kills, those in the middle of something: fewer, and the moments are badly chosen.
LEAST_CUT = 0.3


def run(quick: bool, say, cycles: int | None = None) -> dict:
    cycles = cycles or (8 if quick else 42)
    with empty_cluster(say) as cluster:
        done = subprocess.run(
            [sys.executable, "-m", "tests.bench.faults", str(cycles)],
            cwd=ROOT, env=cluster.env, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
    if done.returncode:
        raise RuntimeError(f"the run has ended with {done.returncode}")
    rows = json.loads(done.stdout)
    whole = {
        key: sum(row[key] for row in rows)
        for key in ("kills", "cut", "half", "lost", "doubled", "separated")
    }
    slowest = max(row["back_s"] for row in rows)
    columns = ["kills", "cut", "half", "lost", "doubled", "separated"]
    return {
        "figures": whole | {"back_s": slowest, "rows": rows},
        "budgets": [
            _none("half done", whole["half"]),
            _none("acknowledged and lost", whole["lost"]),
            _none("done twice", whole["doubled"]),
            _none("shown without its line in the log", whole["separated"]),
            {"name": "back in service", "value": slowest, "limit": BACK_S, "unit": "s", "ok": slowest <= BACK_S},
            {"name": "kills that cut something short, least", "value": whole["cut"] / whole["kills"], "limit": LEAST_CUT, "unit": "", "ok": whole["cut"] >= LEAST_CUT * whole["kills"]},
        ],
        "table": [
            ["at work", "killed", *columns, "back s"],
            *(
                [row["victim"], row["fault"], *(row[c] for c in columns), f"{row['back_s']:.1f}"]
                for row in rows
            ),
        ],
    }  # fmt: skip


def _none(name: str, value: int) -> dict:
    return {"name": name, "value": value, "limit": 0, "unit": "", "ok": value == 0}
