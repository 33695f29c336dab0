"""Which released numbers stay hidden, so that no small one can be worked out from the others. Pure.

Small counts are hidden first; then as many more as it takes until everything that is shown leaves
each hidden number as open as its mark says. The judge is the strongest reader there is: one who
knows every number shown, that parts add up to totals, and that a hidden number is not zero; for
her each hidden number is bounded by linear programming (Fischetti & Salazar 2001, the attacker's
problem). Hiding is by units of whole cells; nothing is made up, nothing is rounded here.

Places are fixed, periods are closed, and what was once shown is shown for ever: see `release`.
Violence is a table of its own, by town, with the larger threshold. Were it among the kinds of a
total, town minus villages would tell it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

import numpy as np
import scipy.sparse as sparse
from scipy.optimize import linprog
from scipy.sparse.csgraph import connected_components

SMALL = 5
SMALL_IF_VIOLENT = 10
# What is found in a quarter may be entered so long after it.
DAYS_TO_ENTER = 10

VILLAGE, TOWN, DISTRICT = 0, 1, 2
QUARTER, YEAR = 0, 1
KIND, ALL = 0, 1
# What is released by default: villages once a year, towns by quarter and by kind.
VIEWS = (
    (VILLAGE, YEAR, ALL),
    *((place, period, kind) for place in (TOWN, DISTRICT) for period in (QUARTER, YEAR) for kind in (KIND, ALL)),
)  # fmt: skip


@dataclass(frozen=True)
class Table:
    """All cells of all views in one row; `sums`: (total, its parts), by number of cell.

    `label` of a cell: its view, then place, period and kind, each 0 where the view has but one.
    """

    counts: np.ndarray
    sums: list[tuple[int, np.ndarray]]
    labels: list[tuple]


def tabulate(
    counts: np.ndarray, town_of: np.ndarray, views: Sequence[tuple[int, int, int]] = VIEWS
) -> Table:
    """Cells of villages × quarters × kinds added up to `views`, and how the views hang together.

    Quarters begin with the first of a year. A village's rolling year is no view: this one minus
    the last is the difference of two quarters.
    """
    villages, quarters, kinds = counts.shape
    groups = (
        (np.arange(villages), town_of, np.zeros(villages, np.int64)),
        # A year that is not whole has no cell.
        (
            np.arange(quarters),
            np.where(np.arange(quarters) < quarters // 4 * 4, np.arange(quarters) // 4, -1),
        ),
        (np.arange(kinds), np.zeros(kinds, np.int64)),
    )
    cells, first, labels, at = {}, {}, [], 0
    for view in views:
        level = counts
        for axis, depth in enumerate(view):
            group = groups[axis][depth]
            level = _add_up(level, group, axis)
        cells[view], first[view] = level, at
        labels += [(view, *where) for where in np.ndindex(level.shape)]
        at += level.size
    sums = []
    for view in views:
        for axis in range(3):
            # The next finer view there is along this axis.
            for finer in range(view[axis] - 1, -1, -1):
                parts = (*view[:axis], finer, *view[axis + 1 :])
                if parts in cells:
                    sums += _sums(cells, first, view, parts, axis, groups[axis])
                    break
    return Table(np.concatenate([cells[v].ravel() for v in views]), sums, labels)


def _add_up(level: np.ndarray, group: np.ndarray, axis: int) -> np.ndarray:
    shape = list(level.shape)
    shape[axis] = int(group.max()) + 1
    out = np.zeros(shape, level.dtype)
    whole = np.flatnonzero(group >= 0)
    np.add.at(out, (slice(None),) * axis + (group[whole],), np.take(level, whole, axis))
    return out


def _sums(cells, first, view, parts, axis, group) -> list[tuple[int, np.ndarray]]:
    above = np.zeros(cells[parts].shape[axis], np.int64)
    above[group[parts[axis]]] = group[view[axis]]
    whole = first[view] + np.arange(cells[view].size).reshape(cells[view].shape)
    fine = first[parts] + np.arange(cells[parts].size).reshape(cells[parts].shape)
    whole, fine = np.moveaxis(whole, axis, 0), np.moveaxis(fine, axis, 0)
    return [
        (int(whole[(i, *rest)]), fine[(above == i, *rest)])
        for i in range(len(whole))
        for rest in np.ndindex(whole.shape[1:])
    ]


def suppress(table: Table, *, small: int = SMALL, released: np.ndarray | None = None) -> np.ndarray:
    """True for each cell that stays hidden.

    Of `released` cells −1 was not released before, 0 was shown, 1 was hidden: these stay as they
    are, and the new ones are hidden until the old ones are safe as well. Zeros are shown: "none"
    and "too small to show" are different marks. A hidden number may be anything in a span of at
    least small − 2, as 1…small−1 is.
    """
    counts = table.counts
    fixed = np.zeros(len(counts), bool) if released is None else released >= 0
    hidden = (counts > 0) & (counts < small)
    if released is not None:
        hidden = np.where(fixed, released == 1, hidden)
    sums_of: list[list[int]] = [[] for _ in counts]
    for number, (total, parts) in enumerate(table.sums):
        for cell in (total, *parts):
            sums_of[cell].append(number)
    may = ~fixed & (counts > 0)
    while len(unsafe := narrow(table, hidden, small - 2)):
        touched: set[int] = set()
        for cell in unsafe:
            if touched & set(sums_of[cell]):
                continue
            beside = _nearest(table, sums_of, int(cell), hidden, may)
            if beside:
                # The smallest is missed the least.
                chosen = min(beside, key=lambda c: (counts[c], c))
                hidden[chosen] = True
                touched |= set(sums_of[chosen])
        if not touched:
            raise ArithmeticError("what was released before leaves no way to keep it hidden")
    return hidden


def _nearest(table, sums_of, cell, hidden, may) -> set[int]:
    """Shown cells that stand in a sum with the cell; if none does, with those hidden beside it, and so on."""
    reached, edge = {cell}, {cell}
    while edge:
        around = {
            c
            for one in edge
            for number in sums_of[one]
            for c in (table.sums[number][0], *table.sums[number][1].tolist())
        }
        shown = {c for c in around if may[c] and not hidden[c]}
        if shown:
            return shown
        edge = {c for c in around if hidden[c]} - reached
        reached |= edge
    return set()


def narrow(table: Table, hidden: np.ndarray, span: int) -> np.ndarray:
    """Hidden cells that a reader can bound more closely than `span`."""
    low, high = bounds(table, hidden, span)
    return np.flatnonzero(hidden & (high - low < span - 1e-6))


def bounds(table: Table, hidden: np.ndarray, span: float = np.inf) -> tuple[np.ndarray, np.ndarray]:
    """The least and the most each cell can be for who sees the rest.

    Once a cell is known to be open by `span` it is not followed further.
    """
    counts = table.counts.astype(float)
    low, high = counts.copy(), counts.copy()
    if not hidden.any():
        return low, high
    # No reader's guess goes beyond; without it, what has no bound would have no solution.
    ceiling = 2.0 * counts.max() + 1_000
    system, right = _equations(table, hidden)
    _, piece = connected_components(system.T @ system, directed=False)
    unknown = np.flatnonzero(hidden)
    for number in range(piece.max() + 1):
        inside = np.flatnonzero(piece == number)
        cells = unknown[inside]
        block = system[:, inside]
        rows = np.unique(block.nonzero()[0])
        if not len(rows):
            low[cells], high[cells] = 1, ceiling
            continue
        block = block[rows]
        for i, cell in enumerate(cells):
            for sign in (-1.0, 1.0):
                # Every answer is a table that could be the true one: it opens other cells too.
                if high[cell] - low[cell] >= span:
                    break
                goal = np.zeros(len(cells))
                goal[i] = sign
                found = linprog(goal, A_eq=block, b_eq=right[rows], bounds=(1, ceiling))
                if found.status != 0:
                    # The true table is a solution: only the solver's numerics can fail.
                    raise ArithmeticError(found.message)
                np.minimum.at(low, cells, found.x)
                np.maximum.at(high, cells, found.x)
    return low, high


def _equations(table: Table, hidden: np.ndarray) -> tuple[sparse.csr_array, np.ndarray]:
    """Σ hidden parts − hidden total = shown total − Σ shown parts."""
    column = np.cumsum(hidden) - 1
    rows, columns, signs, right = [], [], [], []
    for total, parts in table.sums:
        unseen = parts[hidden[parts]]
        if not len(unseen) and not hidden[total]:
            continue
        known = -table.counts[parts[~hidden[parts]]].sum()
        if hidden[total]:
            rows.append(len(right))
            columns.append(column[total])
            signs.append(-1.0)
        else:
            known = known + table.counts[total]
        rows += [len(right)] * len(unseen)
        columns += column[unseen].tolist()
        signs += [1.0] * len(unseen)
        right.append(float(known))
    shape = (len(right), int(hidden.sum()))
    return sparse.csr_array((signs, (rows, columns)), shape=shape), np.array(right)


@dataclass(frozen=True)
class Release:
    """Numbers as they were shown: never changed, only added to. `known`: the counts they were made of."""

    table: Table
    hidden: np.ndarray
    known: np.ndarray
    version: int = 1

    @cached_property
    def cell(self) -> dict[tuple, int]:
        return {label: i for i, label in enumerate(self.table.labels)}

    def total(self, *labels: tuple) -> int | None:
        """The sum of the cells named, or None if one of them is hidden or is no cell.

        The only way to a number: no other place, period or filter than those released.
        """
        cells = [self.cell.get(label) for label in labels]
        if None in cells or self.hidden[cells].any():
            return None
        return int(self.table.counts[cells].sum())


def release(
    counts: np.ndarray, town_of: np.ndarray, views: Sequence[tuple[int, int, int]] = VIEWS, *,
    small: int = SMALL, before: Release | None = None,
) -> Release:  # fmt: skip
    """Release what `counts` (as for `tabulate`) says in `views`.

    Quarters that `before` has stay as they were known then, down to the village, whatever was
    corrected since: a year corrected beside its quarters would give the correction away.
    """
    if before is None:
        table = tabulate(counts, town_of, views)
        return Release(table, suppress(table, small=small), counts)
    known = np.concatenate([before.known, counts[:, before.known.shape[1] :]], axis=1)
    table = tabulate(known, town_of, views)
    released = np.array(
        [before.hidden[before.cell[one]] if one in before.cell else -1 for one in table.labels]
    )
    hidden = suppress(table, small=small, released=released)
    return Release(table, hidden, known, before.version + 1)


def quarter_is_closed(year: int, quarter: int, today: date) -> bool:
    """Whether it is over, and the days to enter what was found in it as well."""
    after = date(year + quarter // 4, quarter % 4 * 3 + 1, 1)
    return today >= after + timedelta(days=DAYS_TO_ENTER)
