"""Random sequences of territory changes, against the player's own books: none may be violated."""

import os
import random
import time
from statistics import median

from django.db import connections, transaction

from core.scope import acting_as_system
from tests.bench.standing import empty
from tests.factories import build_cast
from tests.territory_play import Player, furnish

SEQUENCES = 10_000


def run(quick: bool, say) -> dict:
    wanted = int(os.environ.get("WUSE_SEQUENCES", 200 if quick else SEQUENCES))
    published = answers = violations = 0
    times = []
    with connections["owner"].cursor() as cursor:
        empty(cursor)
    with transaction.atomic():
        with acting_as_system("bench"):
            cast = build_cast()
            furnish(cast, random.Random(1))
        for seed in range(wanted):
            began = time.perf_counter()
            with transaction.atomic():
                player = Player(cast, random.Random(10_000 + seed))
                try:
                    player.play(turns=6)
                    answers += player.replay(households=2)
                except AssertionError as error:
                    violations += 1
                    say(f"sequence {seed}: {error}")
                published += player.published
                transaction.set_rollback(True)
            times.append(time.perf_counter() - began)
            if seed % 500 == 499:
                say(f"{seed + 1} sequences, {violations} violations")
        transaction.set_rollback(True)
    return {
        "figures": {
            "sequences": wanted, "published": published, "answers": answers,
            "sequence_s": median(times),
        },
        "budgets": [
            {"name": "sequences with a violation", "value": violations, "limit": 0, "unit": "", "ok": not violations},
        ],
        "table": [
            ["sequences", "changes published", "answers compared", "median s"],
            [wanted, published, answers, f"{median(times):.3f}"],
        ],
    }  # fmt: skip
