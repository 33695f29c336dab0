"""axe-core finds nothing, on every page and in every state that has a look of its own."""

import re

import pytest
from playwright.sync_api import expect

from tests.e2e.pages import faults, settled


def open_household(page):
    page.click("[data-uuid] >> nth=0")
    expect(page.locator("#drawer")).to_contain_text("谁来负责")


def search(page):
    page.fill("#search", "村")
    page.wait_for_selector("#search-results:not([hidden])")
    page.press("#search", "ArrowDown")


STATES = {
    "district": ("district", "/", None),
    "town": ("chair", "/", None),
    "village": ("head", "/", None),
    "grid": ("lan", "/#/999001101201001", None),
    "not hers": ("lan", "/#/999001101201002", None),
    "household": ("lan", "/#/999001101201001", open_household),
    "search": ("lan", "/", search),
    "menu": ("lan", "/", lambda page: page.click(".menu summary")),
    "share": ("chair", "/#/999001101?m=share-3", None),
    "unplaced": ("head", "/", lambda page: page.click("text=未落图的家庭")),
    "no outline": ("district", "/#/999001102203", None),
    "service": ("auditor", "/", None),
    "password": ("lan", "/", lambda page: page.goto("/accounts/password/")),
}


@pytest.mark.parametrize("phone", [False, True], ids=["desktop", "phone"])
@pytest.mark.parametrize("state", STATES)
def test_nothing_stands_in_anybodys_way(pages, state, phone):
    name, path, do = STATES[state]
    page = pages.of(name, path=path, phone=phone)
    if do:
        do(page)
        page.wait_for_timeout(200)
    assert faults(page) == []


@pytest.mark.parametrize("phone", [False, True], ids=["desktop", "phone"])
def test_ones_own_grids(pages, phone):
    page = pages.of("lan", path="/#/mine", phone=phone)
    assert faults(page) == []


@pytest.mark.parametrize("phone", [False, True], ids=["desktop", "phone"])
def test_sign_in_and_its_refusal(pages, phone):
    page = pages.of(None, path="/accounts/sign-in/", phone=phone)
    assert faults(page) == []
    page.fill("#id_username", "nobody")
    page.fill("#id_password", "wrong")
    page.click("main button[type=submit]")
    expect(page.locator("[role=alert]")).to_be_visible()
    assert faults(page) == []


def test_a_page_that_does_not_exist(pages):
    pages.forgive = re.compile("404")
    page = pages.of(None, path="/accounts/nowhere/")
    expect(page.locator("h1")).to_have_text("没有找到")
    assert faults(page) == []


def test_offline(pages):
    pages.forgive = re.compile("ERR_INTERNET_DISCONNECTED")
    page = pages.of("lan")
    page.context.set_offline(True)
    expect(page.locator("#banner")).to_contain_text("连不上服务器")
    assert faults(page) == []
    page.context.set_offline(False)
    settled(page)


def test_at_four_times_the_size_nothing_is_cut_off(pages):
    """A window of 320 px is a desktop at 400 %: everything is still there, without scrolling sideways."""
    page = pages.of("lan")
    page.set_viewport_size({"width": 320, "height": 640})
    settled(page)
    assert page.evaluate("document.documentElement.scrollWidth") == 320
    expect(page.locator("#area-name")).to_be_visible()
