"""The search: one border unit changes hands at a time, contiguity kept. Compiled by numba.

Integers and floats only, and no sum whose order the machine may choose: the same seed gives the
same grids everywhere.
"""

import numpy as np
from numba import njit

from grids.designer.chance import COOLING, DECAY, STAGES, STEPS_PER_UNIT, below, uniform


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
    ptr, nbr, cut, border, src, x, y, w, homes, area, outer, old, moving, locked, closed,
    label, k, low, high, fewest, most, a_spread, a_cut, a_shape, a_balance, warmth,
    iterations, state,
):  # fmt: skip
    """Simulated annealing over contiguous labelings; one border unit changes hands at a time.

    Energy = a_spread·Σ w·d² to the grid's centre + a_cut·Σ cut of border edges
    + a_shape·Σ perimeter²/(4π·area) + a_balance·Σ hinge + Σ moving of units not with their `old`
    grid. `locked` units stay, `closed` grids take none. Returns the best labels, their energy and their hinge; labels inside all bands win over
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
        if a == b or locked[i] or closed[b] or count[a] <= 1:
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
