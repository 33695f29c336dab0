"""The edits a draft takes: a state in, what changes out. Pure: nothing is kept or checked for rights."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from grids.drafts import cuts
from grids.drafts.state import Cell, State
from grids.errors import (
    MergeAcrossVillages,
    MergeNeedsTwo,
    NothingChanges,
)


@dataclass(frozen=True)
class Edit:
    title: str
    # What each touched key becomes; a removed cell that was only the draft's own is None.
    changed: dict[str, Cell | None]
    # Why, a sentence for each change, where a program suggests it.
    notes: tuple[str, ...] = ()


def named(cells: Sequence[Cell]) -> str:
    """甲、乙、丙等 7 个网格"""
    shown = "、".join(c.name or "新网格" for c in cells[:3])
    return shown if len(cells) <= 3 else f"{shown}等 {len(cells)} 个网格"


def _changes(cells: Sequence[Cell], new: Sequence[Cell]) -> dict[str, Cell]:
    changed = {n.key: n for c, n in zip(cells, new, strict=True) if n != c}
    if not changed:
        raise NothingChanges()
    return changed


def assign(state: State, keys: Sequence[str], lead: int | None, who: str) -> Edit:
    """Make a member the lead of these grids, or nobody."""
    cells = state.chosen(keys)
    new = [replace(c, lead=lead, supports=tuple(s for s in c.supports if s != lead)) for c in cells]
    title = f"{named(cells)}由{who}主责" if lead else f"{named(cells)}暂无主责"
    return Edit(title, _changes(cells, new))


def support(
    state: State, keys: Sequence[str], add: Sequence[int], remove: Sequence[int], who: str
) -> Edit:
    cells = state.chosen(keys)
    new = []
    for c in cells:
        there = [s for s in c.supports if s not in remove]
        there += [a for a in add if a not in there and a != c.lead]
        new.append(replace(c, supports=tuple(there)))
    return Edit(f"{named(cells)}的协同：{who}", _changes(cells, new))


def rename(state: State, key: str, name: str) -> Edit:
    (cell,) = state.chosen([key])
    return Edit(f"{named([cell])}改名为{name}", _changes([cell], [replace(cell, name=name)]))


def lock(state: State, keys: Sequence[str], locked: bool) -> Edit:
    cells = state.chosen(keys, editing=False)
    verb = "锁定" if locked else "解锁"
    return Edit(
        f"{verb}{named(cells)}", _changes(cells, [replace(c, locked=locked) for c in cells])
    )


def merge(state: State, keys: Sequence[str], homes: dict[str, int]) -> Edit:
    """Make neighbours one new grid. `homes`: families of each, to choose who leads it."""
    cells = state.chosen(keys)
    if len(cells) < 2:
        raise MergeNeedsTwo()
    if len({c.village for c in cells}) > 1:
        raise MergeAcrossVillages()
    geom = cuts.joined([c.geom for c in cells])
    led = [c for c in cells if c.lead]
    lead = max(led, key=lambda c: (homes.get(c.key, 0), c.code)).lead if led else None
    everybody = dict.fromkeys([c.lead for c in led] + [s for c in cells for s in c.supports])
    supports = tuple(m for m in everybody if m != lead)
    (key,) = state.new_keys(1)
    new = Cell(
        key, cells[0].village, "", geom, lead=lead, supports=supports, parents=published(cells)
    )
    return Edit(f"合并{named(cells)}", {**gone(cells), key: new})


def split_line(state: State, key: str, line: Sequence, homes: np.ndarray) -> Edit:
    (cell,) = state.chosen([key])
    return divided(state, cell, cuts.by_line(cell.geom, line, homes), "按线拆分")


def split_freehand(state: State, key: str, ring: Sequence, homes: np.ndarray) -> Edit:
    (cell,) = state.chosen([key])
    return divided(state, cell, cuts.by_ring(cell.geom, ring, homes), "圈出拆分")


def divided(state: State, cell: Cell, parts: Sequence, how: str) -> Edit:
    """A grid in parts: new grids, for which the same people answer until somebody says otherwise."""
    keys = state.new_keys(len(parts))
    new = {
        k: replace(
            cell,
            key=k,
            grid=None,
            version=None,
            code="",
            name="",
            geom=g,
            target=None,
            parents=published([cell]),
        )
        for k, g in zip(keys, parts, strict=True)
    }
    return Edit(f"{how}{named([cell])}为 {len(parts)} 个网格", {**gone([cell]), **new})


def move_border(state: State, source: str, target: str, ring: Sequence, homes: np.ndarray) -> Edit:
    if source == target:
        raise NothingChanges("要划给的就是这个网格自己，请另选一个相邻的网格。")
    one, other = state.chosen([source, target])
    if one.village != other.village:
        raise MergeAcrossVillages("村界不能在这里改，只能在同一个村的网格之间移动边界。")
    rest, grown = cuts.moved(one.geom, other.geom, ring, homes)
    # A new grid that gets ground of another grows out of that one too.
    new = [replace(one, geom=rest), replace(other, geom=grown)]
    if not other.grid:
        new[1] = replace(new[1], parents=tuple(dict.fromkeys(other.parents + published([one]))))
    return Edit(f"把{named([one])}的一部分划给{named([other])}", {c.key: c for c in new})


def gone(cells: Sequence[Cell]) -> dict[str, Cell | None]:
    return {c.key: replace(c, removed=True) if c.grid else None for c in cells}


def published(cells: Sequence[Cell]) -> tuple[int, ...]:
    """The published grids on whose ground these lie."""
    ids = [i for c in cells for i in ((c.grid,) if c.grid else c.parents)]
    return tuple(dict.fromkeys(ids))
