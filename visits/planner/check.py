"""What a plan breaks, found without the search's arithmetic. Run on every plan before it is kept."""

from collections import Counter
from dataclasses import dataclass

from visits.planner.model import Plan, Problem, Stop
from visits.planner.plan import lower_bound, moved


@dataclass(frozen=True)
class Break:
    """`code` is one of sentences.BREAKS."""

    code: str
    visit: int | None = None
    shift: int | None = None
    seconds: int = 0


def check_plan(problem: Problem, plan: Plan) -> list[Break]:
    """Every hard rule, stop by stop; and that the plan's own figures are true."""
    shifts = {shift.id: shift for shift in problem.shifts}
    visits = {visit.id: visit for visit in problem.visits}
    found, travel, service = [], 0, 0
    counts = Counter(stop.visit for stop in plan.stops)
    found += [Break("twice", visit=v) for v, times in counts.items() if times > 1]
    found += [Break("both", visit=v) for v in counts if v in plan.left]
    missing = set(visits) - set(counts) - set(plan.left)
    found += [Break("forgotten", visit=v) for v in sorted(missing)]
    by_shift: dict[int, list] = {}
    for stop in plan.stops:
        by_shift.setdefault(stop.shift, []).append(stop)
    for id, stops in by_shift.items():
        shift = shifts[id]
        now, place = shift.start, shift.place
        for stop in stops:
            visit = visits[stop.visit]
            go = int(problem.travel[place, visit.place])
            travel += go
            service += visit.service
            if stop.arrive < now + go:
                found.append(Break("too_soon", visit.id, id, now + go - stop.arrive))
            if stop.start < stop.arrive or stop.leave != stop.start + visit.service:
                found.append(Break("times", visit.id, id))
            if not any(a <= stop.start <= b for a, b in visit.windows):
                found.append(Break("window", visit.id, id))
            if visit.pair and not shift.pair:
                found.append(Break("alone", visit.id, id))
            if visit.only is not None and id not in visit.only:
                found.append(Break("locked", visit.id, id))
            now, place = stop.leave, visit.place
        go = int(problem.travel[place, shift.place])
        travel += go
        if now + go > shift.end:
            found.append(Break("late_home", shift=id, seconds=now + go - shift.end))
        if shift.most is not None and sum(visits[s.visit].load for s in stops) > shift.most:
            found.append(Break("too_many", shift=id))
    lost = sum(visits[v].prize for v in plan.left)
    before = {v: s for s, sequence in problem.before.items() for v in sequence}
    changes = sum(problem.moving for s in plan.stops if before.get(s.visit, s.shift) != s.shift)
    changes += sum(problem.moving for v in plan.left if v in before)
    if (plan.travel, plan.service, plan.lost) != (travel, service, lost):
        found.append(Break("figures"))
    if plan.cost != travel + lost + changes:
        found.append(Break("figures"))
    return found


def by_hand(problem: Problem, routes: dict[int, tuple[int, ...]]) -> Plan:
    """The plan that somebody has arranged, each stop as soon as it can be; `check_plan` says what
    it breaks. What she takes out is left out because she wants it so."""
    visits = {visit.id: visit for visit in problem.visits}
    shifts = {shift.id: shift for shift in problem.shifts}
    stops, travel = [], 0
    for id in sorted(routes):
        now, place = shifts[id].start, shifts[id].place
        for v in routes[id]:
            visit = visits[v]
            go = int(problem.travel[place, visit.place])
            travel += go
            arrive = now + go
            # Outside her hours if it must be: that is said, not mended.
            start = min((max(a, arrive) for a, b in visit.windows if b >= arrive), default=arrive)
            if start >= shifts[id].end:
                start = arrive
            now, place = start + visit.service, visit.place
            stops.append(Stop(v, id, arrive, start, now))
        if routes[id]:
            travel += int(problem.travel[place, shifts[id].place])
    planned = {stop.visit for stop in stops}
    left = {v: "by_hand" for v in visits if v not in planned}
    lost = sum(visits[v].prize for v in left)
    return Plan(
        tuple(stops), left, travel + lost + moved(problem, stops, left), travel,
        sum(visits[stop.visit].service for stop in stops),
        sum(stop.start - stop.arrive for stop in stops), lost, lower_bound(problem),
    )  # fmt: skip
