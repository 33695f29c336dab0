"""The cycles themselves, in a process whose environment names the private cluster and nothing else."""

import json
import os
import random
import sys
import threading
import time
from dataclasses import asdict
from pathlib import Path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gis_app.settings")

import django

django.setup()

from django.core.management import call_command  # noqa: E402

from tests.bench.cluster import Cluster  # noqa: E402
from tests.bench.faults.victims import VICTIMS  # noqa: E402
from tests.bench.faults.world import FAULTS, World  # noqa: E402
from tests.bench.standing import stand  # noqa: E402

HOUSEHOLDS = 20_000
SUMMED = ("cut", "half", "lost", "doubled", "separated")


def say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def cycle(victim, fault, world: World) -> tuple[dict, float]:
    """One kill; what was found, and seconds until the site was back."""
    victim.begin()
    worker = threading.Thread(target=victim.work)
    worker.start()
    time.sleep(victim.rng.uniform(0.05, 0.95) * victim.seconds)
    began = time.monotonic()
    fault(world)
    back = world.back(victim.signed_in, began)
    worker.join()
    told = time.monotonic() - began
    return asdict(victim.settle()) | {"told_s": told}, back


def main(cycles: int) -> None:
    call_command("migrate", verbosity=0)
    district = stand(HOUSEHOLDS, say)
    world = World(Cluster(Path(os.environ["WUSE_VAR"])))
    world.start_site()
    try:
        rows = run(cycles, world, district)
    finally:
        world.end()
    json.dump(rows, sys.stdout)


def run(cycles: int, world: World, district) -> list[dict]:
    rng, at_work, rows = random.Random(1), {}, {}
    for n in range(cycles):
        kind, fault = VICTIMS[n % len(VICTIMS)]
        victim = at_work.get(kind)
        if victim is None:
            victim = at_work[kind] = kind(world, district, rng)
            undisturbed(victim, world)
        found, back = cycle(victim, FAULTS[fault], world)
        say(f"{n + 1}/{cycles} {kind.__name__.lower()}, {fault} killed: {found}, back {back:.1f} s")
        row = rows.setdefault(
            (kind, fault),
            {"victim": kind.__name__.lower(), "fault": fault, "kills": 0, "back_s": 0.0, "told_s": 0.0}
            | dict.fromkeys(SUMMED, 0),
        )  # fmt: skip
        row["kills"] += 1
        row["back_s"] = max(row["back_s"], back)
        row["told_s"] = max(row["told_s"], found["told_s"])
        for key in SUMMED:
            row[key] += int(found[key])
    return list(rows.values())


def undisturbed(victim, world: World) -> None:
    """Once without a kill: that it can be done at all, and how long it takes."""
    world.back(victim.cookie, time.monotonic())
    victim.begin()
    began = time.monotonic()
    victim.work()
    victim.seconds = time.monotonic() - began
    found = asdict(victim.settle())
    if any(found.values()):
        raise RuntimeError(f"not even undisturbed: {found}")


if __name__ == "__main__":
    main(int(sys.argv[1]))
