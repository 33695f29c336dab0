"""What cannot be done to grids: each gets a sentence that says what to do, and nothing changes.

Bad drawings stand in test_territory_edit, bodies that no page sends in test_territory_malformed.
"""

import pytest
from django.contrib.gis.geos import MultiPolygon

from core.scope import acting_as_system
from grids.models import Assignment, Grid
from tests.factories import STEP, WEST, box, division, grid, household, member
from tests.households.test_territory_edit import Api, key, lon
from tests.households.test_territory_publish import chair as chair
from tests.households.untouched import is_plain, nothing_changes

HALF = [[lon(0.5), 33.99], [lon(0.5), 34.03]]


def refused(answer, code: str, *named: str) -> None:
    assert answer["code"] == code and is_plain(answer["message"]), answer
    for words in named:
        assert words in answer["message"]


@pytest.fixture
def island(cast):
    """岛村: two parts with water between, one grid that holds both, four families on each."""
    parts = [box(WEST + STEP, 34.05), box(WEST + 3 * STEP, 34.05)]
    whole = MultiPolygon(*(p[0] for p in parts), srid=4326)
    with acting_as_system("test"):
        village = division("999001101203", "岛村", cast.east, geom=whole)
        one = grid(village, 1, whole)
        Assignment.objects.create(grid=one, member=cast.hua, role="lead")
        for i in range(8):
            west = WEST + (1 if i < 4 else 3) * STEP
            household(village, f"{i:04}", one, round(west + 0.004 * (i % 4 + 1), 6), 34.06)
    return village


@pytest.fixture
def empty_village(cast):
    """新村 has an outline, and neither grids nor families."""
    with acting_as_system("test"):
        return division("999001101204", "新村", cast.east, geom=box(WEST, 34.1))


def test_grids_that_do_not_touch_are_not_merged(chair, cast):
    chair.open(cast.east)
    chair.step("split_line", key=key(cast.liu1), line=HALF)
    west = min(chair.territory(cast.liu)["grids"], key=lambda r: (r["key"][0] == "g", r["key"]))
    with nothing_changes():
        answer = chair.step("merge", 422, keys=[west["key"], key(cast.liu2)])
    refused(answer, "not_neighbours", "请只选相邻的网格")


def test_villages_keep_their_borders_in_every_kind_of_step(chair, cast):
    chair.open(cast.east)
    pair = [key(cast.liu2), key(cast.tao1)]
    with nothing_changes():
        for kind, body in (("merge", {}), ("split_auto", {"parts": 3}), ("rebalance", {})):
            refused(
                chair.step(kind, 422, keys=pair, **body), "merge_across_villages", "只选同一个村"
            )

        ring = [[lon(1.9), 33.99], [lon(2.1), 33.99], [lon(2.1), 34.03], [lon(1.9), 34.03]]
        answer = chair.step(
            "move_border", 422, **dict(zip(("from", "to"), pair, strict=True)), ring=ring
        )
        refused(answer, "merge_across_villages", "村界")


def test_ground_is_given_to_a_neighbour_and_to_nobody_else(chair, cast):
    chair.open(cast.east)
    chair.step("split_line", key=key(cast.liu1), line=HALF)
    new = {r["key"]: r for r in chair.territory(cast.liu)["grids"] if r["key"][0] == "n"}
    outlines = chair.get(f"territory/{cast.liu.code}/outlines/?draft={chair.draft['id']}")
    west = min(new, key=lambda k: _west(outlines, k))
    ring = [[lon(1.7), 33.99], [lon(2.1), 33.99], [lon(2.1), 34.03], [lon(1.7), 34.03]]
    whole = [[lon(0.9), 33.9], [lon(2.1), 33.9], [lon(2.1), 34.1], [lon(0.9), 34.1]]
    nowhere = [[lon(5), 33.9], [lon(6), 33.9], [lon(6), 34.1]]
    with nothing_changes():
        asked = {"from": key(cast.liu2), "to": west}
        refused(chair.step("move_border", 422, **asked, ring=ring), "part_not_whole", "请重新圈")
        asked["to"] = max(new, key=lambda k: _west(outlines, k))
        refused(chair.step("move_border", 422, **asked, ring=whole), "line_does_not_cross", "合并")
        refused(
            chair.step("move_border", 422, **asked, ring=nowhere), "line_does_not_cross", "圈里"
        )
        asked["to"] = asked["from"]
        refused(chair.step("move_border", 422, **asked, ring=ring), "nothing_changes", "请另选")


def _west(outlines, wanted):
    (shape,) = [f["geometry"] for f in outlines["features"] if f["id"] == wanted]
    return min(point[0] for part in shape["coordinates"] for point in part[0])


def test_a_border_does_not_move_through_a_house_or_in_a_knot(chair, cast):
    chair.open(cast.east)
    pair = {"from": key(cast.liu1), "to": key(cast.liu2)}
    through = [[lon(0.6), 33.99], [lon(1.1), 33.99], [lon(1.1), 34.03], [lon(0.6), 34.03]]
    knot = [[lon(0.7), 34.0], [lon(1.1), 34.02], [lon(1.1), 34.0], [lon(0.7), 34.02]]
    with nothing_changes():
        answer = chair.step("move_border", 422, **pair, ring=through)
        refused(answer, "line_through_household", "绕开房屋")
        answer = chair.step("move_border", 422, **pair, ring=knot)
        refused(answer, "lasso_crosses_itself", "请重新圈")
        answer = chair.step("split_freehand", 422, key=key(cast.liu1), ring=through)
        refused(answer, "line_through_household")
        small = [[lon(0.45), 34.001], [lon(0.55), 34.001], [lon(0.55), 34.003], [lon(0.45), 34.003]]
        answer = chair.step("split_freehand", 422, key=key(cast.liu1), ring=small)
        refused(answer, "part_without_households", "请换个地方")
        around = [[lon(-1), 33.9], [lon(3), 33.9], [lon(3), 34.1], [lon(-1), 34.1]]
        answer = chair.step("split_freehand", 422, key=key(cast.liu1), ring=around)
        refused(answer, "line_does_not_cross", "圈外")


def test_people_who_cannot_answer_are_named_in_every_way_to_choose_them(chair, cast):
    stranger = member("far", "member", cast.xing)
    office = member("helper", "caseworker", cast.east)
    chair.send("leaves/", {"member": cast.mei.pk, "from": "2000-01-01", "to": "2999-12-31"}, 201)
    chair.open(cast.east)
    home = str(cast.homes["liu1"][0].uuid)
    for who, code, named in (
        (stranger, "member_elsewhere", ("示例far", "杏村", "东镇", "请换一位")),
        (office, "member_cannot_answer", ("请换一位",)),
        (cast.mei, "member_on_leave", ("示例mei", "2999-12-31", "请先换一位")),
    ):
        with nothing_changes():
            keys = [key(cast.liu1)]
            refused(chair.step("assign", 422, keys=keys, lead=who.pk), code, *named)
            refused(chair.step("support", 422, keys=keys, add=[who.pk], remove=[]), code, *named)
            lead = {"lead": who.pk, "expected_lead": cast.lan.pk}
            path = f"grids/{cast.liu1.code}"
            refused(chair.send(f"{path}/lead/", lead, 422, "put"), code, *named)
            more = {"add": [who.pk], "remove": [], "expected": []}
            refused(chair.send(f"{path}/support/", more, 422, "put"), code, *named)
            claim = {"household": home, "member": who.pk}
            refused(chair.send("claims/", claim, 422), code, *named)
            away = {
                "member": cast.lan.pk,
                "from": "2030-01-01",
                "to": "2030-02-01",
                "cover": who.pk,
            }
            refused(chair.send("leaves/", away, 422), code, *named)


def test_whoever_goes_on_leave_before_publishing_is_told_then(chair, cast):
    chair.open(cast.east)
    chair.step("assign", keys=[key(cast.liu1)], lead=cast.hua.pk)
    chair.send("leaves/", {"member": cast.hua.pk, "from": "2000-01-01", "to": "2999-12-31"}, 201)
    with nothing_changes():
        refused(chair.act("publish", 422), "member_on_leave", "示例hua", "2999-12-31")


def test_a_leave_does_not_end_before_it_begins(chair, cast):
    with nothing_changes():
        body = {"member": cast.lan.pk, "from": "2030-02-01", "to": "2030-01-01"}
        refused(chair.send("leaves/", body, 422), "leave_backwards")


def test_an_old_version_moves_nothing_whatever_is_asked(chair, cast):
    chair.open(cast.east)
    seen = dict(chair.draft)
    chair.step("assign", keys=[key(cast.liu1)], lead=cast.mei.pk)
    with nothing_changes():
        for verb in ("undo", "redo", "publish", "propose", "discard"):
            chair.draft = dict(seen)
            refused(chair.act(verb, 409), "draft_changed", cast.chair.name, "没有做")
        chair.draft = dict(seen)
        refused(chair.step("lock", 409, keys=[key(cast.liu2)]), "draft_changed")


def test_a_draft_that_is_done_with_takes_nothing(chair, cast):
    chair.open(cast.east)
    chair.step("assign", keys=[key(cast.liu1)], lead=cast.mei.pk)
    chair.act("discard")
    with nothing_changes():
        for verb in ("undo", "redo", "publish", "propose", "discard"):
            refused(chair.act(verb, 409), "draft_closed")


def test_a_stale_draft_publishes_nothing_until_each_grid_is_decided(chair, cast):
    chair.open(cast.east)
    chair.step("assign", keys=[key(cast.liu1), key(cast.liu2)], lead=cast.hua.pk)
    for one in (cast.liu1, cast.liu2):
        body = {"add": [cast.head.pk], "remove": [], "expected": []}
        chair.send(f"grids/{one.code}/support/", body, method="put")
    with nothing_changes():
        answer = chair.act("publish", 409)
        refused(answer, "stale_draft", "2 个网格", "请逐个选用")
        answer = chair.act("publish", 409, resolve={key(cast.liu1): "mine", "g0": "mine"})
        assert [g["key"] for g in answer["detail"]["grids"]] == [key(cast.liu2)]
        answer = chair.act(
            "publish", 409, resolve={key(cast.liu1): "both", key(cast.liu2): ["mine"]}
        )
        assert len(answer["detail"]["grids"]) == 2


def test_families_that_came_meanwhile_stop_a_publishing_that_did_not_see_them(chair, cast):
    chair.open(cast.east)
    chair.step("split_line", key=key(cast.liu1), line=HALF)
    seen = chair.get(f"drafts/{chair.draft['id']}/preview/")["seen"]
    with acting_as_system("test"):
        household(cast.liu, "new", cast.liu1, lon(0.3), 34.012)
    with nothing_changes():
        refused(chair.act("publish", 409, seen=seen), "households_changed", "再看一遍")


def test_a_village_with_its_numbers_used_up_gets_no_new_grid(chair, cast):
    with acting_as_system("test"):
        last = grid(cast.liu, 999, box(WEST, 34.2))
        Grid.objects.filter(pk=last.pk).update(closed_on="2020-01-01")
    chair.open(cast.east)
    chair.step("split_line", key=key(cast.liu1), line=HALF)
    with nothing_changes():
        refused(chair.act("publish", 422), "codes_used_up", "柳村", "999", "移动边界")


def test_a_village_without_grids_is_read_and_gets_its_first(chair, cast, empty_village):
    body = chair.territory(empty_village)
    assert (body["grids"], body["unassigned"], body["totals"]["n"]) == ([], [], 0)
    assert chair.get(f"territory/{empty_village.code}/outlines/")["features"] == []
    place = {"division": empty_village.code}
    with nothing_changes():
        assert chair.send("grids/select/", place | {"village": empty_village.code}) == {"keys": []}
        refused(chair.send("grids/figures/", place | {"keys": []}, 422), "nothing_selected", "先")
    chair.open(empty_village)
    with nothing_changes():
        refused(chair.step("suggest", 422, who="people"), "nothing_changes", "没有更好的建议")
        refused(chair.step("merge", 422, keys=[]), "nothing_selected")
        refused(chair.act("publish", 422), "nothing_to_publish", "没有任何改动")
    done = chair.step("split_auto", village=empty_village.code, parts=2)
    assert [r["n"] for r in done["touched"]] == [0, 0]
    chair.act("publish")
    codes = Grid.objects.filter(village=empty_village).values_list("code", flat=True)
    assert list(codes) == [f"{empty_village.code}001", f"{empty_village.code}002"]


def test_a_village_without_outline_and_grids_has_nothing_to_divide(chair, cast):
    with acting_as_system("test"):
        bare = division("999001101205", "空村", cast.east)
    chair.open(cast.east)
    with nothing_changes():
        refused(chair.step("split_auto", 422, village=bare.code, parts=2), "nothing_selected")
        refused(chair.step("split_auto", 422, village=cast.xing.code, parts=2), "nothing_selected")


def test_an_island_village_says_that_its_grid_is_in_two_parts(chair, cast, island):
    (row,) = chair.territory(island)["grids"]
    assert row["n"] == 8 and any("块" in note for note in row["gauges"]["notes"])


def test_one_part_of_an_island_village_is_split_and_the_other_stays_whole(chair, cast, island):
    chair.open(island)
    (row,) = chair.territory(island)["grids"]
    line = [[WEST + 1.5 * STEP, 34.04], [WEST + 1.5 * STEP, 34.08]]
    done = chair.step("split_line", key=row["key"], line=line)
    assert sorted(r["n"] for r in done["touched"]) == [2, 6]
    far = [[WEST + 2.2 * STEP, 34.04], [WEST + 2.2 * STEP, 34.08]]
    chair.act("undo")
    with nothing_changes():
        answer = chair.step("split_line", 422, key=row["key"], line=far)
        refused(answer, "line_does_not_cross", "请从网格外面画起")


def test_an_island_village_is_designed_part_by_part_and_never_across_the_water(chair, cast, island):
    chair.open(island)
    done = chair.step("split_auto", village=island.code, parts=2)
    assert sorted(r["n"] for r in done["touched"]) == [4, 4]
    again = chair.step("split_auto", village=island.code, parts=4)
    assert sorted(r["n"] for r in again["touched"]) == [2, 2, 2, 2]
    outlines = chair.get(f"territory/{island.code}/outlines/?draft={chair.draft['id']}")
    assert {len(f["geometry"]["coordinates"]) for f in outlines["features"]} == {1}
    with nothing_changes():
        refused(
            chair.step("split_auto", 422, village=island.code, parts=1), "too_few_grids", "2 块"
        )
    chair.act("publish")


def test_the_two_parts_of_an_island_village_are_not_merged(chair, cast, island):
    chair.open(island)
    done = chair.step("split_auto", village=island.code, parts=2)
    keys = [r["key"] for r in done["touched"]]
    with nothing_changes():
        refused(chair.step("merge", 422, keys=keys), "not_neighbours", "相邻")


def test_grids_apart_are_not_designed_together_unless_they_are_the_village(chair, cast):
    chair.open(cast.east)
    chair.step("split_line", key=key(cast.liu1), line=HALF)
    outlines = chair.get(f"territory/{cast.liu.code}/outlines/?draft={chair.draft['id']}")
    west = min((f["id"] for f in outlines["features"]), key=lambda k: _west(outlines, k))
    with nothing_changes():
        answer = chair.step("split_auto", 422, keys=[west, key(cast.liu2)], parts=2)
        refused(answer, "not_neighbours", "相邻")


def test_a_lasso_in_a_knot_chooses_nothing(chair, cast):
    knot = [[lon(0), 34.0], [lon(1), 34.02], [lon(1), 34.0], [lon(0), 34.02]]
    with nothing_changes():
        answer = chair.send("grids/select/", {"division": cast.east.code, "polygon": knot}, 422)
        refused(answer, "lasso_crosses_itself", "请重新圈")


def test_what_only_a_chair_may_do_a_member_may_not(signed_in, cast):
    town = Api(signed_in(cast.chair))
    town.open(cast.east)
    town.step("assign", keys=[key(cast.liu1)], lead=cast.mei.pk)
    lan = Api(signed_in(cast.lan))
    with nothing_changes():
        for verb in ("steps", "undo", "publish", "discard"):
            path = f"drafts/{town.draft['id']}/{verb}/"
            answer = lan.send(path, {"expected_version": 2, "kind": "merge"}, 403)
            assert is_plain(answer["message"])
        lan.send(
            f"grids/{cast.liu1.code}/lead/",
            {"lead": None, "expected_lead": cast.lan.pk},
            403,
            "put",
        )
        lan.send("leaves/", {"member": cast.lan.pk, "from": "2030-01-01", "to": "2030-02-01"}, 403)
