"""A town drawn, suggested, previewed and published; 3,000 grids chosen from; ten editors at once."""

import random
import threading
import time
from statistics import median

import numpy as np
from django.db import connection, transaction
from django.db.models import Count

from accounts.models import Member
from boundaries.models import Division
from core.errors import Conflict
from core.scope import acting_as, acting_as_system
from grids.drafts import store
from grids.models import Assignment, Grid
from households.models import Household
from households.territory import cards, duties, editing, preview, publish, selection
from tests.bench.standing import stand

# Of 454 villages in 18 towns: about 25 villages, 165 grids, 14,000 households a town; the fullest is taken.
HOUSEHOLDS = 250_000
EDITORS, EDITS = 10, 1_000


def run(quick: bool, say) -> dict:
    stand(HOUSEHOLDS, say)
    with acting_as_system("bench"), transaction.atomic():
        town = _fullest_town()
    chair = Member.objects.get(role="town", division=town)
    figures, table = {}, [["what", "seconds"]]
    with transaction.atomic(), acting_as(chair.pk):
        grids = Grid.objects.current().filter(village__parent=town)
        figures["villages"] = Division.objects.filter(parent=town).count()
        figures["grids"] = grids.count()
        figures["families"] = Household.objects.filter(grid__in=grids).count()
        Assignment.objects.filter(grid__in=grids.filter(code__endswith="1")).delete()
        draft = store.open_draft(scope=town, title="bench", by=chair)
        did = _timed(
            lambda: editing.take_step(
                draft_id=draft.pk, expected_version=1, kind="suggest", asked={}, by=chair
            )
        )
        figures["suggest_s"], taken = did
        draft = taken.draft
        began = time.perf_counter()
        for village in Division.objects.filter(parent=town).order_by("code"):
            cells = store.state_of(draft, [village.pk]).cells()
            draft = editing.take_step(
                draft_id=draft.pk, expected_version=draft.version, kind="split_auto",
                asked={"village": village.code, "parts": len(cells)}, by=chair,
            ).draft  # fmt: skip
        figures["design_s"] = time.perf_counter() - began
        figures["preview_s"] = median(
            _timed(lambda: preview.preview(draft, chair))[0] for _ in range(5)
        )
        figures["handed_over"] = preview.preview(draft, chair)["families"]["n"]
        figures["publish_s"], _ = _timed(
            lambda: publish.publish(draft_id=draft.pk, expected_version=draft.version, by=chair)
        )
        transaction.set_rollback(True)
    office = Member.objects.get(role="district")
    district = office.division
    with transaction.atomic(), acting_as(office.pk):
        figures["all_grids"] = Grid.objects.current().count()
        lasso = _lasso()
        times = [
            _timed(lambda: selection.select(district, None, {"polygon": lasso})) for _ in range(9)
        ]
        figures["select_s"] = median(t for t, _ in times)
        keys = times[0][1]
        figures["selected"] = len(keys)
    with transaction.atomic(), acting_as(office.pk):
        figures["card_s"] = median(
            _timed(lambda: cards.figures(office, district, None, keys, chair.pk))[0]
            for _ in range(5)
        )
    lost, doubled = _contest(town, chair, EDITS // 10 if quick else EDITS, say)
    budgets = [
        _budget("suggestion for a town", figures["suggest_s"] + figures["design_s"], 20, "s"),
        _budget("preview", figures["preview_s"], 1, "s"),
        _budget("publish", figures["publish_s"], 3, "s"),
        _budget(f"lasso over {figures['selected']} grids", figures["select_s"], 0.2, "s"),
        _budget("card figures", figures["card_s"], 0.3, "s"),
        _budget("silent losses", lost, 0, ""),
        _budget("grids with two leads", doubled, 0, ""),
    ]
    table += [[name, f"{value:.3f}"] for name, value in figures.items()]
    return {"figures": figures, "budgets": budgets, "table": table}


def _fullest_town() -> Division:
    """Of the towns with the bench's families the one that has most of them."""
    families = Household.objects.values("village__parent").annotate(n=Count("pk")).order_by("-n")
    return Division.objects.get(pk=families[0]["village__parent"])


def _timed(call):
    began = time.perf_counter()
    result = call()
    return time.perf_counter() - began, result


def _budget(name: str, value: float, limit: float, unit: str) -> dict:
    return {"name": name, "value": value, "limit": limit, "unit": unit, "ok": value <= limit}


def _lasso() -> list[list[float]]:
    """A wavy ring around about 500 of the grids."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT ST_Extent(geom) FROM grids_grid")
        west, south, east, north = map(float, cursor.fetchone()[0][4:-1].replace(",", " ").split())
    angle = np.linspace(0, 2 * np.pi, 200, endpoint=False)
    radius = 0.23 * (1 + 0.1 * np.sin(7 * angle))
    x = (west + east) / 2 + radius * np.cos(angle) * (east - west)
    y = (south + north) / 2 + radius * np.sin(angle) * (north - south)
    return np.column_stack([x, y]).round(6).tolist()


def _contest(town: Division, chair: Member, edits: int, say) -> tuple[int, int]:
    """Editors give the same five grids to whom each likes; each edit says whom it saw.

    Every success is a link from whom it saw to whom it wrote. If the links of a grid make one chain
    from its first lead to its last, nobody's work was overwritten unseen.
    """
    grids = list(Grid.objects.current().filter(village__parent=town).order_by("code")[:5])
    people = list(
        Member.objects.filter(role="member", division__parent=town).values_list("pk", flat=True)[
            :20
        ]
    )
    first = {g.pk: _lead(g) for g in grids}
    links: dict[int, list] = {g.pk: [] for g in grids}
    refused = [0] * EDITORS

    def edit(who: int) -> None:
        rng = random.Random(who)
        for _ in range(edits):
            grid = rng.choice(grids)
            seen, wanted = _lead(grid), rng.choice(people)
            if seen == wanted:
                continue
            try:
                with transaction.atomic(), acting_as(chair.pk):
                    duties.assign_lead(code=grid.code, lead=wanted, expected_lead=seen, by=chair)
                links[grid.pk].append((seen, wanted))
            except Conflict:
                refused[who] += 1
        connection.close()

    threads = [threading.Thread(target=edit, args=(i,)) for i in range(EDITORS)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    done = sum(map(len, links.values()))
    say(f"{done} edits written, {sum(refused)} told that somebody was quicker")
    # In a chain each person is left as often as reached, but for the first and the last.
    lost = 0
    for grid in grids:
        balance: dict = {}
        for seen, wanted in links[grid.pk]:
            balance[seen] = balance.get(seen, 0) + 1
            balance[wanted] = balance.get(wanted, 0) - 1
        balance[first[grid.pk]] = balance.get(first[grid.pk], 0) - 1
        last = _lead(grid)
        balance[last] = balance.get(last, 0) + 1
        lost += sum(abs(v) for v in balance.values())
    leads = Assignment.objects.filter(role="lead", ended_at=None, grid__in=grids)
    doubled = leads.count() - leads.values("grid").distinct().count()
    _restore(first)
    return lost, doubled


def _restore(first: dict[int, int | None]) -> None:
    """Other benches measure the district as it was."""
    with transaction.atomic():
        Assignment.objects.filter(grid__in=first).delete()
        Assignment.objects.bulk_create(
            Assignment(grid_id=g, member_id=m, role="lead") for g, m in first.items() if m
        )
        Grid.objects.filter(pk__in=first).update(version=1)


def _lead(grid: Grid) -> int | None:
    return (
        Assignment.objects.open()
        .filter(grid=grid, role="lead")
        .values_list("member", flat=True)
        .first()
    )
