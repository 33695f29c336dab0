"""The hand-over sheet: from the card of a member to paper."""

import pytest
from playwright.sync_api import expect

from tests.e2e.assigning import TABLET, card, choose, saved
from tests.e2e.pages import faults

SHEET = "a.sheet-link"


def opened(page, name):
    card(page, name).locator(SHEET).click()
    expect(page.locator(".sheet h1")).to_have_text("网格工作交接单")


def test_a_chair_hands_over_by_her_draft_and_prints(assign):
    page = assign()
    choose(page, "桐村第1网格")
    card(page, "bo").get_by_role("button", name="设为主责").click()
    saved(page, "草稿里有1步改动")
    # In the draft she leads it no longer; she still does today.
    opened(page, "an")
    sheet = page.locator(".sheet")
    expect(sheet).to_contain_text("还没有发布的草稿")
    expect(sheet.locator("tbody tr", has_text="桐村第1网格")).to_contain_text("示例bo")
    expect(sheet.locator(".signatures")).to_contain_text("示例bo")
    expect(sheet.locator(".numbers").first.locator("li")).to_have_count(24)
    assert faults(page) == []
    pdf = page.pdf(prefer_css_page_size=True)
    assert pdf.startswith(b"%PDF")
    assert b"/MediaBox [0 0 594" in pdf or b"/MediaBox [0 0 595" in pdf  # A4
    page.emulate_media(media="print")
    expect(page.locator(".handover-bar")).to_be_hidden()
    text = sheet.inner_text()
    assert "签字" in text and "0024" in text
    assert "户主" not in text and "密切关注" not in text


def test_the_button_prints(assign):
    page = assign()
    opened(page, "an")
    page.evaluate("window.print = () => document.body.dataset.printed = 'yes'")
    page.get_by_role("button", name="打印").click()
    expect(page.locator("body")).to_have_attribute("data-printed", "yes")


def test_a_member_prints_her_own_and_is_shown_no_other(assign):
    page = assign("an")
    expect(page.locator(SHEET)).to_have_count(1)
    opened(page, "an")
    expect(page.locator(".blank").first).to_be_visible()


@pytest.mark.parametrize("look", [TABLET, "phone"], ids=["tablet", "phone"])
def test_it_can_be_read_where_it_cannot_be_printed(assign, look):
    page = assign("tong", **({"phone": True} if look == "phone" else {"look": look}))
    if look == "phone":
        page.get_by_role("button", name="人员").tap()
    opened(page, "an")
    assert faults(page) == []
    fits = "document.documentElement.scrollWidth <= innerWidth"
    assert page.evaluate(fits)
