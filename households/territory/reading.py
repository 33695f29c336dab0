"""Territory as its page shows it: grids with people, figures and gauges; members with their load."""

from dataclasses import dataclass

import numpy as np
from django.db.models import Count, Q
from django.utils import timezone

from accounts.models import Member
from boundaries.models import Division
from grids.drafts.state import Cell, State
from grids.drafts.store import may_edit, state_of, villages_of
from grids.models import Assignment, Draft, Leave
from grids.people import FIELD_ROLES, town_of
from households import figures
from households.models import Claim, ColourScheme
from households.scope import resolve
from households.territory.families import Families, families, homes_of
from households.territory.gauges import Shapes, judge, neighbour_colours, plan
from households.territory.homes import counts_by_cell
from households.territory.load import BAND, Rates, monthly, rates


@dataclass(frozen=True)
class Counted:
    """Households by slot of each cell (n × 6), where they may be known; else only how many."""

    by_slot: np.ndarray
    known: np.ndarray
    n: list[int | None]


def rates_in_force() -> Rates:
    scheme = ColourScheme.objects.filter(valid_to=None).order_by("pk").first()
    rows = scheme.classes.values_list("slot", "cadence_days", "visit_minutes") if scheme else ()
    return rates(rows)


def count(member: Member, state: State, cells: list[Cell], there: Families | None) -> Counted:
    """Tallies for grids that stand as published, the families themselves for redrawn ones."""
    by_slot = np.zeros((len(cells), 6), int)
    known = np.zeros(len(cells), bool)
    n: list[int | None] = [None] * len(cells)
    published = figures.by_grid(resolve(member.pk))
    redrawn = {c.key for c in state.redrawn()}
    for i, cell in enumerate(cells):
        if cell.key not in redrawn:
            found = published.of(cell.grid)
            n[i] = 0 if found.state == "empty" else found.n
            if found.c is not None or found.state == "empty":
                by_slot[i] = found.c or 0
                known[i] = True
    if redrawn:
        there = there or families(member, state, cells)
        fresh = counts_by_cell(there.homes, there.where, len(cells))
        for i, cell in enumerate(cells):
            if cell.key in redrawn and cell.village in there.whole:
                by_slot[i], known[i], n[i] = fresh[i], True, int(fresh[i].sum())
    return Counted(by_slot, known, n)


def territory(member: Member, place: Division, draft: Draft | None) -> dict:
    """Everything but the outlines, in one answer."""
    state = state_of(draft, villages_of(place))
    cells = state.cells()
    there = families(member, state, cells)
    rows = grid_rows(member, place, state, cells, there)
    people = members(member, place, rows, there)
    return {
        "division": {"code": place.code, "name": place.name, "level": place.level},
        "editable": may_edit(member, place),
        "draft": draft_row(draft) if draft else None,
        "grids": rows,
        "members": people,
        "unassigned": [r["key"] for r in rows if r["lead"] is None],
        "totals": {
            "grids": len(rows),
            "led": sum(r["lead"] is not None for r in rows),
            "n": sum(r["n"] or 0 for r in rows),
            "load_h": _round(sum(r["load_h"] or 0 for r in rows)),
            "gauges": plan(rows, there.cuts.values()),
        },
    }


def draft_row(draft: Draft) -> dict:
    return {
        "id": draft.pk,
        "title": draft.title,
        "division": draft.scope.code,
        "state": draft.state,
        "version": draft.version,
        "cursor": draft.cursor,
        "effective_on": draft.effective_on,
        "updated_at": draft.updated_at,
    }


def grid_rows(
    member: Member,
    place: Division,
    state: State,
    cells: list[Cell],
    there: Families | None = None,
) -> list[dict]:
    """The rows of `cells`, which must be whole villages: loads are judged against their mean."""
    shapes = Shapes(cells)
    there = there or families(member, state, cells)
    counted = count(member, state, cells, there)
    cut = there.needless_cuts()
    load = monthly(counted.by_slot, shapes.area, rates_in_force())
    village_of = np.array([c.village for c in cells], int)
    mean = {
        v: load.total_h[(village_of == v) & counted.known].mean()
        for v in np.unique(village_of[counted.known]).tolist()
    }
    colours = neighbour_colours(shapes, [c.lead for c in cells])
    covers = dict(
        Assignment.objects.open()
        .filter(role=Assignment.Role.COVER, grid__in=[c.grid for c in cells if c.grid])
        .values_list("grid_id", "member_id")
    )
    codes = dict(Division.objects.filter(pk__in=set(village_of.tolist())).values_list("pk", "code"))
    rows = []
    for i, c in enumerate(cells):
        known = bool(counted.known[i])
        base = state.base.get(c.key)
        middle = mean.get(c.village)
        rows.append(
            {
                "key": c.key,
                "code": c.code,
                "name": c.name or "新网格",
                "village": codes[c.village],
                "lead": c.lead,
                "supports": list(c.supports),
                "cover": covers.get(c.grid),
                "n": counted.n[i],
                "c": counted.by_slot[i].tolist() if known else None,
                "visits_h": _round(load.visits_h[i]) if known else None,
                "walk_h": _round(load.walk_h[i]) if known else None,
                "load_h": _round(load.total_h[i]) if known else None,
                "target": [_round(middle * (1 - BAND)), _round(middle * (1 + BAND))]
                if middle
                else None,
                "target_households": c.target,
                "gauges": judge(shapes, i, load.total_h[i] if known else None, middle, cut[i]),
                "colour_index": colours[i],
                "locked": c.locked,
                "changed": c.key in state.over and (base is None or not same(c, base)),
                # Somebody has published a change since the draft first touched it.
                "base_changed": bool(c.grid) and (base is None or base.version != c.version),
            }
        )
    return rows


def figure_rows(member: Member, state: State, cells: list[Cell]) -> list[dict]:
    """Only who answers and how much it is, without gauges and colours."""
    area = Shapes(cells).area
    counted = count(member, state, cells, None)
    load = monthly(counted.by_slot, area, rates_in_force()).total_h
    return [
        {
            "key": c.key,
            "lead": c.lead,
            "supports": c.supports,
            "n": counted.n[i],
            "c": counted.by_slot[i].tolist() if counted.known[i] else None,
            "load_h": float(load[i]) if counted.known[i] else None,
        }
        for i, c in enumerate(cells)
    ]


def same(a: Cell, b: Cell) -> bool:
    return (a.name, a.lead, a.supports, a.target, a.geom) == (
        b.name,
        b.lead,
        b.supports,
        b.target,
        b.geom,
    )


def members(
    viewer: Member, place: Division, rows: list[dict], there: Families | None = None
) -> list[dict]:
    """Whoever may answer for grids here, with what the rows say each has.

    With `there` also how far she has to go; her home and that only for those who may know it.
    """
    today = timezone.localdate()
    named = {m for r in rows for m in (r["lead"], r.get("cover"), *r["supports"]) if m}
    found = (
        Member.objects.filter(
            Q(division__in=Division.objects.under(town_of(place)).values("pk"), is_active=True)
            | Q(pk__in=named),
            role__in=FIELD_ROLES,
        )
        .select_related("division")
        .order_by("division__code", "pk")
    )
    claims = dict(
        Claim.objects.open().values_list("member").annotate(n=Count("pk")).order_by("member")
    )
    away = dict(
        Leave.objects.filter(from_on__lte=today, to_on__gte=today).values_list("member", "to_on")
    )
    homes = homes_of(viewer)
    leads = np.array([r["lead"] or 0 for r in rows], np.int64)
    return [
        {
            "id": m.pk,
            "name": m.name,
            "role": m.role,
            "village": m.division.code if m.division.level == "village" else None,
            "leave": away.get(m.pk),
            "home": homes.get(m.pk),
            "claims": claims.get(m.pk, 0),
            # Metres of lane from her home to the families of the grids she leads, on average.
            "distance_m": there.way_m(homes[m.pk], leads == m.pk)
            if there and m.pk in homes
            else None,
        }
        | card_figures(m.pk, rows)
        for m in found
    ]


def card_figures(member_id: int, rows: list[dict]) -> dict:
    mine = [r for r in rows if r["lead"] == member_id]
    return {
        "grids": [r["key"] for r in mine],
        "supports": [r["key"] for r in rows if member_id in r["supports"]],
    } | total(mine)


def total(rows: list[dict]) -> dict:
    known = [r for r in rows if r["c"] is not None]
    return {
        "n": sum(r["n"] or 0 for r in rows),
        "c": [sum(r["c"][s] for r in known) for s in range(6)],
        "load_h": _round(sum(r["load_h"] for r in known)),
    }


def _round(hours: float) -> float:
    return round(float(hours), 1)
