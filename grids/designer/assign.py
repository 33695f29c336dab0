"""Who could answer for which grid of a village: the best by one stated objective. Pure.

A mixed-integer programme (scipy's HiGHS), exact for a village; branches are counted, not seconds, so
that the same village gives the same answer on every machine. Whatever it leaves unproved, descent by
single changes and exchanges improves; the answer is never worse than what greed or today's leads
descend to.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

NOBODY = -1
# A member's load is right within this share of the mean.
BAND = 0.2
# Prices. Each share of the mean load outside the band; each member whose ground is scattered; all relationships of the village broken; all ways as long as the average way; a grid
# nobody answers for.
UNEVEN, APART, CHANGE, WAY, VACANT = 4.0, 0.5, 2.0, 0.3, 100.0
NEAREST = 12
# Branches of a programme, and how often it is told what else to heed: for villages of up to so
# many pairs of grid and member, where that proves the optimum, and for larger ones.
SMALL_PAIRS = 30
EFFORT = {True: (400, 40), False: (30, 10)}


@dataclass(frozen=True)
class Village:
    """Grids by members. `now`, and an answer, hold a member's position for each grid or NOBODY."""

    load: np.ndarray  # hours a month of each grid
    way: np.ndarray  # g × m: metres from her home to the grid's families; NaN: not known
    bond: np.ndarray  # what is lost when a grid's lead changes: families × months, red ones more
    near: np.ndarray  # g × g: share a border
    now: np.ndarray
    locked: np.ndarray
    allowed: np.ndarray  # g × m: may she answer for it

    @property
    def members(self) -> int:
        return self.way.shape[1]


class Prices:
    """The objective of one village, as numbers."""

    def __init__(self, v: Village):
        members = v.members
        self.village = v
        self.next_to = neighbours(v.near)
        self.mean = max(float(v.load.sum()) / max(members, 1), 1e-9)
        known = np.where(np.isfinite(v.way), v.way, np.nan)
        some = np.isfinite(known)
        usual = float(np.mean(known[some])) if some.any() else 1.0
        # Whoever has not told where she lives is neither near nor far.
        per_grid = np.array(
            [r[np.isfinite(r)].mean() if np.isfinite(r).any() else usual for r in known]
        )
        way = np.where(some, known, per_grid[:, None]) / max(usual, 1.0)
        share = v.load / max(float(v.load.sum()), 1e-9)
        cost = WAY * share[:, None] * way
        lost = CHANGE * v.bond / max(float(v.bond.sum()), 1e-9)
        changes = (v.now[:, None] != np.arange(members)[None, :]) & (v.now >= 0)[:, None]
        self.pair = cost + np.where(changes, lost[:, None], 0.0)
        self.vacant = VACANT + np.where(v.now >= 0, lost, 0.0)

    def total(self, who: np.ndarray) -> float:
        v = self.village
        led = who >= 0
        held = np.bincount(who[led], v.load[led], minlength=v.members) / self.mean
        off = np.maximum(0, np.maximum(held - 1 - BAND, 1 - BAND - held))
        rows = np.flatnonzero(led)
        return (
            UNEVEN * float(off.sum())
            + APART * scattered(who, self.next_to)
            + float(self.pair[rows, who[rows]].sum())
            + float(self.vacant[~led].sum())
        )


def neighbours(near: np.ndarray) -> list[int]:
    """For each grid those that touch it, as bits of one integer."""
    return [sum(1 << h for h in np.flatnonzero(row).tolist()) for row in near]


def scattered(who: np.ndarray, next_to: list[int]) -> int:
    """How many members have grids that do not hang together."""
    hers: dict[int, int] = {}
    for g, m in enumerate(who.tolist()):
        if m >= 0:
            hers[m] = hers.get(m, 0) | 1 << g
    return sum(not _hangs_together(bits, next_to) for bits in hers.values())


def _hangs_together(bits: int, next_to: list[int]) -> bool:
    reached = edge = bits & -bits
    while edge:
        g = (edge & -edge).bit_length() - 1
        edge ^= 1 << g
        new = next_to[g] & bits & ~reached
        reached |= new
        edge |= new
    return reached == bits


def assign_members(village: Village) -> np.ndarray:
    """For each grid who should answer for it, or NOBODY where nobody may."""
    if not village.members:
        return village.now.copy()
    prices = Prices(village)
    may = _may(village)
    starts = [_today(village, may), greedy(village)]
    starts.append(_solve(prices, may))
    improved = [_descend(prices.total, may, start) for start in starts]
    # Of equals the one nearest to today's.
    return min(
        improved,
        key=lambda w: (round(prices.total(w), 9), int((w != village.now).sum()), w.tolist()),
    )


def greedy(village: Village) -> np.ndarray:
    """What a patient person does: the heaviest grid first, each to whom it suits best by then."""
    prices, may = Prices(village), _may(village)
    who = _today(village, may)
    order = np.lexsort((np.arange(len(who)), -village.load))
    for g in order:
        if who[g] == NOBODY and may[g].any():
            who[g] = min(
                np.flatnonzero(may[g]).tolist(),
                key=lambda m: (prices.total(_with(who, g, m)), m),
            )
    return who


def _may(v: Village) -> np.ndarray:
    """Whom the search may choose: the nearest of those allowed, and whoever answers now."""
    may = v.allowed.copy()
    members = v.members
    if members > NEAREST:
        far = np.argsort(
            np.argsort(
                np.nan_to_num(v.way, nan=np.nanmean(v.way) if np.isfinite(v.way).any() else 0.0),
                axis=1,
                kind="stable",
            ),
            axis=1,
        )
        keeps = v.now[:, None] == np.arange(members)[None, :]
        may &= (far < NEAREST) | keeps
    may[v.locked] = False
    held = v.locked & (v.now >= 0)
    may[held, v.now[held]] = True
    return may


def _today(v: Village, may: np.ndarray) -> np.ndarray:
    """Today's leads, but for those who may not."""
    who = v.now.copy()
    led = np.flatnonzero(who >= 0)
    who[led[~may[led, who[led]]]] = NOBODY
    return who


def _with(who: np.ndarray, g: int, m: int) -> np.ndarray:
    tried = who.copy()
    tried[g] = m
    return tried


def _descend(total: Callable, may: np.ndarray, who: np.ndarray) -> np.ndarray:
    """The best single change or exchange, again and again, until none helps."""
    who, cost = who.copy(), total(who)
    grids = range(len(who))
    while True:
        best = (cost - 1e-9, None)
        for g in grids:
            for m in np.flatnonzero(may[g]).tolist():
                if m != who[g]:
                    tried = _with(who, g, m)
                    best = min(best, (total(tried), tried), key=lambda b: b[0])
            for h in range(g + 1, len(who)):
                a, b = who[g], who[h]
                if a != b and a >= 0 and b >= 0 and may[g, b] and may[h, a]:
                    tried = _with(_with(who, g, b), h, a)
                    best = min(best, (total(tried), tried), key=lambda b: b[0])
        cost, found = best
        if found is None:
            return who
        who = found


def _solve(prices: Prices, may: np.ndarray) -> np.ndarray:
    """The optimum, or what was best when the rounds were over.

    Variables: x of each pair that may be, one of each grid without anybody, over and under of each
    member, and whether her ground is scattered. That it is, is told to the model where it happens:
    two grids of hers need one of those that lie between, or the price (separator inequalities,
    Fischetti et al., "Thinning out Steiner trees", 2017).
    """
    village = prices.village
    grids, members = village.way.shape
    g_of, m_of = np.nonzero(may)
    at = {(g, m): i for i, (g, m) in enumerate(zip(g_of.tolist(), m_of.tolist(), strict=True))}
    model = _Model()
    x = model.add(len(at), prices.pair[g_of, m_of], high=1, whole=True)
    vacant = model.add(grids, prices.vacant, high=1)
    over = model.add(members, UNEVEN)
    under = model.add(members, UNEVEN)
    apart = model.add(members, APART, high=1)
    for g in range(grids):
        model.row([*x[g_of == g], vacant[g]], 1.0, 1, 1)
    hours = village.load / prices.mean
    for m in range(members):
        hers = m_of == m
        model.row([*x[hers], over[m]], [*hours[g_of[hers]], -1.0], -np.inf, 1 + BAND)
        model.row([*x[hers], under[m]], [*hours[g_of[hers]], 1.0], 1 - BAND, np.inf)
    branches, rounds = EFFORT[len(at) <= SMALL_PAIRS]
    for _ in range(rounds):
        answer = model.solve(branches)
        who = np.full(grids, NOBODY)
        chosen = answer[x] > 0.5
        who[g_of[chosen]] = m_of[chosen]
        new = [
            (m, g, h, between)
            for m in range(members)
            if answer[apart[m]] < 0.5
            for g, h, between in _parted(np.flatnonzero(who == m), may[:, m], village.near)
        ]
        if not new:
            break
        for m, g, h, between in new:
            columns = [at[g, m], at[h, m], apart[m], *(at[c, m] for c in between)]
            model.row(columns, [1.0, 1.0, -1.0, *[-1.0] * len(between)], -np.inf, 1)
    return who


def _parted(hers: np.ndarray, may: np.ndarray, near: np.ndarray) -> list[tuple[int, int, list]]:
    """Two grids of different pieces, and those next to the one without which no way leads there."""
    pieces, label = connected_components(coo_matrix(near[np.ix_(hers, hers)]), directed=False)
    found = []
    for one in range(pieces):
        for other in range(pieces):
            if one != other:
                own, goal = hers[label == one], hers[label == other]
                around = near[own].any(axis=0) & may
                around[own] = False
                rest = may.copy()
                rest[own] = False
                open_ways = np.flatnonzero(rest)
                part = connected_components(
                    coo_matrix(near[np.ix_(open_ways, open_ways)]), directed=False
                )[1]
                there = part[np.searchsorted(open_ways, goal[0])]
                door = around[open_ways] & (part == there)
                found.append((int(own[0]), int(goal[0]), open_ways[door].tolist()))
    return found


class _Model:
    """Columns and rows of a programme, gathered one by one."""

    def __init__(self):
        self.cost, self.high, self.kind = [], [], []
        self.rows, self.columns, self.factors = [], [], []
        self.least, self.most = [], []

    def add(self, n: int, cost, *, high: float = np.inf, whole: bool = False) -> np.ndarray:
        first = len(self.cost)
        self.cost += np.broadcast_to(cost, n).tolist()
        self.high += [high] * n
        self.kind += [int(whole)] * n
        return np.arange(first, first + n)

    def row(self, columns, factors, least: float, most: float) -> None:
        self.rows += [len(self.least)] * len(columns)
        self.columns += [int(c) for c in columns]
        self.factors += np.broadcast_to(factors, len(columns)).tolist()
        self.least.append(least)
        self.most.append(most)

    def solve(self, branches: int) -> np.ndarray:
        table = coo_matrix(
            (self.factors, (self.rows, self.columns)), shape=(len(self.least), len(self.cost))
        )
        # Vacancy and slack make every programme feasible.
        return milp(
            self.cost,
            integrality=self.kind,
            bounds=Bounds(0, self.high),
            constraints=LinearConstraint(table.tocsr(), self.least, self.most),
            options={"node_limit": branches, "mip_rel_gap": 0},
        ).x
