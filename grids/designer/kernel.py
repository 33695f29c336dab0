"""The loops that must be fast: starts and the search. Compiled by numba; integers and floats only.

The same seed gives the same grids on every machine: a random generator of our own, no sum whose
order the machine may choose, and a table instead of the C library's `exp`. All compiled code
stands in this one file, because numba's cache does not notice a change in another.
"""

import numpy as np
from numba import njit

# exp(-j/64) by repeated multiplication: the same bits everywhere, unlike libm's.
STEPS_PER_UNIT = 64
EXP_STEP = 0.98449643700540845  # exp(-1/64)
DECAY = np.empty(20 * STEPS_PER_UNIT)
DECAY[0] = 1.0
for _j in range(1, len(DECAY)):
    DECAY[_j] = DECAY[_j - 1] * EXP_STEP
# The temperature falls in this many steps, to exp(-COOLING) of where it began.
STAGES = 256
COOLING = 4
HALF_TURN = 0.5 / 2**52


@njit(cache=True)
def draw(state):
    """xorshift64*; `state` is an array of one uint64 that is not zero."""
    x = state[0]
    x ^= x >> np.uint64(12)
    x ^= x << np.uint64(25)
    x ^= x >> np.uint64(27)
    state[0] = x
    return x * np.uint64(2685821657736338717)


@njit(cache=True)
def below(state, n):
    """An integer in [0, n), n < 2**31."""
    return np.int64(((draw(state) >> np.uint64(33)) * np.uint64(n)) >> np.uint64(31))


@njit(cache=True)
def uniform(state):
    return np.float64(draw(state) >> np.uint64(11)) * HALF_TURN


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


@njit(cache=True)
def hinge(load, low, high, mean, homes, fewest, most):
    """How far outside its band a grid is: 0 inside, then growing faster than linearly."""
    off = max(0.0, low - load, load - high) / mean
    out = off + 5.0 * off * off
    if homes < fewest:
        out += (fewest - homes) / fewest
    elif homes > most:
        out += (homes - most) / most
    return out


@njit(cache=True)
def anneal(
    ptr, nbr, cut, border, src, x, y, w, homes, area, outer, old, moving, locked,
    label, k, low, high, fewest, most, a_spread, a_cut, a_shape, a_balance, warmth,
    iterations, state,
):  # fmt: skip
    """Simulated annealing over contiguous labelings; one border unit changes hands at a time.

    Energy = a_spread·Σ w·d² to the grid's centre + a_cut·Σ cut of border edges
    + a_shape·Σ perimeter²/(4π·area) + a_balance·Σ hinge + Σ moving of units not with their `old`
    grid. Returns the best labels, their energy and their hinge; labels inside all bands win over
    any that are not.
    """
    n = len(w)
    load = np.zeros(k)
    count = np.zeros(k, np.int64)
    sx = np.zeros(k)
    sy = np.zeros(k)
    s2 = np.zeros(k)
    home = np.zeros(k)
    land = np.zeros(k)
    edge = np.zeros(k)
    around = outer.copy()
    for i in range(n):
        for e in range(ptr[i], ptr[i + 1]):
            around[i] += border[e]
    energy = 0.0
    for i in range(n):
        g = label[i]
        load[g] += w[i]
        count[g] += 1
        sx[g] += w[i] * x[i]
        sy[g] += w[i] * y[i]
        s2[g] += w[i] * (x[i] ** 2 + y[i] ** 2)
        home[g] += homes[i]
        land[g] += area[i]
        edge[g] += outer[i]
        for e in range(ptr[i], ptr[i + 1]):
            if label[nbr[e]] != g:
                edge[g] += border[e]
                energy += 0.5 * a_cut * cut[e]
        if g != old[i]:
            energy += moving[i]
    mean = load.sum() / k
    tiny = 1e-9 * mean + 1e-12
    four_pi = 12.566370614359172
    spread = np.zeros(k)
    shape = np.zeros(k)
    miss = np.zeros(k)
    out = 0.0
    for g in range(k):
        spread[g] = s2[g] - (sx[g] ** 2 + sy[g] ** 2) / max(load[g], tiny)
        shape[g] = edge[g] ** 2 / (four_pi * max(land[g], 1e-6))
        miss[g] = hinge(load[g], low, high, mean, home[g], fewest, most)
        out += miss[g]
        energy += a_spread * spread[g] + a_shape * shape[g] + a_balance * miss[g]
    best = energy
    best_out = out
    kept = label.copy()
    stack = np.empty(n, np.int64)
    mark = np.zeros(n, np.int64)
    need = np.zeros(n, np.int64)
    stamp = 0
    per_stage = max(1, iterations // STAGES)
    heat = warmth
    m = len(nbr)
    for turn in range(iterations):
        if turn % per_stage == 0:
            heat = (
                warmth * DECAY[min(turn // per_stage, STAGES) * COOLING * STEPS_PER_UNIT // STAGES]
            )
        e0 = below(state, m)
        i = src[e0]
        a = label[i]
        b = label[nbr[e0]]
        if a == b or locked[i] or count[a] <= 1:
            continue
        dcut = 0.0
        to_a = 0.0
        to_b = 0.0
        touching = 0
        first = -1
        for e in range(ptr[i], ptr[i + 1]):
            g = label[nbr[e]]
            if g == a:
                dcut += cut[e]
                to_a += border[e]
                touching += 1
                first = nbr[e]
            elif g == b:
                dcut -= cut[e]
                to_b += border[e]
        wi = w[i]
        r2 = x[i] ** 2 + y[i] ** 2
        load_a = load[a] - wi
        load_b = load[b] + wi
        spread_a = (s2[a] - wi * r2) - ((sx[a] - wi * x[i]) ** 2 + (sy[a] - wi * y[i]) ** 2) / max(
            load_a, tiny
        )
        spread_b = (s2[b] + wi * r2) - ((sx[b] + wi * x[i]) ** 2 + (sy[b] + wi * y[i]) ** 2) / max(
            load_b, tiny
        )
        edge_a = edge[a] - around[i] + 2 * to_a
        edge_b = edge[b] + around[i] - 2 * to_b
        shape_a = edge_a**2 / (four_pi * max(land[a] - area[i], 1e-6))
        shape_b = edge_b**2 / (four_pi * (land[b] + area[i]))
        miss_a = hinge(load_a, low, high, mean, home[a] - homes[i], fewest, most)
        miss_b = hinge(load_b, low, high, mean, home[b] + homes[i], fewest, most)
        dout = miss_a + miss_b - miss[a] - miss[b]
        rise = (
            a_spread * (spread_a + spread_b - spread[a] - spread[b])
            + a_cut * dcut
            + a_shape * (shape_a + shape_b - shape[a] - shape[b])
            + a_balance * dout
        )
        if a == old[i]:
            rise += moving[i]
        elif b == old[i]:
            rise -= moving[i]
        if rise > 0:
            step = rise / heat * STEPS_PER_UNIT
            if step >= len(DECAY) or uniform(state) >= DECAY[int(step)]:
                continue
        # Without i, everything of `a` that touches i must still hang together.
        if touching == 0:
            continue
        if touching > 1:
            stamp += 1
            for e in range(ptr[i], ptr[i + 1]):
                if label[nbr[e]] == a:
                    need[nbr[e]] = stamp
            mark[i] = stamp
            mark[first] = stamp
            stack[0] = first
            top = 1
            found = 1
            while top and found < touching:
                top -= 1
                u = stack[top]
                for e in range(ptr[u], ptr[u + 1]):
                    j = nbr[e]
                    if label[j] == a and mark[j] != stamp:
                        mark[j] = stamp
                        if need[j] == stamp:
                            found += 1
                        stack[top] = j
                        top += 1
            if found < touching:
                continue
        label[i] = b
        count[a] -= 1
        count[b] += 1
        load[a] = load_a
        load[b] = load_b
        home[a] -= homes[i]
        home[b] += homes[i]
        sx[a] -= wi * x[i]
        sy[a] -= wi * y[i]
        s2[a] -= wi * r2
        sx[b] += wi * x[i]
        sy[b] += wi * y[i]
        s2[b] += wi * r2
        land[a] -= area[i]
        land[b] += area[i]
        edge[a] = edge_a
        edge[b] = edge_b
        spread[a] = spread_a
        spread[b] = spread_b
        shape[a] = shape_a
        shape[b] = shape_b
        miss[a] = miss_a
        miss[b] = miss_b
        energy += rise
        out += dout
        inside = out < 1e-9
        was_inside = best_out < 1e-9
        if (inside and not was_inside) or (inside == was_inside and energy < best - 1e-12):
            best = energy
            best_out = out
            kept[:] = label
    return kept, best, best_out
