"""The review of hot spots on districts made by chance: what it claims where there is nothing, and what it finds.

3,000 grids of some 80 households, 5,129 disputes a year, some families quarrelling again and again
(φ: variance over mean). Naive methods on the same districts beside it; esda in an environment of
its own. Seconds are those of one core.
"""

import json
import subprocess
import time
from pathlib import Path

import numpy as np
from scipy.spatial import cKDTree

from hotspots.stats.autocorrelation import gi_star, local_by_permutation, local_moran
from hotspots.stats.expected import dispersion, expected
from hotspots.stats.few import TooFew
from hotspots.stats.neighbours import Neighbours
from hotspots.stats.rates import raw_rates, smooth
from hotspots.stats.review import REAL, Areas, Disputes, review
from hotspots.stats.ring import ring_test
from hotspots.stats.scan import scan, scan_spacetime
from hotspots.suppression import SMALL, release, tabulate
from tests.bench.peers.wheels import python
from tests.hotspots.attacker import Attacker, county, five_users
from tests.hotspots.oracles import lattice

ROWS, COLUMNS, A_YEAR = 50, 60, 5_129
N = ROWS * COLUMNS
PLANTED, SIZE = 3, 15
WORKER = Path(__file__).parent / "peers" / "clusters.py"
WHEELS = ["esda==2.9.0", "libpysal==4.14.1", "numba"]
NAIVE = {
    "Gi* of raw rates, p < .05": lambda o, h, e, near, xy, seed: _hot(gi_star(o / h, near), "p"),
    "Gi* of raw rates, FDR": lambda o, h, e, near, xy, seed: _hot(gi_star(o / h, near), "q"),
    "Gi* of smoothed rates, FDR": lambda o, h, e, near, xy, seed: _hot(
        gi_star(smooth(o, h).rate, near), "q"
    ),
    "ring, Poisson, FDR": lambda o, h, e, near, xy, seed: ring_test(o, e, near, 1.0).q <= 0.05,
    "ring, negative binomial, FDR": lambda o, h, e, near, xy, seed: (
        ring_test(o, e, near, dispersion(o, e)).q <= 0.05
    ),
    "scan, Poisson": lambda o, h, e, near, xy, seed: _inside(
        scan(o, e, xy, seed=seed, phi=1.0, sims=199)
    ),
}
OURS = "this review"


def _hot(local, by: str) -> np.ndarray:
    if isinstance(local, TooFew):  # rates that chance explains are all smoothed to one
        return np.zeros(N, bool)
    return (getattr(local, by) <= 0.05) & (local.z > 0)


def _inside(found) -> np.ndarray:
    flag = np.zeros(N, bool)
    for cluster in found.clusters:
        flag[cluster.members] = True
    return flag


class World:
    """One district: where its grids lie, who lives there, what is planted."""

    def __init__(self, seed: int, near: Neighbours, centres: np.ndarray):
        self.rng = np.random.default_rng(seed)
        self.near = near
        self.xy = centres + self.rng.uniform(-150, 150, centres.shape)
        self.homes = np.maximum(20, self.rng.lognormal(np.log(80), 0.35, N).round())

    def plant(self, ragged: bool = False) -> np.ndarray:
        """True in three places of 15 grids: the nearest of one, or grown at random grid by grid."""
        true, taken, tree = np.zeros(N, bool), np.zeros(N, bool), cKDTree(self.xy)
        while true.sum() < PLANTED * SIZE:
            zone = [int(self.rng.integers(N))]
            if not ragged:
                zone = tree.query(self.xy[zone[0]], SIZE)[1].tolist()
            while len(zone) < SIZE:
                i = zone[self.rng.integers(len(zone))]
                near = self.near.nbr[self.near.ptr[i] : self.near.ptr[i + 1]]
                if (j := int(self.rng.choice(near))) not in zone:
                    zone.append(j)
            halo = np.zeros(N)
            halo[zone] = 1
            wide = self.near.ring(self.near.ring(halo)) > 0
            if not (taken & wide).any():
                taken |= wide
                true[zone] = True
        return true

    def disputes(self, months: int, phi: float, risk: np.ndarray | float = 1.0) -> np.ndarray:
        mean = self.homes / self.homes.sum() * A_YEAR * months / 12 * risk
        if phi == 1:
            return self.rng.poisson(mean).astype(float)
        return self.rng.negative_binomial(mean / (phi - 1), 1 / phi).astype(float)


def whole(world: World, events: np.ndarray, seed: int, sims: int) -> np.ndarray:
    """What the review names, screening at random thrown in."""
    rng = np.random.default_rng(seed)
    screenings = rng.poisson(2 * world.homes * rng.lognormal(0, 0.3, N)).astype(float)
    area = np.repeat(np.arange(N), events.astype(int))
    made = Disputes(area, rng.random(len(area)) < 0.5, rng.integers(0, 30, len(area)))
    areas = Areas(world.homes, world.xy, world.near, screenings)
    return _inside(review(areas, made, seed=seed, sims=sims).verdict)


def null(near, centres, repetitions: int, phi: float, months: int, first: int) -> np.ndarray:
    """How many grids the review names in each district of pure chance."""
    flags = []
    for seed in range(first, first + repetitions):
        world = World(seed, near, centres)
        flags.append(whole(world, world.disputes(months, phi), seed, 199).sum())
    return np.array(flags)


def planted(near, centres, method, seeds, *, phi, months, risk, ragged=False):
    """(sensitivity, false discoveries among the named, the halo of one grid not counted as false)."""
    found = []
    for seed in seeds:
        world = World(10_000 + seed, near, centres)
        true = world.plant(ragged)
        events = world.disputes(months, phi, np.where(true, risk, 1.0))
        flag = method(world, events, seed)
        halo = near.ring(true.astype(float)) > 0
        found.append(((flag & true).sum() / true.sum(), (flag & ~halo).sum() / max(1, flag.sum())))
    return np.mean(found, axis=0)


def naive(method):
    def named(world, events, seed):
        e = expected(events, world.homes)
        return method(events, world.homes, e, world.near, world.xy, seed)

    return named


def budget(name, value, limit, unit="", *, least=False):
    value = float(value)
    ok = value >= limit if least else value <= limit
    return {"name": name, "value": value, "limit": limit, "unit": unit, "ok": bool(ok)}


def run(quick: bool, say) -> dict:
    centres, near = lattice(ROWS, COLUMNS)
    table = [["method", "setting", "any flag", "flags", "sensitivity", "false"]]
    budgets, figures = [], {}
    repetitions = 60 if quick else 1_000
    for phi in (1.0, 1.5):
        flags = null(near, centres, repetitions, phi, 12, 0)
        share = (flags > 0).mean()
        say(f"chance, φ {phi}: {share:.3f} of {repetitions} with any flag")
        table.append(
            [
                OURS,
                f"chance φ {phi}, {repetitions} ×",
                f"{share:.3f}",
                f"{flags.mean():.2f}",
                "",
                "",
            ]
        )
        if not quick:
            budgets.append(budget(f"chance φ {phi}: districts with any flag, at most", share, 0.07))
            budgets.append(budget(f"chance φ {phi}: at least", share, 0.03, least=True))
    few = 4 if quick else 20
    budgets += _beside(near, centres, few, table)
    seeds = range(6 if quick else 40)
    for phi in (1.0, 1.5):
        for months, risk, ragged in ((12, 3, False), (12, 3, True), (12, 2, False), (3, 3, False)):
            sensitivity, false = planted(
                near, centres, lambda w, o, s: whole(w, o, s, 499), seeds,
                phi=phi, months=months, risk=risk, ragged=ragged,
            )  # fmt: skip
            setting = f"{'ragged ' if ragged else ''}risk × {risk}, {months} months, φ {phi}"
            say(f"{setting}: {sensitivity:.3f} found, {false:.3f} false")
            table.append([OURS, setting, "", "", f"{sensitivity:.3f}", f"{false:.3f}"])
            if (months, risk, ragged) == (12, 3, False):
                budgets.append(budget(f"{setting}: found", sensitivity, 0.90, least=True))
                budgets.append(budget(f"{setting}: false among the named", false, 0.05))
    budgets += _times(near, centres, table, figures, say)
    budgets += _quota(near, centres, few, table)
    budgets += _attack(1_000 if quick else 10_000, table, say)
    _hiding(table)
    return {"figures": figures, "budgets": budgets, "table": table}


def _beside(near, centres, few, table) -> list[dict]:
    """The naive methods on the same districts: chance, and three places of threefold risk."""
    found = {}
    for name, method in {**{k: naive(m) for k, m in NAIVE.items()},
                         OURS: lambda w, o, s: whole(w, o, s, 199)}.items():  # fmt: skip
        for phi in (1.0, 1.5):
            flags = []
            for seed in range(few):
                world = World(seed, near, centres)
                flags.append(method(world, world.disputes(12, phi), seed).sum())
            sensitivity, false = planted(
                near, centres, method, range(few), phi=phi, months=12, risk=3
            )
            found[name, phi] = np.mean(flags), sensitivity
            table.append([
                name, f"φ {phi}, {few} ×", f"{(np.array(flags) > 0).mean():.2f}",
                f"{np.mean(flags):.1f}", f"{sensitivity:.2f}", f"{false:.2f}",
            ])  # fmt: skip
    usual, ours = found[next(iter(NAIVE)), 1.0], found[OURS, 1.0]
    return [
        budget("false grids of Gi* at p < .05 for one of ours", usual[0] / max(ours[0], 0.01), 100, "×", least=True),
        budget("and what ours finds against it", ours[1] / usual[1], 1.0, "×", least=True),
    ]  # fmt: skip


def _attack(questions: int, table, say) -> list[dict]:
    """Five who collude and ask on from what they learned; and the same five where sums are free."""
    counts, town_of = county(11, towns=6, villages=8, quarters=4, kinds=4)
    cells = tabulate(counts, town_of)
    done = release(counts, town_of)
    small = set(np.flatnonzero((cells.counts > 0) & (cells.counts < 5)).tolist())
    recovered = {}
    for name, ask in {
        "released": lambda asked: done.total(*(cells.labels[c] for c in asked)),
        "free sums, hidden below 5": lambda asked: (
            n if (n := int(cells.counts[list(asked)].sum())) >= 5 or n == 0 else None
        ),
    }.items():
        users = five_users(cells, town_of)
        attacker = Attacker(ask, len(cells.counts), cells.sums, users, 1)
        attacker.attack(questions)
        aim = set(attacker.mine.tolist()) & (
            set(np.flatnonzero(done.hidden).tolist()) if name == "released" else small
        )
        recovered[name] = len(aim & attacker.known.keys())
        say(f"{name}: {recovered[name]} of {len(aim)} recovered, {attacker.asked} questions")
        row = f"{attacker.asked} questions", f"{recovered[name]} of {len(aim)}"
        table.append([f"attack on {name}", *row, "", "", ""])
    return [
        budget("hidden numbers recovered by five who collude", recovered["released"], 0),
        budget("by the same five from free sums", recovered["free sums, hidden below 5"], 1, least=True),
    ]  # fmt: skip


def _hiding(table) -> None:
    """How long it takes to find out what else must be hidden in the numbers of a whole district."""
    counts, town_of = county(11, towns=18, villages=25, quarters=4, kinds=8)
    began = time.process_time()
    done = release(counts, town_of)
    spent, cells = time.process_time() - began, done.table.counts
    small = ((cells > 0) & (cells < SMALL)).sum()
    row = f"{small} small, {done.hidden.sum()} hidden of {len(cells)}"
    table.append(["suppression of 450 villages, 18 towns", "CPU s", f"{spent:.1f}", row, "", ""])


def _quota(near, centres, few, table) -> list[dict]:
    """Three true places, and in one village 60 minor items more in the last three days of months."""
    called, wronged, places = 0, 0, 0
    for seed in range(few):
        world = World(20_000 + seed, near, centres)
        true = world.plant()
        events = world.disputes(12, 1.5, np.where(true, 3.0, 1.0)).astype(int)
        halo = near.ring(near.ring(true.astype(float))) > 0
        free = np.flatnonzero(~halo)
        village = cKDTree(world.xy).query(world.xy[world.rng.choice(free)], 8)[1]
        area = np.r_[np.repeat(np.arange(N), events), world.rng.choice(village, 60)]
        left = np.r_[world.rng.integers(0, 30, events.sum()), world.rng.integers(0, 3, 60)]
        minor = np.r_[world.rng.random(events.sum()) < 0.5, np.ones(60, bool)]
        areas = Areas(world.homes, world.xy, near)
        found = review(areas, Disputes(area, minor, left), seed=seed, sims=499).findings
        for one in found:
            if true[one.cluster.members].mean() > 0.5:
                places += 1
                wronged += one.kind != REAL
            elif np.isin(village, one.cluster.members).mean() > 0.5:
                called += one.kind != REAL
    table.append(["quota of 60 called one", f"{few} ×", "", "", f"{called / few:.2f}", ""])
    return [
        budget("planted quotas called a quota", called / few, 0.9, least=True),
        budget("true places called a quota", wronged / max(1, places), 0.02),
    ]


def _times(near, centres, table, figures, say) -> list[dict]:
    world = World(1, near, centres)
    events = world.disputes(12, 1.5, np.where(world.plant(), 3.0, 1.0))
    seconds = {}

    def timed(name, work):
        work()
        began = time.process_time()
        work()
        seconds[name] = time.process_time() - began

    timed("review", lambda: whole(world, events, 1, 999))
    by_month = world.rng.multinomial(1, np.full(12, 1 / 12), size=int(events.sum()))
    cells = np.zeros((N, 12))
    np.add.at(cells, np.repeat(np.arange(N), events.astype(int)), by_month)
    mean = np.repeat(expected(events, world.homes)[:, None] / 12, 12, axis=1)
    timed("space and time", lambda: scan_spacetime(cells, mean, world.xy, seed=1))
    rate = raw_rates(events, world.homes)
    timed("permutations", lambda: local_by_permutation(rate, near, sims=999, seed=1))
    timed("analytic", lambda: (gi_star(rate, near), local_moran(rate, near)))
    figures["seconds"] = seconds
    for name, value in seconds.items():
        table.append([name, "999 simulations, CPU s", f"{value:.3f}", "", "", ""])
    budgets = [
        budget("3,000 grids, the whole review, 999 simulations", seconds["review"], 2, "s CPU"),
        budget("space and time, 999 simulations", seconds["space and time"], 20, "s CPU"),
    ]
    theirs = _esda(rate, near, say)
    figures["esda_seconds"] = theirs
    for name, value in theirs.items():
        ratio = value / seconds["permutations" if "permutations" in name else "analytic"]
        table.append(
            [f"esda (numba): {name}", "CPU s, ×ours", f"{value:.3f}", f"{ratio:.1f}", "", ""]
        )
    return budgets


def _esda(rate, near, say) -> dict[str, float]:
    """Seconds of esda's second call, when numba has compiled."""
    try:
        esda = python("spatial", WHEELS, say)
        asked = {"x": rate.tolist(), "ptr": near.ptr.tolist(), "nbr": near.nbr.tolist()}
        done = subprocess.run(
            [esda, WORKER], input=json.dumps(asked), capture_output=True,
            text=True, check=True, timeout=900,
        )  # fmt: skip
        return json.loads(done.stdout.splitlines()[-1])
    except (OSError, subprocess.SubprocessError) as error:
        say(f"no esda: {error}")
        return {}
