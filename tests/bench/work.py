"""A year's work at full size: how long the work list takes for each role, and recording a visit.

The product as ./run serves it, over HTTP with sign-in, policy and row security: 250,000 households,
1,000,000 visits, 20,000 disputes. Everything added is taken away again, for other benches.
"""

import json
import os
import time
from itertools import cycle
from pathlib import Path
from statistics import median
from uuid import uuid4

from django.db import connections, transaction
from django.utils import timezone

from accounts.models import Member
from core.scope import acting_as_system
from households.models import Household
from tests.bench.server import Client, site
from tests.bench.standing import cookie, stand

ROLES = ("member", "village", "town")
LIST_MS, RECORD_MS, LEDGER_MS = 300, 150, 1000
TABLES = ("visits_visit", "disputes_dispute", "support_need")
TOKEN = "b" * 32

_VISITS = """
    INSERT INTO visits_visit (household_id, kind, result, member_id, happened_at, recorded_at)
    SELECT h.id, (ARRAY['visit', 'visit', 'screening', 'follow_up'])[1 + n % 4],
           CASE WHEN n % 7 = 0 THEN 'nobody_home' ELSE 'met' END, a.member_id, at, at
    FROM generate_series(1, {visits}) AS n
    JOIN households_household AS h ON h.id = 1 + (n::bigint * 7919) % {households}
    JOIN grids_assignment AS a ON a.grid_id = h.grid_id AND a.role = 'lead' AND a.ended_at IS NULL,
         LATERAL (SELECT now() - interval '1 day' * 365 * (1 - n::float / {visits}) AS at) AS t
    ORDER BY n
"""
_DISPUTES = """
    INSERT INTO disputes_dispute
        (household_id, village_id, grid_id, kind, severity, source, found_on, found_by_id, state, since, due_on)
    SELECT h.id, h.village_id, h.grid_id, 'neighbour', 1 + n % 3, 'visit', day, a.member_id,
           CASE WHEN n % 5 = 0 THEN 'mediation' ELSE 'archived' END, day,
           CASE WHEN n % 5 = 0 THEN day + 30 END
    FROM generate_series(1, {disputes}) AS n
    JOIN households_household AS h ON h.id = 1 + (n::bigint * 104729) % {households}
    JOIN grids_assignment AS a ON a.grid_id = h.grid_id AND a.role = 'lead' AND a.ended_at IS NULL,
         LATERAL (SELECT current_date - n % 365 AS day) AS t
"""


def run(quick: bool, say) -> dict:
    households = 20_000 if quick else 250_000
    visits, disputes, rounds = 4 * households, households * 2 // 25, 5 if quick else 15
    district = stand(households, say)
    say(f"{visits} visits, {disputes} disputes")
    _fill(households, visits, disputes)
    figures: dict = {"households": households, "visits": visits, "disputes": disputes}
    budgets, table = [], [["what", "role", "p50 ms", "worst ms", "limit ms"]]
    log = Path(os.environ["WUSE_VAR"]) / "bench" / "work.log"
    try:
        with site(log, workers=1) as port:
            for role in ROLES:
                member = Member.objects.get(pk=district.members[role])
                client = Client(port, f"{cookie(member.pk)}; csrftoken={TOKEN}")
                asked = {
                    "work list": (lambda c=client: c.get("/api/work/"), LIST_MS),
                    "ledgers of a month": (lambda c=client: c.get("/ledgers/"), LEDGER_MS),
                }
                if role != "town":
                    homes = cycle(_homes(member, rounds + 1))
                    asked["recording a visit"] = (
                        lambda c=client, h=homes: _record(c, next(h)),
                        RECORD_MS,
                    )
                for what, (ask, limit) in asked.items():
                    times = _times(ask, rounds)
                    figures[f"{what}, {role}"] = times
                    table.append([what, role, f"{median(times):.1f}", f"{max(times):.1f}", limit])
                    budgets.append({
                        "name": f"{what}, {role}", "value": median(times), "limit": limit,
                        "unit": "ms", "ok": median(times) <= limit,
                    })  # fmt: skip
                client.close()
    finally:
        with connections["owner"].cursor() as cursor:
            cursor.execute(f"TRUNCATE {', '.join(TABLES)} CASCADE")
    return {"figures": figures, "budgets": budgets, "table": table}


def _fill(households: int, visits: int, disputes: int) -> None:
    owner = connections["owner"]
    with acting_as_system("bench"), transaction.atomic(using="owner"), owner.cursor() as cursor:
        cursor.execute(f"TRUNCATE {', '.join(TABLES)} CASCADE")
        cursor.execute(_VISITS.format(visits=visits, households=households))
        cursor.execute(_DISPUTES.format(disputes=disputes, households=households))
    with owner.cursor() as cursor:
        cursor.execute(f"VACUUM (ANALYZE) {', '.join(TABLES)}")
    owner.close()


def _homes(member: Member, most: int) -> list[str]:
    with acting_as_system("bench"), transaction.atomic():
        homes = Household.objects.visible_to(member).filter(grid__isnull=False).order_by("pk")
        return [str(uuid) for uuid in homes.values_list("uuid", flat=True)[:most]]


def _record(client: Client, home: str):
    said = {
        "household": home, "kind": "visit", "result": "met",
        "happened_at": timezone.now().isoformat(),
    }  # fmt: skip
    body = json.dumps(said).encode()
    head = [
        "POST /api/visits/ HTTP/1.1", f"Host: 127.0.0.1:{client.port}", f"Cookie: {client.cookie}",
        f"X-CSRFToken: {TOKEN}", f"Idempotency-Key: {uuid4()}", "Content-Type: application/json",
        f"Content-Length: {len(body)}", "", "",
    ]  # fmt: skip
    return client.send("\r\n".join(head).encode() + body)


def _times(ask, rounds: int) -> list[float]:
    """Milliseconds; the first time is not counted, and every answer must be one."""
    found = []
    for _ in range(rounds + 1):
        began = time.perf_counter()
        answer = ask()
        found.append((time.perf_counter() - began) * 1000)
        if answer.status not in (200, 201):
            raise AssertionError(f"{answer.status}: {answer.body[:300]!r}")
    return found[1:]
