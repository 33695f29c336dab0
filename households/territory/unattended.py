"""Drafts that a command lays before a chair: in her name and with her eyes, for her to publish."""

from collections.abc import Callable

from accounts.models import Member, Role
from boundaries.models import Division, Level
from core.errors import Invalid, NotFound
from core.scope import acting_as
from grids.drafts import store
from grids.errors import NothingChanges
from grids.people import town_of
from households.territory import designing, editing, reading
from households.territory.homes import read_homes


class NobodyToDraftFor(Invalid):
    message = "没有人可以审定这份草稿。"


def place_at(code: str, *levels: Level) -> Division:
    place = Division.objects.current().select_related("parent").filter(code=code).first()
    if place is None or place.level not in levels:
        wanted = "或".join(level.label for level in levels)
        raise NotFound(f"没有代码是“{code}”的{wanted}；请核对，或先导入区划。")
    return place


def chair_of(place: Division, username: str | None) -> Member:
    """Whose draft it will be: who is named, else the chair of the town, who publishes."""
    town = town_of(place)
    if username:
        named = Member.objects.active().filter(username=username).first()
        if named is None or not store.may_edit(named, place):
            raise NobodyToDraftFor(f"账号“{username}”不能调整{place.name}的网格。")
        return named
    chair = Member.objects.active().filter(role=Role.TOWN, division=town).order_by("pk").first()
    if chair is None:
        raise NobodyToDraftFor(
            f"{town.name}还没有乡镇妇联主席的账号；请先用 import_members 建立，或用 --by 指定。"
        )
    return chair


def design(
    *,
    village: Division,
    grids: int | None,
    households: int | None,
    seed: int,
    by: Member,
    progress: Callable,
) -> dict:
    """A draft of `grids` grids, or of so many that each has about `households` families.

    With neither as many as there are. What the designer had to say is in `notes`.
    """
    with acting_as(by.pk):
        draft = store.open_draft(scope=village, title=f"{village.name}网格设计", by=by)
        state = store.state_of(draft, [village.pk])
        homes = read_homes(by, [village.pk])
        parts = grids or (
            max(1, round(len(homes) / households)) if households else len(state.cells()) or 1
        )
        progress(f"{village.name}：{len(homes)} 户，划成 {parts} 个网格")
        place = editing.site_of({"village": village.code}, state, village, by)[0]
        made = designing.divide(place, designing.parts_of(place, parts, None), "balance", seed)
        edit = designing.as_edit(state, place, made)
        store.record_step(draft=draft, state=state, kind="split_auto", edit=edit, by=by)
        after = state.with_changes(edit.changed)
        rows = reading.grid_rows(by, village, after, after.cells())
    return {
        "draft": draft.pk,
        "for": by.username,
        "division": village.code,
        "households": len(homes),
        "grids": [
            {k: r[k] for k in ("key", "name", "lead", "n", "load_h", "gauges")} for r in rows
        ],
        "max_dev": round(float(made.metrics.max_dev), 4),
        "notes": made.notes,
    }


def suggest(*, place: Division, by: Member, progress: Callable) -> dict:
    """A draft of who answers for which grid; none when it is well as it is."""
    with acting_as(by.pk):
        draft = store.open_draft(scope=place, title=f"{place.name}分工建议", by=by)
        before = store.state_of(None, store.villages_of(place))
        progress(f"{place.name}：{len(before.cells())} 个网格")
        try:
            taken = editing.take_step(
                draft_id=draft.pk,
                expected_version=draft.version,
                kind="suggest",
                asked={"who": "people"},
                by=by,
            )
        except NothingChanges as well:
            draft.delete()
            return {"draft": None, "for": by.username, "division": place.code, "changes": [],
                    "notes": [well.message]}  # fmt: skip
        cells = taken.state.cells()
    names = dict(
        Member.objects.filter(
            pk__in={c.lead for c in [*before.cells(), *cells] if c.lead}
        ).values_list("pk", "name")
    )
    return {
        "draft": draft.pk,
        "for": by.username,
        "division": place.code,
        "changes": [
            {
                "key": c.key,
                "name": c.name,
                "from": names.get(before.get(c.key).lead),
                "to": names.get(c.lead),
            }
            for c in cells
            if c.lead != before.get(c.key).lead
        ],
        "notes": [],
    }
