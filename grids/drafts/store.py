"""Drafts kept: opened, taken a step further, undone, done again."""

from collections.abc import Collection, Iterable

import shapely
from django.db import connection, transaction

from accounts.models import Member, Role
from boundaries.models import Division
from core.errors import NotFound
from grids.drafts.state import Cell, State, cell_from, key_of
from grids.drafts.steps import Edit
from grids.errors import DraftChanged, DraftClosed, NothingToRedo, NothingToUndo
from grids.models import Draft, DraftGrid, DraftStep

EDITABLE = (Draft.State.OPEN, Draft.State.PROPOSED)

# Grids with their people, as cells. Outlines as WKB: parsing them to Django's objects and back
# would cost more than reading them.
_GRIDS = """
    SELECT g.id, g.village_id, g.code, g.name, ST_AsBinary(g.geom), g.version, g.closed_on,
           g.target_households,
           max(a.member_id) FILTER (WHERE a.role = 'lead'),
           array_remove(array_agg(a.member_id ORDER BY a.started_at, a.id)
                        FILTER (WHERE a.role = 'support'), NULL)
    FROM grids_grid AS g
    LEFT JOIN grids_assignment AS a
      ON a.grid_id = g.id AND a.started_at <= statement_timestamp()
     AND (a.ended_at IS NULL OR a.ended_at > statement_timestamp())
    WHERE {which}
    GROUP BY g.id ORDER BY g.code
"""


def read_cells(*, villages: Collection[int] = (), ids: Collection[int] = ()) -> dict[str, Cell]:
    """Published grids: the current ones of these villages, or these, current or not."""
    which = "g.id = ANY (%s)" if ids else "g.village_id = ANY (%s) AND g.closed_on IS NULL"
    with connection.cursor() as cursor:
        cursor.execute(_GRIDS.format(which=which), [list(ids or villages)])
        rows = cursor.fetchall()
    shapes = shapely.from_wkb([bytes(row[4]) for row in rows])
    return {
        key_of(pk): Cell(
            key=key_of(pk),
            village=village,
            name=name,
            code=code,
            geom=shape,
            grid=pk,
            version=version,
            removed=closed_on is not None,
            lead=lead,
            supports=tuple(supports or ()),
            target=target,
        )
        for (pk, village, code, name, _, version, closed_on, target, lead, supports), shape in zip(
            rows, shapes, strict=True
        )
    }


def villages_of(place: Division) -> list[int]:
    """The current villages of a place, itself included when it is one."""
    villages = Division.objects.under(place).current().filter(level="village")
    return list(villages.order_by("code").values_list("pk", flat=True))


def state_of(draft: Draft | None, villages: Collection[int]) -> State:
    state = State(read_cells(villages=villages))
    if draft is not None:
        rows = DraftGrid.objects.filter(draft=draft, village__in=villages)
        state.over = {row.key: _cell(row) for row in rows}
    return state


def _cell(row: DraftGrid) -> Cell:
    return cell_from(
        row.key,
        {
            "grid": row.grid_id,
            "version": row.base_version,
            "village": row.village_id,
            "content": row.content,
        },
    )


def draft_for(member: Member, pk: int) -> Draft:
    draft = Draft.objects.visible_to(member).select_related("scope__parent").filter(pk=pk).first()
    if draft is None:
        raise NotFound("没有找到这份草稿。")
    return draft


def may_edit(member: Member, place: Division) -> bool:
    match member.role:
        case Role.TOWN:
            return member.division_id in (place.pk, place.parent_id)
        case Role.VILLAGE:
            return member.division_id == place.pk
    return False


def locked_draft(
    member: Member, pk: int, expected_version: int, states: Iterable[str] = EDITABLE
) -> Draft:
    """The draft, locked for this transaction, if it is still what its editor saw."""
    draft_for(member, pk)
    draft = Draft.objects.select_for_update(of=("self",)).select_related("scope__parent").get(pk=pk)
    if not may_edit(member, draft.scope):
        raise NotFound("没有找到这份草稿。")
    if draft.version != expected_version:
        raise _changed(draft)
    if draft.state not in states:
        raise DraftClosed(state=draft.state)
    return draft


def _changed(draft: Draft) -> DraftChanged:
    steps = DraftStep.objects.filter(draft=draft, number__lte=draft.cursor).select_related("by")
    return DraftChanged(
        f"{draft.updated_by.name}刚刚改了这份草稿，您的这一步没有做；请先看对方改了什么。",
        version=draft.version,
        by=draft.updated_by.name,
        cursor=draft.cursor,
        steps=[step_row(s) for s in reversed(steps.order_by("-number")[:20])],
    )


def step_row(step: DraftStep) -> dict:
    return {
        "number": step.number, "title": step.title, "by": step.by.name, "at": step.at,
        "notes": step.notes,
    }  # fmt: skip


@transaction.atomic
def open_draft(*, scope: Division, title: str, by: Member) -> Draft:
    return Draft.objects.create(scope=scope, title=title, created_by=by, updated_by=by)


@transaction.atomic
def record_step(*, draft: Draft, state: State, kind: str, edit: Edit, by: Member) -> DraftStep:
    """Keep an edit; steps that were undone before it are gone. The draft must be locked."""
    before = {k: c.as_row() if (c := state.over.get(k)) else None for k in edit.changed}
    after = {k: c.as_row() if c else None for k, c in edit.changed.items()}
    draft.steps.filter(number__gt=draft.cursor).delete()
    draft.cursor += 1
    step = DraftStep.objects.create(
        draft=draft, number=draft.cursor, kind=kind, title=edit.title[:200], before=before,
        after=after, by=by, notes=list(edit.notes),
    )  # fmt: skip
    _put(draft, after)
    _touch(draft, by)
    return step


@transaction.atomic
def undo_step(*, draft: Draft, by: Member) -> DraftStep:
    step = draft.steps.filter(number=draft.cursor).select_related("by").first()
    if step is None:
        raise NothingToUndo()
    draft.cursor -= 1
    _put(draft, step.before)
    _touch(draft, by)
    return step


@transaction.atomic
def redo_step(*, draft: Draft, by: Member) -> DraftStep:
    step = draft.steps.filter(number=draft.cursor + 1).select_related("by").first()
    if step is None:
        raise NothingToRedo()
    draft.cursor += 1
    _put(draft, step.after)
    _touch(draft, by)
    return step


def _touch(draft: Draft, by: Member) -> None:
    draft.version += 1
    draft.updated_by = by
    draft.save(update_fields=["version", "cursor", "updated_by", "updated_at"])


def _put(draft: Draft, rows: dict[str, dict | None]) -> None:
    """Make the draft's rows what `rows` says. What a grid was when first touched is kept beside."""
    gone = [k for k, row in rows.items() if row is None]
    draft.grids.filter(key__in=gone).delete()
    put_cells(draft, {k: cell_from(k, row) for k, row in rows.items() if row})


def put_cells(draft: Draft, cells: dict[str, Cell]) -> None:
    known = set(draft.grids.filter(key__in=cells).values_list("key", flat=True))
    fresh = [c.grid for k, c in cells.items() if k not in known and c.grid]
    bases = read_cells(ids=fresh) if fresh else {}
    DraftGrid.objects.bulk_create(
        [
            DraftGrid(
                draft=draft,
                key=k,
                grid_id=c.grid,
                base_version=c.version,
                village_id=c.village,
                content=c.content(),
                base=bases[k].content() if k in bases else None,
            )
            for k, c in cells.items()
        ],
        update_conflicts=True,
        unique_fields=["draft", "key"],
        update_fields=["content", "base_version"],
    )
