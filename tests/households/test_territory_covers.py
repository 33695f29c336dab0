"""Where nobody leads, somebody may stand in: from a day, to a day or until there is a lead."""

from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from core.scope import acting_as, acting_as_system
from grids.models import Assignment
from grids.services import Duty, take_up_duties
from households.models import Household
from tests.households.test_territory_edit import Api, key, lon
from tests.households.test_territory_publish import chair as chair
from tests.households.untouched import is_plain, nothing_changes

TODAY = timezone.localdate()


@pytest.fixture
def vacant(cast):
    """Nobody leads 桃村's only grid; hua, who did, is still there."""
    with acting_as_system("test"):
        Assignment.objects.filter(grid=cast.tao1).delete()
    return cast.tao1


def asked(grid, who, **more):
    return {"grids": [grid.code], "member": who.pk, "from": TODAY.isoformat()} | more


def covers(chair, cast):
    return {r["code"]: r["cover"] for r in chair.territory(cast.east)["grids"]}


def seen_by(who):
    """By row security and by the app."""
    with acting_as(who.pk), transaction.atomic():
        rows, told = Household.objects.count(), Household.objects.visible_to(who).count()
    assert rows == told
    return rows


def test_whoever_stands_in_answers_and_sees_until_she_is_thanked(chair, cast, vacant):
    before = seen_by(cast.lan)
    assert chair.send("covers/", asked(vacant, cast.lan), 201) == {"grids": [vacant.code]}
    row = covers(chair, cast)
    assert row == {cast.liu1.code: None, cast.liu2.code: None, vacant.code: cast.lan.pk}
    assert seen_by(cast.lan) == before + len(cast.homes["tao1"])
    # Nobody leads it, all the same.
    assert chair.territory(cast.east)["unassigned"] == [key(vacant)]
    home = cast.homes["tao1"][0]
    for told in (
        chair.get(f"history/grids/{vacant.code}/"),
        chair.get(f"history/households/{home.uuid}/"),
    ):
        assert told["leads"] == [] and [m["id"] for m in told["covers"]] == [cast.lan.pk]
    on = chair.get(f"territory/{cast.tao.code}/?on={TODAY}")["features"][0]["properties"]
    assert (on["lead"], on["cover"]) == (None, cast.lan.name)
    chair.send("covers/end/", {"grids": [vacant.code], "member": cast.lan.pk})
    assert covers(chair, cast)[vacant.code] is None
    assert seen_by(cast.lan) == before
    chair.send("covers/end/", {"grids": [vacant.code], "member": cast.lan.pk}, 404)


def test_from_a_day_to_a_day_is_both_days_whole(chair, cast, vacant):
    first, last = TODAY + timedelta(days=2), TODAY + timedelta(days=4)
    body = asked(vacant, cast.lan, **{"from": first.isoformat(), "to": last.isoformat()})
    chair.send("covers/", body, 201)
    assert covers(chair, cast)[vacant.code] is None
    days = {
        n: [m["id"] for m in chair.get(f"history/grids/{vacant.code}/?on={day}")["covers"]]
        for n in range(1, 6)
        if (day := TODAY + timedelta(days=n))
    }
    assert days == {1: [], 2: [cast.lan.pk], 3: [cast.lan.pk], 4: [cast.lan.pk], 5: []}


def test_a_supporter_may_stand_in_and_support_after(chair, cast, vacant):
    more = {"add": [cast.lan.pk], "remove": [], "expected": []}
    chair.send(f"grids/{vacant.code}/support/", more, method="put")
    chair.send("covers/", asked(vacant, cast.lan), 201)
    lead = {"lead": cast.hua.pk, "expected_lead": None}
    people = chair.send(f"grids/{vacant.code}/lead/", lead, method="put")
    assert [p["id"] for p in people["supports"]] == [cast.lan.pk] and people["covers"] == []


def test_a_cover_who_is_made_lead_or_support_is_that(chair, cast, vacant):
    chair.send("covers/", asked(vacant, cast.lan), 201)
    more = {"add": [cast.lan.pk], "remove": [], "expected": []}
    people = chair.send(f"grids/{vacant.code}/support/", more, method="put")
    assert [p["id"] for p in people["supports"]] == [cast.lan.pk]
    lead = {"lead": cast.lan.pk, "expected_lead": None}
    people = chair.send(f"grids/{vacant.code}/lead/", lead, method="put")
    assert people["lead"]["id"] == cast.lan.pk
    assert people["supports"] == people["covers"] == []


def test_when_a_lead_is_published_the_cover_is_over(chair, cast, vacant):
    chair.send("covers/", asked(vacant, cast.mei), 201)
    chair.open(cast.east)
    chair.step("assign", keys=[key(vacant)], lead=cast.hua.pk)
    chair.act("publish")
    assert not Assignment.objects.unended().filter(role="cover").exists()


def test_when_a_list_brings_a_lead_the_cover_is_over(chair, cast, vacant):
    chair.send("covers/", asked(vacant, cast.mei), 201)
    with acting_as_system("test"):
        support = Duty(vacant, cast.lan, Assignment.Role.SUPPORT, timezone.now())
        take_up_duties(duties=[support])
        assert covers(chair, cast)[vacant.code] == cast.mei.pk
        lead = Duty(vacant, cast.hua, Assignment.Role.LEAD, timezone.now())
        take_up_duties(duties=[lead])
    assert not Assignment.objects.unended().filter(role="cover").exists()


def test_a_split_without_a_lead_leaves_the_cover_with_both_halves(chair, cast, vacant):
    chair.send("covers/", asked(vacant, cast.mei), 201)
    chair.open(cast.east)
    middle = lon(2.5)
    chair.step("split_line", key=key(vacant), line=[[middle, 33.99], [middle, 34.03]])
    chair.act("publish")
    held = Assignment.objects.open().filter(role="cover").values_list("grid__code", "member")
    assert sorted(held) == [(f"{cast.tao.code}{n:03}", cast.mei.pk) for n in (2, 3)]


def test_a_new_lead_is_not_covered_by_who_stood_in_for_the_former(chair, cast):
    leave = {"member": cast.lan.pk, "from": "2000-01-01", "to": "2999-12-31", "cover": cast.mei.pk}
    chair.send("leaves/", leave, 201)
    chair.open(cast.east)
    chair.step("assign", keys=[key(cast.liu1)], lead=cast.hua.pk)
    chair.act("publish")
    assert not Assignment.objects.unended().filter(role="cover").exists()


def test_a_leave_noted_after_it_is_over_needs_no_cover(chair, cast):
    leave = {"member": cast.lan.pk, "from": "2000-01-01", "to": "2000-01-09", "cover": cast.mei.pk}
    chair.send("leaves/", leave, 201)
    assert not Assignment.objects.filter(role="cover").exists()


def test_what_cannot_be_covered_is_told_and_nothing_changes(chair, cast, vacant, signed_in):
    chair.send("leaves/", {"member": cast.mei.pk, "from": "2000-01-01", "to": "2999-12-31"}, 201)
    past = (TODAY - timedelta(days=1)).isoformat()
    both = [vacant.code, cast.liu1.code]
    refused = {
        "grid_is_led": (asked(vacant, cast.hua, grids=both), "柳村第1网格已由示例lan主责"),
        "cover_backwards": (asked(vacant, cast.hua, to=past), "结束日期"),
        "member_on_leave": (asked(vacant, cast.mei), "示例mei请假到"),
        "member_elsewhere": (asked(vacant, cast.other_chair), "东镇"),
        "member_cannot_answer": (asked(vacant, cast.district), "岗位"),
    }
    with nothing_changes():
        for code, (body, part) in refused.items():
            answer = chair.send("covers/", body, 422)
            assert answer["code"] == code and part in answer["message"]
            assert is_plain(answer["message"])
        chair.send("covers/", asked(cast.xing1, cast.hua), 404)
        chair.send("covers/", asked(vacant, cast.hua, grids=[vacant.code, "9" * 15]), 404)
    chair.send("covers/", asked(vacant, cast.hua), 201)
    answer = chair.send("covers/", asked(vacant, cast.lan), 422)
    assert answer["code"] == "already_covered" and "示例hua代管" in answer["message"]
    with nothing_changes():
        Api(signed_in(cast.head)).send("covers/", asked(vacant, cast.hua), 403)


def test_two_who_stand_in_for_grids_that_are_merged_do_so_together(chair, cast):
    with acting_as_system("test"):
        Assignment.objects.filter(grid__in=[cast.liu1, cast.liu2]).delete()
    chair.send("covers/", asked(cast.liu1, cast.lan), 201)
    chair.send("covers/", asked(cast.liu2, cast.mei), 201)
    chair.open(cast.east)
    chair.step("merge", keys=[key(cast.liu1), key(cast.liu2)])
    chair.act("publish")
    held = Assignment.objects.open().filter(role="cover").values_list("grid__code", "member")
    assert sorted(held) == [(f"{cast.liu.code}003", m.pk) for m in (cast.lan, cast.mei)]


def test_who_stood_in_for_both_grids_that_are_merged_does_so_once(chair, cast):
    with acting_as_system("test"):
        Assignment.objects.filter(grid__in=[cast.liu1, cast.liu2]).delete()
    both = asked(cast.liu1, cast.lan, grids=[cast.liu1.code, cast.liu2.code])
    chair.send("covers/", both, 201)
    chair.open(cast.east)
    chair.step("merge", keys=[key(cast.liu1), key(cast.liu2)])
    chair.act("publish")
    held = Assignment.objects.open().filter(role="cover").values_list("grid__code", "member")
    assert list(held) == [(f"{cast.liu.code}003", cast.lan.pk)]


def test_the_sheet_of_whoever_stands_in_names_the_grid(chair, cast, vacant):
    chair.send("covers/", asked(vacant, cast.lan), 201)
    text = chair.client.get(f"/assign/handover/{cast.lan.pk}/").content.decode()
    assert vacant.code in text and "代管" in text
