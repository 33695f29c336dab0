"""The work list on a phone: a visit that changed nothing is noted in two taps, counted here."""

import re

import pytest
from django.db import transaction
from playwright.sync_api import expect

from core.scope import acting_as_system
from tests.e2e.pages import faults
from visits.models import Visit


def visits(home) -> list[tuple[str, str, bool]]:
    with acting_as_system("e2e"), transaction.atomic():
        found = Visit.objects.filter(household=home).order_by("pk")
        return [(one.kind, one.result, one.changed) for one in found]


def row_of(page, home):
    return page.locator(".work-line").filter(has_text=f"{home.household_no} 户该走访了")


@pytest.fixture(scope="module")
def mei_homes(people_and_places):
    return people_and_places.homes["999001101201002"]


def test_been_there_and_nothing_changed_is_two_taps_from_the_list(pages, mei_homes):
    home = mei_homes[2]
    page = pages.of("mei", path="/work/", phone=True)
    expect(page.locator("h1")).to_have_text("要办的事")
    row = row_of(page, home)
    page.evaluate("window.taps = 0; addEventListener('click', () => taps++, true)")
    row.get_by_role("button", name="去过了").tap()
    assert faults(page) == []
    row.get_by_role("button", name="见到了，没有变化").tap()
    expect(page.get_by_text("已记下走访。").first).to_be_visible()
    assert page.evaluate("taps") <= 3
    assert visits(home) == [("visit", "met", False)]
    expect(page.locator(".work-done")).to_be_focused()
    assert faults(page) == []
    page.reload()
    expect(row_of(page, mei_homes[3])).to_be_visible()
    expect(row_of(page, home)).to_have_count(0)


def test_what_the_network_swallowed_is_said_and_noted_once_when_tried_again(pages, mei_homes):
    pages.forgive = re.compile("ERR_INTERNET_DISCONNECTED")
    home = mei_homes[3]
    page = pages.of("mei", path="/work/", phone=True)
    row = row_of(page, home)
    row.get_by_role("button", name="去过了").tap()
    page.context.set_offline(True)
    row.get_by_role("button", name="家里没人").tap()
    expect(row.locator(".form-problem")).to_contain_text("连不上服务器")
    assert visits(home) == []
    page.context.set_offline(False)
    row.get_by_role("button", name="去过了").tap()
    row.get_by_role("button", name="家里没人").tap()
    expect(page.get_by_text("已记下走访。").first).to_be_visible()
    assert visits(home) == [("visit", "nobody_home", False)]


@pytest.mark.parametrize("phone", [False, True], ids=["desktop", "phone"])
@pytest.mark.parametrize("who", ["lan", "chair"])
def test_the_list_leads_to_the_household_and_stands_first_in_the_menu(pages, who, phone):
    page = pages.of(who, path="/work/", phone=phone)
    expect(page.locator(".pages a").first).to_have_text("要办的事")
    assert faults(page) == []
    assert not page.evaluate("document.documentElement.scrollWidth > innerWidth")
    if who == "lan":
        page.locator(".work-said a").first.click()
        expect(page.locator("h1")).to_contain_text("号家庭")
