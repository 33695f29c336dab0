"""A year of work in the invented district, as columns of numbers: visits, disputes, needs, help, events.

Three things are planted, for whoever wants to see whether a review of hot spots finds what is there
and is not taken in by what is not: two clusters of disputes, a dense one of some weeks and one that
goes on all year; and an artefact, a town that screened every home at the end of a month and wrote
down dozens of trifles on the last two days of it.
"""

from dataclasses import dataclass, field
from datetime import date, timedelta

import numpy as np

from gis_app.demo.arrange import Demo
from gis_app.demo.colours import Decisions
from households.defaults import FIVE_COLOURS

DAYS = 365
# Of all households, at a demo of any size.
DISPUTES, SCREENED = 0.007, 0.25
LAND_CLUSTER, ELDERS_CLUSTER = 16, 14
# Of the families screened in the campaign, those with a trifle written down.
TRIFLES = 0.1
CAMPAIGN_MONTHS_AGO = 5
MOST_VISITS = 12
RESULTS, RESULT_SHARES = ("met", "nobody_home", "declined", "moved"), (0.78, 0.15, 0.06, 0.01)
KINDS = ("marriage", "elders", "children", "inheritance", "neighbour", "land", "money", "work", "other")  # fmt: skip
KIND_SHARES = (0.26, 0.13, 0.1, 0.06, 0.2, 0.12, 0.06, 0.04, 0.03)
NEEDS = {
    1: ("company", "counsel", "legal", "doctor"), 2: ("talking", "legal", "counsel"),
    3: ("living", "work", "doctor", "school"), 4: ("company", "elders", "children"),
    5: ("honour", "skills"),
}  # fmt: skip
HELP_FOR = {
    "company": "other", "counsel": "counsel", "legal": "legal", "doctor": "money",
    "talking": "counsel", "living": "money", "work": "job", "school": "goods", "elders": "other",
    "children": "goods", "honour": "honour", "skills": "training",
}  # fmt: skip
HONOURS = ("beautiful", "five_good", "in_laws", "courtyard")
EVENTS = (
    ("talk", "示例：反家庭暴力法宣讲"), ("talk", "示例：家庭教育讲座"), ("training", "示例：手工技能培训"),
    ("training", "示例：母婴照护培训"), ("fair", "示例：巾帼就业招聘会"), ("fair", "示例：好家风故事会"),
)  # fmt: skip


@dataclass
class Year:
    """Rows as gis_app/demo/write_year.py stages them. Days count backwards from today."""

    visits: list[tuple] = field(default_factory=list)  # household, post, kind, result, ago, changed
    # n, household, kind, severity, source, found ago, post, state, since ago
    disputes: list[tuple] = field(default_factory=list)
    steps: list[tuple] = field(default_factory=list)  # dispute, step, ago, post
    # n, household, kind, state, why, opened ago, due in, closed ago, post
    needs: list[tuple] = field(default_factory=list)
    # need, kind, amount, goods, honour, outcome, given ago, post
    helps: list[tuple] = field(default_factory=list)
    events: list[tuple] = field(default_factory=list)  # place code, kind, title, ago, women, men
    # household, slot, reason, help, proposer, proposed ago, decider, decided ago, review ago
    past: list[tuple] = field(default_factory=list)


@dataclass(frozen=True)
class Ground:
    """What everything below asks of a household."""

    village: np.ndarray
    town: np.ndarray
    # Who goes there: whoever answers for its grid, or somebody of its village.
    visitor: np.ndarray
    chair: np.ndarray
    lonlat: np.ndarray
    placed: np.ndarray


def live(demo: Demo, today: date, rng: np.random.Generator) -> Year:
    """The year up to yesterday."""
    outlines, homes, staff = demo.outlines, demo.homes, demo.staff
    village = outlines.village_of_grid[homes.grid]
    ground = Ground(
        village=village,
        town=demo.county.town_of_village[village],
        visitor=np.where(homes.placed, staff.proposer[homes.grid], staff.first_member[village]),
        chair=staff.village_chair[village],
        lonlat=homes.lonlat,
        placed=homes.placed,
    )
    year = Year()
    month_end = campaign_end(today)
    _visit_the_coloured(year, demo.decisions, ground, rng)
    _screen(year, ground, rng)
    trifles = _campaign(year, ground, (today - month_end).days, rng)
    _quarrel(year, ground, trifles, (today - month_end).days, rng)
    _care(year, demo.decisions, ground, rng)
    _past_colours(year, demo.decisions, rng)
    _gather(year, demo, rng)
    return year


def campaign_end(today: date) -> date:
    """The last day of the month so many months ago."""
    first = today.replace(day=1)
    for _ in range(CAMPAIGN_MONTHS_AGO - 1):
        first = (first - timedelta(days=1)).replace(day=1)
    return first - timedelta(days=1)


def _visit_the_coloured(year: Year, d: Decisions, ground: Ground, rng) -> None:
    cadence = {c["slot"]: c["cadence_days"] for c in FIVE_COLOURS}
    for home, slot, status in zip(d.household.tolist(), d.slot.tolist(), d.status, strict=True):
        if status == "proposed":
            continue
        ago = 1 + rng.random() * 1.25 * cadence[slot]
        for _ in range(MOST_VISITS):
            if ago > DAYS:
                break
            _visit(year, ground, home, "visit", int(ago), rng)
            ago += cadence[slot] * (0.8 + 0.7 * rng.random())


def _screen(year: Year, ground: Ground, rng) -> None:
    total = len(ground.village)
    for home in np.sort(rng.choice(total, size=round(SCREENED * total), replace=False)).tolist():
        _visit(year, ground, home, "screening", 1 + int(rng.random() * (DAYS - 1)), rng)


def _visit(year: Year, ground: Ground, home: int, kind: str, ago: int, rng) -> None:
    result = RESULTS[int(np.searchsorted(np.cumsum(RESULT_SHARES), rng.random()).clip(0, 3))]
    changed = result == "met" and rng.random() < 0.08
    year.visits.append((home, int(ground.visitor[home]), kind, result, ago, changed))


def _campaign(year: Year, ground: Ground, end_ago: int, rng) -> np.ndarray:
    """Every home of the smallest town, in the last week of a month; those with a trifle."""
    sizes = np.bincount(ground.town)
    homes = np.flatnonzero(ground.town == np.argmin(np.where(sizes > 0, sizes, sizes.max() + 1)))
    for home in homes.tolist():
        _visit(year, ground, home, "screening", end_ago + int(rng.random() * 6), rng)
    return homes[rng.random(len(homes)) < TRIFLES]


def _quarrel(year: Year, ground: Ground, trifles: np.ndarray, end_ago: int, rng) -> None:
    total = len(ground.village)
    dense, lasting = np.argsort(-np.bincount(ground.village), kind="stable")[:2]
    for home in _nearest(ground, dense, LAND_CLUSTER, rng):
        _dispute(
            year, ground, home, "land", _severity(rng), "told", 25 + int(rng.random() * 45), rng
        )
    for home in _nearest(ground, lasting, ELDERS_CLUSTER, rng):
        _dispute(
            year, ground, home, "elders", _severity(rng), "visit", 5 + int(rng.random() * 350), rng
        )
    for home in trifles.tolist():
        _dispute(
            year, ground, home, "neighbour", 1, "screening", end_ago + int(rng.random() * 2), rng
        )
    sources = ("screening", "visit", "told", "others", "hotline", "body")
    for home in rng.choice(total, size=round(DISPUTES * total), replace=False).tolist():
        kind = KINDS[int(np.searchsorted(np.cumsum(KIND_SHARES), rng.random()).clip(0, 8))]
        source = sources[int(rng.random() * len(sources))]
        _dispute(year, ground, home, kind, _severity(rng), source, 1 + int(rng.random() * 359), rng)


def _severity(rng) -> int:
    return 1 + int(np.searchsorted((0.6, 0.92), rng.random()))


def _nearest(ground: Ground, village: int, most: int, rng) -> list[int]:
    """Homes around one of the village, with a place of their own."""
    there = np.flatnonzero((ground.village == village) & ground.placed)
    middle = ground.lonlat[there[int(rng.random() * len(there))]]
    away = np.hypot(*((ground.lonlat[there] - middle) * [0.83, 1]).T)
    return there[np.argsort(away, kind="stable")[:most]].tolist()


def _dispute(
    year: Year, ground: Ground, home: int, kind: str, severity: int, source: str, found: int, rng
) -> None:
    """From its finding as far as a year has brought it."""
    n, visitor, chair = len(year.disputes), int(ground.visitor[home]), int(ground.chair[home])
    agreed = rng.random() < 0.85
    way = [
        ("find", "found", 0, visitor),
        ("mediate", "mediation", 1 + int(rng.random() * 5), visitor),
        ("settle", "settled", 4 + int(rng.random() * 22), visitor) if agreed
        else ("end", "ended", 12 + int(rng.random() * 18), chair),
        ("follow_up", "followed_up", 10 + int(rng.random() * 20), visitor),
        ("archive", "archived", 5 + int(rng.random() * 25), chair),
    ]  # fmt: skip
    # Some stay where they are: nobody is ready to talk yet.
    stops = len(way) if rng.random() < 0.8 else 1 + int(rng.random() * 4)
    ago, state, since = found, "found", found
    for step, becomes, days, post in way[:stops]:
        ago -= days
        if ago < 1:
            break
        state, since = becomes, ago
        year.steps.append((n, step, ago, post))
        if step == "follow_up":
            year.visits.append((home, post, "follow_up", "met", ago, False))
    year.disputes.append((n, home, kind, severity, source, found, visitor, state, since))


def _care(year: Year, d: Decisions, ground: Ground, rng) -> None:
    for home, slot, status in zip(d.household.tolist(), d.slot.tolist(), d.status, strict=True):
        if status == "proposed" or rng.random() > 0.35:
            continue
        kind = NEEDS[slot][int(rng.random() * len(NEEDS[slot]))]
        opened = 3 + int(rng.random() * 340)
        helped = opened - 1 - int(rng.random() * 60)
        closed = helped - 1 - int(rng.random() * 20)
        fate = rng.random()
        state = (
            "met"
            if closed > 0 and fate < 0.75
            else "ended"
            if closed > 0 and fate < 0.85
            else "open"
        )
        why = "elsewhere" if state == "ended" else ""
        n, post = len(year.needs), int(ground.visitor[home])
        # What is still open has been put off, or is owed soon.
        due = int(rng.random() * 50) - 8 if state == "open" else 45 - opened
        year.needs.append(
            (n, home, kind, state, why, opened, due, closed if state != "open" else None, post)
        )
        if helped > 0 and (state != "open" or rng.random() < 0.4):
            _help(year, n, HELP_FOR[kind], helped, post, state, rng)


def _help(year: Year, need: int, kind: str, ago: int, post: int, state: str, rng) -> None:
    amount = 100 * (2 + int(rng.random() * 19)) if kind == "money" else None
    goods = (
        ("示例：书包和文具", "示例：棉被两床", "示例：米和油")[int(rng.random() * 3)]
        if kind == "goods"
        else ""
    )
    honour = HONOURS[int(rng.random() * 4)] if kind == "honour" else ""
    outcome = {"met": "helped", "ended": "partly", "open": ""}[state]
    year.helps.append((need, kind, amount, goods, honour, outcome, ago, post))


def _past_colours(year: Year, d: Decisions, rng) -> None:
    """What some families were before: an argued colour too, replaced when it was looked at again."""
    lasts = {c["slot"]: c["review_days"] for c in FIVE_COLOURS}
    reasons = {c["slot"]: len(c["reasons"]) for c in FIVE_COLOURS}
    for i in np.flatnonzero(d.status == "confirmed").tolist():
        if rng.random() > 0.3:
            continue
        slot = min(5, max(1, int(d.slot[i]) + int(rng.random() * 3) - 1))
        decided = int(d.decided_days_ago[i]) + 1 + int(rng.random() * lasts[slot])
        proposed = decided + 1 + int(rng.random() * 9)
        year.past.append((
            int(d.household[i]), slot, int(rng.random() * reasons[slot]), d.help_offered[i],
            int(d.proposed_by[i]), proposed, int(d.decided_by[i]), decided, decided - lasts[slot],
        ))  # fmt: skip


def _gather(year: Year, demo: Demo, rng) -> None:
    county = demo.county
    for codes, most in ((county.village_codes, 2), (county.town_codes, 5), ([county.code], 8)):
        for code in codes:
            for _ in range(int(rng.random() * (most + 1))):
                kind, title = EVENTS[int(rng.random() * len(EVENTS))]
                ago, women, men = (
                    int(a + b * rng.random()) for a, b in ((1, 360), (8, 60), (0, 20))
                )
                year.events.append((code, kind, title, ago, women, men))
