"""Publishing a draft: one dated change, nothing lost, nothing overwritten, and it can be undone."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from core.scope import acting_as_system
from grids.models import Assignment, Draft, Grid, GridLineage, GridVersion, TerritoryChange
from households.models import Claim, GridSpell, Household
from households.territory.publish import publish_due
from tests.factories import household
from tests.households.test_territory_edit import Api, key, lon


@pytest.fixture
def chair(signed_in, cast):
    with connection.cursor() as cursor:
        # As committed: the check for overlaps has seen the grids as they were.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")
    return Api(signed_in(cast.chair))


def homes_by_code():
    with acting_as_system("test"):
        codes = Household.objects.exclude(grid=None).values_list("grid__code", flat=True)
        return {code: list(codes).count(code) for code in codes}


def split(chair, cast):
    chair.open(cast.east)
    line = [[lon(0.5), 33.99], [lon(0.5), 34.03]]
    chair.step("split_line", key=key(cast.liu1), line=line)


def test_a_split_closes_the_grid_and_opens_two_numbered_west_to_east(chair, cast):
    split(chair, cast)
    change = chair.act("publish")["change"]
    assert homes_by_code()["999001101201003"] == homes_by_code()["999001101201004"] == 2
    cast.liu1.refresh_from_db()
    assert cast.liu1.closed_on == timezone.localdate()
    west, east = (
        Grid.objects.current().filter(code__endswith=("003")),
        Grid.objects.get(code__endswith="201004"),
    )
    assert west.get().geom.extent[0] < east.geom.extent[0]
    shares = GridLineage.objects.filter(parent=cast.liu1).values_list("share", flat=True)
    assert [round(s, 3) for s in shares] == [0.5, 0.5]
    assert change["summary"] == {"grids": 3, "new": 2, "closed": 1, "households_moved": 4}
    leads = Assignment.objects.open().filter(role="lead", grid__village=cast.liu)
    assert sorted(leads.values_list("member__username", flat=True)) == ["lan", "lan", "mei"]
    assert not Assignment.objects.open().filter(grid=cast.liu1).exists()


def test_each_move_of_a_family_leaves_where_it_stood(chair, cast):
    split(chair, cast)
    chair.act("publish")
    with acting_as_system("test"):
        assert GridSpell.objects.filter(grid=cast.liu1).count() == 4
        home = cast.homes["liu1"][0]
        home.delete()
        assert GridSpell.objects.filter(grid=cast.liu1).count() == 3


def test_claims_stay_with_the_family(chair, cast):
    with acting_as_system("test"):
        kept = Claim.objects.create(household=cast.homes["liu1"][0], member=cast.hua)
    split(chair, cast)
    chair.act("publish")
    with acting_as_system("test"):
        assert Claim.objects.open().get() == kept


def test_an_undone_change_gives_back_grid_code_and_people(chair, cast):
    split(chair, cast)
    change = chair.act("publish")["change"]
    undone = chair.send(f"changes/{change['id']}/undo/")
    assert undone["undoes"] == change["id"]
    cast.liu1.refresh_from_db()
    assert cast.liu1.closed_on is None and cast.liu1.households.count() == 0  # no scope here
    assert homes_by_code() == {
        "999001101201001": 4, "999001101201002": 4, "999001101202001": 4, "999001102201001": 4,
    }  # fmt: skip
    assert Assignment.objects.open().get(grid=cast.liu1, role="lead").member == cast.lan
    again = chair.send(f"changes/{change['id']}/undo/", status=409)
    assert again["code"] == "already_undone"


def test_an_undone_undo_gives_the_children_back_with_their_codes(chair, cast):
    split(chair, cast)
    change = chair.act("publish")["change"]
    before = homes_by_code()
    undone = chair.send(f"changes/{change['id']}/undo/")
    chair.send(f"changes/{undone['id']}/undo/")
    assert homes_by_code() == before
    cast.liu1.refresh_from_db()
    assert cast.liu1.closed_on is not None


def test_a_change_is_not_undone_over_a_later_one(chair, cast):
    split(chair, cast)
    change = chair.act("publish")["change"]
    child = Grid.objects.get(code__endswith="201003")
    body = {"lead": cast.mei.pk, "expected_lead": cast.lan.pk}
    chair.send(f"grids/{child.code}/lead/", body, method="put")
    answer = chair.send(f"changes/{change['id']}/undo/", status=409)
    assert answer["code"] == "changed_since"


def test_a_moved_border_keeps_the_code_and_remembers_the_old_outline(chair, cast):
    chair.open(cast.east)
    ring = [[lon(0.7), 33.99], [lon(1.1), 33.99], [lon(1.1), 34.03], [lon(0.7), 34.03]]
    chair.step("move_border", **{"from": key(cast.liu1), "to": key(cast.liu2)}, ring=ring)
    chair.act("publish")
    counted = homes_by_code()
    assert (counted[cast.liu1.code], counted[cast.liu2.code]) == (3, 5)
    old = GridVersion.objects.get(grid=cast.liu1)
    assert old.geom.equals(cast.liu1.geom)


def test_a_stale_draft_shows_both_and_asks(chair, cast):
    chair.open(cast.east)
    chair.step("assign", keys=[key(cast.liu1)], lead=cast.hua.pk)
    body = {"lead": cast.mei.pk, "expected_lead": cast.lan.pk}
    chair.send(f"grids/{cast.liu1.code}/lead/", body, method="put")
    answer = chair.act("publish", 409)
    assert answer["code"] == "stale_draft"
    (row,) = answer["detail"]["grids"]
    leads = [row[who]["lead"] for who in ("base", "mine", "theirs")]
    assert leads == [cast.lan.pk, cast.hua.pk, cast.mei.pk]
    assert Assignment.objects.open().get(grid=cast.liu1).member == cast.mei
    chair.act("publish", resolve={key(cast.liu1): "mine"})
    assert Assignment.objects.open().get(grid=cast.liu1).member == cast.hua


def test_theirs_may_stand_and_the_rest_is_published(chair, cast):
    chair.open(cast.east)
    chair.step("assign", keys=[key(cast.liu1), key(cast.liu2)], lead=cast.hua.pk)
    body = {"lead": cast.mei.pk, "expected_lead": cast.lan.pk}
    chair.send(f"grids/{cast.liu1.code}/lead/", body, method="put")
    chair.act("publish", resolve={key(cast.liu1): "theirs"})
    assert Assignment.objects.open().get(grid=cast.liu1).member == cast.mei
    assert Assignment.objects.open().get(grid=cast.liu2).member == cast.hua


def test_half_a_split_is_refused(chair, cast):
    split(chair, cast)
    body = {"lead": cast.mei.pk, "expected_lead": cast.lan.pk}
    chair.send(f"grids/{cast.liu1.code}/lead/", body, method="put")
    answer = chair.act("publish", 409, resolve={key(cast.liu1): "theirs"})
    assert answer["code"] == "grids_overlap"
    assert not TerritoryChange.objects.exists()


def test_families_that_changed_since_the_preview_are_shown_first(chair, cast):
    split(chair, cast)
    seen = chair.get(f"drafts/{chair.draft['id']}/preview/")["seen"]
    with acting_as_system("test"):
        household(cast.liu, "new", cast.liu1, lon(0.3), 34.012)
    answer = chair.act("publish", 409, seen=seen)
    assert answer["code"] == "households_changed"
    fresh = chair.get(f"drafts/{chair.draft['id']}/preview/")
    new = [p["after"]["n"] for p in fresh["grids"] if p["before"] is None]
    assert sorted(new) == [2, 3]
    chair.act("publish", seen=fresh["seen"])
    assert homes_by_code()["999001101201003"] == 3


def test_a_preview_counts_who_changes_hands_reds_first(chair, cast):
    chair.open(cast.east)
    chair.step("assign", keys=[key(cast.liu1)], lead=cast.mei.pk)
    body = chair.get(f"drafts/{chair.draft['id']}/preview/")
    assert body["families"]["n"] == 4 and body["families"]["c"] == [2, 1, 0, 1, 0, 0]
    first = body["families"]["list"][0]
    assert first["slot"] == 1 and (first["from"], first["to"]) == (cast.lan.name, cast.mei.name)
    assert [m["name"] for m in body["members"]] == [cast.lan.name, cast.mei.name]
    assert body["members"][1]["after"]["n"] == 8


def test_publishing_on_a_day_waits_for_it(chair, cast, tomorrow):
    chair.open(cast.east)
    chair.step("assign", keys=[key(cast.liu1)], lead=cast.mei.pk)
    assert chair.act("publish", 422, on=str(timezone.localdate()))["code"] == "day_is_past"
    chair.act("publish", on=str(tomorrow))
    publish_due()
    assert Assignment.objects.open().get(grid=cast.liu1).member == cast.lan
    Draft.objects.update(effective_on=timezone.localdate())
    assert publish_due() == []
    assert Assignment.objects.open().get(grid=cast.liu1).member == cast.mei


def test_a_plan_gone_stale_waits_for_a_person(chair, cast, tomorrow):
    chair.open(cast.east)
    chair.step("assign", keys=[key(cast.liu1)], lead=cast.hua.pk)
    chair.act("publish", on=str(tomorrow))
    body = {"lead": cast.mei.pk, "expected_lead": cast.lan.pk}
    chair.send(f"grids/{cast.liu1.code}/lead/", body, method="put")
    Draft.objects.update(effective_on=timezone.localdate())
    assert publish_due() == [chair.draft["id"]]
    assert Draft.objects.get().state == "proposed"
    assert Assignment.objects.open().get(grid=cast.liu1).member == cast.mei


def test_an_empty_draft_is_not_published(chair, cast):
    chair.open(cast.east)
    assert chair.act("publish", 422)["code"] == "nothing_to_publish"


def test_a_published_draft_takes_no_more_steps(chair, cast):
    split(chair, cast)
    chair.act("publish")
    answer = chair.step("assign", 409, keys=[key(cast.liu2)], lead=cast.lan.pk)
    assert answer["code"] == "draft_closed"


def test_a_newer_lead_is_not_overwritten(chair, cast):
    body = {"lead": cast.mei.pk, "expected_lead": cast.hua.pk}
    answer = chair.send(f"grids/{cast.liu1.code}/lead/", body, 409, "put")
    assert answer["code"] == "grid_taken"
    assert answer["detail"]["lead"] == {"id": cast.lan.pk, "name": cast.lan.name}


def test_whoever_supported_may_come_to_lead(chair, cast):
    body = {"add": [cast.mei.pk], "remove": [], "expected": []}
    chair.send(f"grids/{cast.liu1.code}/support/", body, method="put")
    assert (
        chair.send(f"grids/{cast.liu1.code}/support/", body, 409, "put")["code"]
        == "support_changed"
    )
    lead = {"lead": cast.mei.pk, "expected_lead": cast.lan.pk}
    people = chair.send(f"grids/{cast.liu1.code}/lead/", lead, method="put")
    assert people["lead"]["id"] == cast.mei.pk and people["supports"] == []


def test_the_database_refuses_a_second_lead(cast):
    with pytest.raises(IntegrityError, match="one_lead_per_grid"), transaction.atomic():
        Assignment.objects.create(grid=cast.liu1, member=cast.mei, role="lead")


def test_a_claim_is_made_and_ended(chair, cast):
    home = cast.homes["liu1"][0]
    body = {"household": str(home.uuid), "member": cast.mei.pk}
    made = chair.send("claims/", body, 201)
    assert chair.send("claims/", body, 422)["code"] == "already_claimed"
    chair.send(f"claims/{made['id']}/end/")
    far = {"household": str(cast.homes["xing1"][0].uuid), "member": cast.mei.pk}
    chair.send("claims/", far, 404)


def test_history_says_who_answered_on_a_day(chair, cast):
    long_ago = timezone.now() - timedelta(days=100)
    Assignment.objects.filter(grid=cast.liu1).update(started_at=long_ago)
    Grid.objects.filter(pk=cast.liu1.pk).update(opened_on=long_ago.date())
    split(chair, cast)
    new = [r["key"] for r in chair.territory(cast.liu)["grids"] if r["key"][0] == "n"]
    chair.step("assign", keys=new, lead=cast.mei.pk)
    chair.act("publish")
    home, yesterday = cast.homes["liu1"][0], timezone.localdate() - timedelta(days=1)
    then = chair.get(f"history/households/{home.uuid}/?on={yesterday}")
    assert then["leads"] == [{"id": cast.lan.pk, "name": cast.lan.name}]
    assert then["grid"]["code"] == cast.liu1.code
    now = chair.get(f"history/households/{home.uuid}/")
    assert now["leads"][0]["id"] == cast.mei.pk and now["grid"]["code"].endswith("003")
    grid = chair.get(f"history/grids/{cast.liu1.code}/?on={yesterday}")
    assert grid["leads"][0]["id"] == cast.lan.pk and len(grid["became"]) == 2
    was = chair.get(f"territory/{cast.liu.code}/?on={yesterday}")
    assert [f["properties"]["code"] for f in was["features"]] == [cast.liu1.code]
    assert was["features"][0]["properties"]["lead"] == cast.lan.name


def test_the_days_are_told_on_which_something_changed_and_what(chair, cast):
    first, then = [timezone.now() - timedelta(days=n) for n in (100, 40)]
    today = timezone.localdate()
    Grid.objects.update(opened_on=timezone.localdate(first))
    Assignment.objects.update(started_at=first)
    Assignment.objects.filter(grid=cast.liu2).update(ended_at=then)
    Assignment.objects.create(grid=cast.liu2, member=cast.lan, role="lead", started_at=then)
    # Whoever stands in from tomorrow has changed nothing yet.
    late = timezone.now() + timedelta(days=1)
    Assignment.objects.create(grid=cast.liu2, member=cast.mei, role="cover", started_at=late)
    split(chair, cast)
    chair.act("publish")
    assert chair.get(f"territory/{cast.liu.code}/days/")["days"] == [
        {"on": f"{timezone.localdate(first)}", "drawn": 2, "closed": 0, "redrawn": 0, "people": 0},
        {"on": f"{timezone.localdate(then)}", "drawn": 0, "closed": 0, "redrawn": 0, "people": 1},
        {"on": f"{today}", "drawn": 2, "closed": 1, "redrawn": 0, "people": 0},
    ]
    on = chair.get(f"territory/{cast.liu.code}/?on={timezone.localdate(then)}")["features"]
    assert [f["properties"]["changed"] for f in on] == [False, True]
    neighbour = [
        {"on": f"{timezone.localdate(first)}", "drawn": 1, "closed": 0, "redrawn": 0, "people": 0}
    ]
    assert chair.get(f"territory/{cast.tao.code}/days/")["days"] == neighbour
    chair.get(f"territory/{cast.xing.code}/days/", 404)
