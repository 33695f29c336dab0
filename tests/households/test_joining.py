"""Which grid a family stands in, after grids have changed."""

import pytest
from django.db import connection

from households.models import Household, HouseholdTally
from households.services import join_to_grids
from tests.factories import STEP, WEST, box, grid, household


@pytest.fixture
def liu(cast, system):
    with connection.cursor() as cursor:
        # As committed: the check for overlaps has seen the grids as they were.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")
    return cast.liu


def test_families_follow_a_redrawn_grid(cast, liu):
    # liu1 gives its eastern half to liu2.
    cast.liu1.geom = box(WEST + STEP, 34.00, STEP / 2)
    cast.liu2.geom = box(WEST + 1.5 * STEP, 34.00, 1.5 * STEP)
    cast.liu1.save()
    cast.liu2.save()
    assert join_to_grids(villages=[liu.pk]) == 2
    assert cast.liu1.households.count() == 2
    assert cast.liu2.households.count() == 6
    assert HouseholdTally.objects.get(grid=cast.liu2).n == 6
    assert join_to_grids(villages=[liu.pk]) == 0


def test_a_family_on_an_edge_goes_to_the_lowest_code(cast, liu):
    on_edge = household(liu, "edge", None, WEST + 2 * STEP, 34.01)
    join_to_grids(villages=[liu.pk])
    assert Household.objects.get(pk=on_edge.pk).grid == cast.liu1


def test_a_family_without_position_or_in_another_village_has_no_grid(cast, liu):
    nowhere = household(liu, "nowhere", None)
    abroad = household(liu, "abroad", cast.liu1, WEST + 3.5 * STEP, 34.01)
    assert join_to_grids(villages=[liu.pk]) == 1
    assert set(liu.households.unplaced()) == {nowhere, abroad}


def test_a_closed_grid_holds_nobody(cast, liu, tomorrow):
    cast.liu2.closed_on = tomorrow
    cast.liu2.save()
    successor = grid(liu, 3, cast.liu2.geom)
    assert join_to_grids(villages=[liu.pk]) == 4
    assert successor.households.count() == 4


def test_other_villages_are_left_alone(cast, liu):
    Household.objects.filter(village=cast.tao).update(grid=None)
    assert join_to_grids(villages=[liu.pk]) == 0
    assert join_to_grids(villages=[cast.tao.pk]) == 4
