"""Territory costs as many queries for twelve grids as for three: none asks once a grid or family."""

from django.db import connection, transaction
from django.db.models import F
from django.test.utils import CaptureQueriesContext

from core.scope import acting_as_system
from grids.models import Assignment, Grid, TerritoryChange
from households import scope, versions
from households.models import Claim, Household
from households.services import join_to_grids
from tests.factories import STEP, WEST, box, division, grid, household, member
from tests.households.test_territory_edit import Api

SOUTH = 34.3
# What reads, says its scope, locks and keeps a step or a change; no request of a page needs more.
MOST = 61


def village_of(cast, n: int, homes: int):
    """A village with a row of n grids, all led by hua and supported by mei, homes in each."""
    with acting_as_system("test"):
        village = division("999001101207", "长村", cast.east, geom=box(WEST, SOUTH, n * STEP))
        grids = [grid(village, i + 1, box(WEST + i * STEP, SOUTH)) for i in range(n)]
        for i in range(n):
            member(f"long{i}", "member", village)
        for one in grids:
            Assignment.objects.create(grid=one, member=cast.hua, role="lead")
            Assignment.objects.create(grid=one, member=cast.mei, role="support")
        for i in range(n * homes):
            west = WEST + (i // homes) * STEP
            x = round(west + STEP * (0.05 + 0.9 * (i % homes) / homes), 6)
            household(village, f"{i:04}", None, x, SOUTH + 0.004 + 0.002 * (i % 6))
        join_to_grids(villages=[village.pk])
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")
    return village, grids


class Counting(Api):
    """Remembers how many queries each request made."""

    def __init__(self, client):
        super().__init__(client)
        self.told = {}

    def counted(self, name, ask):
        scope.forget()
        versions.forget()
        with CaptureQueriesContext(
            connection,
        ) as seen:
            answer = ask()
        self.told[name] = len(seen)
        return answer


def play(client, cast, n: int, homes: int) -> dict[str, int]:
    """Every route of territory over a village, once."""
    village, grids = village_of(cast, n, homes)
    keys = [f"g{g.pk}" for g in grids]
    chair = Counting(client)
    count = chair.counted
    place = {"division": village.code}
    count("territory", lambda: chair.get(f"territory/{village.code}/"))
    count("territory on a day", lambda: chair.get(f"territory/{village.code}/?on=2999-01-01"))
    count("days", lambda: chair.get(f"territory/{village.code}/days/"))
    count("outlines", lambda: chair.get(f"territory/{village.code}/outlines/"))
    count("select", lambda: chair.send("grids/select/", place | {"box": [113, 34.2, 115, 34.4]}))
    card = place | {"keys": keys, "member": cast.lan.pk}
    count("figures", lambda: chair.send("grids/figures/", card))
    count("open", lambda: chair.open(village))
    middle = [[WEST + 0.48 * STEP, 34.2], [WEST + 0.48 * STEP, 34.4]]
    ring = [[WEST + 1.76 * STEP, 34.2], [WEST + 2.1 * STEP, 34.2], [WEST + 2.1 * STEP, 34.4],
            [WEST + 1.76 * STEP, 34.4]]  # fmt: skip
    steps = [
        ("assign", {"keys": keys, "lead": cast.lan.pk}),
        ("support", {"keys": keys, "add": [cast.head.pk], "remove": [cast.mei.pk]}),
        ("rename", {"key": keys[0], "name": "新名"}),
        ("lock", {"keys": keys, "locked": True}),
        ("lock", {"keys": keys, "locked": False}),
        ("move_border", {"from": keys[1], "to": keys[2], "ring": ring}),
        ("split_line", {"key": keys[0], "line": middle}),
        ("rebalance", {"keys": keys[1:], "tol": 0.02}),
        ("assign", {"keys": keys[1:], "lead": None}),
        ("suggest", {"who": "people"}),
        ("merge", {"keys": ["n1", "n2"]}),
        ("split_auto", {"village": village.code, "parts": n}),
    ]  # fmt: skip
    for kind, body in steps:
        count(kind, lambda kind=kind, body=body: chair.step(kind, **body))
    path = f"drafts/{chair.draft['id']}"
    asked = {"village": village.code, "parts": n}
    count("alternatives", lambda: chair.send(f"{path}/alternatives/", asked))
    count("undo", lambda: chair.act("undo"))
    count("redo", lambda: chair.act("redo"))
    count("draft", lambda: chair.get(f"{path}/"))
    query = f"?draft={chair.draft['id']}"
    count("territory of a draft", lambda: chair.get(f"territory/{village.code}/{query}"))
    count("outlines of a draft", lambda: chair.get(f"territory/{village.code}/outlines/{query}"))
    drawn = place | {"draft": chair.draft["id"], "box": [113, 34.2, 115, 34.4]}
    count("select in a draft", lambda: chair.send("grids/select/", drawn))
    seen = count("preview", lambda: chair.get(f"{path}/preview/"))["seen"]
    count("publish", lambda: chair.act("publish", seen=seen))
    change = TerritoryChange.objects.latest("at")
    count("changes", lambda: chair.get("changes/"))
    count("history", lambda: chair.get(f"history/grids/{grids[0].code}/"))
    home = f"history/households/{cast.homes['liu1'][0].uuid}/"
    count("history of a household", lambda: chair.get(home))
    count("undo a change", lambda: chair.send(f"changes/{change.pk}/undo/"))
    chair.open(village)
    chair.step("assign", keys=[f"g{g.pk}" for g in grids], lead=cast.lan.pk)
    Grid.objects.filter(village=village).update(version=F("version") + 1)
    resolve = {f"g{g.pk}": "mine" for g in grids}
    count("publish over others", lambda: chair.act("publish", resolve=resolve))
    chair.open(village)
    chair.step("assign", keys=[f"g{g.pk}" for g in grids], lead=cast.mei.pk)
    count("propose", lambda: chair.act("propose"))
    count("discard", lambda: chair.act("discard"))
    for _ in range(n):
        chair.open(village)
    count("drafts", lambda: chair.get("drafts/"))
    path = f"grids/{grids[0].code}"
    lead = {"lead": cast.hua.pk, "expected_lead": cast.lan.pk}
    count("lead", lambda: chair.send(f"{path}/lead/", lead, method="put"))
    more = {"add": [cast.head.pk], "remove": [], "expected": [cast.mei.pk]}
    count("support now", lambda: chair.send(f"{path}/support/", more, method="put"))
    away = {"member": cast.hua.pk, "from": "2030-01-01", "to": "2030-02-01", "cover": cast.mei.pk}
    count("leave", lambda: chair.send("leaves/", away, 201))
    claim = {"household": str(cast.homes["liu1"][0].uuid), "member": cast.mei.pk}
    made = count("claim", lambda: chair.send("claims/", claim, 201))
    count("claims", lambda: chair.get(f"claims/?member={cast.mei.pk}"))
    count("end a claim", lambda: chair.send(f"claims/{made['id']}/end/"))
    with acting_as_system("test"):
        Assignment.objects.filter(grid__village=village, role__in=["lead", "cover"]).delete()
        for home in Household.objects.filter(village=village):
            Claim.objects.create(household=home, member=cast.mei)
    vacant = {"grids": [g.code for g in grids], "member": cast.mei.pk}
    now = vacant | {"from": "2030-01-01"}
    count("cover", lambda: chair.send("covers/", now, 201))
    count("end covers", lambda: chair.send("covers/end/", vacant))
    count("more claims", lambda: chair.get(f"claims/?member={cast.mei.pk}"))
    assert Grid.objects.current().filter(village=village).count() == n
    return chair.told


def test_no_route_asks_once_a_grid_or_a_family(signed_in, cast):
    told = []
    for n, homes in ((3, 10), (12, 25)):
        with transaction.atomic():
            told.append(play(signed_in(cast.chair), cast, n, homes))
            transaction.set_rollback(True)
    few, many = told
    assert many == few
    assert max(few.values()) <= MOST
