"""Small random problems, and their best plans by trying everything."""

import numpy as np

from visits.planner.model import DAY, Problem, Shift, Visit, starts

HOUR = 3600


def make_tiny(seed: int, most_visits: int = 9) -> Problem:
    """Two or three shifts on different days, windows with holes, pairs, a locked visit, a family twice."""
    rng = np.random.default_rng(seed)
    n = int(rng.integers(4, most_visits + 1))
    xy = rng.uniform(0, 2000, (n + 1, 2))
    if rng.random() < 0.2:
        xy[2] = xy[1]
    metres = np.hypot(*(xy[:, None] - xy[None]).transpose(2, 0, 1))
    shifts = []
    for s in range(int(rng.integers(2, 4))):
        begin = s * DAY + int(rng.integers(8, 15)) * HOUR
        length = int(rng.uniform(1, 3) * HOUR)
        most = int(rng.integers(1, 4)) if rng.random() < 0.2 else None
        shifts.append(Shift(s, 0, begin, begin + length, bool(rng.random() < 0.5), most))
    visits = []
    for v in range(n):
        windows = []
        for shift in shifts:
            a = shift.start + int(rng.uniform(-0.5, 1.2) * HOUR)
            if rng.random() < 0.92:
                windows.append((a, a + int(rng.uniform(0.3, 2.5) * HOUR)))
            if rng.random() < 0.3:
                windows.append((a + int(2.7 * HOUR), a + int(3.5 * HOUR)))
        locked = (int(rng.integers(len(shifts))),) if rng.random() < 0.08 else None
        visits.append(
            Visit(
                v, int(rng.integers(1, n + 1)) if rng.random() < 0.2 else v + 1,
                int(rng.integers(2, 9)) * 300, int(rng.integers(1, 60)) * 120, tuple(windows),
                bool(rng.random() < 0.25), locked,
            )
        )  # fmt: skip
    if n > 3:
        # The second turn of the first family, on later days.
        windows = tuple((a, b) for a, b in visits[0].windows if a >= DAY)
        first = tuple((a, b) for a, b in visits[0].windows if b < DAY)
        visits[0] = Visit(0, visits[0].place, visits[0].service, visits[0].prize, first)
        visits[1] = Visit(1, visits[0].place, visits[0].service, visits[0].prize, windows)
    return Problem(np.rint(metres / 1.2).astype(np.int32), tuple(visits), tuple(shifts))


def best_cost(problem: Problem) -> int:
    """The least cost there is; a locked visit counts 10^8 when it is left out."""
    visits, travel = problem.visits, problem.travel
    n = len(visits)
    price = [10**8 if v.only is not None else v.prize for v in visits]
    # (places left out count in full; each shift may take any set off)
    cheapest = {0: 0}
    for shift in problem.shifts:
        fits = [starts(v, shift) for v in visits]
        routes = {0: 0}
        # Labels (set, last): pairs of (time, way) of which none is worse in both.
        labels = {(0, -1): [(shift.start, 0)]}
        for _ in range(n):
            following = {}
            for (taken, last), pairs in labels.items():
                place = shift.place if last < 0 else visits[last].place
                for v in range(n):
                    if taken >> v & 1 or not fits[v]:
                        continue
                    go = int(travel[place, visits[v].place])
                    for now, way in pairs:
                        at = [max(a, now + go) for a, b in fits[v] if b >= now + go]
                        if not at:
                            continue
                        label = (min(at) + visits[v].service, way + go)
                        kept = following.setdefault((taken | 1 << v, v), [])
                        if not any(t <= label[0] and w <= label[1] for t, w in kept):
                            kept[:] = [
                                p for p in kept if not (label[0] <= p[0] and label[1] <= p[1])
                            ]
                            kept.append(label)
            for (taken, last), pairs in following.items():
                if shift.most is not None and taken.bit_count() > shift.most:
                    continue
                home = int(travel[visits[last].place, shift.place])
                for now, way in pairs:
                    if now + home <= shift.end:
                        routes[taken] = min(routes.get(taken, 1 << 60), way + home)
            labels = following
        joined = {}
        for done, cost in cheapest.items():
            for taken, way in routes.items():
                if not done & taken:
                    both = done | taken
                    joined[both] = min(joined.get(both, 1 << 60), cost + way)
        cheapest = joined
    return min(
        cost + sum(price[v] for v in range(n) if not done >> v & 1)
        for done, cost in cheapest.items()
    )
