"""Carrying a draft out, in one transaction: ground, lineage, people, families."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import datetime

import shapely
from django.db.models import F, Q
from django.db.models.functions import Greatest
from django.utils import timezone
from shapely import MultiPolygon

from accounts.models import Member
from boundaries.models import Division
from boundaries.services.outlines import from_django, to_django
from grids import errors
from grids.coverage import tile
from grids.drafts import store
from grids.drafts.state import Cell, cell_from
from grids.models import Assignment, Draft, DraftGrid, Grid, GridLineage, TerritoryChange
from grids.numbering import MOST, number
from grids.people import answerable, town_of
from grids.services import default_name, overlaps_told, simplify_outlines
from households.services import join_to_grids

# Of a parent's area: less is a border that was not drawn exactly.
LEAST_SHARE = 0.001


def apply(
    draft: Draft, by: Member, resolve: Mapping[str, str], undoes: TerritoryChange | None = None
) -> TerritoryChange:
    moment = timezone.now()
    rows = settle(draft, resolve)
    cells = {r.key: cell_from(r.key, _row(r)) for r in rows}
    people = {m for c in cells.values() if not c.removed for m in (c.lead, *c.supports) if m}
    if undoes is None and (new := people - _people_before(rows)):
        answerable(sorted(new), town_of(draft.scope))
    change = TerritoryChange.objects.create(draft=draft, by=by, at=moment, undoes=undoes)
    grids = Grid.objects.in_bulk([c.grid for c in cells.values() if c.grid])
    ground = _ground(cells)  # before any of it changes hands
    villages = _redraw(rows, cells, grids, moment)
    parents = _lineage(change, cells, ground)
    _reassign(cells, grids, parents, moment)
    moved = join_to_grids(villages=villages) if villages else 0
    for r in rows:
        r.left_version = grids[cells[r.key].grid].version if cells[r.key].grid in grids else None
    DraftGrid.objects.bulk_update(rows, ["left_version", "grid"], batch_size=500)
    change.summary = {
        "grids": len(rows),
        "new": sum(not stood(r) and not r.content["removed"] for r in rows),
        "closed": sum(c.removed for c in cells.values()),
        "households_moved": moved,
    }
    change.save(update_fields=["summary"])
    set_state(draft, Draft.State.PUBLISHED, by)
    return change


def _row(r: DraftGrid) -> dict:
    return {
        "grid": r.grid_id,
        "version": r.base_version,
        "village": r.village_id,
        "content": r.content,
    }


def _people_before(rows: list[DraftGrid]) -> set[int]:
    """Whoever answered already may stay, on leave or not."""
    return {m for r in rows if r.base for m in (r.base["lead"], *r.base["supports"]) if m}


def lock_grids(ids: Collection[int]) -> dict[int, Grid]:
    """These grids, locked with all others of their villages: publishing draws those anew for small
    scales, and whoever held one of them and waited for the village would wait for ever."""
    villages = Grid.objects.filter(pk__in=ids).values("village")
    wanted = Q(pk__in=ids) | Q(village__in=villages, closed_on=None)
    # In one order, like everybody who changes who answers for a grid.
    locked = Grid.objects.select_for_update(no_key=True).filter(wanted).order_by("pk")
    return {g.pk: g for g in locked}


def settle(draft: Draft, resolve: Mapping[str, str]) -> list[DraftGrid]:
    """The draft's rows with every conflict decided; StaleDraft when one is not."""
    rows = list(draft.grids.select_for_update().order_by("key"))
    now = lock_grids([r.grid_id for r in rows if r.grid_id])
    stale = [r for r in rows if r.grid_id and now[r.grid_id].version != r.base_version]
    undecided = [r for r in stale if resolve.get(r.key) not in ("mine", "theirs")]
    if undecided:
        theirs = store.read_cells(ids=[r.grid_id for r in undecided])
        raise errors.StaleDraft(
            f"草稿做好以后，有 {len(undecided)} 个网格已经变了；请逐个选用哪一种。",
            grids=[
                {
                    "key": r.key,
                    "code": now[r.grid_id].code,
                    "closed": now[r.grid_id].closed_on is not None,
                    "base": _shown(r.base),
                    "mine": _shown(r.content),
                    "theirs": _shown(theirs[r.key].content()),
                }
                for r in undecided
            ],
        )
    mine = [r for r in stale if resolve[r.key] == "mine"]
    draft.grids.filter(pk__in=[r.pk for r in stale if r not in mine]).delete()
    current = store.read_cells(ids=[r.grid_id for r in mine]) if mine else {}
    for r in mine:
        r.base_version = now[r.grid_id].version
        r.base = current[r.key].content()
    DraftGrid.objects.bulk_update(mine, ["base_version", "base"], batch_size=500)
    kept = [r for r in rows if r not in stale or r in mine]
    if not kept:
        raise errors.NothingToPublish()
    return kept


def _shown(content: dict) -> dict:
    shape = shapely.from_wkb(content["geom"])
    return {k: content[k] for k in ("name", "lead", "supports", "removed")} | {
        "outline": shapely.to_geojson(shapely.set_precision(shape, 1e-6))
    }


def _redraw(
    rows: list[DraftGrid], cells: dict[str, Cell], grids: dict[int, Grid], moment: datetime
) -> set[int]:
    """Close, open, redraw; ids of the villages whose ground changed hands."""
    today = timezone.localdate(moment)
    touched: set[int] = set()
    changed, new = [], defaultdict(list)
    for r in rows:
        cell = cells[r.key]
        if not cell.grid:
            new[cell.village].append(r)
            touched.add(cell.village)
            continue
        grid = grids[cell.grid]
        grid.version += 1
        closed = today if cell.removed else None
        outline = to_django(cell.geom)
        if grid.closed_on != closed or bytes(grid.geom.wkb) != bytes(outline.wkb):
            touched.add(cell.village)
        grid.closed_on, grid.name, grid.geom = closed, cell.name, outline
        grid.target_households = cell.target
        changed.append(grid)
    with overlaps_told():
        fields = ["closed_on", "name", "geom", "target_households", "version"]
        Grid.objects.bulk_update(changed, fields, batch_size=200)
        for village, drafted in new.items():
            _open(village, drafted, cells, grids, today)
    _check_tiled(touched)
    if touched:
        simplify_outlines(villages=touched)
    return touched


def _open(village_id: int, rows: list[DraftGrid], cells, grids: dict[int, Grid], today) -> None:
    village = (
        Division.objects.select_for_update(no_key=True).only("code", "name").get(pk=village_id)
    )
    used = [
        int(c[12:])
        for c in Grid.objects.filter(code__startswith=village.code).values_list("code", flat=True)
    ]
    numbers = number([cells[r.key].geom for r in rows], used)
    if max(numbers) > MOST:
        raise errors.CodesUsedUp(
            f"{village.name}的网格序号已用到 {MOST}，编不出新号；请改用移动边界，不新建网格。"
        )
    made = []
    for r, n in zip(rows, numbers, strict=True):
        cell = cells[r.key]
        code = f"{village.code}{n:03}"
        made.append(
            Grid(
                village=village,
                code=code,
                name=cell.name or default_name(village, code),
                geom=to_django(cell.geom),
                target_households=cell.target,
                opened_on=today,
            )
        )
    for r, grid in zip(rows, Grid.objects.bulk_create(made), strict=True):
        r.grid = grid
        cells[r.key] = replace(cells[r.key], grid=grid.pk, code=grid.code)
        grids[grid.pk] = grid


def _check_tiled(villages: Collection[int]) -> None:
    """The grids of a village tile it, whatever the edits were."""
    outlines = defaultdict(list)
    for cell in store.read_cells(villages=villages).values():
        outlines[cell.village].append(cell.geom)
    for village in Division.objects.filter(pk__in=villages, geom__isnull=False).only(
        "name", "geom"
    ):
        if tile(from_django(village.geom), outlines[village.pk]).faults:
            raise errors.NotTiled(
                f"这样一来，{village.name}有的地方会没有网格或有两个网格，没有改动。"
            )


def _ground(cells: dict[str, Cell]) -> dict[int, MultiPolygon]:
    """The outlines of the grids from whose ground something was drawn."""
    wanted = {p for c in cells.values() for p in c.parents}
    return {c.grid: c.geom for c in store.read_cells(ids=wanted).values()} if wanted else {}


def _lineage(
    change: TerritoryChange, cells: dict[str, Cell], ground: dict[int, MultiPolygon]
) -> dict[int, list[int]]:
    """Note from which grids each new one was drawn; {child: parents}."""
    lines, parents = [], {}
    for cell in cells.values():
        if cell.removed or not cell.parents:
            continue
        parents[cell.grid] = [p for p in cell.parents if p != cell.grid]
        for p in parents[cell.grid]:
            share = ground[p].intersection(cell.geom).area / ground[p].area
            if share >= LEAST_SHARE:
                lines.append(
                    GridLineage(
                        parent_id=p, child_id=cell.grid, share=min(1.0, share), change=change
                    )
                )
    GridLineage.objects.bulk_create(lines)
    return parents


def _reassign(
    cells: dict[str, Cell], grids: dict[int, Grid], parents: dict[int, list[int]], moment: datetime
) -> None:
    """End what is not wanted any more, begin what is new, in three statements."""
    role = Assignment.Role
    involved = {*grids, *(p for ps in parents.values() for p in ps)}
    standing = list(Assignment.objects.unended().filter(grid__in=involved))
    there = {(a.grid_id, a.member_id, a.role) for a in standing if a.role != role.COVER}
    wanted = {
        (c.grid, m, part)
        for c in cells.values()
        if not c.removed
        for m, part in [(c.lead, role.LEAD), *((s, role.SUPPORT) for s in c.supports)]
        if m
    }
    closed = {c.grid for c in cells.values() if c.removed}
    leads = {c.grid: c.lead for c in cells.values() if not c.removed}
    led = {a.grid_id: a.member_id for a in standing if a.role == role.LEAD}
    over = [
        a.pk
        for a in standing
        if a.grid_id in grids
        and (
            # She stood in for that lead, or because there was none.
            a.grid_id in closed or leads[a.grid_id] != led.get(a.grid_id)
            if a.role == role.COVER
            else (a.grid_id, a.member_id, a.role) not in wanted
        )
    ]
    # One line, though she stood in for several grids that became this one.
    covers = {
        (child, a.member_id, max(a.started_at, moment), a.ended_at)
        for child, ps in parents.items()
        for a in standing
        if a.role == role.COVER and a.grid_id in ps and led.get(a.grid_id) == leads[child]
    }
    Assignment.objects.filter(pk__in=over).update(ended_at=Greatest(F("started_at"), moment))
    Assignment.objects.bulk_create(
        [
            Assignment(grid_id=g, member_id=m, role=part, started_at=moment)
            for g, m, part in sorted(wanted - there)
        ]
        + [
            Assignment(grid_id=g, member_id=m, role=role.COVER, started_at=begins, ended_at=ends)
            for g, m, begins, ends in covers
        ]
    )


def stood(r: DraftGrid) -> bool:
    """Whether it was a current grid before the change."""
    return r.base is not None and not r.base["removed"]


def set_state(draft: Draft, state: Draft.State, by: Member, **more) -> Draft:
    draft.state, draft.updated_by = state, by
    draft.version += 1
    for name, value in more.items():
        setattr(draft, name, value)
    draft.save()
    return draft
