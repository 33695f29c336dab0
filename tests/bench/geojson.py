"""A page of GeoJSON against the fastest way PostGIS can write the same rows."""

import os
import statistics
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import orjson
import psycopg2
from django.conf import settings
from django.test import RequestFactory

from accounts.models import Member
from boundaries.api import DivisionViewSet
from core.scope import acting_as
from grids.api import GridViewSet
from tests.bench.server import Client, site
from tests.bench.standing import cookie, stand

LIMIT = 3
PAGES = {
    "grids": (
        GridViewSet,
        1000,
        """SELECT string_agg(ST_AsGeoJSON(r, 'geom', 6), ',') FROM (
               SELECT g.id, g.code, g.name, v.code AS village, a.id IS NOT NULL AS led,
                      g.target_households, g.opened_on, g.geom
               FROM grids_grid AS g JOIN boundaries_division AS v ON v.id = g.village_id
               LEFT JOIN grids_assignment AS a
                 ON a.grid_id = g.id AND a.role = 'lead' AND a.ended_at IS NULL
               WHERE g.closed_on IS NULL ORDER BY g.code LIMIT 1000) AS r""",
    ),
    "divisions": (
        DivisionViewSet,
        473,
        """SELECT string_agg(ST_AsGeoJSON(r, 'geom', 6), ',') FROM (
               SELECT d.id, d.code, d.name, d.level, p.code AS parent, d.area_m2,
                      d.outline_invented, d.valid_from, d.geom
               FROM boundaries_division AS d LEFT JOIN boundaries_division AS p
                 ON p.id = d.parent_id
               WHERE d.valid_to IS NULL ORDER BY d.code LIMIT 1000) AS r""",
    ),
}


def run(quick: bool, say: Callable[[str], None]) -> dict:
    district = stand(20_000 if quick else 250_000, say)
    rounds = 7 if quick else 25
    db = settings.DATABASES["default"]
    connection = psycopg2.connect(
        dbname=db["NAME"], user=db["USER"], password=db["PASSWORD"] or None,
        host=db["HOST"] or None, port=db["PORT"] or None,
    )  # fmt: skip
    connection.autocommit = True
    member = Member.objects.get(pk=district.members["district"])
    figures: dict = {}
    with site(Path(os.environ["WUSE_VAR"]) / "bench" / "site.log") as port:
        client = Client(port, cookie(member.pk))
        for name, (viewset, count, sql) in PAGES.items():
            figures[name] = _measure(name, viewset, count, sql, connection, client, member, rounds)
    connection.close()
    budgets = [
        {
            "name": f"a page of {figures[name]['rows']} {name}, {way}",
            "value": figures[name][f"{way}_ms"] / figures[name]["floor_ms"],
            "limit": LIMIT,
            "unit": "× floor",
            "ok": figures[name][f"{way}_ms"] <= LIMIT * figures[name]["floor_ms"],
        }
        for name in PAGES
        for way in ("in process", "over HTTP")
    ]
    table = [["page", "rows", "bytes", "floor ms", "in process", "over HTTP"]]
    table += [
        [name, f["rows"], f["bytes"]]
        + [f"{f[key]:.1f}" for key in ("floor_ms", "in process_ms", "over HTTP_ms")]
        for name, f in figures.items()
    ]
    return {"figures": figures, "budgets": budgets, "table": table}


def _measure(name, viewset, count, sql, connection, client, member, rounds) -> dict:
    path = f"/api/{name}/?page_size=1000"
    request = RequestFactory(SERVER_NAME="127.0.0.1").get(path)
    request.user = member
    view = viewset.as_view({"get": "list"})
    cursor = connection.cursor()

    def floor() -> str:
        cursor.execute(sql)
        return cursor.fetchone()[0]

    def in_process() -> bytes:
        with acting_as(member.pk):
            return view(request).render().content

    over_http = partial(client.get, path)
    answer = over_http()
    page = orjson.loads(answer.body)
    same = orjson.loads(f"[{floor()}]")
    if len(page["features"]) != len(same) or len(same) != count:
        raise AssertionError(f"{name}: {len(page['features'])} and {len(same)} rows")
    times: dict[str, list[float]] = {"floor": [], "in process": [], "over HTTP": []}
    for i in range(rounds + 1):
        asks = (("floor", floor), ("in process", in_process), ("over HTTP", over_http))
        for way, ask in asks:
            start = time.perf_counter()
            ask()
            if i:
                times[way].append((time.perf_counter() - start) * 1000)
    medians = {f"{way}_ms": statistics.median(ts) for way, ts in times.items()}
    return {"rows": count, "bytes": len(answer.body)} | medians
