"""Reads one file in a process of its own, and says what came of it: a line of JSON for each line.

Forks, because to import everything anew takes longer than most refusals.
"""

import json
import os
import resource
import sys
from pathlib import Path

import numpy  # noqa: F401
import openpyxl  # noqa: F401
import pyogrio  # noqa: F401
import shapely

from core.geofile import read_layer
from core.geofile.gdal import _skipped_drivers
from core.importing import FileNotUsable
from core.tables import read_table

LONGEST_S = 60


def told_of(door: str, name: str) -> dict:
    """What a reader says: the refusal, or what it delivers."""
    try:
        if door == "table":
            table = read_table(Path(name))
            rows = [cells for _, (_, cells) in zip(range(200_000), table.rows, strict=False)]
            return {"delivered": repr((table.columns, rows[:50], table.notes))}
        layer = read_layer(Path(name))
    except FileNotUsable as refusal:
        return {"refusals": [refusal.message]}
    problems = [f.problem for f in layer.features if f.problem]
    if problems:  # one is enough: no importer takes a part of a layer
        return {"refusals": problems[:50]}
    shapes = [shapely.to_wkt(f.geometry) for f in layer.features[:5] if f.geometry]
    return {"delivered": repr((layer.fields, layer.features[:5], shapes, layer.declared))}


def tasted(door: str, name: str) -> dict:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        os.close(reading)
        import signal

        signal.alarm(LONGEST_S)
        try:
            said = told_of(door, name)
        except BaseException as error:  # that is what the test looks for
            said = {"crashed": f"{type(error).__name__}: {error}"[:300]}
        with os.fdopen(writing, "w") as pipe:
            json.dump(said, pipe)
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as pipe:
        text = pipe.read()
    _, status, usage = os.wait4(child, 0)
    said = json.loads(text) if text else {"crashed": f"killed ({status})"}
    grown = (usage.ru_maxrss - before) / 1024
    # Of its own work: the machine may be busy with something else. `LONGEST_S` ends what only waits.
    seconds = usage.ru_utime + usage.ru_stime
    return said | {"seconds": seconds, "grown_mb": grown}


if __name__ == "__main__":
    _skipped_drivers()
    for line in sys.stdin:
        print(json.dumps(tasted(*json.loads(line))), flush=True)  # noqa: T201
