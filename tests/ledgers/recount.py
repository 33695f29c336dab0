"""Every figure of a ledger counted once more, from plain rows in Python, sharing nothing with the product.

`whose(village id, grid id)` says whether a place belongs to what is reported.
"""

from collections import Counter
from zoneinfo import ZoneInfo

from django.db import connection

CHINA = ZoneInfo("Asia/Shanghai")


def _rows(sql: str) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchall()


def recount(since, until, whose, events_of=()) -> Counter:
    """Run it as the system: it looks at every row."""
    n: Counter = Counter()

    def inside(moment) -> bool:
        return moment is not None and since <= moment.astimezone(CHINA).date() <= until

    def by_end(moment) -> bool:
        return moment is not None and moment.astimezone(CHINA).date() <= until

    place = {
        pk: (village, grid)
        for pk, village, grid in _rows("SELECT id, village_id, grid_id FROM households_household")
        if village is not None and whose(village, grid)
    }
    n["homes"] = len(place)

    screened, visited = set(), set()
    for home, kind, result, at in _rows(
        "SELECT household_id, kind, result, recorded_at FROM visits_visit WHERE apart = false"
    ):
        if home not in place or not inside(at):
            continue
        if kind == "screening":
            n["screenings"] += 1
            screened.add(home)
        if kind == "visit":
            n["visits"] += 1
        if kind == "follow_up":
            n["follow_ups"] += 1
        if kind in ("visit", "follow_up"):
            visited.add(home)
            n["met"] += result == "met"
    n["screened_homes"], n["visited_homes"] = len(screened), len(visited)

    steps: dict[int, list] = {}
    for dispute, step, at in _rows("SELECT dispute_id, step, at FROM disputes_disputestep"):
        steps.setdefault(dispute, []).append((step, at))
    for pk, village, grid, found_on in _rows(
        "SELECT id, village_id, grid_id, found_on FROM disputes_dispute WHERE apart = false"
    ):
        if village is None or not whose(village, grid):
            continue
        taken = steps.get(pk, [])
        done = {step for step, at in taken if inside(at)}
        n["found"] += since <= found_on <= until
        n["settled"] += "settle" in done
        n["not_agreed"] += "end" in done
        n["disputes_followed_up"] += "follow_up" in done
        archived = any(step == "archive" and by_end(at) for step, at in taken)
        n["still_open"] += found_on <= until and not archived

    objections: dict[int, list] = {}
    for classification, at, reviewed, kept in _rows(
        "SELECT classification_id, at, reviewed_at, kept FROM households_objection"
    ):
        objections.setdefault(classification, []).append((at, reviewed, kept))
    last: dict[int, tuple] = {}
    for pk, home, slot, at, review_on in _rows(
        "SELECT c.id, c.household_id, k.slot, c.decided_at, c.review_on"
        " FROM households_classification AS c JOIN households_colourclass AS k ON k.id = c.colour_class_id"
        " WHERE c.status <> 'refused' AND c.decided_at IS NOT NULL"
    ):
        if home not in place:
            continue
        n["decided"] += inside(at)
        if by_end(at) and (home not in last or last[home][:2] < (at, pk)):
            last[home] = (at, pk, slot, review_on)
    for _, pk, slot, review_on in last.values():
        stands = review_on > until
        for at, reviewed, kept in objections.get(pk, []):
            if by_end(at) and not (by_end(reviewed) and kept):
                stands = False
        n[f"colour_{slot}"] += stands

    homes_of = {}
    for pk, home, state, opened, closed in _rows(
        "SELECT id, household_id, state, opened_at, closed_at FROM support_need WHERE apart = false"
    ):
        if home in place:
            homes_of[pk] = home
            n["needs"] += inside(opened)
            n["needs_met"] += state == "met" and inside(closed)
    helped = set()
    money = 0
    for need, kind, amount, on in _rows("SELECT need_id, kind, amount, given_on FROM support_help"):
        if need not in homes_of or not since <= on <= until:
            continue
        n["helps"] += 1
        helped.add(homes_of[need])
        n["jobs"] += kind in ("job", "training")
        n["honours"] += kind == "honour"
        if amount is not None:
            n["payments"] += 1
            money += amount
    n["helped_homes"], n["money"] = len(helped), round(money)

    for division, on, women, men in _rows(
        "SELECT division_id, held_on, women, men FROM support_event"
    ):
        if division in events_of and since <= on <= until:
            n["events"] += 1
            n["women"] += women
            n["men"] += men
    return n
