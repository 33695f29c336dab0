"""Invented villages: an outline, hamlets along roads, a river, a few families that need much."""

from dataclasses import dataclass

import numpy as np
import shapely
from shapely import LineString, Polygon

# Load of a family by colour and how common each is: few red, many green.
WEIGHT = np.array([6.0, 3.0, 2.0, 1.2, 1.0])
SHARE = np.array([0.03, 0.07, 0.15, 0.25, 0.50])


@dataclass(frozen=True)
class Village:
    outline: Polygon
    xy: np.ndarray
    weight: np.ndarray
    roads: list[LineString]
    rivers: list[LineString]


def winding(a, b, rng, bend) -> LineString:
    a, b = np.array(a), np.array(b)
    t = np.linspace(0, 1, 24)
    off = np.cumsum(rng.normal(size=24))
    off -= off[0] + (off[-1] - off[0]) * t
    off *= bend / np.abs(off).max()
    return LineString(
        a + t[:, None] * (b - a) + off[:, None] * np.array([a[1] - b[1], b[0] - a[0]])
    )


def make_village(households: int = 600, seed: int = 0, radius_m: float = 900) -> Village:
    rng = np.random.default_rng(seed)
    turn = np.linspace(0, 2 * np.pi, 72, endpoint=False)
    r = 1 + 0.02 * rng.normal(size=72)
    for waves, height in ((2, 0.18), (3, 0.10), (5, 0.10)):
        r += height * np.cos(waves * turn + rng.uniform(0, 6))
    outline = Polygon(radius_m * np.c_[r * np.cos(turn), r * np.sin(turn)])
    far, angle = 1.6 * radius_m, rng.uniform(0, np.pi)

    def tip(a):
        return np.array([far * np.cos(a), far * np.sin(a)])

    roads = [winding(-tip(angle), tip(angle), rng, 0.04)]
    for _ in range(3):
        start = np.array(roads[0].interpolate(rng.uniform(0.25, 0.75), normalized=True).coords[0])
        side = angle + rng.choice([-1, 1]) * rng.uniform(1.0, 1.9)
        roads.append(winding(start, start + tip(side), rng, 0.04))
    bank = angle + rng.uniform(0.9, 2.0)
    shift = rng.uniform(-0.3, 0.3) * radius_m
    rivers = [winding(shift - tip(bank), shift + tip(bank), rng, 0.08)]
    hamlets: list[np.ndarray] = []
    while len(hamlets) < max(4, households // 80):
        spot = roads[rng.integers(4)].interpolate(rng.uniform(), normalized=True).coords[0]
        spot = np.array(spot) + rng.normal(0, 80, 2)
        if outline.buffer(-80).contains(shapely.Point(spot)):
            hamlets.append(spot)
    size = rng.dirichlet(np.full(len(hamlets), 2.0))
    homes: list[np.ndarray] = []
    while len(homes) < households:
        kind = rng.uniform()
        if kind < 0.72:
            spot = hamlets[rng.choice(len(hamlets), p=size)] + rng.normal(0, 0.09 * radius_m, 2)
        elif kind < 0.92:
            along = roads[rng.integers(4)].interpolate(rng.uniform(), normalized=True).coords[0]
            spot = np.array(along) + rng.normal(0, 25, 2)
        elif kind < 0.985 or not homes:
            spot = rng.uniform(-1.2, 1.2, 2) * radius_m
        else:
            spot = homes[rng.integers(len(homes))]  # another family in the same house
        if outline.contains(shapely.Point(spot)):
            homes.append(spot)
    return Village(outline, np.array(homes), rng.choice(WEIGHT, households, p=SHARE), roads, rivers)
