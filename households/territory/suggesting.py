"""Who could answer for which grid: even loads, short ways, few families that change hands.

A suggestion is a step of a draft like any other; a person publishes it or not. By village, for a
member works in hers. What counts how much: grids/designer/assign.py.
"""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import replace

import numpy as np
import shapely
from django.utils import timezone

from accounts.models import Member, Role
from boundaries.models import Division
from grids.designer.assign import BAND, NOBODY, Village, assign_members
from grids.drafts.state import Cell, State
from grids.drafts.steps import Edit
from grids.errors import NothingChanges
from grids.models import Assignment
from households.territory import reading
from households.territory.conflicts import ties
from households.territory.families import Families, families, homes_of
from households.territory.gauges import Shapes

# A red family that has to get to know somebody else counts like so many others.
RED = 5.0
# Longer than that nobody gets to know each other better.
MOST_MONTHS = 24
# A way is shorter when it is so much of the other.
SHORTER = 0.8


def suggest(by: Member, scope: Division, state: State, only: Collection[int] | None = None) -> Edit:
    """For the villages `only`, or all. Locked grids stay as they are."""
    cells = [c for c in state.cells() if only is None or c.village in only]
    there = families(by, state, cells)
    rows = {r["key"]: r for r in reading.figure_rows(by, state, cells)}
    people = {p["id"]: p for p in reading.members(by, scope, list(rows.values()))}
    months = _months(cells)
    forbidden = {(t.member, t.cell.key) for t in ties(by, state, {c.village for c in cells})}
    homes = homes_of(by)
    changed: dict[str, Cell | None] = {}
    notes: list[str] = []
    vacant = 0
    for own in _by_village(cells).values():
        asked = _members(own, people)
        village = _village(own, asked, people, rows, there, homes, months, forbidden)
        who = assign_members(village)
        for g, cell in enumerate(own):
            lead = asked[who[g]] if who[g] != NOBODY else None
            if lead is None:
                vacant += 1
            if lead == cell.lead or cell.locked:
                continue
            supports = tuple(s for s in cell.supports if s != lead)
            changed[cell.key] = replace(cell, lead=lead, supports=supports)
            notes.append(_why(cell, g, who, village, asked, people))
    if not changed:
        raise NothingChanges(
            f"现在的分工已经合适，没有更好的建议；有 {vacant} 个网格没有合适的人选。"
            if vacant
            else "现在的分工已经合适，没有更好的建议。"
        )
    if vacant:
        notes.append(f"有 {vacant} 个网格没有合适的人选，暂无主责。")
    return Edit(f"建议的分工：{len(changed)} 个网格换主责", changed, tuple(notes))


def _by_village(cells: Collection[Cell]) -> dict[int, list[Cell]]:
    found = defaultdict(list)
    for cell in cells:
        found[cell.village].append(cell)
    return found


def _members(cells: list[Cell], people: dict[int, dict]) -> list[int]:
    """Whoever works in the village and is there, and whoever leads in it already."""
    code = _code(cells)
    own = [
        p["id"]
        for p in people.values()
        if p["role"] == Role.MEMBER and p["village"] == code and not p["leave"]
    ]
    return list(dict.fromkeys(own + [c.lead for c in cells if c.lead in people]))


def _months(cells: Collection[Cell]) -> dict[int, float]:
    """How long each grid's lead has answered for it; a new grid's, for its parents."""
    ids = {i for c in cells for i in ((c.grid,) if c.grid else c.parents)}
    since = dict(
        Assignment.objects.open()
        .filter(role=Assignment.Role.LEAD, grid__in=ids)
        .values_list("grid_id", "started_at")
    )
    now = timezone.now()
    return {g: min(MOST_MONTHS, (now - at).days / 30.44) for g, at in since.items()}


def _village(cells, asked, people, rows, there: Families, homes, months, forbidden) -> Village:
    figures = [rows[c.key] for c in cells]
    at = {c.key: i for i, c in enumerate(there.cells)}
    own = [at[c.key] for c in cells]
    way = np.full((len(cells), len(asked)), np.nan)
    for m, member in enumerate(asked):
        if member in homes:
            for g, i in enumerate(own):
                chosen = np.zeros(len(there.cells), bool)
                chosen[i] = True
                metres = there.way_m(homes[member], chosen)
                way[g, m] = np.nan if metres is None else metres
    now = np.array([asked.index(c.lead) if c.lead in asked else NOBODY for c in cells], np.int64)
    stays = now[:, None] == np.arange(len(asked))[None]
    code = _code(cells)
    away = np.array([bool(people[m]["leave"]) for m in asked], bool)
    elsewhere = np.array(
        [people[m]["role"] != Role.MEMBER or people[m]["village"] != code for m in asked],
        bool,
    )
    kin = np.array([[(m, c.key) in forbidden for m in asked] for c in cells], bool)
    return Village(
        load=np.array([f["load_h"] or 0.0 for f in figures]),
        way=way,
        bond=np.array(
            [
                _families(f) * (1 + max((months.get(i, 0) for i in _grounds(c)), default=0))
                for c, f in zip(cells, figures, strict=True)
            ]
        ),
        near=_touching(cells),
        now=now,
        locked=np.array([c.locked for c in cells], bool),
        # Whoever is away, or was chosen though she works elsewhere, may stay but gets no more.
        allowed=(stays | ~(away | elsewhere)[None]) & ~kin.reshape(way.shape),
    )


def _code(cells: list[Cell]) -> str | None:
    return next((c.code[:12] for c in cells if c.code), None)


def _grounds(cell: Cell) -> tuple[int, ...]:
    return (cell.grid,) if cell.grid else cell.parents


def _families(row: dict) -> float:
    return (row["n"] or 0) + (RED - 1) * (row["c"][1] if row["c"] else 0)


def _touching(cells: list[Cell]) -> np.ndarray:
    shapes = Shapes(cells).metres
    near = np.zeros((len(cells), len(cells)), bool)
    a, b = shapely.STRtree(shapes).query(shapes, predicate="dwithin", distance=0.5)
    near[a, b] = a != b
    return near


def _why(cell: Cell, g: int, who, village: Village, asked, people: dict[int, dict]) -> str:
    """One sentence. Nothing in it says where somebody lives or to whom she is kin."""
    name = cell.name or "新网格"
    new = who[g]
    if new == NOBODY:
        return f"{name}：没有合适的人选，暂无主责。"
    to = people[asked[new]]["name"]
    old = int(village.now[g])
    if cell.lead is None:
        reasons = ["现在没有主责"]
    elif old == NOBODY or not village.allowed[g, old]:
        reasons = ["原主责不便继续"]
    else:
        reasons = []
    mean = village.load.sum() / max(village.members, 1)
    held = [float(village.load[w == m].sum()) for w, m in ((village.now, old), (who, new))]
    if old != NOBODY and held[0] > (1 + BAND) * mean:
        reasons.append(f"{people[asked[old]]['name']}每月 {held[0]:.0f} 小时，比平均多")
    elif float(village.load[village.now == new].sum()) < (1 - BAND) * mean:
        reasons.append(f"{to}的工作量比平均少")
    if old != NOBODY and village.way[g, new] < SHORTER * village.way[g, old]:
        reasons.append("离家更近")
    if (village.near[g] & (who == new)).any():
        reasons.append("和她的其他网格相连")
    was = people[asked[old]]["name"] if old != NOBODY else "暂无"
    return f"{name}：{was} → {to}（{'，'.join(reasons) or '整体更均衡'}；她将有每月 {held[1]:.0f} 小时）。"
