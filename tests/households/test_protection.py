"""A protected family's row tells nothing: not to readers, not to tallies, not to whoever draws grids."""

import pytest
from django.db import connection, transaction
from django.db.utils import ProgrammingError

from core.scope import acting_as, acting_as_system
from households import scope
from households.models import (
    Claim,
    GridSpell,
    Household,
    HouseholdIdentity,
    HouseholdPlace,
    HouseholdTally,
)
from households.services import join_to_grids
from households.tiles import HOUSEHOLDS
from tests.factories import STEP, WEST, box, grid, household
from tests.households.test_territory_edit import Api, key, lon


def protect(home, protection):
    """As the system, which is how a case worker's wish arrives in these tests."""
    with acting_as_system("test"):
        Household.objects.filter(pk=home.pk).update(protection=protection)
        return Household.objects.get(pk=home.pk)


def office(village):
    with connection.cursor() as cursor:
        cursor.execute("SELECT ST_AsText(sec.office_of(%s))", [village.pk])
        return cursor.fetchone()[0]


@pytest.fixture
def home(cast):
    return cast.homes["liu1"][0]


def test_a_shielded_family_stands_at_the_office_and_in_its_grid(cast, home):
    true = home.point
    now = protect(home, "shielded")
    assert now.point.wkt != true.wkt
    with acting_as_system("test"):
        assert str(now.point.wkt).replace("POINT (", "POINT(") == office(cast.liu)
        assert now.grid == cast.liu1
        place = HouseholdPlace.objects.get(pk=home.pk)
        assert place.point.coords == true.coords
        assert place.address == home.identity.address
        assert HouseholdIdentity.objects.get(pk=home.pk).address == ""
        assert HouseholdTally.objects.get(grid=cast.liu1).n == 4
    again = protect(home, "none")
    assert again.point.coords == true.coords
    with acting_as_system("test"):
        assert not HouseholdPlace.objects.exists()
        assert HouseholdIdentity.objects.get(pk=home.pk).address == home.identity.address


def test_the_key_that_tiles_read_is_that_of_the_office(cast, home):
    other = cast.homes["liu2"][3]
    assert protect(home, "shielded").qk == protect(other, "shielded").qk


def test_nobody_but_the_system_reads_the_true_place(cast, home):
    protect(home, "shielded")
    for who in ("lan", "head", "chair", "district"):
        with acting_as(getattr(cast, who).pk):
            assert not HouseholdPlace.objects.exists()
            assert not HouseholdPlace.objects.filter(pk=home.pk).update(listed={})


def test_a_shielded_family_still_belongs_to_whoever_answers_for_it(cast, home):
    protect(home, "shielded")
    with acting_as(cast.lan.pk):
        assert Household.objects.visible_to(cast.lan).filter(uuid=home.uuid).exists()


@pytest.mark.parametrize("who", ["lan", "head", "chair", "other_chair", "district"])
def test_row_security_alone_hides_a_sealed_family(cast, home, who):
    protect(home, "sealed")
    with acting_as(getattr(cast, who).pk):
        assert not Household.objects.filter(pk=home.pk).exists()
        assert not HouseholdIdentity.objects.filter(pk=home.pk).exists()
        assert not home.classifications.exists()


@pytest.mark.parametrize("who", ["lan", "head", "chair", "other_chair", "district"])
def test_the_app_alone_hides_a_sealed_family(cast, home, who):
    protect(home, "sealed")
    with acting_as_system("test"):
        seen = Household.objects.visible_to(getattr(cast, who))
        assert not seen.filter(pk=home.pk).exists()


def test_what_a_sealed_family_leaves_in_its_row_names_nobody(cast, home):
    now = protect(home, "sealed")
    assert (now.village, now.grid, now.point, now.qk, now.household_no) == (None,) * 4 + ("",)
    assert now.uuid != home.uuid


def test_a_sealed_family_is_counted_nowhere(cast, home):
    protect(home, "sealed")
    with acting_as_system("test"):
        tally = HouseholdTally.objects.get(grid=cast.liu1)
        assert (tally.n, tally.c1, tally.c3) == (3, 0, 1)
        Household.objects.filter(pk=home.pk).update(proposed=True)
        assert HouseholdTally.objects.get(grid=cast.liu1).n == 3
    protect(home, "none")
    with acting_as_system("test"):
        tally = HouseholdTally.objects.get(grid=cast.liu1)
        assert (tally.n, tally.c1, tally.c3) == (4, 1, 1)


def test_a_claim_does_not_outlive_sealing(cast, home):
    with acting_as_system("test"):
        Claim.objects.create(household=home, member=cast.hua)
    protect(home, "sealed")
    with acting_as(cast.hua.pk):
        assert not Household.objects.filter(pk=home.pk).exists()
        assert not Claim.objects.exists()
        assert not Household.objects.visible_to(cast.hua).filter(pk=home.pk).exists()


def test_unsealed_it_is_what_it_was_and_no_gap_remains(cast, home):
    protect(home, "sealed")
    now = protect(home, "shielded")
    assert (now.uuid, now.household_no, now.village, now.grid) == (
        home.uuid,
        home.household_no,
        cast.liu,
        cast.liu1,
    )
    now = protect(home, "none")
    assert now.point.coords == home.point.coords
    with acting_as_system("test"):
        assert not GridSpell.objects.exists()


def test_a_number_that_a_sealed_family_had_is_free(cast, home):
    protect(home, "sealed")
    with acting_as_system("test"):
        household(cast.liu, home.household_no, cast.liu1, home.point.x, home.point.y)


@pytest.mark.parametrize("protection", ["none", "sealed"])
@pytest.mark.parametrize("who", ["lan", "head", "chair"])
def test_only_the_case_worker_lifts_or_seals(cast, home, who, protection):
    protect(home, "shielded")
    with (
        acting_as(getattr(cast, who).pk),
        pytest.raises(ProgrammingError),
        transaction.atomic(),
    ):
        Household.objects.filter(pk=home.pk).update(protection=protection)


def test_whoever_corrects_a_shielded_position_moves_the_true_one(cast, home):
    at_office = protect(home, "shielded")
    with acting_as_system("test"):
        Household.objects.filter(pk=home.pk).update(point="SRID=4326;POINT(113.825 34.011)")
        assert Household.objects.get(pk=home.pk).point.coords == at_office.point.coords
        assert HouseholdPlace.objects.get(pk=home.pk).point.coords == (113.825, 34.011)
        HouseholdIdentity.objects.filter(pk=home.pk).update(address="新示例路9号")
        assert HouseholdIdentity.objects.get(pk=home.pk).address == ""
        assert HouseholdPlace.objects.get(pk=home.pk).address == "新示例路9号"


def test_a_new_outline_of_the_village_moves_the_office_and_no_true_place(cast, home):
    protect(home, "shielded")
    with acting_as_system("test"):
        cast.liu.geom = box(WEST + STEP, 34.00, STEP, STEP)
        cast.liu.save()
        now = Household.objects.get(pk=home.pk)
        assert str(now.point.wkt).replace("POINT (", "POINT(") == office(cast.liu)
        assert HouseholdPlace.objects.get(pk=home.pk).point.coords == home.point.coords


class TestGridsChange:
    @pytest.fixture(autouse=True)
    def deferred(self, cast, system):
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")

    def test_a_shielded_family_stays_in_its_grid_wherever_the_border_runs(self, cast):
        east = cast.homes["liu1"][3]
        protect(east, "shielded")
        cast.liu1.geom = box(WEST + STEP, 34.00, STEP / 2)
        cast.liu2.geom = box(WEST + 1.5 * STEP, 34.00, 1.5 * STEP)
        cast.liu1.save()
        cast.liu2.save()
        # The other one east of the new border moves; nobody learns on which side this one lives.
        assert join_to_grids(villages=[cast.liu.pk]) == 1
        assert Household.objects.get(pk=east.pk).grid == cast.liu1

    def test_from_a_closed_grid_it_goes_to_that_under_the_middle_of_it(self, cast, tomorrow):
        west = cast.homes["liu2"][0]
        protect(west, "shielded")
        cast.liu2.closed_on = tomorrow
        cast.liu2.save()
        left = grid(cast.liu, 3, box(WEST + 2 * STEP, 34.00, STEP / 4))
        right = grid(cast.liu, 4, box(WEST + 2.25 * STEP, 34.00, 0.75 * STEP))
        assert join_to_grids(villages=[cast.liu.pk]) == 4
        assert not left.households.exists()  # although the family lives there
        assert Household.objects.get(pk=west.pk).grid == right

    def test_one_without_a_grid_is_put_where_it_lives(self, cast):
        loose = household(cast.liu, "loose", None, WEST + 1.5 * STEP, 34.01)
        protect(loose, "shielded")
        assert join_to_grids(villages=[cast.liu.pk]) == 1
        assert Household.objects.get(pk=loose.pk).grid == cast.liu1

    def test_a_sealed_family_follows_its_true_place_and_nobody_counts_it(self, cast, tomorrow):
        home = cast.homes["liu2"][0]
        protect(home, "sealed")
        cast.liu2.closed_on = tomorrow
        cast.liu2.save()
        left = grid(cast.liu, 3, box(WEST + 2 * STEP, 34.00, STEP / 4))
        grid(cast.liu, 4, box(WEST + 2.25 * STEP, 34.00, 0.75 * STEP))
        assert join_to_grids(villages=[cast.liu.pk]) == 3
        assert not HouseholdTally.objects.filter(grid=left).exists()
        assert protect(home, "none").grid == left
        assert GridSpell.objects.filter(household=home, grid=cast.liu2).count() == 1


def test_no_tile_tells_whether_a_family_is_protected():
    assert "protection" not in HOUSEHOLDS.fields


def test_what_a_draft_says_of_a_shielded_family_is_what_becomes_of_it(signed_in, cast):
    # In the west of its grid; the middle of the grid is east of the border that is drawn.
    home = cast.homes["liu1"][0]
    protect(home, "shielded")
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")
    chair = Api(signed_in(cast.chair))
    chair.open(cast.east)
    chair.step("split_line", key=key(cast.liu1), line=[[lon(0.45), 33.99], [lon(0.45), 34.03]])
    drafted = {r["code"] or r["key"]: r["n"] for r in chair.territory(cast.east)["grids"]}
    assert sorted(drafted.values()) == [1, 3, 4, 4]
    chair.act("publish")
    with acting_as_system("test"):
        now = Household.objects.get(pk=home.pk)
        assert (now.grid.code[-3:], now.grid.households.count()) == ("004", 3)


def test_a_border_moved_over_the_office_takes_no_shielded_family_along(signed_in, cast):
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")
    chair = Api(signed_in(cast.chair))
    before = chair.territory(cast.east)["grids"]
    protect(cast.homes["liu1"][0], "shielded")
    protect(cast.homes["liu2"][0], "shielded")
    scope.forget()
    assert chair.territory(cast.east)["grids"] == before
    chair.open(cast.east)
    ring = [[lon(0.7), 33.99], [lon(1.2), 33.99], [lon(1.2), 34.03], [lon(0.7), 34.03]]
    chair.step(
        "move_border", **{"from": key(cast.liu1), "to": key(cast.liu2), "ring": [*ring, ring[0]]}
    )
    drafted = {r["key"]: r["n"] for r in chair.territory(cast.east)["grids"]}
    chair.act("publish")
    with acting_as_system("test"):
        there = {key(g): g.households.count() for g in (cast.liu1, cast.liu2)}
    assert {k: drafted[k] for k in there} == there
    assert there == {key(cast.liu1): 3, key(cast.liu2): 5}
