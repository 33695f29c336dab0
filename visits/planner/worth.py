"""What one more hour, or one more day, would bring to a plan."""

from dataclasses import dataclass, replace
from datetime import date, timedelta

from visits.planner.model import DAY, Plan, Problem, Shift
from visits.planner.plan import plan_visits
from visits.planner.week import Week

HOUR = 3600
TURNS = 1_000
# A whole more day, if she has none to copy.
USUAL = (9 * HOUR, 12 * HOUR)


@dataclass(frozen=True)
class More:
    what: str  # hour or day
    day: date | None
    families: int  # more than without
    prize: int


def one_more_hour(week: Week, first: date, *, seed: int = 0) -> More:
    """The stretch at whose end an hour more brings most."""
    problem, found = week.problem, More("hour", None, 0, 0)
    for shift in problem.shifts:
        if any(0 <= other.start - shift.end < HOUR for other in problem.shifts):
            continue
        longer = tuple(replace(s, end=s.end + HOUR) if s is shift else s for s in problem.shifts)
        found = _better(found, week.plan, problem, longer, shift.start, first, seed)
    return found


def one_more_day(week: Week, first: date, days: int, *, seed: int = 0) -> More:
    """The free day on which hours like those of her longest day bring most."""
    problem, found = week.problem, More("day", None, 0, 0)
    worked = {shift.start // DAY for shift in problem.shifts}
    pattern = _longest_day(problem)
    for day in range(days):
        if day in worked:
            continue
        more = [
            Shift(len(problem.shifts) + k, 0, day * DAY + a, day * DAY + b, pair)
            for k, (a, b, pair) in enumerate(pattern)
        ]
        found = _better(found, week.plan, problem, (*problem.shifts, *more), day * DAY, first, seed)
    return found


def _longest_day(problem: Problem) -> list[tuple[int, int, bool]]:
    days: dict[int, list[Shift]] = {}
    for shift in problem.shifts:
        days.setdefault(shift.start // DAY, []).append(shift)
    if not days:
        return [(*USUAL, False)]
    longest = max(days.values(), key=lambda shifts: sum(s.end - s.start for s in shifts))
    return [(s.start % DAY, s.end - s.start // DAY * DAY, s.pair) for s in longest]


def _better(found: More, plan: Plan, problem: Problem, shifts, at: int, first, seed) -> More:
    asked = replace(problem, shifts=shifts, before=plan.routes())
    more = plan_visits(asked, turns=TURNS, seed=seed)
    gained = plan.lost - more.lost
    if gained <= found.prize:
        return found
    families = len(more.stops) - len(plan.stops)
    return More(found.what, first + timedelta(at // DAY), max(0, families), gained)
