"""Where members live and how far they have to go: true, and only for those who may know."""

import pytest
from django.contrib.gis.geos import Point

from accounts.models import Member
from core.scope import acting_as_system
from tests.factories import STEP, WEST, household
from tests.households.test_territory_edit import Api, key, lon

LIVES = (WEST + STEP + 0.01, 34.01)


@pytest.fixture
def lan_lives(cast):
    Member.objects.filter(pk=cast.lan.pk).update(home=Point(*LIVES, srid=4326))


def told(client, cast, place=None):
    body = Api(client).territory(place or cast.liu)
    return next(m for m in body["members"] if m["id"] == cast.lan.pk)


@pytest.mark.parametrize("who", ["chair", "head", "lan"])
def test_a_chair_and_she_herself_see_her_home_and_her_way(signed_in, cast, lan_lives, who):
    lan = told(signed_in(getattr(cast, who)), cast)
    assert lan["home"] == list(LIVES)
    # Four families in a row, 0.006°, 0.002°, 0.002° and 0.006° from her home; a degree of longitude
    # is 92,385 m there.
    assert lan["distance_m"] == pytest.approx(0.004 * 92_385 * 1.3, rel=1e-3)


@pytest.mark.parametrize("who", ["mei", "hua", "district"])
def test_nobody_else_does(signed_in, cast, lan_lives, who):
    place = cast.tao if who == "hua" else cast.liu
    Api(signed_in(cast.chair)).send(
        f"grids/{cast.tao1.code}/support/",
        {"add": [cast.lan.pk], "remove": [], "expected": []},
        method="put",
    )
    lan = told(signed_in(getattr(cast, who)), cast, place)
    assert (lan["home"], lan["distance_m"]) == (None, None)


def test_who_has_not_told_or_leads_nothing_has_no_way(signed_in, cast, lan_lives):
    chair = Api(signed_in(cast.chair))
    rows = {m["id"]: m for m in chair.territory(cast.liu)["members"]}
    assert (rows[cast.mei.pk]["home"], rows[cast.mei.pk]["distance_m"]) == (None, None)
    chair.open(cast.liu)
    chair.step("assign", keys=[key(cast.liu1)], lead=cast.mei.pk)
    lan = next(m for m in chair.territory(cast.liu)["members"] if m["id"] == cast.lan.pk)
    assert (lan["home"], lan["distance_m"]) == (list(LIVES), None)


def test_her_card_says_the_way_before_and_after(signed_in, cast, lan_lives):
    chair = Api(signed_in(cast.chair))
    asked = {"division": cast.east.code, "keys": [key(cast.liu2)], "member": cast.lan.pk}
    card = chair.send("grids/figures/", asked)
    assert card["before"]["distance_m"] == pytest.approx(0.004 * 92_385 * 1.3, rel=1e-3)
    # The other grid lies 0.02° further east, on average 0.02° from her home: (0.004 + 0.02) / 2.
    assert card["after"]["distance_m"] == pytest.approx(0.012 * 92_385 * 1.3, rel=1e-3)


def test_a_settlement_cut_by_a_border_is_told_and_its_preview_counts_it(signed_in, cast):
    with acting_as_system("test"):
        for i in range(12):
            # 37 m apart, all in the western grid.
            household(cast.liu, f"s{i:02}", cast.liu1, lon(0.3 + 0.02 * i), 34.005)
    chair = Api(signed_in(cast.chair))
    body = chair.territory(cast.liu)
    assert [g["gauges"]["settlements_cut"] for g in body["grids"]] == [0, 0]
    assert body["totals"]["gauges"]["settlements"] == 1
    chair.open(cast.liu)
    line = [[lon(0.41), 33.99], [lon(0.41), 34.03]]
    done = chair.step("split_line", key=key(cast.liu1), line=line)
    # Of 20 families in 3 grids a grid could have held 8: the twelve had to be divided.
    assert [g["gauges"]["settlements_cut"] for g in done["touched"]] == [0, 0, 0]
    gauges = chair.get(f"drafts/{chair.draft['id']}/preview/")["gauges"]
    assert gauges["before"]["settlements_divided"] == 0
    assert gauges["after"]["settlements_divided"] == 1


def test_a_member_who_sees_part_is_told_nothing_of_settlements(signed_in, cast):
    body = Api(signed_in(cast.lan)).territory(cast.liu)
    assert {g["gauges"]["settlements_cut"] for g in body["grids"]} == {None}
    assert body["totals"]["gauges"]["settlements"] is None
