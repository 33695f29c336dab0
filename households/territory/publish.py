"""A draft becomes the territory: now, or on a day; and it can be taken back."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from django.db import transaction
from django.utils import timezone

from accounts.models import Member, Role
from core.errors import NotFound
from core.scope import acting_as_system
from grids import errors
from grids.drafts import store
from grids.drafts.state import Cell, cell_from, key_of
from grids.models import Draft, DraftGrid, TerritoryChange
from households.territory.applying import apply, lock_grids, set_state, settle, stood


@transaction.atomic
def publish(
    *,
    draft_id: int,
    expected_version: int,
    by: Member,
    on: date | None = None,
    resolve: Mapping[str, str] | None = None,
) -> TerritoryChange | Draft:
    """Publish now, or keep for the first request of a day to come.

    What has been published on the same grids meanwhile is never overwritten unasked: StaleDraft
    holds both, and `resolve` says for each key whether "mine" or "theirs" is to stand.
    """
    states = (*store.EDITABLE, Draft.State.SCHEDULED)
    draft = store.locked_draft(by, draft_id, expected_version, states)
    if by.role != Role.TOWN:
        raise errors.MayOnlyPropose()
    if not draft.grids.exists():
        raise errors.NothingToPublish()
    if on is not None:
        if on <= timezone.localdate():
            raise errors.DayIsPast()
        settle(draft, resolve or {})
        set_state(draft, Draft.State.SCHEDULED, by, effective_on=on)
        return draft
    return apply(draft, by, resolve or {})


def publish_due() -> list[int]:
    """Publish what was planned for today or earlier; ids of drafts that have gone stale since.

    Those wait as proposals: somebody must decide.
    """
    stale = []
    due = Draft.objects.filter(
        state=Draft.State.SCHEDULED, effective_on__lte=timezone.localdate()
    ).order_by("effective_on", "pk")
    with acting_as_system("publish_due"), transaction.atomic():
        for draft in due.select_for_update(of=("self",)).select_related(
            "updated_by", "scope__parent"
        ):
            try:
                with transaction.atomic():
                    apply(draft, draft.updated_by, {})
            except errors.Conflict:
                set_state(draft, Draft.State.PROPOSED, draft.updated_by)
                stale.append(draft.pk)
    return stale


@transaction.atomic
def propose(*, draft_id: int, expected_version: int, by: Member) -> Draft:
    """A village lays its plan before the town."""
    draft = store.locked_draft(by, draft_id, expected_version)
    if not draft.grids.exists():
        raise errors.NothingToPublish()
    return set_state(draft, Draft.State.PROPOSED, by)


@transaction.atomic
def discard(*, draft_id: int, expected_version: int, by: Member) -> Draft:
    states = (*store.EDITABLE, Draft.State.SCHEDULED)
    draft = store.locked_draft(by, draft_id, expected_version, states)
    return set_state(draft, Draft.State.DISCARDED, by)


@transaction.atomic
def undo_change(*, change_id: int, by: Member) -> TerritoryChange:
    """Publish the opposite of a change: former outlines and people, dated now.

    A grid that was closed opens again under its own code. Refused when a later change has touched
    one of the same grids.
    """
    change = (
        TerritoryChange.objects.select_for_update(of=("self",))
        .select_related("draft__scope__parent")
        .filter(pk=change_id, draft__in=Draft.objects.visible_to(by))
        .first()
    )
    if change is None or not store.may_edit(by, change.draft.scope):
        raise NotFound("没有找到这次调整。")
    if by.role != Role.TOWN:
        raise errors.MayOnlyPropose()
    # Asked only now: whoever had the lock before may have undone it.
    if TerritoryChange.objects.filter(undoes=change).exists():
        raise errors.AlreadyUndone()
    rows = [r for r in change.draft.grids.all() if r.grid_id]
    now = lock_grids([r.grid_id for r in rows])
    if any(now[r.grid_id].version != r.left_version for r in rows):
        raise errors.ChangedSince()
    draft = store.open_draft(
        scope=change.draft.scope, title=f"撤销：{change.draft.title}"[:80], by=by
    )
    store.put_cells(draft, _opposite(rows))
    return apply(draft, by, {}, undoes=change)


def _opposite(rows: list[DraftGrid]) -> dict[str, Cell]:
    current = store.read_cells(ids=[r.grid_id for r in rows])
    active = set(Member.objects.active().values_list("pk", flat=True))
    begun = {r.grid_id: r for r in rows if not stood(r) and not r.content["removed"]}
    cells = {}
    for r in rows:
        key = key_of(r.grid_id)
        if not stood(r):
            cells[key] = replace(current[key], removed=True)
            continue
        row = {"grid": r.grid_id, "version": r.left_version, "village": r.village_id}
        before = cell_from(key, row | {"content": r.base})
        parents = [pk for pk, b in begun.items() if r.grid_id in b.content["parents"]]
        cells[key] = replace(
            before,
            parents=tuple(parents) if r.content["removed"] else (),
            # Whoever has left office meanwhile does not come back.
            lead=before.lead if before.lead in active else None,
            supports=tuple(s for s in before.supports if s in active),
        )
    return cells
