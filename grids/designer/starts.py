"""First labelings for the search, and making a labeling contiguous. Compiled by numba."""

import numpy as np
from numba import njit

from grids.designer.chance import below, uniform


@njit(cache=True)
def pick_seeds(x, y, w, k, state):
    """k-means++: units far from those already chosen, heavy ones rather."""
    n = len(x)
    chosen = np.full(k, -1, np.int64)
    nearest = np.full(n, np.inf)
    for g in range(k):
        total = 0.0
        for i in range(n):
            total += w[i] if g == 0 else w[i] * nearest[i]
        left = uniform(state) * total
        pick = -1
        for i in range(n):
            share = w[i] if g == 0 else w[i] * nearest[i]
            if share > 0 or (total == 0.0 and nearest[i] > 0):
                pick = i
                left -= share
                if left < 0:
                    break
        chosen[g] = pick
        nearest[pick] = 0.0
        for i in range(n):
            d = (x[i] - x[pick]) ** 2 + (y[i] - y[pick]) ** 2
            nearest[i] = min(nearest[i], d)
    return chosen


@njit(cache=True)
def power_start(x, y, w, k, state, rounds):
    """A balanced power diagram: nearest centre by squared distance plus a price per grid.

    Prices rise where the load is too great (damped subgradient); centres follow (Lloyd).
    Aurenhammer, Hoffmann & Aronov 1998. Cells are convex, but need not be contiguous as units.
    """
    n = len(x)
    seeds = pick_seeds(x, y, w, k, state)
    cx = x[seeds].copy()
    cy = y[seeds].copy()
    price = np.zeros(k)
    label = np.zeros(n, np.int64)
    best = np.zeros(n, np.int64)
    best_off = np.inf
    mean = w.sum() / k
    load = np.zeros(k)
    for lloyd in range(rounds):
        scale = 0.0
        for i in range(n):
            scale += w[i] * ((x[i] - cx[label[i]]) ** 2 + (y[i] - cy[label[i]]) ** 2)
        step = 0.5 * scale / (mean * k)
        turn_off = np.inf
        for _ in range(40):
            load[:] = 0.0
            for i in range(n):
                low = np.inf
                for g in range(k):
                    d = (x[i] - cx[g]) ** 2 + (y[i] - cy[g]) ** 2 + price[g]
                    if d < low:
                        low = d
                        label[i] = g
                load[label[i]] += w[i]
            off = 0.0
            for g in range(k):
                off = max(off, abs(load[g] - mean) / mean)
            if off < turn_off:
                turn_off = off
                if lloyd == rounds - 1 and off < best_off:
                    best_off = off
                    best[:] = label
            if off < 0.03:
                break
            for g in range(k):
                price[g] += step * min(1.0, max(-1.0, (load[g] - mean) / mean))
            step *= 0.95
        cx[:] = 0.0
        cy[:] = 0.0
        for i in range(n):
            cx[label[i]] += w[i] * x[i]
            cy[label[i]] += w[i] * y[i]
        for g in range(k):
            if load[g] > 0:
                cx[g] /= load[g]
                cy[g] /= load[g]
            else:
                i = below(state, n)
                cx[g] = x[i]
                cy[g] = y[i]
                price[g] = 0.0
    return best


@njit(cache=True)
def grow_start(ptr, nbr, cost, x, y, w, k, fixed, state):
    """Grow k grids from seeds, the lightest first, so that each is contiguous by construction.

    `fixed[i]` is the grid a unit is locked to, or -1. `cost` per edge, lower where crossing is
    easy, pulls growth along. Units that cannot be reached stay -1.
    """
    n = len(x)
    label = fixed.copy()
    load = np.zeros(k)
    gx = np.zeros(k)
    gy = np.zeros(k)
    size = np.zeros(k, np.int64)
    free = w.copy()
    for i in range(n):
        if label[i] >= 0:
            free[i] = 0.0
            load[label[i]] += w[i]
            gx[label[i]] += x[i]
            gy[label[i]] += y[i]
            size[label[i]] += 1
    seeds = pick_seeds(x, y, free, k, state)
    s = 0
    for g in range(k):
        if size[g] == 0:
            while s < k and label[seeds[s]] >= 0:
                s += 1
            i = seeds[s] if s < k else -1
            if i < 0:
                for j in range(n):
                    if label[j] < 0:
                        i = j
                        break
            if i < 0:
                continue
            label[i] = g
            load[g] += w[i]
            gx[g] += x[i]
            gy[g] += y[i]
            size[g] = 1
    stuck = np.zeros(k, np.bool_)
    while True:
        g = -1
        for q in range(k):
            if not stuck[q] and (g < 0 or load[q] < load[g]):
                g = q
        if g < 0:
            return label
        pick = -1
        low = np.inf
        for i in range(n):
            if label[i] >= 0:
                continue
            factor = np.inf
            for e in range(ptr[i], ptr[i + 1]):
                if label[nbr[e]] == g:
                    factor = min(factor, cost[e])
            if factor < np.inf:
                d = factor * ((x[i] - gx[g] / size[g]) ** 2 + (y[i] - gy[g] / size[g]) ** 2)
                if d < low:
                    low = d
                    pick = i
        if pick < 0:
            stuck[g] = True
            continue
        label[pick] = g
        load[g] += w[pick]
        gx[g] += x[pick]
        gy[g] += y[pick]
        size[g] += 1


@njit(cache=True)
def components(ptr, nbr, label):
    """The number of the contiguous piece that each unit belongs to."""
    n = len(label)
    piece = np.full(n, -1, np.int64)
    stack = np.empty(n, np.int64)
    found = 0
    for i in range(n):
        if piece[i] >= 0:
            continue
        piece[i] = found
        stack[0] = i
        top = 1
        while top:
            top -= 1
            u = stack[top]
            for e in range(ptr[u], ptr[u + 1]):
                j = nbr[e]
                if piece[j] < 0 and label[j] == label[i]:
                    piece[j] = found
                    stack[top] = j
                    top += 1
        found += 1
    return piece


@njit(cache=True)
def settle(ptr, nbr, border, w, label, k):
    """Make every grid contiguous: of each only the heaviest piece stays, the rest goes to the
    neighbour with whom it shares most border. Returns whether every grid is left with a unit."""
    n = len(label)
    for _ in range(n):
        piece = components(ptr, nbr, label)
        count = piece.max() + 1
        weight = np.zeros(count)
        grid = np.zeros(count, np.int64)
        for i in range(n):
            weight[piece[i]] += w[i] + 1e-9
            grid[piece[i]] = label[i]
        main = np.full(k, -1, np.int64)
        for c in range(count):
            if main[grid[c]] < 0 or weight[c] > weight[main[grid[c]]]:
                main[grid[c]] = c
        moved = False
        for c in range(count):
            if main[grid[c]] == c:
                continue
            shared = np.zeros(k)
            for i in range(n):
                if piece[i] == c:
                    for e in range(ptr[i], ptr[i + 1]):
                        if piece[nbr[e]] != c:
                            shared[label[nbr[e]]] += border[e] + 1e-6
            best = shared.argmax()
            if shared[best] > 0 and best != grid[c]:
                for i in range(n):
                    if piece[i] == c:
                        label[i] = best
                moved = True
                break
        if not moved:
            break
    seen = np.zeros(k, np.bool_)
    for i in range(n):
        seen[label[i]] = True
    return seen.all()
