"""Who could answer for which grid: even loads, grids that hang together, few families re-assigned.

A suggestion is a step of a draft like any other; a person publishes it or not. By village, for a
member works in hers. Starts from who answers now and improves one grid at a time, each time by the
change that helps most, until none helps.
"""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import replace

import numpy as np
import shapely

from accounts.models import Role
from grids.drafts.state import Cell, State
from grids.drafts.steps import Edit
from grids.errors import NothingChanges
from households.territory.gauges import Shapes

# What each wish weighs. A red family that changes hands counts like that many others.
APART, CHANGE, RED = 0.15, 0.5, 5.0


def as_edit(
    state: State, rows: list[dict], people: list[dict], only: Collection[int] | None = None
) -> Edit:
    """`rows` of reading.figure_rows, `people` of reading.members, `only`: villages, else all.

    Locked grids stay as they are.
    """
    figures = {r["key"]: r for r in rows}
    codes = defaultdict(list)
    for p in people:
        if p["role"] == Role.MEMBER and not p["leave"]:
            codes[p["village"]].append(p["id"])
    villages = defaultdict(list)
    for cell in state.cells():
        if only is not None and cell.village not in only:
            continue
        villages[cell.village].append(cell)
    at_work = {p["id"]: p["village"] for p in people}
    changed: dict[str, Cell | None] = {}
    for cells in villages.values():
        code = next((c.code[:12] for c in cells if c.code), None)
        own = codes.get(code, [])
        # Whoever leads here though she works elsewhere was chosen by somebody: she may stay.
        here = own + [c.lead for c in cells if c.lead in at_work and c.lead not in own]
        for cell, lead in zip(
            cells, _leads(cells, figures, list(dict.fromkeys(here))), strict=True
        ):
            if lead != cell.lead:
                supports = tuple(s for s in cell.supports if s != lead)
                changed[cell.key] = replace(cell, lead=lead, supports=supports)
    if not changed:
        raise NothingChanges("现在的分工已经合适，没有更好的建议。")
    return Edit(f"建议的分工：{len(changed)} 个网格换主责", changed)


def _leads(cells: list[Cell], figures: dict[str, dict], people: list[int]) -> list[int | None]:
    if not people:
        return [c.lead for c in cells]
    load = np.array([figures[c.key]["load_h"] or 0.0 for c in cells])
    bond = np.array([_bond(figures[c.key]) for c in cells])
    near = _touching(cells)
    now = np.array([people.index(c.lead) if c.lead in people else -1 for c in cells])
    who = now.copy()
    for g in np.lexsort((np.arange(len(cells)), -load)):
        if who[g] < 0 and not cells[g].locked:
            who[g] = min(
                range(len(people)), key=lambda m: (_cost(who, g, m, load, bond, near, now), m)
            )
    free = [g for g, c in enumerate(cells) if not c.locked]
    total = _energy(who, load, bond, near, now, len(people))
    while True:
        best = (total - 1e-9, None)
        for g in free:
            stays = who[g]
            for m in range(len(people)):
                if m != stays:
                    who[g] = m
                    best = min(
                        best,
                        (_energy(who, load, bond, near, now, len(people)), (g, m)),
                        key=lambda b: b[0],
                    )
            who[g] = stays
        total, change = best
        if change is None:
            return [people[m] if m >= 0 else c.lead for m, c in zip(who, cells, strict=True)]
        who[change[0]] = change[1]


def _bond(row: dict) -> float:
    """What it costs when these families get to know somebody else."""
    return (row["n"] or 0) + (RED - 1) * (row["c"][1] if row["c"] else 0)


def _touching(cells: list[Cell]) -> np.ndarray:
    shapes = Shapes(cells).metres
    near = np.zeros((len(cells), len(cells)), bool)
    a, b = shapely.STRtree(shapes).query(shapes, predicate="dwithin", distance=0.5)
    near[a, b] = a != b
    return near


def _cost(who, g: int, m: int, load, bond, near, now) -> float:
    tried = who.copy()
    tried[g] = m
    return _energy(tried, load, bond, near, now, int(max(tried.max(), m)) + 1)


def _energy(who, load, bond, near, now, people: int) -> float:
    """Uneven loads, grids away from the others of their lead, families that change hands."""
    led = who >= 0
    held = np.bincount(who[led], load[led], minlength=people)
    mean = max(load.sum() / people, 1e-9)
    uneven = float(((held / mean - 1) ** 2).sum())
    same = (who[:, None] == who[None, :]) & led[:, None]
    many = same.sum(axis=1) > 1
    apart = int((many & ~(same & near).any(axis=1)).sum())
    moved = float(bond[(now >= 0) & (who != now)].sum()) / max(bond.sum(), 1)
    return uneven + APART * apart + CHANGE * moved
