"""Edits of a draft: what was asked becomes a step, checked against families and people."""

from collections.abc import Collection
from dataclasses import dataclass, field

import numpy as np

from accounts.models import Member
from boundaries.models import Division, Level
from boundaries.services.outlines import from_django
from core.errors import Malformed
from grids.drafts import steps, store
from grids.drafts.state import Cell, State
from grids.models import Draft, DraftStep
from grids.people import answerable, town_of
from households.territory import conflicts, designing, reading, suggesting
from households.territory.homes import Homes, counts_by_cell, placed, read_homes


@dataclass
class Taken:
    """A step, with the draft and the territory after it."""

    draft: Draft
    step: DraftStep
    state: State
    touched: list[dict]
    removed: list[str]
    # Sentences for whoever did it, as far as she may know.
    notes: list[str] = field(default_factory=list)


def take_step(*, draft_id: int, expected_version: int, kind: str, asked: dict, by: Member) -> Taken:
    """Do one edit; DraftChanged when somebody else was quicker."""
    make = _KINDS.get(kind)
    if make is None:
        raise Malformed(f"不认识的操作“{kind}”。")
    draft = store.locked_draft(by, draft_id, expected_version)
    state = store.state_of(draft, store.villages_of(draft.scope))
    edit = make(_Asked(asked), state, draft, by)
    step = store.record_step(draft=draft, state=state, kind=kind, edit=edit, by=by)
    after = state.with_changes(edit.changed)
    taken = _taken(draft, step, after, edit.changed, by)
    touched = {c.village for k in edit.changed for s in (state, after) if (c := s.find(k))}
    kin = conflicts.newly_led_by_kin(by, state, after, touched)
    taken.notes = [*step.notes, *(tie.sentence for tie in kin)]
    return taken


def undo(*, draft_id: int, expected_version: int, by: Member) -> Taken:
    draft = store.locked_draft(by, draft_id, expected_version)
    step = store.undo_step(draft=draft, by=by)
    return _again(draft, step, by)


def redo(*, draft_id: int, expected_version: int, by: Member) -> Taken:
    draft = store.locked_draft(by, draft_id, expected_version)
    step = store.redo_step(draft=draft, by=by)
    return _again(draft, step, by)


def _again(draft: Draft, step: DraftStep, by: Member) -> Taken:
    state = store.state_of(draft, store.villages_of(draft.scope))
    return _taken(draft, step, state, [*step.before, *step.after], by)


def _taken(draft, step, state: State, keys: Collection[str], by: Member) -> Taken:
    """Rows of the villages that the step touched: their mean load has changed with it."""
    standing = {c.key: c for c in state.cells()}
    everything = {**state.base, **standing}
    villages = {everything[k].village for k in keys if k in everything}
    cells = [c for c in standing.values() if c.village in villages]
    return Taken(
        draft=draft,
        step=step,
        state=state,
        touched=reading.grid_rows(by, draft.scope, state, cells),
        removed=[k for k in dict.fromkeys(keys) if k not in standing],
    )


class _Asked:
    """The body of a request, read with care."""

    def __init__(self, body: dict):
        self.body = body

    def keys(self, name: str = "keys") -> list[str]:
        value = self.body.get(name)
        if not isinstance(value, list) or not all(isinstance(v, str) for v in value):
            raise Malformed(f"{name} 应为网格编号的列表。")
        return value

    def key(self, name: str = "key") -> str:
        value = self.body.get(name)
        if not isinstance(value, str):
            raise Malformed(f"{name} 应为一个网格编号。")
        return value

    def ids(self, name: str) -> list[int]:
        value = self.body.get(name, [])
        if not isinstance(value, list) or not all(type(v) is int for v in value):
            raise Malformed(f"{name} 应为人员编号的列表。")
        return value

    def text(self, name: str, longest: int) -> str:
        value = self.body.get(name)
        if not isinstance(value, str) or not 0 < len(value.strip()) <= longest:
            raise Malformed(f"{name} 应为 1 到 {longest} 个字。")
        return value.strip()

    def points(self, name: str) -> list:
        return self.body.get(name)


def _homes_of(by: Member, state: State, key: str) -> np.ndarray:
    """Where the families of a grid of the draft stand."""
    cell = state.get(key)
    homes = read_homes(by, [cell.village])
    return homes.xy[placed(homes, [cell]) == 0]


def _assign(asked: _Asked, state: State, draft: Draft, by: Member):
    lead = asked.body.get("lead")
    if lead is not None and type(lead) is not int:
        raise Malformed("lead 应为人员编号，或 null。")
    who = answerable([lead], town_of(draft.scope))[lead].name if lead else ""
    return steps.assign(state, asked.keys(), lead, who)


def _support(asked: _Asked, state: State, draft: Draft, by: Member):
    add, remove = asked.ids("add"), asked.ids("remove")
    new = answerable(add, town_of(draft.scope)) if add else {}
    old = Member.objects.in_bulk(remove)
    who = [f"增加{new[m].name}" for m in add] + [f"去掉{old[m].name}" for m in remove if m in old]
    return steps.support(state, asked.keys(), add, remove, "、".join(who))


def _rename(asked: _Asked, state: State, draft: Draft, by: Member):
    return steps.rename(state, asked.key(), asked.text("name", 80))


def _lock(asked: _Asked, state: State, draft: Draft, by: Member):
    locked = asked.body.get("locked", True)
    if type(locked) is not bool:
        raise Malformed("locked 应为 true 或 false。")
    return steps.lock(state, asked.keys(), locked)


def _merge(asked: _Asked, state: State, draft: Draft, by: Member):
    keys = asked.keys()
    cells = [state.get(k) for k in keys]
    homes = read_homes(by, {c.village for c in cells})
    counts = counts_by_cell(homes, placed(homes, cells), len(cells)).sum(axis=1)
    return steps.merge(state, keys, dict(zip(keys, counts.tolist(), strict=True)))


def _split_line(asked: _Asked, state: State, draft: Draft, by: Member):
    key = asked.key()
    return steps.split_line(state, key, asked.points("line"), _homes_of(by, state, key))


def _split_freehand(asked: _Asked, state: State, draft: Draft, by: Member):
    key = asked.key()
    return steps.split_freehand(state, key, asked.points("ring"), _homes_of(by, state, key))


def _move_border(asked: _Asked, state: State, draft: Draft, by: Member):
    source, target = asked.key("from"), asked.key("to")
    homes = _homes_of(by, state, source)
    return steps.move_border(state, source, target, asked.points("ring"), homes)


def _chosen(asked: _Asked, state: State, scope: Division) -> list[Cell]:
    """`keys`, or one `key`, or every grid of a `village`; its ground where it has none yet."""
    if "village" in asked.body:
        villages = Division.objects.under(scope).current().filter(level=Level.VILLAGE)
        village = villages.filter(code=str(asked.body["village"])).first()
        keys = [c.key for c in state.in_village(village.pk)] if village else []
        if village and village.geom and not keys:
            return [Cell("", village.pk, village.name, from_django(village.geom))]
        return state.chosen(keys)
    return state.chosen([asked.key()] if "key" in asked.body else asked.keys())


def site_of(asked: dict, state: State, scope: Division, by: Member) -> tuple[designing.Site, Homes]:
    cells = _chosen(_Asked(asked), state, scope)
    homes = read_homes(by, {c.village for c in cells})
    # As households are joined: of two grids that share an edge the first code has it.
    cells.sort(key=lambda c: (c.code or "9" * 16, c.key))
    whole = len(cells) >= len(state.in_village(cells[0].village))
    return designing.site(cells, homes, reading.rates_in_force(), whole=whole), homes


def parts_asked(asked: dict, place: designing.Site) -> int:
    parts, target = asked.get("parts"), asked.get("target_h")
    if type(parts) is int and parts > 0:
        return designing.parts_of(place, parts, None)
    if type(target) in (int, float) and target > 0:
        return designing.parts_of(place, None, target)
    raise Malformed("请给出 parts（几个网格）或 target_h（每个网格每月几小时）。")


def _split_auto(asked: _Asked, state: State, draft: Draft, by: Member):
    place, _ = site_of(asked.body, state, draft.scope, by)
    objective, seed = asked.body.get("objective", "balance"), asked.body.get("seed", 0)
    known = isinstance(objective, str) and objective in designing.OBJECTIVES
    if not known or type(seed) is not int or seed < 0:
        raise Malformed("objective 应为 balance、compact 或 together，seed 应为非负整数。")
    k = parts_asked(asked.body, place)
    return designing.as_edit(state, place, designing.divide(place, k, objective, seed))


def _rebalance(asked: _Asked, state: State, draft: Draft, by: Member):
    tol = asked.body.get("tol", 0.1)
    if type(tol) not in (int, float) or not 0.01 <= tol <= 0.5:
        raise Malformed("tol 应在 0.01 到 0.5 之间。")
    place, homes = site_of(asked.body, state, draft.scope, by)
    return designing.evened(place, homes.slot, float(tol))


def _suggest(asked: _Asked, state: State, draft: Draft, by: Member):
    # With `keys` only for their villages: whoever is busy with one does not want the others changed.
    keys = asked.keys() if "keys" in asked.body else None
    villages = {state.get(k).village for k in keys} if keys else None
    return suggesting.suggest(by, draft.scope, state, villages)


_KINDS = {
    "split_auto": _split_auto,
    "rebalance": _rebalance,
    "suggest": _suggest,
    "assign": _assign,
    "support": _support,
    "rename": _rename,
    "lock": _lock,
    "merge": _merge,
    "split_line": _split_line,
    "split_freehand": _split_freehand,
    "move_border": _move_border,
}
