"""Editing a draft over the API: what each step does, and what is refused with a sentence."""

import pytest

from grids.models import Assignment, Draft
from tests.factories import STEP, WEST, member


@pytest.fixture
def chair(signed_in, cast):
    return Api(signed_in(cast.chair))


class Api:
    """Requests in, JSON out; keeps the version of its draft as a page does."""

    def __init__(self, client):
        self.client = client
        self.draft = None

    def get(self, path, status=200):
        answer = self.client.get(f"/api/{path}")
        assert answer.status_code == status, answer.content.decode()
        return answer.json()

    def send(self, path, body=None, status=200, method="post"):
        call = getattr(self.client, method)
        answer = call(f"/api/{path}", body or {}, content_type="application/json")
        assert answer.status_code == status, answer.content.decode()
        return answer.json()

    def open(self, place):
        self.draft = self.send("drafts/", {"division": place.code}, 201)
        return self.draft

    def act(self, verb, status=200, **body):
        version = {"expected_version": self.draft["version"]}
        answer = self.send(f"drafts/{self.draft['id']}/{verb}/", version | body, status)
        if status == 200:
            self.draft = answer.get("draft", answer)
        return answer

    def step(self, kind, status=200, **body):
        return self.act("steps", status, kind=kind, **body)

    def territory(self, place):
        query = f"?draft={self.draft['id']}" if self.draft else ""
        return self.get(f"territory/{place.code}/{query}")


def key(grid):
    return f"g{grid.pk}"


def lon(part):
    """Within 柳村's two grids, 0 to 2."""
    return WEST + STEP + part * STEP


def test_the_page_gets_grids_people_and_figures_in_one_answer(chair, cast):
    body = chair.territory(cast.east)
    assert body["editable"] and body["totals"]["grids"] == 3
    first = body["grids"][0]
    assert first["key"] == key(cast.liu1) and first["lead"] == cast.lan.pk
    assert (first["n"], first["c"]) == (4, [2, 1, 0, 1, 0, 0])
    # red every 7 days 40 minutes, yellow every 30 days 20 minutes, two of no colour 15 in 180 days
    assert first["visits_h"] == round(30 / 7 * 40 / 60 + 20 / 60 + 2 / 6 * 15 / 60, 1)
    lan = next(m for m in body["members"] if m["id"] == cast.lan.pk)
    assert lan["grids"] == [key(cast.liu1)] and lan["n"] == 4
    assert body["unassigned"] == []


def test_neighbours_led_by_different_people_have_different_colours(chair, cast):
    rows = {r["key"]: r["colour_index"] for r in chair.territory(cast.east)["grids"]}
    assert rows[key(cast.liu1)] != rows[key(cast.liu2)] != rows[key(cast.tao1)]


def test_a_draft_changes_nothing_until_it_is_published(chair, cast):
    chair.open(cast.east)
    done = chair.step("assign", keys=[key(cast.liu1)], lead=cast.mei.pk)
    row = next(r for r in done["touched"] if r["key"] == key(cast.liu1))
    assert row["lead"] == cast.mei.pk and row["changed"]
    assert Assignment.objects.open().get(grid=cast.liu1, role="lead").member == cast.lan


def test_undo_and_redo_know_no_limit(chair, cast):
    chair.open(cast.east)
    people = [cast.mei, cast.hua, cast.head] * 4
    for who in people:
        chair.step("assign", keys=[key(cast.liu1)], lead=who.pk)
    for _ in people:
        chair.act("undo")
    assert chair.territory(cast.east)["grids"][0]["lead"] == cast.lan.pk
    assert chair.act("undo", 422)["code"] == "nothing_to_undo"
    for _ in people:
        chair.act("redo")
    assert chair.territory(cast.east)["grids"][0]["lead"] == cast.head.pk
    assert chair.act("redo", 422)["code"] == "nothing_to_redo"


def test_a_new_step_drops_what_was_undone(chair, cast):
    chair.open(cast.east)
    chair.step("assign", keys=[key(cast.liu1)], lead=cast.mei.pk)
    chair.act("undo")
    chair.step("assign", keys=[key(cast.liu1)], lead=cast.hua.pk)
    assert chair.act("redo", 422)["code"] == "nothing_to_redo"
    assert len(chair.get(f"drafts/{chair.draft['id']}/")["steps"]) == 1


def test_a_split_gives_two_grids_with_the_same_people_and_all_families(chair, cast):
    chair.open(cast.east)
    line = [[lon(0.5), 33.99], [lon(0.5), 34.03]]
    done = chair.step("split_line", key=key(cast.liu1), line=line)
    assert done["removed"] == [key(cast.liu1)]
    new = [r for r in done["touched"] if r["key"].startswith("n")]
    assert [r["n"] for r in new] == [2, 2] and {r["lead"] for r in new} == {cast.lan.pk}
    chair.act("undo")
    assert [r["key"] for r in chair.territory(cast.liu)["grids"]] == [
        key(cast.liu1),
        key(cast.liu2),
    ]


def test_a_ring_cuts_a_part_out(chair, cast):
    chair.open(cast.east)
    ring = [[lon(0), 34.0], [lon(0.5), 34.0], [lon(0.5), 34.02], [lon(0), 34.02]]
    done = chair.step("split_freehand", key=key(cast.liu1), ring=ring)
    assert sorted(r["n"] for r in done["touched"] if r["key"][0] == "n") == [2, 2]


def test_a_border_moves_and_the_families_with_it(chair, cast):
    chair.open(cast.east)
    ring = [[lon(0.7), 33.99], [lon(1.1), 33.99], [lon(1.1), 34.03], [lon(0.7), 34.03]]
    done = chair.step("move_border", **{"from": key(cast.liu1), "to": key(cast.liu2)}, ring=ring)
    assert [r["n"] for r in done["touched"]] == [3, 5]


def test_neighbours_merge_and_the_other_lead_supports(chair, cast):
    chair.open(cast.east)
    done = chair.step("merge", keys=[key(cast.liu1), key(cast.liu2)])
    (row,) = [r for r in done["touched"] if r["key"] == "n1"]
    assert row["n"] == 8 and {row["lead"], *row["supports"]} == {cast.lan.pk, cast.mei.pk}


REFUSED = {
    "a line that does not cross": ("split_line", {"line": [[lon(0.2), 34.005], [lon(0.4), 34.005]]}, "line_does_not_cross"),
    "a line past the grid": ("split_line", {"line": [[lon(3), 33.9], [lon(3), 34.1]]}, "line_does_not_cross"),
    "a line through a household": ("split_line", {"line": [[lon(0.2), 33.99], [lon(0.2), 34.03]]}, "line_through_household"),
    "a part without families": ("split_line", {"line": [[lon(0.05), 33.99], [lon(0.05), 34.03]]}, "part_without_households"),
    "a line in and out twice": ("split_line", {"line": [[lon(-0.1), 34.005], [lon(0.5), 34.005], [lon(0.5), 34.03], [lon(0.7), 34.03], [lon(0.7), 33.99]]}, "part_not_whole"),
    "a line in a knot": ("split_line", {"line": [[lon(-0.1), 34.004], [lon(0.5), 34.004], [lon(0.5), 34.008], [lon(0.3), 34.001], [lon(0.3), 33.9]]}, "line_crosses_itself"),
    "a lasso in a knot": ("split_freehand", {"ring": [[lon(0), 34.0], [lon(1), 34.02], [lon(1), 34.0], [lon(0), 34.02]]}, "lasso_crosses_itself"),
    "a point for a line": ("split_line", {"line": [[lon(0.5), 34.0]]}, "not_a_shape"),
}  # fmt: skip


@pytest.mark.parametrize("what", REFUSED)
def test_a_bad_drawing_gets_a_sentence_and_changes_nothing(chair, cast, what):
    kind, body, code = REFUSED[what]
    chair.open(cast.east)
    answer = chair.step(kind, 422, key=key(cast.liu1), **body)
    assert answer["code"] == code and answer["message"].endswith("。")
    assert chair.get(f"drafts/{chair.draft['id']}/")["version"] == chair.draft["version"]


def test_grids_of_two_villages_do_not_merge(chair, cast):
    chair.open(cast.east)
    answer = chair.step("merge", 422, keys=[key(cast.liu2), key(cast.tao1)])
    assert answer["code"] == "merge_across_villages"


def test_one_grid_or_none_does_not_merge(chair, cast):
    chair.open(cast.east)
    assert chair.step("merge", 422, keys=[key(cast.liu2)])["code"] == "merge_needs_two"
    assert chair.step("merge", 422, keys=[])["code"] == "nothing_selected"


def test_a_member_of_the_next_village_may_lead_but_not_one_of_another_town(chair, cast):
    chair.open(cast.east)
    chair.step("assign", keys=[key(cast.liu1)], lead=cast.hua.pk)
    stranger = member("far", "member", cast.xing)
    answer = chair.step("assign", 422, keys=[key(cast.liu1)], lead=stranger.pk)
    assert answer["code"] == "member_elsewhere" and "杏村" in answer["message"]


def test_nobody_on_leave_takes_on_a_grid_and_her_cover_answers(chair, cast):
    today = "2000-01-01"
    chair.send(
        "leaves/",
        {"member": cast.lan.pk, "from": today, "to": "2999-12-31", "cover": cast.mei.pk},
        201,
    )
    chair.open(cast.east)
    answer = chair.step("assign", 422, keys=[key(cast.liu2)], lead=cast.lan.pk)
    assert answer["code"] == "member_on_leave" and "2999-12-31" in answer["message"]
    assert chair.territory(cast.east)["grids"][0]["cover"] == cast.mei.pk


def test_a_locked_grid_is_left_alone(chair, cast):
    chair.open(cast.east)
    chair.step("lock", keys=[key(cast.liu1)], locked=True)
    answer = chair.step("assign", 422, keys=[key(cast.liu1)], lead=cast.mei.pk)
    assert answer["code"] == "grid_is_locked"


def test_the_second_editor_is_told_by_whom_and_what(chair, cast, client):
    chair.open(cast.liu)
    seen = dict(chair.draft)
    chair.step("assign", keys=[key(cast.liu1)], lead=cast.mei.pk)
    chair.draft = seen
    answer = chair.step("assign", 409, keys=[key(cast.liu1)], lead=cast.hua.pk)
    assert answer["code"] == "draft_changed" and answer["detail"]["version"] == 2
    assert answer["detail"]["by"] == cast.chair.name and len(answer["detail"]["steps"]) == 1


def test_a_selection_is_computed_on_the_server(chair, cast):
    def chosen(**shape):
        return chair.send("grids/select/", {"division": cast.east.code, **shape})["keys"]

    west = [[lon(0.2), 34.001], [lon(0.8), 34.001], [lon(0.8), 34.01], [lon(0.2), 34.01]]
    assert chosen(polygon=west) == [key(cast.liu1)]
    assert chosen(polygon={"type": "Polygon", "coordinates": [west]}) == [key(cast.liu1)]
    # Up to the border, not over it.
    assert chosen(box=[lon(0.2), 34.001, round(lon(1), 6), 34.01]) == [key(cast.liu1)]
    assert chosen(point=[lon(1.5), 34.01]) == [key(cast.liu2)]
    assert chosen(village=cast.liu.code) == [key(cast.liu1), key(cast.liu2)]
    knot = [[lon(0), 34.0], [lon(1), 34.02], [lon(1), 34.0], [lon(0), 34.02]]
    body = {"division": cast.east.code, "polygon": knot}
    assert chair.send("grids/select/", body, 422)["code"] == "lasso_crosses_itself"


def test_a_card_shows_before_and_after_while_choosing(chair, cast):
    keys = [key(cast.liu1), key(cast.liu2)]
    body = {"division": cast.east.code, "keys": keys, "member": cast.hua.pk}
    card = chair.send("grids/figures/", body)
    assert (card["chosen"]["n"], card["before"]["n"], card["after"]["n"]) == (8, 4, 12)
    assert card["after"]["c"] == [6, 3, 0, 3, 0, 0]
    empty = {"division": cast.east.code, "keys": []}
    assert chair.send("grids/figures/", empty, 422)["code"] == "nothing_selected"


def test_outlines_come_as_the_draft_has_them(chair, cast):
    chair.open(cast.east)
    chair.step("merge", keys=[key(cast.liu1), key(cast.liu2)])
    body = chair.get(f"territory/{cast.liu.code}/outlines/?draft={chair.draft['id']}")
    assert [f["id"] for f in body["features"]] == ["n1"]


def test_another_town_finds_neither_draft_nor_territory(chair, cast, client):
    made = chair.open(cast.east)
    client.force_login(cast.other_chair, backend="django.contrib.auth.backends.ModelBackend")
    chair.get(f"drafts/{made['id']}/", 404)
    chair.get(f"territory/{cast.liu.code}/", 404)
    chair.act("undo", 404)
    assert chair.get("drafts/") == []


def test_the_district_office_reads_counts_without_colours(signed_in, cast):
    office = Api(signed_in(cast.district))
    row = office.territory(cast.east)["grids"][0]
    assert row["n"] == 4 and row["c"] is None and row["load_h"] is None
    office.send("drafts/", {"division": cast.east.code}, 403)


def test_a_village_drafts_its_own_village_and_no_other(signed_in, cast):
    head = Api(signed_in(cast.head))
    head.open(cast.liu)
    head.step("assign", keys=[key(cast.liu1)], lead=cast.mei.pk)
    assert head.act("publish", 403)["code"] == "may_only_propose"
    head.act("propose")
    assert Draft.objects.get().state == "proposed"
    head.send("drafts/", {"division": cast.tao.code}, 404)
