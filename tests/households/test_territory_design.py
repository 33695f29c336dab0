"""Grids and people that the program suggests, as steps of a draft."""

import pytest
from django.utils import timezone

from core.scope import acting_as_system
from grids.models import Assignment
from tests.factories import household
from tests.households.test_territory_edit import key, lon
from tests.households.test_territory_publish import chair as chair
from tests.households.test_territory_publish import homes_by_code


@pytest.fixture
def crowd(cast):
    """柳村 with 40 families more, in a lattice."""
    with acting_as_system("test"):
        for i in range(40):
            x, y = i % 10, i // 10
            home = household(cast.liu, f"y{i:02}", None, lon(0.1 + 0.19 * x), 34.003 + 0.0045 * y)
            home.grid = cast.liu1 if 0.1 + 0.19 * x <= 1 else cast.liu2
            home.save()


def test_a_village_is_split_into_four_even_whole_grids(chair, cast, crowd):
    chair.open(cast.east)
    done = chair.step("split_auto", village=cast.liu.code, parts=4)
    new = [r for r in done["touched"] if r["key"][0] == "n"]
    assert len(new) == 4 and sum(r["n"] for r in new) == 48
    assert {r["gauges"]["whole"] for r in new} <= {"ok", "warn"}
    chair.act("publish")
    assert sum(n for code, n in homes_by_code().items() if code.startswith(cast.liu.code)) == 48


def test_three_ways_are_explained_and_change_nothing(chair, cast, crowd):
    chair.open(cast.east)
    body = {"village": cast.liu.code, "parts": 3}
    told = chair.send(f"drafts/{chair.draft['id']}/alternatives/", body)
    assert [w["objective"] for w in told["alternatives"]] == ["balance", "compact", "together"]
    assert all(w["explanation"].endswith("。") for w in told["alternatives"])
    assert [len(w["outlines"]["features"]) for w in told["alternatives"]] == [3, 3, 3]
    assert chair.get(f"drafts/{chair.draft['id']}/")["steps"] == []


def test_more_grids_than_houses_are_refused(chair, cast):
    chair.open(cast.east)
    answer = chair.step("split_auto", 422, key=key(cast.liu1), parts=20)
    assert answer["code"] == "too_many_grids"


def test_an_empty_grid_is_split_by_its_ground(chair, cast):
    with acting_as_system("test"):
        for home in cast.homes["tao1"]:
            home.delete()
    chair.open(cast.east)
    done = chair.step("split_auto", key=key(cast.tao1), parts=2)
    assert [r["n"] for r in done["touched"]] == [0, 0]


def test_rebalancing_moves_few_families_and_keeps_the_codes(chair, cast, crowd):
    chair.open(cast.east)
    ring = [[lon(0.3), 33.99], [lon(1.1), 33.99], [lon(1.1), 34.03], [lon(0.3), 34.03]]
    chair.step("move_border", **{"from": key(cast.liu1), "to": key(cast.liu2)}, ring=ring)
    done = chair.step("rebalance", keys=[key(cast.liu1), key(cast.liu2)], tol=0.1)
    loads = [r["visits_h"] for r in done["touched"]]
    assert [r["key"] for r in done["touched"]] == [key(cast.liu1), key(cast.liu2)]
    assert max(loads) / min(loads) < 1.3


def test_a_suggestion_finds_somebody_for_every_grid(chair, cast):
    Assignment.objects.filter(grid=cast.liu2).delete()
    chair.open(cast.east)
    done = chair.step("suggest", who="people")
    row = next(r for r in done["touched"] if r["key"] == key(cast.liu2))
    assert row["lead"] == cast.mei.pk
    # Nothing is applied without a person.
    assert not Assignment.objects.open().filter(grid=cast.liu2).exists()
    assert chair.step("suggest", 422, who="people")["code"] == "nothing_changes"


def test_each_change_is_explained_in_one_sentence_that_stays_with_the_step(chair, cast):
    Assignment.objects.filter(grid=cast.liu2).delete()
    chair.open(cast.east)
    (note,) = chair.step("suggest", who="people")["step"]["notes"]
    assert note.startswith(f"{cast.liu2.name}：暂无 → {cast.mei.name}（现在没有主责")
    assert note.endswith("。")
    (step,) = chair.get(f"drafts/{chair.draft['id']}/")["steps"]
    assert step["notes"] == [note]


def test_whoever_is_on_leave_keeps_her_grids_and_gets_no_new_one(chair, cast, tomorrow):
    Assignment.objects.filter(grid=cast.liu2).delete()
    today = timezone.localdate().isoformat()
    for who in (cast.mei, cast.lan):
        away = {"member": who.pk, "from": today, "to": tomorrow.isoformat()}
        chair.send("leaves/", away, 201)
    chair.open(cast.liu)
    answer = chair.step("suggest", 422, who="people")
    assert "1 个网格没有合适的人选" in answer["message"]


def test_a_locked_grid_keeps_its_lead(chair, cast):
    Assignment.objects.filter(grid=cast.liu2).delete()
    chair.open(cast.liu)
    chair.step("lock", keys=[key(cast.liu2)], locked=True)
    assert chair.step("suggest", 422, who="people")["code"] == "nothing_changes"


def test_a_suggestion_for_one_village_leaves_the_others_alone(chair, cast):
    Assignment.objects.filter(grid__in=[cast.liu2, cast.tao1]).delete()
    chair.open(cast.east)
    done = chair.step("suggest", who="people", keys=[key(cast.liu1)])
    assert {r["village"] for r in done["touched"]} == {cast.liu1.village.code}
    assert next(r for r in done["touched"] if r["key"] == key(cast.liu2))["lead"] == cast.mei.pk
