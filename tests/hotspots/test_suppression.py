"""Hidden numbers stay hidden: from sums, from differences, from five who put their heads together."""

from dataclasses import replace
from datetime import date
from itertools import product

import numpy as np
import pytest

from hotspots.suppression import (
    ALL,
    DISTRICT,
    KIND,
    QUARTER,
    SMALL_IF_VIOLENT,
    TOWN,
    VIEWS,
    VILLAGE,
    YEAR,
    Table,
    bounds,
    narrow,
    quarter_is_closed,
    release,
    suppress,
    tabulate,
)
from tests.hotspots.attacker import Attacker, county, five_users

EVERY_VIEW = tuple(product((VILLAGE, TOWN, DISTRICT), (QUARTER, YEAR), (KIND, ALL)))


def asking(released):
    labels = released.table.labels
    return lambda cells: released.total(*(labels[c] for c in cells))


def naive(table):
    """Any sum of cells, hidden only where the answer itself is small."""
    return lambda cells: n if (n := int(table.counts[list(cells)].sum())) >= 5 or n == 0 else None


@pytest.mark.parametrize("views", [VIEWS, EVERY_VIEW])
def test_parts_add_up_to_their_totals(views):
    table = tabulate(*county(1), views)
    assert table.sums and len(table.labels) == len(set(table.labels)) == len(table.counts)
    for total, parts in table.sums:
        assert table.counts[total] == table.counts[parts].sum()
    whole = table.labels.index(((DISTRICT, YEAR, ALL), 0, 0, 0))
    assert table.counts[whole] == county(1)[0].sum()


def test_what_is_small_is_hidden_and_zero_is_not():
    table = tabulate(*county(2))
    hidden = suppress(table)
    small = (table.counts > 0) & (table.counts < 5)
    assert small.any() and hidden[small].all() and not hidden[table.counts == 0].any()
    assert (hidden & ~small).any(), "this county needs more hidden than the small ones"
    assert not hidden.all()


@pytest.mark.parametrize("seed", range(2))
def test_no_hidden_number_can_be_bounded_closely(seed):
    table = tabulate(*county(seed))
    hidden = suppress(table)
    low, high = bounds(table, hidden)
    assert (high - low)[hidden].min() >= 3 - 1e-6
    assert ((low <= table.counts + 1e-6) & (table.counts <= high + 1e-6)).all()


def test_the_bounds_are_those_of_all_tables_there_could_be():
    """A town of three villages and its total, counted through."""
    counts = np.array([2, 3, 9, 14])
    table = Table(counts, [(3, np.array([0, 1, 2]))], [])
    hidden = np.array([True, True, False, False])
    low, high = bounds(table, hidden)
    possible = [(a, b) for a in range(1, 20) for b in range(1, 20) if a + b == 5]
    assert (low[0], high[0]) == pytest.approx((min(possible)[0], max(possible)[0]))
    alone = bounds(table, np.array([True, False, False, False]))
    assert alone[0][0] == alone[1][0] == 2
    # One each: that the sum is two tells both.
    ones = Table(np.array([1, 1, 2]), [(2, np.array([0, 1]))], [])
    assert narrow(ones, np.array([True, True, False]), 3).tolist() == [0, 1]
    assert suppress(ones).all()


def test_five_who_collude_and_ask_on_recover_nothing():
    counts, town_of = county(3)
    table = tabulate(counts, town_of)
    done = release(counts, town_of)
    attacker = Attacker(asking(done), len(table.counts), table.sums, five_users(table, town_of), 1)
    attacker.attack(1_000)
    assert attacker.asked >= 1_000
    hidden = set(np.flatnonzero(done.hidden).tolist()) & set(attacker.mine.tolist())
    assert len(hidden) > 20 and not hidden & attacker.known.keys()


def test_the_same_five_recover_nearly_all_where_only_small_answers_are_hidden():
    """That the attacker can: free sums that hide an answer below 5 are theatre."""
    counts, town_of = county(3)
    table = tabulate(counts, town_of)
    attacker = Attacker(naive(table), len(table.counts), table.sums, five_users(table, town_of), 1)
    attacker.attack(1_000)
    small = {int(c) for c in attacker.mine if 0 < table.counts[c] < 5}
    found = {c for c in small if attacker.known.get(c) == table.counts[c]}
    assert len(found) >= 0.95 * len(small)


def test_hiding_the_small_alone_is_not_enough():
    """Without complementary suppression, subtraction does it."""
    counts, town_of = county(3)
    table = tabulate(counts, town_of)
    done = replace(release(counts, town_of), hidden=(table.counts > 0) & (table.counts < 5))
    attacker = Attacker(asking(done), len(table.counts), table.sums, five_users(table, town_of), 1)
    attacker.attack(300)
    small = set(np.flatnonzero(done.hidden).tolist())
    assert small & attacker.known.keys()


def test_every_view_down_to_village_quarter_and_kind_can_be_released():
    counts, town_of = county(5, towns=2, villages=3, quarters=4, kinds=2)
    table = tabulate(counts * 3, town_of, EVERY_VIEW)
    hidden = suppress(table)
    assert not len(narrow(table, hidden, 3)) and not hidden.all()


def test_a_later_quarter_gives_away_nothing_of_an_earlier_one():
    counts, town_of = county(6, quarters=8)
    views = (
        (TOWN, QUARTER, KIND),
        (TOWN, QUARTER, ALL),
        (TOWN, YEAR, KIND),
        (DISTRICT, QUARTER, KIND),
    )
    earlier = release(counts[:, :7], town_of, views)
    later = release(counts, town_of, views, before=earlier)
    assert later.version == 2
    for label, cell in earlier.cell.items():
        assert later.table.counts[later.cell[label]] == earlier.table.counts[cell]
        assert later.hidden[later.cell[label]] == earlier.hidden[cell]
    assert not len(narrow(later.table, later.hidden, 3))


def test_a_correction_changes_nothing_that_was_released():
    """Nor anything later: a year of villages is new when the quarters of its town are not."""
    counts, town_of = county(7, quarters=4)
    earlier = release(counts[:, :3], town_of)
    corrected = counts.copy()
    corrected[0, 0] += 40
    later = release(corrected, town_of, before=earlier)
    for label, cell in earlier.cell.items():
        assert later.table.counts[later.cell[label]] == earlier.table.counts[cell]
        assert later.total(label) == earlier.total(label)
    year = later.cell[(VILLAGE, YEAR, ALL), 0, 0, 0]
    assert later.table.counts[year] == counts[0].sum()
    for total, parts in later.table.sums:
        assert later.table.counts[total] == later.table.counts[parts].sum()


def test_a_year_that_is_not_over_has_no_number():
    counts, town_of = county(1, quarters=7)
    table = tabulate(counts, town_of)
    years = {label[2] for label in table.labels if label[0][1] == YEAR}
    assert years == {0}


def test_only_what_was_released_can_be_asked():
    counts, town_of = county(1)
    done = release(counts * 9, town_of)
    assert done.total(((VILLAGE, QUARTER, KIND), 0, 0, 0)) is None
    assert done.total(((DISTRICT, YEAR, ALL), 0, 0, 0)) == counts.sum() * 9


def test_violence_is_shown_from_ten_and_by_town_only():
    counts = np.random.default_rng(1).integers(0, 30, (12, 4, 1))
    views = ((TOWN, QUARTER, ALL), (TOWN, YEAR, ALL), (DISTRICT, QUARTER, ALL))
    done = release(counts, np.arange(12), views, small=SMALL_IF_VIOLENT)
    shown = done.table.counts[~done.hidden]
    assert not ((shown > 0) & (shown < 10)).any()
    assert not len(narrow(done.table, done.hidden, 8))


@pytest.mark.parametrize(
    "today, closed",
    [(date(2026, 3, 31), False), (date(2026, 4, 10), False), (date(2026, 4, 11), True)],
)
def test_a_quarter_closes_when_what_was_found_in_it_is_entered(today, closed):
    assert quarter_is_closed(2026, 1, today) is closed


def test_the_last_quarter_closes_next_year():
    assert not quarter_is_closed(2026, 4, date(2027, 1, 10))
    assert quarter_is_closed(2026, 4, date(2027, 1, 11))
