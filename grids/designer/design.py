"""Draw grids from units: contiguous, balanced, compact, along roads and rivers.

Several starts (balanced power diagrams, growth from seeds) are improved by annealing; the best is
kept. See search.py for the energy, docs/gauges.md for what people read.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import sqrt

import numpy as np
from scipy.sparse import coo_matrix
from shapely import MultiPolygon

from grids.designer.errors import LockedApart, TooFewGrids, TooManyGrids, TooManyLocked
from grids.designer.measure import Metrics, dissolve, measure
from grids.designer.units import Units

TOLERANCE = 0.05
STARTS = 6
ITERATIONS = 1_000_000
# What a load outside the tolerance costs, beside a shape of about 1; and when it must not be.
BALANCE, FIRM = 8.0, 400.0
# Below this a village is one grid unless somebody asks for more.
ONE_GRID_HOUSEHOLDS = 50
# An island with less than this part of a grid's load joins the nearest land.
OWN_GRID_SHARE = 0.5


@dataclass(frozen=True)
class Objective:
    """What to put first. Weights of the energy; lengths along roads and rivers count `on_…`."""

    title: str
    sentence: str
    spread: float
    cut: float
    shape: float
    on_road: float = -0.2
    on_river: float = -0.4
    neighbours: float = 0.0  # of keeping near homes together
    tolerance: float = 1.0  # share of the tolerance that is used


# Measured by ./bench design: compact enough (Polsby-Popper 0.66 on average), and more than half of
# the borders on roads and rivers.
OBJECTIVES = {
    "balance": Objective(
        "工作量最均衡",
        "各网格工作量相差最小，边界可能弯一些。",
        spread=0.3,
        cut=2.0,
        shape=1.0,
        tolerance=0.4,
    ),
    "compact": Objective(
        "形状最紧凑", "网格方正、走动近，工作量在允许范围内。", spread=0.3, cut=2.0, shape=1.0
    ),
    "together": Objective(
        "邻里不拆开",
        "边界尽量走在自然村之间、沿道路和河流，相邻的人家留在一起。",
        spread=0.3,
        cut=1.0,
        shape=0.6,
        neighbours=2.0,
    ),
}
# Homes nearer than this are neighbours.
NEAR_M = 60.0


@dataclass(frozen=True)
class Design:
    label: np.ndarray  # grid of each unit
    household: np.ndarray  # grid of each household
    polygons: list[MultiPolygon]
    metrics: Metrics
    within: bool  # every load inside the tolerance
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Move:
    household: int
    source: int
    target: int


def grids_for(units: Units, *, target_load: float | None = None) -> int:
    """How many grids a place needs; one when it is small."""
    if units.homes.sum() < ONE_GRID_HOUSEHOLDS or not target_load:
        return 1
    return max(1, round(float(units.weight.sum()) / target_load))


def design_grids(
    units: Units,
    k: int | None = None,
    *,
    target_load: float | None = None,
    tol: float = TOLERANCE,
    count: tuple[int, int] = (0, 10**9),
    starts: int = STARTS,
    iterations: int = ITERATIONS,
    seed: int = 0,
    locked: Mapping[int, int] | None = None,
    objective: str = "compact",
) -> Design:
    """Divide `units` into `k` grids, or into as many as give `target_load` each.

    `tol` is the share by which a load may differ from the mean; `count` the fewest and most
    households of a grid; `locked` maps units to the grid they must be in. Islands are designed
    one by one, small ones with the nearest land.
    """
    k = k or grids_for(units, target_load=target_load)
    fixed = np.full(len(units), -1)
    for unit, grid in (locked or {}).items():
        fixed[unit] = grid
    inhabited = int((units.homes > 0).sum()) or len(units)
    if k < 1 or k > inhabited:
        raise TooManyGrids(f"这里只有 {inhabited} 处房屋，划不出 {k} 个网格。")
    if fixed.max() >= k:
        raise TooManyGrids("锁定的网格比要的网格多。")
    parts = _parts(units, k)
    shares = _apportion(units, parts, k)
    _follow_locks(parts, shares, fixed)
    style = OBJECTIVES[objective]
    label = np.full(len(units), -1)
    numbers = _numbers(parts, shares, fixed, k)
    mean = units.weight.sum() / k
    for part, grids in zip(parts, numbers, strict=True):
        problem = _Problem(units, part, grids, style, fixed, mean, tol * style.tolerance, count)
        found = problem.best(starts, iterations, seed)
        if style.tolerance < 1 and found[1] > 0:
            # What cannot be as even as wished may still be as even as asked.
            wider = _Problem(units, part, grids, style, fixed, mean, tol, count)
            found = wider.search(found[2], iterations, seed + 977, 0.02)
        label[part] = grids[found[2]]
    return _finish(units, label, k, tol, count)


def rebalance(
    units: Units,
    current: np.ndarray,
    *,
    tol: float = 2 * TOLERANCE,
    change_cost: np.ndarray | None = None,
    locked: np.ndarray | None = None,
    count: tuple[int, int] = (0, 10**9),
    iterations: int = ITERATIONS // 4,
    starts: int = 4,
    seed: int = 0,
) -> tuple[Design, list[Move]]:
    """Bring every load within `tol` of the mean while as few families as possible change hands.

    `current` is the grid of each unit, `change_cost` of each household what its change costs
    (more where somebody is known and needed: reds), `locked` the grids that stay as they are.
    """
    current = np.asarray(current, dtype=np.int64)
    k = int(current.max()) + 1
    cost = np.ones(len(units.unit_of)) if change_cost is None else np.asarray(change_cost, float)
    moving = np.bincount(units.unit_of, cost, minlength=len(units))
    moving = moving + 1e-3 * cost.mean() if len(cost) else np.ones(len(units))
    fixed = np.full(len(units), -1)
    if locked is not None:
        held = np.isin(current, locked)
        fixed[held] = current[held]
    mean = units.weight.sum() / k
    part = np.arange(len(units))
    problem = _Problem(
        units, part, np.arange(k), Objective("", "", 0.02, 0.05, 0.02), fixed, mean, tol, count
    )
    if locked is not None:
        problem.closed[locked] = True
    best = None
    for turn in range(starts):
        # A dear change first; the energies are compared at one price.
        price = (1.0, 0.5, 2.0, 0.25)[turn % 4] * 20.0 / max(1e-9, moving.sum())
        found = problem.search(
            current, iterations, seed + 31 * turn, 0.05, old=current, moving=moving * price
        )
        moved = float(moving[found[2] != current].sum())
        key = (found[1] > 0, round(found[1], 6), round(moved, 6))
        if best is None or key < best[0]:
            best = (key, found[2])
    label = best[1]
    design = _finish(units, label, k, tol, count)
    changed = np.flatnonzero(label[units.unit_of] != current[units.unit_of])
    moves = [
        Move(int(h), int(current[units.unit_of[h]]), int(label[units.unit_of[h]])) for h in changed
    ]
    return design, moves


def _parts(units: Units, k: int) -> list[np.ndarray]:
    """Units by island; an island too small for a grid of its own is with the nearest land."""
    islands = units.island.copy()
    least = OWN_GRID_SHARE * units.weight.sum() / k
    ferry = units.pairs[units.island[units.pairs[:, 0]] != units.island[units.pairs[:, 1]]]
    while True:
        load = np.bincount(islands, units.weight)
        alive = np.unique(islands)
        small = [g for g in alive if load[g] < least or k < len(alive)]
        if len(alive) == 1 or not small:
            break
        g = min(small, key=lambda g: (load[g], g))
        if load[g] >= least:
            raise TooFewGrids(f"本村有 {len(alive)} 块互不相连的地方，至少要 {len(alive)} 个网格。")
        links = [(a, b) for a, b in islands[ferry].tolist() if (a == g) != (b == g)]
        other = next(b if a == g else a for a, b in links)
        islands[islands == g] = other
    return [np.flatnonzero(islands == g) for g in np.unique(islands)]


def _apportion(units: Units, parts: list[np.ndarray], k: int) -> list[int]:
    """Grids per part, one at a time to where the mean load is greatest."""
    load = [float(units.weight[p].sum()) for p in parts]
    room = [int((units.homes[p] > 0).sum()) or len(p) for p in parts]
    shares = [1] * len(parts)
    for _ in range(k - len(parts)):
        open_parts = [i for i in range(len(parts)) if shares[i] < room[i]]
        shares[max(open_parts, key=lambda i: (load[i] / shares[i], -i))] += 1
    return shares


def _follow_locks(parts: list[np.ndarray], shares: list[int], fixed: np.ndarray) -> None:
    for part, share in zip(parts, shares, strict=True):
        wanted = np.unique(fixed[part][fixed[part] >= 0])
        if len(wanted) > share:
            raise LockedApart()


def _numbers(
    parts: list[np.ndarray], shares: list[int], fixed: np.ndarray, k: int
) -> list[np.ndarray]:
    """Which grids each part gets: those locked there, then the next free ones."""
    mine = [[int(g) for g in np.unique(fixed[p]) if g >= 0] for p in parts]
    taken = [g for grids in mine for g in grids]
    if len(set(taken)) < len(taken):
        raise LockedApart()
    free = iter([g for g in range(k) if g not in taken])
    return [
        np.array(grids + [next(free) for _ in range(share - len(grids))])
        for grids, share in zip(mine, shares, strict=True)
    ]


class _Problem:
    """One connected part, laid out for the kernel."""

    def __init__(self, units, part, grids, style, fixed, mean, tol, count):
        self.k = k = len(grids)
        n = len(part)
        place = np.full(len(units), -1)
        place[part] = np.arange(n)
        inside = (place[units.pairs] >= 0).all(axis=1)
        i, j = place[units.pairs[inside]].T
        border = units.border_m[inside]
        road, river = units.road[inside], units.river[inside]
        factor = 1 - (1 - style.on_road) * road - (1 - style.on_river) * river
        self.area, self.w = units.area[part], units.weight[part].astype(float)
        total, whole = max(float(self.w.sum()), 1e-9), float(self.area.sum())
        xy = units.xy[part]
        xy = xy - np.round(xy.mean(axis=0))
        ideal_cut = 2 * sqrt(whole * k)
        cut = border * factor / ideal_cut
        if style.neighbours:
            gap = np.hypot(*(xy[i] - xy[j]).T)
            near = np.where(np.minimum(self.w[i], self.w[j]) > 0, NEAR_M / (NEAR_M + gap), 0)
            near = near * (1 - 0.8 * np.minimum(1, road + river))
            cut = cut + style.neighbours * near / max(1e-9, near.sum()) * sqrt(n / k) / 2
        graph = coo_matrix((np.ones(2 * len(i)), (np.r_[i, j], np.r_[j, i])), shape=(n, n))
        order = np.lexsort((np.r_[j, i], np.r_[i, j]))
        self.ptr = graph.tocsr().indptr.astype(np.int64)
        self.nbr = np.r_[j, i][order].astype(np.int64)
        self.src = np.r_[i, j][order].astype(np.int64)
        self.cut, self.border = np.tile(cut, 2)[order], np.tile(border, 2)[order]
        ease = 1 + 3 * road + 6 * river
        self.ease = np.tile(ease, 2)[order]
        self.x, self.y = np.ascontiguousarray(xy[:, 0]), np.ascontiguousarray(xy[:, 1])
        self.homes, self.outer = units.homes[part].astype(float), units.outer_m[part]
        number = np.full(int(max(grids.max(), fixed.max())) + 2, -1)
        number[grids] = np.arange(k)
        self.fixed = np.where(fixed[part] >= 0, number[fixed[part]], -1).astype(np.int64)
        low, high = mean * (1 - tol), mean * (1 + tol)
        own = total / k
        # An island's mean may lie outside the band of the whole; then its own band holds.
        if not low <= own <= high:
            low, high = own * (1 - tol), own * (1 + tol)
        self.band = (low + 1e-9 * mean, high - 1e-9 * mean)
        self.count = (max(1e-9, float(count[0])), float(count[1]))
        # Spread as seen by a square of equal density; a village of hamlets is tighter.
        self.a_spread = style.spread / max(1e-9, total * whole / k / 6)
        self.a_cut, self.a_shape = style.cut, style.shape / k
        self.none = np.zeros(n)
        self.closed = np.zeros(k, bool)

    def best(self, starts: int, iterations: int, seed: int) -> tuple[float, float, np.ndarray]:
        if self.k == 1:
            return 0.0, 0.0, np.zeros(len(self.w), np.int64)
        found = None
        for s in range(starts):
            label = self.start(s, seed)
            new = self.search(label, iterations, seed + s, 0.04)
            key = (new[1] > 0, round(new[0], 9))
            if found is None or key < found[0]:
                found = (key, new)
        found = found[1]
        if found[1]:
            # The last exact pass: nothing counts beside the tolerance.
            tight = self.search(found[2], iterations, seed + 613, 0.04, balance=FIRM)
            found = min(found, tight, key=lambda f: f[1])
        return found

    def start(self, s: int, seed: int) -> np.ndarray:
        from grids.designer import starts

        state = _state(seed, s)
        if s % 2 == 0 and (self.fixed < 0).all() and self.w.any():
            label = starts.power_start(self.x, self.y, self.w, self.k, state, 10)
            if starts.settle(self.ptr, self.nbr, self.border, self.w, label, self.k):
                return label
        weight = np.maximum(self.w, 1e-6)
        label = starts.grow_start(
            self.ptr, self.nbr, self.ease, self.x, self.y, weight, self.k, self.fixed, state
        )
        if len(np.unique(label)) < self.k:
            raise TooManyLocked()
        if starts.components(self.ptr, self.nbr, label).max() + 1 > self.k:
            raise LockedApart()
        return label

    def search(
        self, label, iterations, seed, warmth, *, old=None, moving=None, balance=BALANCE
    ) -> tuple[float, float, np.ndarray]:
        from grids.designer import search

        low, high = self.band
        kept, energy, out = search.anneal(
            self.ptr, self.nbr, self.cut, self.border, self.src, self.x, self.y, self.w,
            self.homes, self.area, self.outer,
            np.asarray(label if old is None else old, dtype=np.int64),
            self.none if moving is None else moving, self.fixed >= 0,
            self.closed,
            np.array(label, dtype=np.int64), self.k, low, high, *self.count,
            self.a_spread, self.a_cut, self.a_shape, balance, warmth, iterations, _state(seed, 7),
        )  # fmt: skip
        return energy, out if out > 1e-9 else 0.0, kept


def _state(seed: int, stream: int) -> np.ndarray:
    """The generator's first number; never zero."""
    return np.array([(seed * 2 + 1) * 0x9E3779B97F4A7C15 + stream * 0xD1B54A32D192ED03 & 2**64 - 1], np.uint64)  # fmt: skip


def _finish(units: Units, label: np.ndarray, k: int, tol: float, count) -> Design:
    drawn = dissolve(units, label, k)
    metrics = measure(units, label, k, drawn)
    within = metrics.max_dev <= tol + 1e-9
    notes = []
    mean = units.weight.sum() / k
    heavy = int((units.weight > mean * (1 + tol)).sum()) if k > 1 else 0
    if heavy:
        notes.append(f"有 {heavy} 处房屋单独的工作量就超过一个网格的上限，无法再均衡。")
    if not within:
        notes.append(f"工作量最多相差 {metrics.max_dev:.1%}，超过允许的 {tol:.0%}。")
    if metrics.parts > k:
        notes.append(f"有 {metrics.parts - k} 块与网格其余部分不相连（飞地或岛），随最近的网格。")
    few, many = count
    if metrics.count_min < few or metrics.count_max > many:
        notes.append(
            f"户数在 {metrics.count_min} 到 {metrics.count_max} 之间，超出要求的 {few}–{many}。"
        )
    return Design(label, label[units.unit_of], drawn.polygons, metrics, within, notes)
