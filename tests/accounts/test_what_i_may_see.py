"""The page that tells everybody what the policy lets her see, and the menu made of the same file."""

import re

import pytest
from django.urls import reverse

from accounts.models import Role
from core.policy import deeds, menu, menus, policy
from core.scope import acting_as_system
from tests.factories import member

PAGE = "/accounts/what-i-may-see/"


@pytest.fixture
def page_of(cast, signed_in):
    known = {
        "town": cast.chair,
        "village": cast.head,
        "member": cast.lan,
        "district": cast.district,
    }

    def read(role):
        with acting_as_system("test"):
            who = known.get(role) or member(f"the-{role}", role)
        return signed_in(who).get(PAGE).text

    return read


def sections(text) -> dict[str, str]:
    found = re.findall(r"<h2>(.+?)</h2>\s*<ul(.*?)</ul>", text, re.DOTALL)
    return {re.split("：|和", title)[0]: body for title, body in found}


@pytest.mark.parametrize("role", list(Role))
def test_everybody_reads_exactly_what_the_rules_let_her_do(page_of, role):
    text = page_of(role)
    for deed in deeds():
        admitted = any(rule.admits(role) for rule in deed.rules.values())
        assert (f"<li>{deed.says}" in text) == admitted, deed.says


def test_a_member_reads_which_families_and_that_every_look_is_recorded(page_of):
    text = page_of("member")
    assert "您主责、协同或代管的网格里的家庭" in text
    card = next(line for line in text.splitlines() if "打开一户的卡片" in line)
    assert "每次都有记录" in card
    assert card in sections(text)["身份"]


@pytest.mark.parametrize("role", ["district", "sysadmin", "auditor", "partner"])
def test_whoever_sees_no_family_is_told_so(page_of, role):
    text = page_of(role)
    assert "您的岗位不看任何一户家庭" in text
    for tier in ("家庭的索引", "身份"):
        assert "您的岗位看不到这一类内容" in sections(text)[tier]
    assert "看地图" in sections(text)["公开的信息"]


def test_the_menu_offers_what_the_rules_allow_and_nothing_else(cast, signed_in):
    with acting_as_system("test"):
        people = [cast.lan, cast.chair, *(member(f"the-{r}", r) for r in ("sysadmin", "auditor"))]
    everything = {entry["route"] for entries in menus().values() for entry in entries}
    for who in people:
        text = signed_in(who).get(PAGE).text
        bar = text[: text.index("</header>")]
        offered = {route for route in everything if f'href="{reverse(route)}"' in bar}
        offered.discard("map")  # the brand leads there too
        allowed = {route for route in everything if policy()[route, "GET"].admits(who.role)}
        assert offered == allowed - {"map"}
        assert {e["route"] for entries in menu(who.role).values() for e in entries} == allowed
