"""Pages as the server writes them: each role's map, sign-in, and what goes wrong."""

import ast
import json
import re
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from django.template.loader import render_to_string
from django.test import Client

from accounts.models import Member, Role, RoleChange
from audit.models import Action, Kind, Tier
from core.policy import deeds, menus, reach
from core.scope import acting_as_system
from gis_app import views
from gis_app.ledgers.definitions import HOMES, LEDGERS
from grids.models import Assignment
from households.models import FairnessFigure, FairnessReview, Person
from rights.models import Request
from support.models import Event
from tests.architecture.test_house import APPS
from tests.factories import member
from transfers.models import Export, ImportJob

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = sorted((ROOT / "gis_app" / "templates").rglob("*.html"))
PASSWORD = "a-Long-enough-one-26"


def boot_of(response) -> dict:
    found = re.search(r'<script id="boot" type="application/json">(.*?)</script>', response.text)
    return json.loads(found[1])


@pytest.mark.parametrize("role", ["member", "village", "town", "district"])
def test_every_territorial_role_starts_at_her_place_of_work(cast, signed_in, role):
    who = {"member": cast.lan, "village": cast.head, "town": cast.chair, "district": cast.district}
    boot = boot_of(signed_in(who[role]).get("/"))
    assert boot["me"]["area"]["code"] == who[role].division.code
    assert boot["bounds"] == [113.8, 34.0, 113.88, 34.02]
    assert len(boot["scheme"]["classes"]) == 5


@pytest.mark.parametrize(
    "role", [Role.CASEWORKER, Role.PARTNER, Role.STEWARD, Role.SYSADMIN, Role.AUDITOR]
)
def test_a_post_without_a_place_of_work_starts_at_the_district(cast, signed_in, role):
    boot = boot_of(signed_in(member(role.value, role)).get("/"))
    assert boot["me"]["area"]["code"] == "999001"
    assert "area-households" not in boot["me"]["may"]


def test_the_map_page_tells_no_household(cast, signed_in):
    text = signed_in(cast.lan).get("/").text
    assert "示例户主" not in text
    assert str(cast.homes["liu1"][0].uuid) not in text


def test_the_map_page_asks_the_database_a_fixed_number_of_times(
    cast, signed_in, django_assert_max_num_queries
):
    client = signed_in(cast.lan)
    with django_assert_max_num_queries(21):
        client.get("/")


def test_before_anything_is_imported_the_map_says_so(db, signed_in):
    response = signed_in(member("first", Role.SYSADMIN)).get("/")
    assert response.status_code == 200
    assert "还没有区划" in response.text


def test_invented_outlines_are_said_to_be_so(cast, signed_in):
    assert "虚构" not in signed_in(cast.lan).get("/").text
    cast.east.outline_invented = True
    cast.east.save()
    response = signed_in(cast.lan).get("/")
    assert "乡镇、村、网格边界为虚构" in response.text
    assert boot_of(response)["invented"] is True


def with_password(who: Member) -> Member:
    with acting_as_system("test"):
        who.set_password(PASSWORD)
        who.is_demo = True  # no second step: tests/accounts/test_second_step.py
        who.save()
    return who


def test_the_right_password_opens_the_page_one_wanted(cast, client):
    with_password(cast.lan)
    form = {"username": "lan", "password": PASSWORD, "next": "/?x=1"}
    response = client.post("/accounts/sign-in/", form)
    assert (response.status_code, response["Location"]) == (302, "/?x=1")


@pytest.mark.parametrize("name", ["lan", "nobody"])
def test_a_wrong_password_and_a_wrong_name_are_answered_alike(cast, client, name):
    with_password(cast.lan)
    response = client.post("/accounts/sign-in/", {"username": name, "password": "wrong"})
    assert response.status_code == 200
    assert "账号或密码不对" in response.text


def test_sign_in_does_not_lead_away_from_the_site(cast, client):
    with_password(cast.lan)
    form = {"username": "lan", "password": PASSWORD, "next": "https://elsewhere.example/"}
    assert client.post("/accounts/sign-in/", form)["Location"] == "/work/"


def test_after_five_wrong_passwords_the_account_is_locked_and_the_page_says_for_how_long(
    cast, client
):
    with_password(cast.lan)
    for _ in range(5):
        response = client.post("/accounts/sign-in/", {"username": "lan", "password": "wrong"})
    assert response.status_code == 429
    assert "15分钟" in response.text
    form = {"username": "lan", "password": PASSWORD}
    assert client.post("/accounts/sign-in/", form).status_code == 429


def test_a_new_password_is_saved_and_said_to_be(cast, signed_in):
    client = signed_in(with_password(cast.lan))
    new = "another-Long-one-27"
    form = {"old_password": PASSWORD, "new_password1": new, "new_password2": new}
    response = client.post("/accounts/password/", form, follow=True)
    assert "新密码已保存" in response.text
    cast.lan.refresh_from_db()
    assert cast.lan.check_password(new)


def test_a_weak_password_is_refused_with_a_reason(cast, signed_in):
    client = signed_in(with_password(cast.lan))
    form = {"old_password": PASSWORD, "new_password1": "123456", "new_password2": "123456"}
    response = client.post("/accounts/password/", form)
    assert response.status_code == 200
    assert 'role="alert"' in response.text


def test_signing_out_ends_the_session(cast, signed_in):
    client = signed_in(cast.lan)
    assert client.post("/accounts/sign-out/")["Location"] == "/accounts/sign-in/"
    assert client.get("/")["Location"] == "/accounts/sign-in/?next=/"


def test_chosen_english_reaches_page_and_role(cast, signed_in):
    client = signed_in(cast.lan)
    client.post("/i18n/setlang/", {"language": "en", "next": "/"})
    text = client.get("/").text
    assert '<html lang="en"' in text
    assert "Committee member" in text
    assert "五色" not in text.replace("五色家庭工作法", "")


def test_a_page_that_does_not_exist_says_so_in_words(cast, signed_in):
    response = signed_in(cast.lan).get("/nowhere/")
    assert response.status_code == 404
    assert "没有找到" in response.text


def test_a_page_kept_open_too_long_is_told_what_to_do(db):
    strict = Client(enforce_csrf_checks=True)
    response = strict.post("/accounts/sign-in/", {"username": "lan", "password": "x"})
    assert response.status_code == 403
    assert "刷新后再试" in response.text


@pytest.mark.parametrize("name", ["400.html", "403.html", "403_csrf.html", "404.html", "500.html"])
def test_an_error_page_needs_no_context(name):
    assert "<h1>" in render_to_string(name)


def test_a_failure_is_said_in_the_form_that_was_asked_for(rf):
    page, api = (views.server_error(rf.get(path)) for path in ("/", "/api/me/"))
    assert (page.status_code, api.status_code) == (500, 500)
    assert "暂时出了问题" in page.text
    assert json.loads(api.content)["code"] == "server_error"


def marked(tree: ast.AST) -> set[str]:
    """What stands within `_("…")`, however it is broken into lines."""
    calls = (n for n in ast.walk(tree) if isinstance(n, ast.Call) and n.args)
    words = (n.args[0] for n in calls if isinstance(n.func, ast.Name) and n.func.id == "_")
    return {w.value for w in words if isinstance(w, ast.Constant) and isinstance(w.value, str)}


def test_every_sentence_of_the_templates_has_its_english_and_none_is_left_over():
    said = set()
    for path in TEMPLATES:
        said |= {text for _, text in re.findall(r"""translate (["'])(.+?)\1""", path.read_text())}
    said |= {str(label) for label in [*Role.labels, *Assignment.Role.labels]}
    said |= {str(label) for label in [*Action.labels, *Kind.labels, *Tier.labels]}
    said |= {str(label) for label in [*RoleChange.Kind.labels, *RoleChange.State.labels]}
    desk = (Request.Kind, Request.Standing, Request.State, Person.Relation)
    for choices in (ImportJob.Kind, ImportJob.State, Export.What, Export.State, *desk):
        said |= {str(label) for label in choices.labels}
    for choices in (FairnessFigure.Kind, FairnessFigure.Verdict, FairnessReview.State, Event.Kind):
        said |= {str(label) for label in choices.labels}
    for path in TEMPLATES:
        blocks = re.findall(r"{% blocktranslate.*?%}(.+?){% end", path.read_text())
        said |= {re.sub(r"{{ (\w+) }}", r"%(\1)s", text) for text in blocks}
    for app in APPS:
        for path in (ROOT / app).rglob("*.py"):
            said |= marked(ast.parse(path.read_text()))
    said |= {HOMES.name, HOMES.definition}
    for ledger in LEDGERS:
        said |= {
            ledger.name,
            *(f.definition for f in ledger.figures),
            *(f.unit for f in ledger.figures),
        }
        said |= {f.name for f in ledger.figures if not f.key.startswith("colour_")}
    said |= {deed.says for deed in deeds()} | {words for r in Role if (words := reach(r))}
    said |= {entry["title"] for entries in menus().values() for entry in entries}
    with (ROOT / "locale/en/LC_MESSAGES/django.po").open("rb") as file:
        english = {m.id: m.string for m in read_po(file) if m.id}
    assert said == english.keys()
    assert all(english.values())


def test_no_template_says_anything_untranslated():
    chinese = re.compile(r"[一-鿿]")
    for path in TEMPLATES:
        text = re.sub(
            r"{% blocktranslate.*?endblocktranslate %}|{%.*?%}", "", path.read_text()
        ).replace('lang="zh-hans" class="link">中文', "")
        assert not chinese.search(text), path.name
