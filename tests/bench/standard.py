"""Standard routing problems with verified best values, as problems of the planner.

Every customer must be served, which the planner only knows as a visit that is locked.
"""

import json
import math
from pathlib import Path
from typing import NamedTuple

import numpy as np

from visits.planner.model import Plan, Problem, Shift, Visit
from visits.planner.plan import FIRM

DATA = Path(__file__).resolve().parents[1] / "data/routing"
ALWAYS = 10**9
# Coordinates and times of the site-dependent problems count in thousandths.
FINE = 1000


class Standard(NamedTuple):
    name: str
    problem: Problem
    xy: np.ndarray
    best: int
    alike: bool = False
    longest: int | None = None  # how long a route may take from leaving the depot


def standards() -> list[Standard]:
    known = json.loads((DATA / "verified_best_known.json").read_text())
    return [
        _tsp(DATA / row["f"].removeprefix("share/"), row)
        if row["f"].endswith(".tsp")
        else _vrp(DATA / row["f"].removeprefix("share/"), row)
        for row in known
    ]


def _sections(path: Path) -> tuple[dict, dict[str, list[list[str]]]]:
    head, parts, rows = {}, {}, None
    for line in path.read_text().splitlines():
        line = line.strip()
        if line.endswith("_SECTION"):
            rows = parts.setdefault(line.removesuffix("_SECTION"), [])
        elif ":" in line:
            key, _, value = line.partition(":")
            head[key.strip()] = value.strip()
        elif line and line not in ("EOF", "-1") and rows is not None:
            rows.append(line.split())
    return head, parts


def _points(parts) -> np.ndarray:
    return np.array([[float(x), float(y)] for _, x, y in parts["NODE_COORD"]])


def _plane(xy: np.ndarray, scale: int = 1) -> np.ndarray:
    metres = np.hypot(*(xy[:, None] - xy[None]).transpose(2, 0, 1))
    return np.floor(metres * scale + 0.5).astype(np.int32)


def _globe(xy: np.ndarray) -> np.ndarray:
    """TSPLIB's GEO: degrees and minutes on a sphere of 6378.388 km, its own value of pi."""
    whole = np.trunc(xy)
    angle = 3.141592 * (whole + 5 * (xy - whole) / 3) / 180
    lat, lon = angle[:, 0], angle[:, 1]
    q1 = np.cos(lon[:, None] - lon)
    q2, q3 = np.cos(lat[:, None] - lat), np.cos(lat[:, None] + lat)
    cosine = np.clip(0.5 * ((1 + q1) * q2 - (1 - q1) * q3), -1, 1)
    found = (6378.388 * np.arccos(cosine) + 1).astype(np.int32)
    np.fill_diagonal(found, 0)
    return found


def _tsp(path: Path, row: dict) -> Standard:
    head, parts = _sections(path)
    xy = _points(parts)
    travel = _globe(xy) if head["EDGE_WEIGHT_TYPE"] == "GEO" else _plane(xy)
    best = row.get("opt_tour_length")
    if best is None:
        lines = (DATA / "tsplib/bestSolutions.txt").read_text().splitlines()
        best = next(int(x.split(":")[1].split()[0]) for x in lines if x.startswith(path.stem))
    visits = tuple(Visit(v, v + 1, 0, FIRM, ((0, ALWAYS),), only=(0,)) for v in range(len(xy) - 1))
    return Standard(path.stem, Problem(travel, visits, (Shift(0, 0, 0, ALWAYS),)), xy, best)


def _vrp(path: Path, row: dict) -> Standard:
    head, parts = _sections(path)
    sites = head["TYPE"] == "SDVRPTW"
    xy = _points(parts)
    scale = FINE if sites else 1
    load = [int(q) for _, q in parts["DEMAND"]]
    if not sites:
        count, capacity = row["routes"] + 2, int(head["CAPACITY"])
        shifts = tuple(Shift(s, 0, 0, ALWAYS, most=capacity) for s in range(count))
        visits = tuple(
            Visit(v, v + 1, 0, FIRM, ((0, ALWAYS),), only=tuple(range(count)), load=load[v + 1])
            for v in range(len(xy) - 1)
        )
        problem = Problem(_plane(xy), visits, shifts)
        return Standard(path.stem, problem, xy, row["bks"], alike=True)
    window = [(int(a) * FINE, int(b) * FINE) for _, a, b in parts["TIME_WINDOW"]]
    service = [int(s) * FINE for _, s in parts["SERVICE_TIME"]]
    allowed = [{int(c) for c in row[1:]} for row in parts["VEHICLES_ALLOWED_CLIENTS"]]
    shifts = tuple(
        Shift(s, 0, *window[0], most=int(capacity)) for s, (_, capacity) in enumerate(parts["CAPACITY"])
    )  # fmt: skip
    visits = tuple(
        Visit(v - 1, v, service[v], FIRM, (window[v],), load=load[v],
              only=tuple(s for s in range(len(shifts)) if v + 1 in allowed[s]))
        for v in range(1, len(xy))
    )  # fmt: skip
    longest = int(head["VEHICLES_MAX_DURATION"]) * FINE
    problem = Problem(_plane(xy, scale), visits, shifts)
    return Standard(path.stem, problem, xy, row["bks"], longest=longest)


def longest_route(standard: Standard, plan: Plan) -> int:
    """How long the longest route takes if each starts as late as it may."""
    travel, visits = standard.problem.travel, {v.id: v for v in standard.problem.visits}
    found = 0
    for route in plan.routes().values():
        stops = [visits[v] for v in route]
        early = math.inf
        # Backwards: the latest start that needs no waiting, then forwards from it.
        latest = ALWAYS
        place = 0
        for stop in reversed(stops):
            go = int(travel[stop.place, place])
            latest = min(stop.windows[0][1], latest - go - stop.service)
            place = stop.place
        leave = latest - int(travel[0, place])
        now, place = leave, 0
        for stop in stops:
            now = max(now + int(travel[place, stop.place]), stop.windows[0][0]) + stop.service
            place = stop.place
        early = now + int(travel[place, 0]) - leave
        found = max(found, early)
    return found
