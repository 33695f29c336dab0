"""A member's card while somebody is choosing: what it says now, and if these grids were hers."""

import numpy as np

from accounts.models import Member
from boundaries.models import Division
from grids.drafts.store import state_of, villages_of
from grids.errors import NothingSelected
from grids.models import Draft
from households.territory import reading
from households.territory.families import families, homes_of


def figures(
    by: Member, place: Division, draft: Draft | None, keys: list[str], member: int | None
) -> dict:
    """`chosen`: the grids together. `before`, `after`: of the member, if one is named."""
    state = state_of(draft, villages_of(place))
    if not keys:
        raise NothingSelected()
    wanted = {c.key for c in state.chosen(keys, editing=False)}
    cells = state.cells()
    rows = reading.figure_rows(by, state, cells)
    chosen = [r for r in rows if r["key"] in wanted]
    answer = {"chosen": reading.total(chosen)}
    if member is not None:
        after = [{**r, "lead": member} if r["key"] in wanted else r for r in rows]
        answer["before"] = reading.card_figures(member, rows)
        answer["after"] = reading.card_figures(member, after)
        if home := homes_of(by).get(member):
            # Only the villages in which anything of hers lies, before or after.
            touched = {c.village for c, r in zip(cells, after, strict=True) if r["lead"] == member}
            near = [c for c in cells if c.village in touched]
            there = families(by, state, near)
            for told in ("before", "after"):
                hers = set(answer[told]["grids"])
                chosen = np.array([c.key in hers for c in near], bool)
                answer[told]["distance_m"] = there.way_m(home, chosen)
    return answer
