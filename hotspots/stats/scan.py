"""Kulldorff's scan statistic, calibrated for counts that scatter more than Poisson's. In space, and in space and time.

A window is a centre with its nearest areas, in time with the last periods; the figure that stands
out most is compared with the most that chance brings forth anywhere (Kulldorff 1997, 2001). So
looking at 100,000 windows is one test, not 100,000.
"""

from dataclasses import dataclass, field

import numpy as np
from numba import njit
from scipy.spatial import cKDTree

from grids.designer.chance import below, uniform
from hotspots.stats.expected import dispersion
from hotspots.stats.few import TooFew
from hotspots.stats.ring import too_few_to_test

ALPHA = 0.05
SIMS = 999
# Of all expected events a window holds at most this share: a hot spot that holds a tenth of the
# district tells nobody where to go.
LARGEST = 0.02
MOST_CLUSTERS = 12


@dataclass(frozen=True)
class Cluster:
    """Areas that stand out together. `since`: index of its first period, None in space alone."""

    members: np.ndarray
    observed: int
    expected: float
    ratio: float  # risk inside over risk outside
    llr: float
    p: float
    since: int | None = None


@dataclass(frozen=True)
class Scan:
    """`clusters` of p ≤ alpha, strongest first; `p` of the strongest window, significant or not."""

    clusters: list[Cluster]
    p: float
    llr: float
    phi: float
    sims: int
    seed: int
    most_by_chance: np.ndarray = field(repr=False)

    def p_of(self, llr: float) -> float:
        """How often chance alone brings forth a window that stands out as much, anywhere."""
        return float(((self.most_by_chance >= llr).sum() + 1) / (self.sims + 1))


def clusters_of(events, mean, xy, judged: Scan, *, largest: float = LARGEST, alpha: float = ALPHA):
    """Clusters for another `mean` of the same events, by the chance of a scan that was made already.

    To say what a scan without offset would have claimed, at the price of one map instead of 1,000.
    """
    events = _where_expected(events, mean)[:, None]
    around, chance = windows(xy, mean, largest), judged.most_by_chance
    return _find(events, mean[:, None], around, 1, chance, judged.sims, alpha, None)[0]


@dataclass(frozen=True)
class Windows:
    """Windows around i are the beginnings of `nbr[ptr[i]:ptr[i + 1]]`, nearest first, i itself the first."""

    ptr: np.ndarray
    nbr: np.ndarray


def windows(xy: np.ndarray, weight: np.ndarray, largest: float = LARGEST) -> Windows:
    """Around every area its nearest until `largest` of the weight is inside; always at least itself."""
    n, limit = len(xy), largest * weight.sum()
    tree, k = cKDTree(xy), min(n, 32)
    while True:
        far, order = tree.query(xy, k=k)
        far, order = far.reshape(n, k), order.reshape(n, k)
        # Where more than k share one point, an area need not be among its own nearest.
        lost = np.flatnonzero((order != np.arange(n)[:, None]).all(axis=1))
        order[lost, -1] = lost
        # Ties by number, so that the same map gives the same windows everywhere.
        far[order == np.arange(n)[:, None]] = -1.0
        order = np.take_along_axis(order, np.lexsort((order, far)), axis=1)
        inside = np.cumsum(weight[order], axis=1) <= limit * (1 + 1e-12)
        if k == n or not inside[:, -1].any():
            break
        k = min(n, 2 * k)
    length = np.maximum(1, inside.sum(axis=1))
    ptr = np.zeros(n + 1, np.int64)
    np.cumsum(length, out=ptr[1:])
    return Windows(ptr, order[np.arange(order.shape[1]) < length[:, None]].astype(np.int64))


def scan(
    events: np.ndarray, mean: np.ndarray, xy: np.ndarray, *, seed: int, phi: float | None = None,
    sims: int = SIMS, largest: float = LARGEST, alpha: float = ALPHA,
) -> Scan | TooFew:  # fmt: skip
    """Where more disputes happened than `mean` (same sum) explains; `phi` by moments unless given.

    Under chance, events fall by a Pólya urn: multinomial for φ = 1, else Dirichlet-multinomial
    with α_i = mean_i/(φ−1), which is the negative binomial of variance φ × mean given its total.
    Round windows: of a hot spot along a road it finds pieces. Valid for ≥ 30 areas and 20 events.
    """
    events = _where_expected(events, mean)
    if few := too_few_to_test(int(events.sum()), len(events)):
        return few
    return _scan(events[:, None], mean[:, None], xy, seed, phi, sims, largest, alpha, None)


def scan_spacetime(
    events: np.ndarray, mean: np.ndarray, xy: np.ndarray, *, seed: int, longest: int = 6,
    phi: float | None = None, sims: int = SIMS, largest: float = LARGEST, alpha: float = ALPHA,
) -> Scan | TooFew:  # fmt: skip
    """As `scan`, for what is going on now: areas × periods, windows that end with the last period.

    Kulldorff 2001, prospective; `longest` windows of 1…longest periods, at most half of all.
    """
    areas, periods = events.shape
    events = _where_expected(events, mean)
    if few := too_few_to_test(int(events.sum()), areas):
        return few
    longest = min(longest, periods // 2)
    if longest < 1:
        return TooFew("few_periods", periods, 2)
    return _scan(
        _by_age(events, longest), _by_age(mean, longest), xy, seed,
        dispersion(events.ravel(), mean.ravel()) if phi is None else phi,
        sims, largest, alpha, periods,
    )  # fmt: skip


def _where_expected(events: np.ndarray, mean: np.ndarray) -> np.ndarray:
    """Where none is expected nothing can be compared: such events are the caller's to tell."""
    return np.where(mean > 0, events, 0)


def _by_age(x: np.ndarray, longest: int) -> np.ndarray:
    """Columns: the last period, the one before, …; and all that is older in one column."""
    recent = x[:, ::-1][:, :longest]
    return np.c_[recent, x[:, : x.shape[1] - longest].sum(axis=1)]


def _scan(events, mean, xy, seed, phi, sims, largest, alpha, periods) -> Scan:
    """Columns but the last are ages; in space alone there is one column, which is all."""
    ages = 1 if periods is None else events.shape[1] - 1
    total = int(events.sum())
    mean = mean * (total / mean.sum())
    by_moments = phi is None
    if by_moments:
        phi = dispersion(events[:, 0], mean[:, 0])
    around = windows(xy, mean.sum(axis=1), largest)
    chance = _chance(mean, around, ages, total, phi, sims, seed)
    clusters, first = _find(events, mean, around, ages, chance, sims, alpha, periods)
    if clusters and by_moments:
        # The hot spots themselves had made φ larger. What chance alone brings is still judged by
        # the first look: this happens only after it.
        outside = np.ones(len(events), bool)
        outside[np.concatenate([c.members for c in clusters])] = False
        rest = mean[outside, 0] * events[outside, 0].sum() / mean[outside, 0].sum()
        phi = dispersion(events[outside, 0], rest)
        chance = _chance(mean, around, ages, total, phi, sims, seed)
        clusters, first = _find(events, mean, around, ages, chance, sims, alpha, periods)
    p = float(((chance >= first).sum() + 1) / (sims + 1))
    return Scan(clusters, p, float(first), float(phi), sims, seed, chance)


def _chance(mean, around, ages, total, phi, sims, seed) -> np.ndarray:
    below_, other = _alias(mean.ravel() / mean.sum())
    mass = total / (phi - 1) if phi > 1 + 1e-9 else np.inf
    state = np.array([2 * seed + 1], np.uint64)
    return _most_by_chance(
        mean, around.ptr, around.nbr, ages, total, mass, sims, below_, other, state
    )


def _find(events, mean, around, ages, chance, sims, alpha, periods):
    """Cluster after cluster: what one explains is taken away before the next is sought.

    Zhang, Assunção & Kulldorff 2010; each is judged by the maximum over the whole map, which is
    on the careful side.
    """
    o, e = events.astype(float), mean.copy()
    found, first = [], 0.0
    left = np.ones(len(o), bool)
    while len(found) < MOST_CLUSTERS:
        total = o.sum()
        if total < 1:
            break
        e *= total / e.sum()
        best, centre, count, age = _best(o, e, around.ptr, around.nbr, ages, total, 0.0)
        if not found:
            first = best
        p = float(((chance >= best).sum() + 1) / (sims + 1))
        if centre < 0 or p > alpha:
            break
        zone = around.nbr[around.ptr[centre] : around.ptr[centre] + count]
        zone = np.sort(zone[left[zone]])
        inside, due = o[zone, : age + 1].sum(), e[zone, : age + 1].sum()
        outside, due_outside = total - inside, total - due
        ratio = (inside / due) / (outside / due_outside) if outside else np.inf
        since = None if periods is None else periods - 1 - age
        found.append(Cluster(zone, int(inside), float(due), float(ratio), float(best), p, since))
        left[zone] = False
        o[zone] = 0
        e[zone] = 0
        if not left.any() or not e.any():
            break
    return found, first


def _alias(share: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Walker's alias table (Vose 1991): one draw of a cell in constant time."""
    n = len(share)
    height, other = share * n, np.arange(n)
    small, large = [list(np.flatnonzero(side)) for side in (height < 1, height >= 1)]
    while small and large:
        i, j = small.pop(), large[-1]
        other[i] = j
        height[j] -= 1 - height[i]
        if height[j] < 1:
            small.append(large.pop())
    for i in small + large:
        height[i] = 1.0
    return height, other


@njit(cache=True)
def log_likelihood_ratio(inside, due, total):
    """Poisson, of `inside` events where `due` were expected, against one risk everywhere; 0 if fewer."""
    if inside <= due:
        return 0.0
    found = inside * np.log(inside / due)
    if total > inside:
        found += (total - inside) * np.log((total - inside) / (total - due))
    return found


@njit(cache=True)
def _best(o, e, ptr, nbr, ages, total, least):
    """(ratio, centre, number of areas, age) of the window with the largest ratio above `least`.

    Logarithms are taken only where they can win: the ratio is at most (o−e)²·total/(e·(total−e)),
    for a divergence is never more than its χ².
    """
    best, at, many, old = least, -1, 0, 0
    for i in range(len(ptr) - 1):
        for age in range(ages):
            inside, due = 0.0, 0.0
            for z in range(ptr[i], ptr[i + 1]):
                for a in range(age + 1):
                    inside += o[nbr[z], a]
                    due += e[nbr[z], a]
                more = inside - due
                # One dispute is an event, not a cluster.
                if more > 0 and inside > 1 and more * more * total > best * due * (total - due):
                    found = log_likelihood_ratio(inside, due, total)
                    if found > best:
                        best, at, many, old = found, i, z - ptr[i] + 1, age
    return best, at, many, old


@njit(cache=True)
def _most_by_chance(mean, ptr, nbr, ages, total, mass, sims, height, other, state):
    """The largest ratio on each of `sims` maps made by chance."""
    n, columns = mean.shape
    # Added up by age beforehand, a window is one sum; by age first, so that it is read in a row.
    due_by_age = np.zeros((ages, n))
    for j in range(n):
        run = 0.0
        for a in range(ages):
            run += mean[j, a]
            due_by_age[a, j] = run
    most = np.zeros(sims)
    drawn = np.empty(total, np.int64)
    count = np.zeros((n, columns))
    by_age = np.zeros((ages, n))
    for s in range(sims):
        count[:] = 0.0
        for t in range(total):
            if mass == np.inf or uniform(state) * (mass + t) < mass:
                cell = below(state, n * columns)
                if uniform(state) >= height[cell]:
                    cell = other[cell]
            else:
                # Where one was, another comes: that is the over-dispersion.
                cell = drawn[below(state, t)]
            drawn[t] = cell
            count[cell // columns, cell % columns] += 1.0
        for j in range(n):
            run = 0.0
            for a in range(ages):
                run += count[j, a]
                by_age[a, j] = run
        best = 0.0
        for i in range(n):
            for a in range(ages):
                inside, due = 0.0, 0.0
                for z in range(ptr[i], ptr[i + 1]):
                    inside += by_age[a, nbr[z]]
                    due += due_by_age[a, nbr[z]]
                    more = inside - due
                    if more > 0 and inside > 1 and more * more * total > best * due * (total - due):
                        found = log_likelihood_ratio(inside, due, float(total))
                        if found > best:
                            best = found
        most[s] = best
    return most
