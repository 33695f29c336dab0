"""Can a stop-watch tell a sealed family from one that never was? Asked of the product as ./run serves it."""

import os
import random
import time
from pathlib import Path
from uuid import UUID, uuid4

import numpy as np
from django.db import transaction
from scipy.stats import rankdata

from accounts.models import Member
from core.scope import acting_as_system
from households.models import Household
from tests.bench.server import Client, site
from tests.bench.standing import cookie, stand

SEALED = 200
LIMIT = 0.55
# Fewer, and chance alone would make it 0.55 now and then.
REQUESTS = 2_000
QUESTIONS = {"card": "/api/households/{}/", "who answered": "/api/history/households/{}/"}
ROLES = ["village", "town"]


def auc(a: list[float], b: list[float]) -> float:
    """How often the greater of two is of the one kind (Mann and Whitney 1947), 0.5 to 1."""
    ranks = rankdata([*a, *b])[: len(a)]
    u = (ranks.sum() - len(a) * (len(a) + 1) / 2) / (len(a) * len(b))
    return float(max(u, 1 - u))


def _protect(pks: list[int], protection: str) -> None:
    with acting_as_system("bench"), transaction.atomic():
        Household.objects.filter(pk__in=pks).update(protection=protection)


def _families(member) -> dict[int, UUID]:
    """Families of her place, to be sealed."""
    with acting_as_system("bench"), transaction.atomic():
        homes = Household.objects.visible_to(member).filter(grid__isnull=False).order_by("uuid")
        return dict(homes.values_list("pk", "uuid")[:SEALED])


def _ask(client: Client, path: str) -> tuple[float, tuple]:
    began = time.perf_counter()
    answer = client.get(path)
    took = time.perf_counter() - began
    headers = {k: v for k, v in answer.headers.items() if k.lower() != "date"}
    return took, (answer.status, sorted(headers.items()), answer.body)


def run(quick: bool, say) -> dict:
    district = stand(20_000 if quick else 250_000, say)
    chance = random.Random(1)
    rows, budgets = [], []
    log = Path(os.environ["WUSE_VAR"]) / "bench" / "sealed.log"
    for role in ROLES:
        member = Member.objects.get(pk=district.members[role])
        families = _families(member)
        _protect(list(families), "sealed")
        try:
            with site(log, workers=1) as port:
                client = Client(port, cookie(member.pk))
                for name, path in QUESTIONS.items():
                    kinds = {"sealed": list(families.values()), "missing": []}
                    kinds["missing"] = [uuid4() for _ in families]
                    order = ["sealed", "missing"] * (REQUESTS // 2)
                    chance.shuffle(order)
                    for kind in order[:100]:  # warm
                        _ask(client, path.format(chance.choice(kinds[kind])))
                    took = {"sealed": [], "missing": []}
                    said = set()
                    for kind in order:
                        seconds, answer = _ask(client, path.format(chance.choice(kinds[kind])))
                        took[kind].append(seconds)
                        said.add(repr(answer))
                    value = auc(took["sealed"], took["missing"])
                    medians = {k: 1000 * float(np.median(v)) for k, v in took.items()}
                    rows.append([
                        f"{role}, {name}", REQUESTS, f"{medians['sealed']:.3f}",
                        f"{medians['missing']:.3f}", f"{value:.3f}", len(said),
                    ])  # fmt: skip
                    budgets += [
                        {"name": f"AUC of time, {role}, {name}", "value": value, "limit": LIMIT, "unit": "", "ok": value <= LIMIT},
                        {"name": f"different answers, {role}, {name}", "value": len(said), "limit": 1, "unit": "", "ok": len(said) == 1},
                    ]  # fmt: skip
        finally:
            _protect(list(families), "none")
    return {
        "figures": {"requests": REQUESTS, "sealed": SEALED},
        "budgets": budgets,
        "table": [["", "requests", "sealed ms", "missing ms", "AUC", "answers"], *rows],
    }
