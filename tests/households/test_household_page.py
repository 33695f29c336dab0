"""The page of one household carries its random id, and is there for whoever may know the family."""

import json
import re
from pathlib import Path

import pytest

from accounts.models import Role
from households.colouring.who import STEPS
from households.models import Conflict, GoodWord, Person
from support.models import Help, Need
from tests.factories import member

PARTS = Path(__file__).resolve().parents[2] / "static/js/components/household"


def boot(response) -> dict:
    return json.loads(re.search(r'id="boot"[^>]*>(.+?)</script>', response.text)[1])


def test_the_page_holds_nothing_of_the_family_but_its_id(cast, signed_in):
    home = cast.homes["liu1"][0]
    response = signed_in(cast.lan).get(f"/households/{home.uuid}/")
    assert boot(response)["household"] == str(home.uuid)
    for told in (home.identity.contact_name, home.identity.address, home.household_no):
        assert told not in response.text
    assert response.headers["Cache-Control"] == "no-store"


def test_a_family_elsewhere_a_strangers_and_ones_own_kin_are_not_found(cast, signed_in, system):
    home = cast.homes["liu1"][0]
    assert signed_in(cast.mei).get(f"/households/{home.uuid}/").status_code == 404
    path = "/households/00000000-0000-4000-8000-000000000000/"
    assert signed_in(cast.mei).get(path).status_code == 404
    Conflict.objects.create(household=home, member=cast.head, kind=Conflict.Kind.RELATIVE)
    assert signed_in(cast.head).get(f"/households/{home.uuid}/").status_code == 404
    assert signed_in(cast.chair).get(f"/households/{home.uuid}/").status_code == 200


def test_the_page_offers_what_the_policy_lets_a_role_ask(cast, signed_in):
    home = cast.homes["liu1"][0]
    offered = {
        who: set(boot(signed_in(getattr(cast, who)).get(f"/households/{home.uuid}/"))["may"])
        for who in ("lan", "head", "chair")
    }
    assert "person-sensitive PUT" in offered["lan"] - offered["head"]
    assert "person-sensitive GET" in offered["head"] - offered["chair"]
    assert "household-reveal POST" in offered["lan"] & offered["head"] & offered["chair"]


def test_roles_without_families_have_no_such_page(cast, signed_in):
    home = cast.homes["liu1"][0]
    for role in (Role.DISTRICT, Role.CASEWORKER, Role.STEWARD, Role.SYSADMIN, Role.AUDITOR):
        who = member(f"one-{role}", role, cast.area)
        assert signed_in(who).get(f"/households/{home.uuid}/").status_code == 403


@pytest.mark.parametrize(
    "module, choices",
    [
        ("needs", Help.Kind), ("needs", Help.Honour), ("needs", Help.Outcome), ("needs", Need.Why),
        ("colour", GoodWord.Kind), ("person", Person.Relation),
    ],
)  # fmt: skip
def test_what_the_page_offers_is_what_the_server_takes(module, choices):
    source = (PARTS / f"{module}.js").read_text()
    for value, label in choices.choices:
        assert f'{value or chr(34) * 2}: "{label}"' in source, value


def test_every_step_that_a_person_takes_with_a_colour_has_its_words():
    source = (PARTS / "colour.js").read_text()
    assert all(re.search(rf"\b{step}: {{ name: ", source) for step in STEPS)
