"""A member's card while somebody is choosing: what it says now, and if these grids were hers."""

from accounts.models import Member
from boundaries.models import Division
from grids.drafts.store import state_of, villages_of
from grids.errors import NothingSelected
from grids.models import Draft
from households.territory import reading


def figures(
    by: Member, place: Division, draft: Draft | None, keys: list[str], member: int | None
) -> dict:
    """`chosen`: the grids together. `before`, `after`: of the member, if one is named."""
    state = state_of(draft, villages_of(place))
    if not keys:
        raise NothingSelected()
    wanted = {c.key for c in state.chosen(keys, editing=False)}
    rows = reading.figure_rows(by, state, state.cells())
    chosen = [r for r in rows if r["key"] in wanted]
    answer = {"chosen": reading.total(chosen)}
    if member is not None:
        after = [{**r, "lead": member} if r["key"] in wanted else r for r in rows]
        answer["before"] = reading.card_figures(member, rows)
        answer["after"] = reading.card_figures(member, after)
    return answer
