"""Sharing out places among takers, so many to each, so that each taker's lie together."""

import numpy as np

from gis_app.demo.patches import Borders, components, gather_strays

TRIES = 300


def ways(xy: np.ndarray, near: Borders, starts: np.ndarray) -> np.ndarray:
    """Length of the shortest way from neighbour to neighbour, places × starts."""
    a, b = np.concatenate([near.i, near.j]), np.concatenate([near.j, near.i])
    length = np.hypot(*(xy[a] - xy[b]).T)[:, None]
    way = np.full((len(xy), len(starts)), np.inf)
    way[starts, np.arange(len(starts))] = 0
    while True:
        before = way.copy()
        np.minimum.at(way, b, way[a] + length)
        if np.array_equal(before, way):
            return way


def share_out(cost: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """Give every item to a taker, `wanted[t]` to each, at the least total cost.

    Start with the cheapest taker of each item and push the surplus along cheapest chains of
    exchanges (successive shortest paths). Where the cost is the length of a way, each taker's items
    lie together but for ties: whoever takes an item also takes what lies on the way to it.
    """
    taker = cost.argmin(axis=1)
    n = len(wanted)
    while True:
        surplus = np.bincount(taker, minlength=n) - wanted
        if not surplus.any():
            return taker
        # step[a, b]: the least that moving one item of a to b costs, and which item it is.
        step = np.full((n, n), np.inf)
        item = np.zeros((n, n), int)
        for a in range(n):
            own = np.flatnonzero(taker == a)
            if len(own):
                extra = cost[own] - cost[own, a][:, None]
                item[a], step[a] = own[extra.argmin(axis=0)], extra.min(axis=0)
        np.fill_diagonal(step, np.inf)
        for a, b in _cheapest_chain(surplus, step):
            taker[item[a, b]] = b


def _cheapest_chain(surplus: np.ndarray, step: np.ndarray) -> list[tuple[int, int]] | None:
    """The cheapest way from one who has too many to one who has too few (Bellman-Ford)."""
    far = np.where(surplus > 0, 0.0, np.inf)
    came_from = np.full(len(far), -1)
    for _ in range(len(far)):
        through = far[:, None] + step
        better = through.min(axis=0) < far - 1e-6
        came_from[better] = through.argmin(axis=0)[better]
        far[better] = through.min(axis=0)[better]
    far[surplus >= 0] = np.inf
    if np.isinf(far.min()):
        return None
    end, chain = far.argmin(), []
    while came_from[end] >= 0:
        chain.insert(0, (came_from[end], end))
        end = came_from[end]
    return chain


def share_out_whole(cost: np.ndarray, wanted: np.ndarray, near: Borders) -> np.ndarray:
    """As `share_out`, and then without the strays that ties leave: they go to the taker about them,
    and other places at a border make up the numbers."""
    cheapest = share_out(cost, wanted)
    taker = gather_strays(cheapest, np.ones(len(cost)), near)
    for _ in range(TRIES):
        surplus = np.bincount(taker, minlength=len(wanted)) - wanted
        if not surplus.any():
            return taker
        step, item = _border_moves(taker, cost, near, len(wanted))
        chain = _cheapest_chain(surplus, step)
        if chain is None:
            break
        # One move only: it may have changed which the next may be.
        a, b = chain[0]
        taker[item[a, b]] = b
    # Not in one piece, then; the numbers matter more.
    return cheapest


def _border_moves(taker, cost, near: Borders, n: int) -> tuple[np.ndarray, np.ndarray]:
    """The least that moving one place from a to its neighbour b costs without splitting a."""
    step, item = np.full((n, n), np.inf), np.zeros((n, n), int)
    for i, j in zip(np.r_[near.i, near.j], np.r_[near.j, near.i], strict=True):
        a, b = taker[i], taker[j]
        # Never free, or surplus would go round in circles.
        extra = max(cost[i, b] - cost[i, a], 1.0)
        if a != b and extra < step[a, b] and _keeps_together(i, taker, near):
            step[a, b], item[a, b] = extra, i
    return step, item


def _keeps_together(i: int, taker: np.ndarray, near: Borders) -> bool:
    own = (taker[near.i] == taker[i]) & (taker[near.j] == taker[i])
    own &= (near.i != i) & (near.j != i)
    part = components(len(taker), near.i[own], near.j[own])
    others = np.flatnonzero(taker == taker[i])
    return len(np.unique(part[others[others != i]])) == 1
