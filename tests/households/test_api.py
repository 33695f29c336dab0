"""The map's API: what each role is told, and nothing more."""

import pytest

from core.scope import acting_as_system
from households import scope, versions
from households.models import Household
from tests.factories import household


@pytest.fixture(autouse=True)
def fresh_memory():
    scope.forget()
    versions.forget()


def get(client, path, status=200, **params):
    response = client.get(f"/api/{path}", params)
    assert response.status_code == status, response.content
    return response.json()


def test_a_stranger_gets_a_401_in_chinese(client, db):
    body = get(client, "areas/411003/", 401)
    assert body == {"code": "not_signed_in", "message": "请先登录。", "detail": {}}


def test_a_member_is_told_her_grids_first(signed_in, cast):
    body = get(signed_in(cast.lan), "me/")
    assert body["role_label"] == "执委"
    (grid,) = body["grids"]
    assert grid["code"] == cast.liu1.code
    assert grid["figures"] == {"state": "ok", "n": 4, "c": [2, 1, 0, 1, 0, 0], "lapsed": 0}
    assert "household-list" in body["may"]
    assert "household-list" not in get(signed_in(cast.district), "me/")["may"]


def test_five_levels_from_the_district_to_the_family(signed_in, cast):
    client = signed_in(cast.chair)
    district = get(client, f"areas/{cast.area.code}/")
    assert district["totals"]["state"] == "denied"
    assert [(c["name"], c["state"]) for c in district["children"]] == [
        ("东镇", "ok"),
        ("西镇", "denied"),
    ]
    town = get(client, f"areas/{cast.east.code}/")
    assert town["totals"] == {
        "state": "ok", "n": 12, "c": [6, 3, 0, 3, 0, 0], "lapsed": 0, "grids": 3, "led": 3,
    }  # fmt: skip
    assert [(c["name"], c["n"]) for c in town["children"]] == [("柳村", 8), ("桃村", 4)]
    village = get(client, f"areas/{cast.liu.code}/")
    assert [c["lead"] for c in village["children"]] == ["示例lan", "示例mei"]
    grid = get(client, f"areas/{cast.liu1.code}/")
    assert [step["name"] for step in grid["path"]] == ["示例区", "东镇", "柳村", "柳村第1网格"]
    assert grid["children"] == [] and grid["totals"]["n"] == 4
    homes = get(client, f"areas/{cast.liu1.code}/households/")
    assert [h["household_no"] for h in homes["results"]] == ["0001", "0002", "0003", "0004"]
    card = get(client, f"households/{homes['results'][0]['uuid']}/")
    assert card["colour"]["action"] == "密切关注"
    assert card["lead"] == {"name": "示例lan"}


def test_an_unknown_place_is_a_404(signed_in, cast):
    body = get(signed_in(cast.lan), "areas/999009/", 404)
    assert body["code"] == "not_found" and "代码" in body["message"]
    assert get(signed_in(cast.lan), "areas/12345/", 404)["code"] == "not_found"


def test_a_place_out_of_scope_shows_its_outline_and_no_figures(signed_in, cast):
    body = get(signed_in(cast.lan), f"areas/{cast.tao1.code}/")
    assert body["bbox"] and body["totals"]["state"] == "denied"
    assert body["totals"]["n"] is None and body["totals"]["c"] is None
    assert get(signed_in(cast.lan), f"areas/{cast.tao1.code}/households/")["count"] == 0


def test_a_foreign_family_and_none_are_the_same_404(signed_in, cast):
    client = signed_in(cast.lan)
    foreign = client.get(f"/api/households/{cast.homes['tao1'][0].uuid}/")
    missing = client.get("/api/households/00000000-0000-4000-8000-000000000000/")
    assert foreign.status_code == missing.status_code == 404
    assert foreign.content == missing.content
    assert dict(foreign.headers) == dict(missing.headers)


def test_a_card_never_holds_the_plain_identity(signed_in, cast):
    home = cast.homes["liu1"][0]
    body = signed_in(cast.lan).get(f"/api/households/{home.uuid}/").content.decode()
    with acting_as_system("test"):
        identity = home.identity
    for secret in (identity.contact_name, identity.phone, identity.address):
        assert secret not in body
    assert "示" in body and "●" in body


def test_families_without_a_place_are_listed(signed_in, cast):
    with acting_as_system("test"):
        household(cast.liu, "0099", None)
    path = f"areas/{cast.liu.code}/households/"
    body = get(signed_in(cast.head), path, unplaced=1)
    assert [(h["household_no"], h["lon"]) for h in body["results"]] == [("0099", None)]
    assert get(signed_in(cast.lan), path, unplaced=1)["count"] == 0
    town = get(signed_in(cast.chair), f"areas/{cast.east.code}/")
    assert town["totals"]["n"] == 13


def test_search_finds_by_name_initials_code_and_own_number(signed_in, cast):
    cast.liu.initials = "lc"
    cast.liu.save()
    client = signed_in(cast.lan)

    def hits(q):
        return [(h["kind"], h["name"]) for h in get(client, "search/", q=q)["results"]]

    assert hits("柳村")[0] == ("village", "柳村")
    assert hits("LC") == [("village", "柳村")]
    assert hits(cast.liu1.code) == [("grid", "柳村第1网格")]
    assert hits("0001") == [("household", "0001")]
    assert hits("0005") == []  # mei's
    assert hits("") == []


def test_nothing_is_cut_off_silently(signed_in, cast):
    with acting_as_system("test"):
        for i in range(25):
            household(cast.liu, f"A{i:03}", cast.liu1, 113.825, 34.01)
    body = get(signed_in(cast.lan), "search/", q="A0")
    assert len(body["results"]) == 20 and body["more"] is True


def test_a_list_pages_and_keeps_its_order(signed_in, cast):
    client = signed_in(cast.chair)
    seen = []
    for page in (1, 2, 3):
        body = get(client, "households/", page=page, page_size=5)
        assert body["type"] == "FeatureCollection" and body["count"] == 12
        seen += [f["id"] for f in body["features"]]
    assert len(set(seen)) == 12
    assert get(client, "households/", 404, page=4, page_size=5)["message"] == "没有这一页。"


@pytest.mark.parametrize("box", ["1,2,3", "a,b,c,d", "113,34,112,35", "nan,0,1,1", "0,0,999,1"])
def test_a_wrong_box_is_explained(signed_in, cast, box):
    body = get(signed_in(cast.lan), "grids/", 400, in_bbox=box)
    assert body["code"] == "malformed" and "in_bbox" in body["message"]
    assert get(signed_in(cast.lan), "households/", 400, in_bbox=box)["code"] == "malformed"


def test_a_box_takes_what_crosses_its_edge(signed_in, cast):
    client = signed_in(cast.chair)
    west, south, east, north = cast.liu1.geom.extent
    middle = f"{(west + east) / 2},{south},{east},{north}"
    codes = [f["properties"]["code"] for f in get(client, "grids/", in_bbox=middle)["features"]]
    assert codes == [cast.liu1.code, cast.liu2.code]  # the second touches the edge
    homes = get(client, "households/", in_bbox=middle)
    assert homes["count"] == 2


def test_a_point_on_the_edge_of_a_box_is_inside(signed_in, cast):
    x, y = cast.homes["liu1"][1].point.coords
    body = get(signed_in(cast.lan), "households/", in_bbox=f"{x},{y},{x},{y}")
    assert body["count"] == 1


def test_geojson_has_six_decimals_and_the_right_shape(signed_in, cast):
    body = get(signed_in(cast.lan), "grids/")
    feature = body["features"][0]
    assert feature["geometry"]["type"] == "MultiPolygon"
    assert feature["properties"]["village"] == cast.liu.code and feature["properties"]["led"]
    body = get(signed_in(cast.lan), "divisions/", level="village")
    assert [f["properties"]["name"] for f in body["features"]] == ["柳村", "桃村", "杏村"]
    assert get(signed_in(cast.lan), f"divisions/{cast.liu.code}/")["properties"]["parent"] == (
        cast.east.code
    )


def test_the_version_changes_when_a_family_does(signed_in, cast):
    client = signed_in(cast.lan)
    response = client.get("/api/version/")
    tag = {"if-none-match": response["ETag"]}
    assert client.get("/api/version/", headers=tag).status_code == 304
    with acting_as_system("test"):
        Household.objects.filter(grid=cast.liu1).update(proposed=True)
    versions.forget()
    assert client.get("/api/version/", headers=tag).status_code == 200


def test_the_scheme_says_what_we_do(signed_in, cast):
    body = get(signed_in(cast.lan), "schemes/current/")
    assert [c["action"] for c in body["classes"]] == [
        "密切关注", "及时介入", "温情服务", "走访联系", "加强宣传",
    ]  # fmt: skip


def test_members_see_their_colleagues_only(signed_in, cast):
    names = {m["name"] for m in get(signed_in(cast.head), "members/")["results"]}
    assert names == {"示例head", "示例lan", "示例mei"}


def test_the_description_is_valid_openapi(client, db):
    from drf_spectacular.generators import SchemaGenerator
    from drf_spectacular.validation import validate_schema

    schema = SchemaGenerator().get_schema(request=None, public=True)
    validate_schema(schema)
    assert "/api/areas/{code}/" in schema["paths"]
