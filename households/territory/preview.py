"""What a draft would change, in numbers: by grid, by member, and for which families."""

import hashlib

import numpy as np

from accounts.models import Member
from grids.drafts import store
from grids.drafts.state import State
from grids.errors import HouseholdsChanged
from grids.models import Draft
from households.models import Household
from households.territory import reading
from households.territory.conflicts import led_by_kin, ties
from households.territory.families import Families, families
from households.territory.gauges import plan
from households.territory.homes import Homes, placed, read_homes

PAGE = 50
# The most needed first.
ORDER = [5, 0, 1, 2, 3, 4]


def preview(draft: Draft, member: Member, page: int = 1, *, may_list: bool = True) -> dict:
    state = store.state_of(draft, store.villages_of(draft.scope))
    touched = {c.village for c in state.over.values()}
    before = State({k: c for k, c in state.base.items() if c.village in touched})
    after = State(before.base, state.over)
    was = families(member, before, before.cells())
    will = families(member, after, after.cells())
    then = reading.grid_rows(member, draft.scope, before, before.cells(), was)
    now = reading.grid_rows(member, draft.scope, after, after.cells(), will)
    homes = will.homes
    old, new = _leads(was), _leads(will)
    handed = np.flatnonzero(old != new)
    by_slot = np.bincount(homes.slot[handed], minlength=6).tolist()
    return {
        "draft": reading.draft_row(draft),
        "seen": stamp(homes, after),
        # Of all grids of the villages that the draft touches.
        "gauges": {
            "before": plan(then, was.cuts.values()),
            "after": plan(now, will.cuts.values()),
        },
        "grids": _grids(then, now),
        "members": _members(draft, then, now),
        "stale": [
            r["key"] for r in now if r["base_changed"] and r["key"] in state.over and r["code"]
        ],
        # Where somebody would answer for kin of hers, as far as the reader may know.
        "kin": [
            {"key": t.cell.key, "member": t.member, "n": len(t.households), "note": t.sentence}
            for t in led_by_kin(ties(member, after, touched))
        ],
        "families": {
            "n": len(handed),
            "c": by_slot,
            "page": page,
            "list": _listed(homes, handed, old, new, page) if may_list else None,
        },
    }


def _leads(there: Families) -> np.ndarray:
    """Who would answer for each family; 0: nobody."""
    leads = np.array([c.lead or 0 for c in there.cells] + [0], np.int64)
    return leads[there.where]


def stamp(homes: Homes, state: State) -> str:
    """A text that changes when a family comes, goes, moves or changes its colour."""
    where = placed(homes, state.cells())
    rows = np.column_stack([homes.id, where, homes.slot])
    return hashlib.blake2b(rows.tobytes(), digest_size=8).hexdigest()


def refuse_unseen(draft: Draft, member: Member, seen: str | None) -> None:
    """HouseholdsChanged when families have changed since the preview whose stamp `seen` is."""
    if seen is not None and seen != _present_stamp(draft, member):
        raise HouseholdsChanged()


def _present_stamp(draft: Draft, member: Member) -> str:
    state = store.state_of(draft, store.villages_of(draft.scope))
    touched = {c.village for c in state.over.values()}
    part = State({k: c for k, c in state.base.items() if c.village in touched}, state.over)
    return stamp(read_homes(member, touched), part)


_SHOWN = (
    "key",
    "code",
    "name",
    "village",
    "lead",
    "supports",
    "target_households",
    "n",
    "c",
    "load_h",
)


def _grids(then: list[dict], now: list[dict]) -> list[dict]:
    old, new = {r["key"]: r for r in then}, {r["key"]: r for r in now}
    pairs = [(old.get(k), new.get(k)) for k in dict.fromkeys([*old, *new])]
    short = [
        {
            "before": {k: b[k] for k in _SHOWN} if b else None,
            "after": {k: a[k] for k in _SHOWN} if a else None,
        }
        for b, a in pairs
    ]
    return [pair for pair in short if pair["before"] != pair["after"]]


def _members(draft: Draft, then: list[dict], now: list[dict]) -> list[dict]:
    ids = {r["lead"] for r in [*then, *now]} - {None}
    names = dict(Member.objects.filter(pk__in=ids).values_list("pk", "name"))
    rows = [
        {
            "id": pk,
            "name": names[pk],
            "before": reading.card_figures(pk, then),
            "after": reading.card_figures(pk, now),
        }
        for pk in sorted(ids)
    ]
    return [r for r in rows if r["before"] != r["after"]]


def _listed(homes: Homes, handed, old, new, page: int) -> list[dict]:
    rank = np.array(ORDER)[homes.slot[handed]]
    order = handed[np.lexsort((homes.id[handed], rank))]
    chosen = order[(page - 1) * PAGE : page * PAGE]
    shown = Household.objects.in_bulk(homes.id[chosen].tolist())
    names = dict(
        Member.objects.filter(pk__in={*old[chosen].tolist(), *new[chosen].tolist()}).values_list(
            "pk", "name"
        )
    )
    return [
        {
            "uuid": home.uuid,
            "household_no": home.household_no,
            "slot": home.slot,
            "from": names.get(int(old[i])),
            "to": names.get(int(new[i])),
        }
        for i in chosen
        if (home := shown.get(int(homes.id[i])))
    ]
