"""What the API of territory answers is what its description says: real answers, published shapes."""

import jsonschema
import pytest
from drf_spectacular.generators import SchemaGenerator

from households.api import urls
from households.territory.editing import _KINDS
from tests.households.test_territory_edit import Api, key, lon
from tests.households.test_territory_publish import chair as chair

MODULES = {"households.api.territory", "households.api.past", "households.api.duties"}
LINE = [[lon(0.5), 33.99], [lon(0.5), 34.03]]


@pytest.fixture(scope="module")
def described() -> dict:
    return SchemaGenerator().get_schema(request=None, public=True)


def strict(schema, names: dict):
    """As JSON Schema has it: OpenAPI's nullable spelt out, and no field but those named."""
    if isinstance(schema, list):
        return [strict(s, names) for s in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        return strict(names[schema["$ref"].rsplit("/", 1)[-1]], names)
    made = {k: strict(v, names) for k, v in schema.items() if k != "nullable"}
    if "properties" in made:
        made["additionalProperties"] = False
    return {"anyOf": [made, {"type": "null"}]} if schema.get("nullable") else made


def shape_of(described, path: str, method: str, status: int) -> dict:
    """The published shape of an answer, found by the address as it was asked."""
    asked = path.split("?")[0].strip("/").split("/")
    for template, methods in described["paths"].items():
        parts = template.removeprefix("/api/").strip("/").split("/")
        alike = len(parts) == len(asked) and all(
            p == a or p[0] == "{" for p, a in zip(parts, asked, strict=True)
        )
        if alike and method in methods:
            return methods[method]["responses"][str(status)]["content"]["application/json"][
                "schema"
            ]
    raise AssertionError(f"{method} {path} is not described")


class Checked:
    """The chair's requests; each answer is held against the description."""

    def __init__(self, chair, described):
        self.chair, self.described, self.seen = chair, described, set()

    def __call__(self, method, path, body=None, status=200):
        ask = getattr(self.chair.client, method)
        answer = ask(f"/api/{path}", body or {}, content_type="application/json")
        assert answer.status_code == status, answer.content.decode()
        names = self.described["components"]["schemas"]
        shape = strict(shape_of(self.described, path, method, status), names)
        jsonschema.validate(answer.json(), shape, cls=jsonschema.Draft202012Validator)
        self.seen.add((answer.wsgi_request.resolver_match.url_name, method))
        return answer.json()


def test_every_answer_is_as_described(chair, cast, described):
    ask = Checked(chair, described)
    east, one, other = cast.east.code, key(cast.liu1), key(cast.liu2)
    place = {"division": east}
    ask("get", f"territory/{east}/?on=2999-01-01")
    ask("get", f"territory/{east}/days/") if _has(described, "days") else None
    ask("get", f"territory/{east}/outlines/")
    ask("post", "grids/select/", place | {"village": cast.liu.code})
    ask("post", "grids/figures/", place | {"keys": [one], "member": cast.hua.pk})
    ask("put", f"grids/{cast.tao1.code}/lead/", {"lead": cast.lan.pk, "expected_lead": cast.hua.pk})
    more = {"add": [cast.hua.pk], "remove": [], "expected": []}
    ask("put", f"grids/{cast.tao1.code}/support/", more)
    away = {"member": cast.lan.pk, "from": "2000-01-01", "to": "2999-12-31", "cover": cast.mei.pk}
    ask("post", "leaves/", away, 201)
    claim = {"household": str(cast.homes["liu1"][0].uuid), "member": cast.mei.pk}
    made = ask("post", "claims/", claim, 201)
    ask("get", f"claims/?member={cast.mei.pk}")
    ask("post", f"claims/{made['id']}/end/")
    ask("put", f"grids/{cast.tao1.code}/lead/", {"lead": None, "expected_lead": cast.lan.pk})
    vacant = {"grids": [cast.tao1.code], "member": cast.mei.pk}
    ask("post", "covers/", vacant | {"from": "2000-01-01", "to": None}, 201)
    ask("post", "covers/end/", vacant)
    draft = ask("post", "drafts/", place, 201)
    path = f"drafts/{draft['id']}"

    def act(verb, **body):
        nonlocal draft
        answer = ask("post", f"{path}/{verb}/", {"expected_version": draft["version"]} | body)
        draft = answer.get("draft", answer)
        return answer

    act("steps", kind="split_line", key=one, line=LINE)
    act("steps", kind="assign", keys=[other], lead=cast.hua.pk)
    act("undo")
    act("redo")
    ask("get", f"{path}/")
    ask("post", f"{path}/alternatives/", {"village": cast.liu.code, "parts": 2})
    ask("get", f"territory/{east}/?draft={draft['id']}")
    ask("get", f"{path}/preview/")
    act("propose")
    ask("get", "drafts/")
    change = act("publish")["change"]
    ask("get", "changes/")
    ask("get", f"history/grids/{cast.liu1.code}/")
    ask("get", f"history/households/{cast.homes['liu1'][0].uuid}/")
    ask("post", f"changes/{change['id']}/undo/")
    draft = ask("post", "drafts/", place, 201)
    path = f"drafts/{draft['id']}"
    act("discard")
    mine = {(p.name, m) for p in urls.urlpatterns if p.callback.__module__ in MODULES
            for m in p.callback.cls.http_method_names if m != "options"}  # fmt: skip
    assert ask.seen == mine


def _has(described, word: str) -> bool:
    return any(word in path for path in described["paths"])


def test_the_district_office_gets_answers_of_the_same_shape(signed_in, cast, described):
    """Without colours: what may be null is."""
    ask = Checked(Api(signed_in(cast.district)), described)
    told = ask("get", f"territory/{cast.east.code}/")
    assert told["grids"][0]["c"] is None
    ask("get", f"territory/{cast.area.code}/outlines/")


def test_a_step_is_described_for_every_kind(described):
    kinds = described["components"]["schemas"]["StepAsked"]["properties"]["kind"]
    if "$ref" in kinds or "allOf" in kinds:
        name = (kinds.get("$ref") or kinds["allOf"][0]["$ref"]).rsplit("/", 1)[-1]
        kinds = described["components"]["schemas"][name]
    assert set(kinds["enum"]) == set(_KINDS)


def test_what_is_asked_has_named_fields_too(described):
    names = described["components"]["schemas"]
    bare = []
    for path, methods in described["paths"].items():
        if not path.startswith(
            ("/api/grids/", "/api/drafts", "/api/claims", "/api/leaves", "/api/covers")
        ):
            continue
        for method, told in methods.items():
            for media in told.get("requestBody", {}).get("content", {}).values():
                if not strict(media["schema"], names).get("properties"):
                    bare.append((method, path))
    assert bare == []


def test_hours_and_metres_say_their_unit(described):
    names = described["components"]["schemas"]
    bare = [
        (name, field)
        for name, shape in names.items()
        for field, told in shape.get("properties", {}).items()
        if (field.endswith("_h") and "小时" not in told.get("description", ""))
        or (field.endswith("_m") and "米" not in told.get("description", ""))
    ]
    assert bare == []
