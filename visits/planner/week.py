"""A member's plan for the coming days: from families and hours to stops with times and reasons.

What is odd in the input is said in `notes` or beside the family; the rest is planned.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

import numpy as np
import shapely

from visits.due_rules import Due
from visits.planner.distance import DETOUR, Roads, ways_between
from visits.planner.model import DAY, MOST_VISITS, Plan, Problem, Shift, Visit
from visits.planner.plan import plan_visits

LONGEST_DAYS = 31
# Of each stretch of work so much stays free: visits take longer than one thinks. At 10 % one
# stretch in eleven ends more than ten minutes late, at 0 % one in four.
SLACK = 0.10
# When one may knock at a door if the family has said nothing else.
DECENT = (8 * 3600, 20 * 3600 + 1800)
Stretches = tuple[tuple[int, int], ...]  # seconds of the day


@dataclass(frozen=True)
class Hours:
    start: int  # seconds of the day
    end: int
    pair: bool = False  # a second member comes along


@dataclass(frozen=True)
class Walker:
    """The member who goes. `hours` by weekday, 0 = Monday; `breaks` are hers on every day."""

    id: int
    home: tuple[float, float] | None
    hours: Mapping[int, tuple[Hours, ...]]
    breaks: Stretches = ()
    off: frozenset[date] = frozenset()
    mode: str = "walk"
    slack: float = SLACK


@dataclass(frozen=True)
class Lock:
    """Somebody wants the visit on this day, and perhaps at this time."""

    day: date
    start: int | None = None


@dataclass(frozen=True)
class Family:
    id: int
    point: tuple[float, float] | None
    minutes: int
    turns: tuple[Due, ...]
    hours: Mapping[int, Stretches] | None = None  # by weekday, when one may come
    pair: bool = False
    blocked: frozenset[int] = frozenset()  # members with a conflict of interest
    lock: Lock | None = None


@dataclass(frozen=True)
class Call:
    """One stop of the plan."""

    family: int
    day: date
    arrive: int  # seconds of the day
    start: int
    leave: int
    due: Due


@dataclass(frozen=True)
class Waits:
    """A family that is not in the plan, and `why`, a code of sentences.LEFT."""

    family: int
    why: str
    due: Due


@dataclass(frozen=True)
class Week:
    calls: tuple[Call, ...]
    waits: tuple[Waits, ...]
    notes: tuple[tuple[str, int], ...]  # codes of sentences.NOTES, each with a number
    metres: int = 0
    plan: Plan | None = None
    problem: Problem | None = field(default=None, repr=False)
    keys: tuple[tuple[int, int], ...] = field(default=(), repr=False)  # visit: (family, turn)


def plan_week(
    walker: Walker,
    families: list[Family],
    first: date,
    days: int,
    *,
    roads: Roads | None = None,
    detour: float = DETOUR,
    area: shapely.Geometry | None = None,
    before: tuple[Call, ...] = (),
    turns: int | None = None,
    seed: int = 0,
) -> Week:
    """`days` days from `first`. `before` is the plan in force, which is changed as little as can be;
    `area` is the district, outside of which nobody is visited."""
    notes: list[tuple[str, int]] = []
    if not 1 <= days <= LONGEST_DAYS:
        days = min(max(days, 1), LONGEST_DAYS)
        notes.append(("horizon", days))
    shifts = shifts_of(walker, first, days)
    if not shifts:
        notes.append(("no_days", days))
    asked, waits = _sort_out(walker, families, area)
    if not any(family.turns for family in families):
        notes.append(("nothing_due", len(families)))
    asked, beyond = _most_urgent(asked)
    if beyond:
        notes.append(("sliced", len(asked)))
        waits += [Waits(family.id, "beyond", due) for family, due in beyond]
    places, row = _places(walker, [family for family, _ in asked], notes)
    ways = ways_between(places, walker.mode, roads=roads, detour=detour)
    if ways.note:
        notes.append((ways.note, len(ways.guessed)))
    if len(asked) > 1 and not ways.seconds.any():
        notes.append(("one_place", len(asked)))
    visits, keys, count = [], [], {}
    for k, (family, due) in enumerate(asked):
        turn = count[family.id] = count.get(family.id, -1) + 1
        keys.append((family.id, turn))
        windows = _windows(family, due, first)
        locked = family.lock if turn == 0 else None
        visits.append(
            Visit(k, row[family.id], family.minutes * 60, due.worth,
                  _locked_windows(locked, first, days) if locked else windows, family.pair,
                  _locked_shifts(locked, shifts, first) if locked else None)
        )  # fmt: skip
    problem = Problem(ways.seconds, tuple(visits), shifts)
    problem = replace(problem, before=_before(before, problem, keys, first))
    plan = plan_visits(problem, turns=turns, seed=seed)
    calls = tuple(
        Call(keys[stop.visit][0], first + timedelta(stop.start // DAY), stop.arrive % DAY,
             stop.start % DAY, stop.leave % DAY, asked[stop.visit][1])
        for stop in plan.stops
    )  # fmt: skip
    waits += [Waits(keys[v][0], why, asked[v][1]) for v, why in plan.left.items()]
    waits.sort(key=lambda one: (-one.due.worth, one.family))
    metres = 0
    by_shift = plan.routes()
    for shift in shifts:
        rows = [visits[v].place for v in by_shift.get(shift.id, ())]
        if rows:
            there, back = [shift.place, *rows], [*rows, shift.place]
            metres += int(ways.metres[there, back].sum())
    return Week(calls, tuple(waits), tuple(notes), metres, plan, problem, tuple(keys))


def shifts_of(walker: Walker, first: date, days: int) -> tuple[Shift, ...]:
    """Her stretches of work without breaks, each shorter by the slack."""
    found: list[Shift] = []
    for k in range(days):
        day = first + timedelta(k)
        if day in walker.off:
            continue
        for hours in sorted(walker.hours.get(day.weekday(), ()), key=lambda h: h.start):
            for a, b in _without(hours, walker.breaks):
                end = a + int((b - a) * (1 - walker.slack))
                if end > a:
                    found.append(Shift(len(found), 0, k * DAY + a, k * DAY + end, hours.pair))
    return tuple(found)


def _without(hours: Hours, breaks: Stretches) -> list[tuple[int, int]]:
    found, now = [], hours.start
    for a, b in sorted(breaks):
        if b <= now or a >= hours.end:
            continue
        if a > now:
            found.append((now, a))
        now = b
    return [*found, (now, hours.end)] if now < hours.end else found


def _sort_out(walker: Walker, families, area):
    """(family, due) of all that may be planned; and why the others may not."""
    fine, waits = [], []
    if area is not None:
        shapely.prepare(area)
    for family in families:
        why = None
        if walker.id in family.blocked:
            why = "conflict"
        elif family.point is None:
            why = "no_position"
        elif area is not None and not area.covers(shapely.Point(family.point)):
            why = "outside"
        for due in family.turns:
            if why:
                waits.append(Waits(family.id, why, due))
            else:
                fine.append((family, due))
    return fine, waits


def _most_urgent(asked):
    """No more than can be weighed at once: what is worth most for its minutes, locked ones first."""
    if len(asked) <= MOST_VISITS:
        return asked, []
    order = sorted(
        range(len(asked)),
        key=lambda k: (
            asked[k][0].lock is None,
            -asked[k][1].worth / max(1, asked[k][0].minutes),
            k,
        ),
    )
    taken = sorted(order[:MOST_VISITS])
    return [asked[k] for k in taken], [asked[k] for k in sorted(order[MOST_VISITS:])]


def _places(walker: Walker, families: list[Family], notes):
    """Points of the matrix, her home first; and the row of each family."""
    row, points = {}, []
    for family in families:
        if family.id not in row:
            row[family.id] = len(points) + 1
            points.append(family.point)
    home = walker.home
    if home is None:
        notes.append(("no_home", 0))
        # Amid the families, the one from which the others are nearest.
        home = (0.0, 0.0)
        if points:
            near = np.abs(np.array(points) - np.median(np.array(points), axis=0)).sum(axis=1)
            home = points[int(near.argmin())]
    return np.array([home, *points]), row


def _windows(family: Family, due: Due, first: date) -> Stretches:
    """When the visit may start, on each day of its turn."""
    found = []
    for k in range((due.first - first).days, (due.last - first).days + 1):
        weekday = (first + timedelta(k)).weekday()
        stretches = (DECENT,) if family.hours is None else family.hours.get(weekday, ())
        found += [(k * DAY + a, k * DAY + b) for a, b in stretches if k >= 0]
    return tuple(found)


def _locked_windows(lock: Lock, first: date, days: int) -> Stretches:
    k = (lock.day - first).days
    if not 0 <= k < days:
        return ()
    if lock.start is None:
        return ((k * DAY, (k + 1) * DAY - 1),)
    return ((k * DAY + lock.start, k * DAY + lock.start),)


def _locked_shifts(lock: Lock, shifts, first: date) -> tuple[int, ...]:
    k = (lock.day - first).days
    return tuple(shift.id for shift in shifts if shift.start // DAY == k)


def _before(calls, problem: Problem, keys, first: date) -> dict[int, tuple[int, ...]]:
    """The shifts and order of the plan in force, for what of it is still asked for."""
    turns: dict[int, list[Visit]] = {}
    for visit, (family, _) in zip(problem.visits, keys, strict=True):
        turns.setdefault(family, []).append(visit)
    found: dict[int, list[int]] = {}
    for call in sorted(calls, key=lambda call: (call.day, call.start)):
        at = (call.day - first).days * DAY + call.start
        mine = [s for s in problem.shifts if s.start <= at and s.start // DAY == at // DAY]
        fits = [v for v in turns.get(call.family, ()) if any(a <= at <= b for a, b in v.windows)]
        if mine and fits:
            turns[call.family].remove(fits[0])
            found.setdefault(mine[-1].id, []).append(fits[0].id)
    return {shift: tuple(visits) for shift, visits in found.items()}
