"""Make a plan, better it while time lasts, say what it would cost at least.

Model: see docs/planning.md. A plan depends on the problem, the seed and the number of turns alone.
"""

from collections.abc import Iterator
from itertools import pairwise

import numpy as np

from visits.planner.model import Plan, Problem, Stop, starts
from visits.planner.search import search

# About 0.4 s of one core for a week, 2 s for four weeks.
FEWEST_TURNS, MOST_TURNS, WORK = 10_000, 60_000, 400_000
# Measured by ./bench plan: where the temperature begins, in seconds on the way, and how much is
# taken out and put back at a time.
HEAT, MILD = 3_000.0, 600.0
REMOVED, LONGEST = 12.0, 6.0
# A locked visit is never left out to gain something.
FIRM = 10**8


class Search:
    """One search; `run` may be called again and again, each time with more turns."""

    def __init__(self, problem: Problem, *, seed: int = 0, alike: bool = False):
        self.problem = problem
        self.why: dict[int, str] = {}
        rows = []
        for visit in problem.visits:
            fits = [starts(visit, shift) for shift in problem.shifts]
            fits = [self._reachable(visit, s, f) for s, f in zip(problem.shifts, fits, strict=True)]
            if any(fits):
                rows.append((visit, fits))
            else:
                self.why[visit.id] = _why_nowhere(problem, visit)
        self.visits = [visit for visit, _ in rows]
        self._pack([fits for _, fits in rows], alike)
        self.state = np.array([(seed + 1) * 0x9E3779B97F4A7C15 & (1 << 64) - 1 | 1], np.uint64)
        self._begin()

    def _reachable(self, visit, shift, fits):
        """`fits` without the moments that leave no time to come from home or to go back."""
        travel = self.problem.travel
        first = shift.start + int(travel[shift.place, visit.place])
        last = shift.end - visit.service - int(travel[visit.place, shift.place])
        return [(max(a, first), min(b, last)) for a, b in fits if max(a, first) <= min(b, last)]

    def _pack(self, fits, alike):
        problem, visits = self.problem, self.visits
        n, m = len(visits), len(problem.shifts)
        place = np.array([v.place for v in visits], np.int64)
        home = np.array([s.place for s in problem.shifts], np.int64)
        travel = np.ascontiguousarray(problem.travel[np.ix_(place, place)], np.int32)
        lo = np.full((m, n), 1 << 60, np.int64)
        hi = np.full((m, n), -1, np.int64)
        holes: list[list[tuple[int, int]]] = [[] for _ in range(m * n)]
        for v, row in enumerate(fits):
            for s, stretches in enumerate(row):
                if stretches:
                    lo[s, v], hi[s, v] = stretches[0][0], stretches[-1][1]
                    holes[s * n + v] = [(a[1], b[0]) for a, b in pairwise(stretches)]
        number = {shift.id: s for s, shift in enumerate(problem.shifts)}
        index = {visit.id: v for v, visit in enumerate(visits)}
        stay = np.full(n, -1, np.int64)
        self.old: list[list[int]] = [[] for _ in range(m)]
        for shift, sequence in problem.before.items():
            for visit in sequence:
                if visit in index and shift in number:
                    stay[index[visit]] = number[shift]
                    self.old[number[shift]].append(index[visit])
        prize = np.array([FIRM if v.only is not None else v.prize for v in visits], np.int64)
        flat = [hole for one in holes for hole in one]
        self.arrays = (
            travel,
            np.ascontiguousarray(problem.travel[np.ix_(home, place)], np.int32),
            np.ascontiguousarray(problem.travel[np.ix_(place, home)].T, np.int32),
            np.array([v.service for v in visits], np.int64),
            prize + np.where(stay >= 0, problem.moving, 0),
            np.array([v.load for v in visits], np.int64),
            np.array([1 << 40 if s.most is None else s.most for s in problem.shifts], np.int64),
            lo, hi,
            np.concatenate([[0], np.cumsum([len(one) for one in holes])]).astype(np.int64),
            np.array([a for a, _ in flat], np.int64),
            np.array([b for _, b in flat], np.int64),
            np.array([s.start for s in problem.shifts], np.int64),
            np.array([s.end for s in problem.shifts], np.int64),
            stay, np.int64(problem.moving),
            np.argsort(travel, axis=1, kind="stable").astype(np.int32),
            np.maximum(hi - lo, 0).sum(axis=0).astype(np.float64),
            alike,
        )  # fmt: skip

    def _begin(self):
        """From the plan in force, as far as it still can be kept."""
        n, m = len(self.visits), len(self.problem.shifts)
        self.route = np.zeros((m, max(1, n)), np.int64)
        self.length = np.zeros(m, np.int64)
        for s, sequence in enumerate(self.old):
            for v in sequence:
                k = self.length[s]
                self.route[s, k] = v
                self.length[s] += 1
                if self._times(s) is None:
                    self.length[s] = k
        self.best_route, self.best_length = self.route.copy(), self.length.copy()
        # Whatever is kept stays in its shift.
        left = np.ones(n, bool)
        for s, sequence in enumerate(self.route):
            left[sequence[: self.length[s]]] = False
        price = self.arrays[4]
        cost = self._travel(self.route, self.length) + int(price[left].sum())
        self.score = np.full(2, cost, np.int64)

    def _times(self, s, route=None, length=None):
        """(arrive, start, leave) of each stop of shift number `s`; None if it cannot be done."""
        route = self.route if route is None else route
        length = self.length if length is None else length
        travel, shift = self.problem.travel, self.problem.shifts[s]
        now, place, found, loaded = shift.start, shift.place, [], 0
        for v in route[s, : length[s]]:
            visit = self.visits[v]
            arrive = now + int(travel[place, visit.place])
            fits = [max(a, arrive) for a, b in starts(visit, shift) if b >= arrive]
            if not fits:
                return None
            now, place = fits[0] + visit.service, visit.place
            found.append((arrive, fits[0], now))
            loaded += visit.load
        if found and now + int(travel[place, shift.place]) > shift.end:
            return None
        return None if shift.most is not None and loaded > shift.most else found

    def run(
        self,
        turns: int,
        *,
        first: int = 0,
        last: int | None = None,
        heat: float = HEAT,
        longest: float = LONGEST,
    ):
        """Turns `first`…`last` of a cooling that takes `turns`."""
        if self.visits and self.problem.shifts:
            search(
                *self.arrays, self.route, self.length, self.best_route, self.best_length,
                self.score, self.state, first, turns if last is None else last, turns, heat,
                REMOVED, longest,
            )  # fmt: skip
        return self

    def again(self):
        """Go on from the best plan found."""
        self.route[:], self.length[:] = self.best_route, self.best_length
        self.score[0] = self.score[1]
        return self

    def plan(self) -> Plan:
        stops, left = [], dict(self.why)
        served = set()
        waiting = 0
        for s, shift in enumerate(self.problem.shifts):
            sequence = self.best_route[s, : self.best_length[s]]
            for v, (arrive, start, leave) in zip(
                sequence, self._times(s, self.best_route, self.best_length), strict=True
            ):
                stops.append(Stop(self.visits[v].id, shift.id, arrive, start, leave))
                served.add(int(v))
                waiting += start - arrive
        for v, visit in enumerate(self.visits):
            if v not in served:
                left[visit.id] = "locked_full" if visit.only is not None else "no_room"
        by_id = {visit.id: visit for visit in self.problem.visits}
        lost = sum(by_id[v].prize for v in left)
        service = sum(by_id[stop.visit].service for stop in stops)
        travel = self._travel(self.best_route, self.best_length)
        return Plan(
            tuple(stops), left, travel + lost + moved(self.problem, stops, left), travel, service,
            waiting, lost, lower_bound(self.problem, self.why),
        )  # fmt: skip

    def _travel(self, route, length) -> int:
        travel, out, back = self.arrays[:3]
        total = 0
        for s, stops in enumerate(length):
            r = route[s, :stops]
            if stops:
                total += int(out[s, r[0]]) + int(back[s, r[-1]]) + int(travel[r[:-1], r[1:]].sum())
        return total


def moved(problem: Problem, stops, left) -> int:
    """What it costs that visits of the plan in force are in another shift, or in none."""
    before = {v: s for s, sequence in problem.before.items() for v in sequence}
    count = sum(before.get(stop.visit, stop.shift) != stop.shift for stop in stops)
    return problem.moving * (count + sum(v in before for v in left))


def _why_nowhere(problem: Problem, visit) -> str:
    """Why no shift could take `visit` even if it were the only one."""
    if not problem.shifts:
        return "no_days"
    if visit.pair and not any(shift.pair for shift in problem.shifts):
        return "no_pair_shift"
    if visit.only is not None and not any(shift.id in visit.only for shift in problem.shifts):
        return "locked_full"
    if all(visit.service > shift.end - shift.start for shift in problem.shifts):
        return "too_long"
    if not any(starts(visit, shift) for shift in problem.shifts):
        return "no_window"
    return "too_far"


def lower_bound(problem: Problem, nowhere=()) -> int:
    """No plan costs less.

    Each visit made takes its minutes and at least the way from the nearest place; the hours are
    filled with what is worth most for its minutes (fractional knapsack, Dantzig 1957).
    """
    homes = {shift.place for shift in problem.shifts}
    visits = [v for v in problem.visits if v.id not in nowhere]
    lost = sum(v.prize for v in problem.visits if v.id in nowhere)
    if not visits:
        return lost
    rows = np.array(sorted(homes | {v.place for v in visits}))
    place = np.array([v.place for v in visits])
    ways = np.asarray(problem.travel)[np.ix_(rows, place)].astype(np.int64)
    ways[rows[:, None] == place[None, :]] = np.iinfo(np.int64).max
    nearest = ways.min(axis=0)
    # Two visits at one place: the second costs no way. Nor does one at home.
    shared = (np.bincount(place)[place] > 1) | np.isin(place, list(homes))
    nearest[shared | (nearest == np.iinfo(np.int64).max)] = 0
    prize = np.array([v.prize for v in visits])
    cheap = np.minimum(prize, nearest)
    takes = nearest + np.array([v.service for v in visits])
    hours = sum(shift.end - shift.start for shift in problem.shifts)
    gain = prize - cheap
    total = lost + int(prize.sum())
    saved = 0.0
    for v in np.argsort(-gain / np.maximum(takes, 1), kind="stable"):
        if takes[v] > hours:
            saved += gain[v] * hours / takes[v]
            break
        hours -= takes[v]
        saved += gain[v]
    return max(0, int(total - np.ceil(saved)))


def turns_for(problem: Problem) -> int:
    """How many turns a problem is worth: more with more shifts, fewer where each takes long."""
    turns = WORK * len(problem.shifts) // max(1, len(problem.visits))
    return min(MOST_TURNS, max(FEWEST_TURNS, turns))


def plan_visits(problem: Problem, *, turns: int | None = None, seed: int = 0) -> Plan:
    """A good plan, the same for the same problem, turns and seed."""
    heat = MILD if problem.before else HEAT
    return Search(problem, seed=seed).run(turns or turns_for(problem), heat=heat).plan()


def improve(problem: Problem, *, turns: int | None = None, seed: int = 0) -> Iterator[Plan]:
    """Better and better plans, as long as they are asked for: stop asking to stop."""
    turns = turns or turns_for(problem)
    found = Search(problem, seed=seed).run(turns, heat=MILD if problem.before else HEAT)
    while True:
        yield found.plan()
        found.again().run(turns, heat=MILD)
