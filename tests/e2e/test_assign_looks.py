"""axe-core finds nothing on the assign page, in every state that has a look of its own."""

import pytest
from playwright.sync_api import expect

from tests.e2e.assigning import SLOW, TABLET, choose
from tests.e2e.pages import faults


def split(page):
    choose(page, "桐村第1网格")
    page.get_by_role("button", name="拆分").click()
    expect(page.locator(".way")).to_have_count(3, timeout=SLOW)


def border(page):
    choose(page, "桐村第1网格")
    page.get_by_role("button", name="移动边界").click()


STATES = {
    "start": None,
    "chosen": lambda page: choose(page, "桐村第1网格", "桐村第2网格"),
    "split": split,
    "border": border,
    "legend": lambda page: page.click("#legend summary"),
    "gauges": lambda page: page.select_option("#colour", "gauge"),
    "history": lambda page: page.get_by_role("button", name="历史").click(),
}


@pytest.mark.parametrize("look", [None, TABLET, "phone"], ids=["desktop", "tablet", "phone"])
@pytest.mark.parametrize("state", STATES)
def test_nothing_stands_in_anybodys_way(assign, state, look):
    page = assign(**({"phone": True} if look == "phone" else {"look": look}))
    if STATES[state]:
        STATES[state](page)
        page.wait_for_timeout(300)
    assert faults(page) == []


def test_on_a_phone_the_bar_says_where_one_is_and_reaches_the_menu(assign):
    for path, here in [("/", "地图"), ("/assign/", "分工")]:
        page = assign(path=path, phone=True)
        expect(page.locator(".pages [aria-current]")).to_have_text(here)
        expect(page.locator(".pages [aria-current]")).to_be_in_viewport(ratio=1)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        page.locator(".menu summary").tap()
        expect(page.get_by_role("button", name="退出登录")).to_be_in_viewport(ratio=1)
        assert faults(page) == []


def test_on_a_phone_what_is_found_has_the_width_of_the_screen(assign):
    page = assign(path="/", phone=True)
    page.locator("#searchbox input").fill("桐")
    page.locator("[role=listbox] [role=option]").first.wait_for()
    wide = page.locator("[role=listbox]").bounding_box()["width"]
    assert wide >= 0.9 * page.viewport_size["width"]
