"""The search: take strings of neighbouring visits out, put visits back where they cost least.

Slack induction by string removals (Christiaens and Vanden Berghe, Transportation Science 54(2),
2020), with visits that may stay out at a price. Compiled by numba; integers, a table instead of the
C library's `log` and `exp`, and a random generator of our own: the same seed gives the same plan
everywhere. All state stands in arrays, so a search may be cut into parts of any size.
"""

import numpy as np
from numba import njit

from grids.designer.chance import DECAY, STEPS_PER_UNIT, below, draw, uniform

# exp(-5): the temperature falls to 1/148 of where it began.
COOLING = 5
STAGES = 320
# -ln((j + 0.5) / 1024) without the C library: ln x = 2·atanh((x - 1) / (x + 1)), halved until near 1.
LN_2 = 0.6931471805599453
PATIENCE = np.empty(1024)
for _j in range(1024):
    _x, _ln = (_j + 0.5) / 1024, 0.0
    while _x < 0.75:
        _x, _ln = _x * 2, _ln - LN_2
    _y = (_x - 1) / (_x + 1)
    PATIENCE[_j] = -_ln - 2 * sum(_y ** (2 * _k + 1) / (2 * _k + 1) for _k in range(24))
# Once in so many times a place is overlooked, so that the cheapest is not always taken.
BLINK = 127
# Once in so many turns visits are put in that cost up to so many times what they are worth.
SELDOM, BOLD = 16, 4


@njit(cache=True, nogil=True)
def soonest(t, v, s, lo, hole_ptr, hole_a, hole_b):
    """The first moment from `t` on at which visit `v` may start in shift `s`."""
    if t < lo[s, v]:
        t = lo[s, v]
    k = s * lo.shape[1] + v
    for h in range(hole_ptr[k], hole_ptr[k + 1]):
        if hole_a[h] < t < hole_b[h]:
            t = hole_b[h]
    return t


@njit(cache=True, nogil=True)
def latest(t, v, s, hi, hole_ptr, hole_a, hole_b):
    """The last moment up to `t` at which visit `v` may start in shift `s`."""
    if t > hi[s, v]:
        t = hi[s, v]
    k = s * hi.shape[1] + v
    for h in range(hole_ptr[k + 1] - 1, hole_ptr[k] - 1, -1):
        if hole_a[h] < t < hole_b[h]:
            t = hole_a[h]
    return t


@njit(cache=True, nogil=True)
def refresh(
    r, n, s, travel, out, back, service, lo, hi, hole_ptr, hole_a, hole_b, opens, closes,
    leave, late, room,
):  # fmt: skip
    """When each stop of shift `s` is left at the earliest and reached at the latest.

    `room` becomes the longest visit that could still be put in anywhere.
    """
    t = opens[s]
    for i in range(n):
        v = r[i]
        t += out[s, v] if i == 0 else travel[r[i - 1], v]
        t = soonest(t, v, s, lo, hole_ptr, hole_a, hole_b) + service[v]
        leave[i] = t
    t = closes[s]
    room[s] = t - (leave[n - 1] if n else opens[s])
    for i in range(n - 1, -1, -1):
        v = r[i]
        t -= (back[s, v] if i == n - 1 else travel[v, r[i + 1]]) + service[v]
        t = latest(t, v, s, hi, hole_ptr, hole_a, hole_b)
        late[i] = t
        room[s] = max(room[s], t - (leave[i - 1] if i else opens[s]))


@njit(cache=True, nogil=True)
def way(r, n, s, travel, out, back):
    """Seconds on the way in one shift, from home to home."""
    if n == 0:
        return np.int64(0)
    total = np.int64(out[s, r[0]]) + back[s, r[n - 1]]
    for i in range(1, n):
        total += travel[r[i - 1], r[i]]
    return total


@njit(cache=True, nogil=True)
def take_out(r, n, centre, longest, where, s, state):
    """Take a string of stops that holds `centre` out of `r`; return how many stay."""
    size = min(n, np.int64(uniform(state) * min(np.float64(n), longest) + 1))
    at = 0
    for i in range(n):
        if r[i] == centre:
            at = i
    spare, spare_from = 0, -1
    if 1 < size < n and uniform(state) < 0.5:
        # Half of the strings keep some stops in their middle.
        spare = 1
        while size + spare < n and uniform(state) > 0.5:
            spare += 1
        size += spare
    first = max(0, at - size + 1)
    a = first + below(state, min(at, n - size) - first + 1)
    if spare:
        spare_from = a + below(state, size - spare + 1)
    kept = 0
    for i in range(n):
        if a <= i < a + size and not (spare_from <= i < spare_from + spare):
            where[r[i]] = -1
        else:
            r[kept] = r[i]
            kept += 1
    return kept


@njit(cache=True, nogil=True)
def sort(key, value, n):
    """Shell's sort of `key`, with `value` beside it; the gaps are Ciura's."""
    for gap in (132, 57, 23, 10, 4, 1):
        for i in range(gap, n):
            k, v = key[i], value[i]
            j = i
            while j >= gap and key[j - gap] > k:
                key[j], value[j] = key[j - gap], value[j - gap]
                j -= gap
            key[j], value[j] = k, v


@njit(cache=True, nogil=True)
def search(
    travel, out, back, service, price, load, most, lo, hi, hole_ptr, hole_a, hole_b, opens,
    closes, stay, moving, near, freedom, alike, route, length, best_route, best_length, score, state,
    first, last, total, heat, removed, longest,
):  # fmt: skip
    """Turns `first`…`last` of `total`, in place; `score` is the cost now and the best one.

    Cost = seconds on the way + `price` of each visit left out + `moving` for each visit in another
    shift than `stay` names. `load` of the visits of a shift is at most `most`. If `alike`, empty
    shifts are the same, and only the first is tried.
    """
    m, n = lo.shape
    room_for = route.shape[1]
    leave = np.zeros((m, room_for), np.int64)
    late = np.zeros((m, room_for), np.int64)
    room = np.zeros(m, np.int64)
    where = np.full(n, -1, np.int64)
    loaded = np.zeros(m, np.int64)
    trip = np.zeros(m, np.int64)
    for s in range(m):
        for i in range(length[s]):
            where[route[s, i]] = s
            loaded[s] += load[route[s, i]]
        refresh(route[s], length[s], s, travel, out, back, service, lo, hi, hole_ptr, hole_a,
                hole_b, opens, closes, leave[s], late[s], room)  # fmt: skip
        trip[s] = way(route[s], length[s], s, travel, out, back)
    kept_route = route.copy()
    kept_length = length.copy()
    kept_where = where.copy()
    kept_trip = trip.copy()
    kept_loaded = loaded.copy()
    touched = np.zeros(m, np.bool_)
    waiting = np.empty(n, np.int64)
    key = np.empty(n, np.float64)
    for turn in range(first, last):
        touched[:] = False
        stops = 0
        busy = 0
        for s in range(m):
            if length[s]:
                stops += length[s]
                busy += 1
        centre = below(state, n)
        if busy:
            size = min(longest, stops / busy)
            strings = np.int64(uniform(state) * (4.0 * removed / (1.0 + size) - 1.0) + 1.0)
            for q in range(n):
                v = near[centre, q]
                s = where[v]
                if s < 0 or touched[s]:
                    continue
                length[s] = take_out(route[s], length[s], v, size, where, s, state)
                touched[s] = True
                strings -= 1
                if strings <= 0:
                    break
            for s in range(m):
                if touched[s]:
                    loaded[s] = 0
                    for i in range(length[s]):
                        loaded[s] += load[route[s, i]]
                    refresh(route[s], length[s], s, travel, out, back, service, lo, hi, hole_ptr,
                            hole_a, hole_b, opens, closes, leave[s], late[s], room)  # fmt: skip
        widest = room.max()
        count = 0
        mode = uniform(state)
        # Two families far out may together be worth a way that neither is alone.
        dear = BOLD if below(state, SELDOM) == 0 else 1
        for v in range(n):
            if where[v] >= 0 or service[v] > widest:
                continue
            noise = 0.7 + 0.6 * uniform(state)
            if mode < 0.25:
                key[count] = noise
            elif mode < 0.5:
                key[count] = -price[v] * noise
            elif mode < 0.75:
                key[count] = -price[v] / (service[v] + 1.0) * noise
            elif mode < 0.9:
                key[count] = travel[centre, v] * noise
            else:
                key[count] = freedom[v] * noise
            waiting[count] = v
            count += 1
        sort(key, waiting, count)
        for o in range(count):
            v = waiting[o]
            need = service[v]
            cheapest = dear * price[v]
            to = -1
            at = 0
            tried_empty = False
            for s in range(m):
                if need > room[s]:
                    continue
                low, high = lo[s, v], hi[s, v]
                if high < low or loaded[s] + load[v] > most[s]:
                    continue
                stops = length[s]
                if stops >= room_for:
                    continue
                if alike and stops == 0:
                    if tried_empty:
                        continue
                    tried_empty = True
                k = s * n + v
                whole = hole_ptr[k] == hole_ptr[k + 1]
                extra = moving if stay[v] >= 0 and stay[v] != s else 0
                for p in range(stops + 1):
                    t = leave[s, p - 1] if p else opens[s]
                    if t > high:
                        break
                    if t + need > (late[s, p] if p < stops else closes[s]):
                        continue
                    if draw(state) & np.uint64(BLINK) == 0:
                        continue
                    go = travel[route[s, p - 1], v] if p else out[s, v]
                    t += go
                    if t > high:
                        continue
                    if whole:
                        t = max(t, low) + need
                    else:
                        t = soonest(t, v, s, lo, hole_ptr, hole_a, hole_b) + need
                    if p == stops:
                        # Whatever starts by `high` is home in time.
                        cost = extra + go + back[s, v] - (back[s, route[s, p - 1]] if p else 0)
                    else:
                        x = route[s, p]
                        if t + travel[v, x] > late[s, p]:
                            continue
                        cost = (
                            extra
                            + go
                            + travel[v, x]
                            - (travel[route[s, p - 1], x] if p else out[s, x])
                        )
                    if cost < cheapest:
                        cheapest = cost
                        to = s
                        at = p
            if to >= 0:
                for i in range(length[to], at, -1):
                    route[to, i] = route[to, i - 1]
                route[to, at] = v
                length[to] += 1
                where[v] = to
                loaded[to] += load[v]
                touched[to] = True
                refresh(route[to], length[to], to, travel, out, back, service, lo, hi, hole_ptr,
                        hole_a, hole_b, opens, closes, leave[to], late[to], room)  # fmt: skip
        cost = np.int64(0)
        for s in range(m):
            if touched[s]:
                trip[s] = way(route[s], length[s], s, travel, out, back)
            cost += trip[s]
        for v in range(n):
            if where[v] < 0:
                cost += price[v]
            elif stay[v] >= 0 and stay[v] != where[v]:
                cost += moving
        warmth = heat * DECAY[turn * STAGES // total * COOLING * STEPS_PER_UNIT // STAGES]
        if cost < score[0] + warmth * PATIENCE[below(state, 1024)]:
            score[0] = cost
            for s in range(m):
                if touched[s]:
                    kept_length[s] = length[s]
                    kept_trip[s] = trip[s]
                    kept_loaded[s] = loaded[s]
                    kept_route[s, : length[s]] = route[s, : length[s]]
            kept_where[:] = where
            if cost < score[1]:
                score[1] = cost
                best_length[:] = length
                best_route[:, :] = route
        else:
            for s in range(m):
                if touched[s]:
                    length[s] = kept_length[s]
                    trip[s] = kept_trip[s]
                    loaded[s] = kept_loaded[s]
                    route[s, : length[s]] = kept_route[s, : length[s]]
                    refresh(route[s], length[s], s, travel, out, back, service, lo, hi, hole_ptr,
                            hole_a, hole_b, opens, closes, leave[s], late[s], room)  # fmt: skip
            where[:] = kept_where
