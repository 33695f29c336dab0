"""Bodies that no page of ours sends: each is refused in Chinese, none breaks or changes anything."""

import math

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from grids.models import Draft
from tests.factories import member
from tests.households.test_territory_edit import Api, key, lon
from tests.households.test_territory_publish import chair as chair
from tests.households.untouched import is_plain, nothing_changes, rows

REFUSED = {400, 403, 404, 409, 422}
LINE = [[lon(0.5), 33.99], [lon(0.5), 34.03]]
RING = [[lon(0.7), 33.99], [lon(1.1), 33.99], [lon(1.1), 34.03], [lon(0.7), 34.03]]
NONSENSE = (
    None, True, -1, 1.5, 10**30, "", "n9", "g0", "g" + "9" * 40, "长" * 5_000, [], {}, [None],
    [[]], [["a", "b"]], [1, 2], [10**30], {"coordinates": 5}, {"coordinates": {"a": 1}},
    [[1e9, 1e9], [1e9, 2e9], [2e9, 1e9]], [[1e308, 1e308], [-1e308, 1e308], [0, -1e308]],
    [1e308, 1e308], [1e308] * 4, ["g1", ["g1"]],
)  # fmt: skip


def bodies(cast) -> dict[str, dict]:
    """A good body of each kind of step."""
    one, other = key(cast.liu1), key(cast.liu2)
    return {
        "assign": {"keys": [one], "lead": cast.mei.pk},
        "support": {"keys": [one], "add": [cast.mei.pk], "remove": []},
        "split_line": {"key": one, "line": LINE},
        "split_freehand": {"key": one, "ring": RING},
        "split_auto": {"key": one, "parts": 2, "objective": "balance", "seed": 0},
        "merge": {"keys": [one, other]},
        "move_border": {"from": one, "to": other, "ring": RING},
        "rebalance": {"keys": [one, other], "tol": 0.1},
        "suggest": {"keys": [one]},
        "rename": {"key": one, "name": "新名"},
        "lock": {"keys": [one], "locked": True},
    }


KINDS = [
    "assign",
    "support",
    "split_line",
    "split_freehand",
    "split_auto",
    "merge",
    "move_border",
    "rebalance",
    "suggest",
    "rename",
    "lock",
]
# What a field may well be, though it stands among the nonsense.
FINE = {
    ("assign", "lead", "None"), ("support", "remove", "[]"), ("support", "remove", "[1, 2]"),
    ("lock", "locked", "True"), *(("rename", "name", repr(n)) for n in ("n9", "g0", "g" + "9" * 40)),
}  # fmt: skip


def tell(chair, path, body, method="post"):
    """The refusal of a body: never a breakdown, always a sentence."""
    call = getattr(chair.client, method)
    answer = call(f"/api/{path}", body, content_type="application/json")
    assert answer.status_code in REFUSED, (path, str(body)[:200], answer.content[:200])
    assert is_plain(answer.json()["message"]), answer.json()
    return answer.json()


@pytest.mark.parametrize("kind", KINDS)
def test_a_step_with_one_field_of_nonsense_is_refused(chair, cast, kind):
    chair.open(cast.east)
    path = f"drafts/{chair.draft['id']}/steps/"
    good = bodies(cast)[kind] | {"kind": kind, "expected_version": 1}
    with nothing_changes():
        for field in good.keys() - {"seed"}:
            for value in NONSENSE:
                if (kind, field, repr(value)) not in FINE:
                    tell(chair, path, good | {field: value})


def test_every_kind_of_step_is_tried_with_nonsense(cast):
    from households.territory.editing import _KINDS

    assert set(KINDS) == set(bodies(cast)) == set(_KINDS)


def other_routes(cast, pk: int) -> list[tuple[str, str, dict, str]]:
    """(path, method, a good body, the fields to spoil)"""
    east, liu1 = cast.east.code, cast.liu1.code
    keys, home = [key(cast.liu1)], str(cast.homes["liu1"][0].uuid)
    leave = {"member": cast.lan.pk, "from": "2030-01-01", "to": "2030-02-01", "cover": None}
    cover = {"grids": [cast.liu1.code], "member": cast.mei.pk, "from": "2030-01-01"}
    split = {"key": keys[0], "parts": 2}
    return [
        ("grids/select/", "post", {"division": east, "box": [113, 34, 114, 35]}, "division box"),
        ("grids/select/", "post", {"division": east}, "polygon point"),
        ("grids/figures/", "post", {"division": east, "keys": keys}, "division keys"),
        (f"grids/{liu1}/lead/", "put", {"lead": None, "expected_lead": cast.lan.pk}, "expected_lead"),
        (f"grids/{liu1}/support/", "put", {"add": [], "remove": [], "expected": []}, "add expected"),
        (f"drafts/{pk}/alternatives/", "post", split, "key parts"),
        (f"drafts/{pk}/undo/", "post", {}, "expected_version"),
        (f"drafts/{pk}/redo/", "post", {}, "expected_version"),
        (f"drafts/{pk}/propose/", "post", {}, "expected_version"),
        (f"drafts/{pk}/discard/", "post", {}, "expected_version"),
        (f"drafts/{pk}/publish/", "post", {"expected_version": 1}, "expected_version on resolve"),
        ("claims/", "post", {"household": home, "member": cast.mei.pk}, "household member"),
        ("leaves/", "post", leave, "member from to"),
        ("covers/", "post", cover, "grids member from"),
        ("covers/end/", "post", cover, "grids member"),
    ]  # fmt: skip


def test_nonsense_is_refused_on_every_other_route(chair, cast):
    chair.open(cast.east)
    with nothing_changes():
        for path, method, good, fields in other_routes(cast, chair.draft["id"]):
            for field in fields.split():
                for value in NONSENSE:
                    # Nobody to add, nobody there: a good question. So is a point in the sea.
                    if (field, value) not in (("add", []), ("expected", []), ("point", [1, 2])):
                        tell(chair, path, good | {field: value}, method)


def test_a_title_is_a_text(chair, cast):
    for value in (True, 5, ["x"], {"a": 1}):
        tell(chair, "drafts/", {"division": cast.east.code, "title": value})
    assert not Draft.objects.exists()


BROKEN = {
    "nothing": b"",
    "half a list": b"[",
    "null": b"null",
    "a list": b"[]",
    "a number": b"5",
    "not a number": b'{"expected_version": NaN}',
    "infinity": b'{"expected_version": 1e400}',
    "a number of 5,000 digits": b'{"expected_version": %s}' % (b"1" * 5_000),
    "a nest": b"[" * 100_000,
    "bytes": b"\xff\xfe\x00",
    "a NUL in a text": b'{"expected_version": 1, "kind": "\\u0000"}',
    "half a character": b'{"expected_version": 1, "kind": "\\ud800"}',
}


@pytest.mark.parametrize("what", BROKEN)
def test_a_body_that_is_no_json_is_refused(chair, cast, what):
    chair.open(cast.east)
    with nothing_changes():
        for verb in ("steps", "undo", "publish", "alternatives"):
            answer = chair.client.generic(
                "POST", f"/api/drafts/{chair.draft['id']}/{verb}/", BROKEN[what],
                content_type="application/json",
            )  # fmt: skip
            assert answer.status_code == 400 and is_plain(answer.json()["message"])


def circle(points: int) -> list:
    turn = [i / points * math.tau for i in range(points)]
    return [[lon(0.5) + 0.001 * math.cos(t), 34.01 + 0.001 * math.sin(t)] for t in turn]


def test_a_lasso_of_a_hundred_thousand_points_is_refused_at_once(chair, cast):
    chair.open(cast.east)
    ring = [[round(x, 6), round(y, 6)] for x, y in circle(100_000)]
    with nothing_changes():
        answer = chair.step("split_freehand", 422, key=key(cast.liu1), ring=ring)
        assert answer["code"] == "not_a_shape" and "10000" in answer["message"]
        chair.step("split_line", 422, key=key(cast.liu1), line=ring)
        chair.send("grids/select/", {"division": cast.east.code, "polygon": ring}, 422)


def test_a_body_of_megabytes_is_refused_with_a_sentence(chair, cast):
    chair.open(cast.east)
    with nothing_changes():
        ring = circle(100_000)
        answer = chair.step("split_freehand", 400, key=key(cast.liu1), ring=ring)
    assert is_plain(answer["message"]) and "太多" in answer["message"]


def test_a_long_lasso_of_a_patient_hand_is_taken(chair, cast):
    chair.open(cast.east)
    ring = [[lon(0.7), 33.99], [lon(1.1), 33.99], [lon(1.1), 34.03]]
    ring += [[lon(0.7), 34.03 - 0.04 * i / 9_000] for i in range(9_000)]
    done = chair.step("split_freehand", key=key(cast.liu1), ring=ring)
    assert sorted(r["n"] for r in done["touched"] if r["key"][0] == "n") == [1, 3]


ADDRESSES = (
    "territory/{east}/?draft=x", "territory/{east}/?draft=", "territory/{east}/?draft={big}",
    "territory/{east}/?on=x", "territory/{east}/?on=9999-12-31", "territory/{east}/?on=0001-01-01",
    "territory/{east}/outlines/?draft=x", "history/grids/{grid}/?on=9999-12-31",
    "history/grids/{grid}/?on=2024-02-30", "history/grids/{village}999/", "drafts/{big}/",
    "drafts/{draft}/preview/?page=x", "drafts/{draft}/preview/?page={big}",
    "history/households/00000000-0000-0000-0000-000000000000/",
)  # fmt: skip


@pytest.mark.parametrize("address", ADDRESSES)
def test_an_address_of_nonsense_is_refused(chair, cast, address):
    chair.open(cast.east)
    path = address.format(
        east=cast.east.code, village=cast.liu.code, grid=cast.liu1.code, big=10**30,
        draft=chair.draft["id"],
    )  # fmt: skip
    if path.endswith("draft="):
        chair.get(path)  # as if not asked
        return
    answer = chair.client.get(f"/api/{path}")
    assert answer.status_code in {400, 404} and is_plain(answer.json()["message"])


def test_keys_that_no_step_knows_are_not_read(chair, cast):
    chair.open(cast.east)
    chair.step("rename", key=key(cast.liu1), name="新名", colour=1, closed_on="2000-01-01", pk=9)
    chair.act("publish", village=cast.tao.pk)
    cast.liu1.refresh_from_db()
    assert (cast.liu1.name, cast.liu1.closed_on, cast.liu1.village) == ("新名", None, cast.liu)


def test_the_draft_of_another_town_is_not_there(chair, cast, client):
    other = Api(client)
    client.force_login(cast.other_chair, backend="django.contrib.auth.backends.ModelBackend")
    foreign = other.open(cast.west)
    client.force_login(cast.chair, backend="django.contrib.auth.backends.ModelBackend")
    chair.draft = foreign
    with nothing_changes():
        for verb in ("steps", "undo", "redo", "publish", "propose", "discard"):
            said = tell(
                chair, f"drafts/{foreign['id']}/{verb}/", {"expected_version": 1, "kind": "assign"}
            )
            assert said["code"] == "not_found"
        body = {"division": cast.east.code, "draft": foreign["id"], "keys": [key(cast.liu1)]}
        assert tell(chair, "grids/figures/", body)["code"] == "not_found"


def test_a_grid_of_another_town_or_one_closed_long_ago_is_not_in_the_draft(chair, cast):
    chair.open(cast.east)
    chair.step("merge", keys=[key(cast.liu1), key(cast.liu2)])
    chair.act("publish")
    chair.open(cast.east)
    with nothing_changes():
        for grid in (cast.xing1, cast.liu1):
            answer = chair.step("assign", 422, keys=[key(grid)], lead=cast.mei.pk)
            assert answer["code"] == "grid_not_here" and is_plain(answer["message"])
            chair.step("split_line", 422, key=key(grid), line=LINE)


def test_more_parts_than_houses_or_none_at_all(chair, cast):
    chair.open(cast.east)
    with nothing_changes():
        said = [
            chair.step("split_auto", 422, key=key(cast.liu1), parts=5),
            chair.step("split_auto", 422, key=key(cast.liu1), parts=10**9),
            chair.step("split_auto", 422, key=key(cast.liu1), target_h=1e-300),
            chair.step("split_auto", 400, key=key(cast.liu1), parts=0),
            chair.step("split_auto", 400, key=key(cast.liu1), parts=-3),
            chair.step("split_auto", 400, key=key(cast.liu1), target_h=-1),
        ]
    assert [s["code"] for s in said[:3]] == ["too_many_grids", "too_many_parts", "too_many_parts"]
    assert "4 处房屋" in said[0]["message"] and all(is_plain(s["message"]) for s in said)


# Values as JSON has them, and now and then a key or a number that means something here.
_leaf = some.one_of(
    some.none(), some.booleans(), some.integers(-(2**40), 2**70),
    some.floats(allow_nan=False, allow_infinity=False), some.text(max_size=8),
    some.sampled_from(["KEY1", "KEY2", "balance", lon(0.5), 34.01, 1, 2]),
)  # fmt: skip
_value = some.recursive(
    _leaf,
    lambda inner: some.lists(inner, max_size=4) | some.dictionaries(some.text(max_size=3), inner, max_size=2),
    max_leaves=12,
)  # fmt: skip
FIELDS = ["keys", "key", "lead", "add", "remove", "line", "ring", "from", "to", "parts", "target_h", "village", "objective", "seed", "tol", "name", "locked"]  # fmt: skip


def test_whatever_a_body_holds_a_step_is_taken_or_nothing_changes(chair, cast):
    chair.open(cast.east)
    good = bodies(cast)
    before = rows()
    taken = []

    @settings(
        max_examples=150, derandomize=True, deadline=None, database=None,
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(
        some.sampled_from(KINDS), some.dictionaries(some.sampled_from(FIELDS), _value, max_size=2)
    )
    def play(kind, spoiled):
        names = {"KEY1": key(cast.liu1), "KEY2": key(cast.liu2)}
        known = {f: names.get(v, v) if isinstance(v, str) else v for f, v in spoiled.items()}
        body = good[kind] | known | {"kind": kind, "expected_version": chair.draft["version"]}
        answer = chair.client.post(
            f"/api/drafts/{chair.draft['id']}/steps/", body, content_type="application/json"
        )
        assert answer.status_code in REFUSED | {200}, answer.content[:300]
        if answer.status_code == 200:
            taken.append(kind)
            chair.draft = answer.json()["draft"]
            chair.act("undo")
            return
        assert is_plain(answer.json()["message"]), answer.json()

    play()
    assert len(taken) > 10  # a fuzz in which everything is refused proves little
    after = rows()
    unchanged = set(before) - {"Draft", "DraftStep", "DraftGrid"}
    assert {t: after[t] for t in unchanged} == {t: before[t] for t in unchanged}
    assert after["DraftGrid"] == []


def test_whoever_has_left_office_takes_on_nothing(chair, cast):
    gone = member("gone", "member", cast.liu, is_active=False)
    chair.open(cast.east)
    with nothing_changes():
        answer = chair.step("assign", 422, keys=[key(cast.liu1)], lead=gone.pk)
    assert answer["code"] == "member_cannot_answer" and is_plain(answer["message"])
