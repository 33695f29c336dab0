"""A visit written down at the door, on a phone: one button when nothing changed, all else in one form."""

import re

import pytest
from django.db import transaction
from playwright.sync_api import expect

from cases.models import Concern
from core.scope import acting_as_system
from disputes.models import Dispute
from households.models import Household
from support.models import Event, Need
from tests.e2e.pages import faults
from visits.models import Visit

GRID = "999001101201001"


@pytest.fixture(scope="module")
def home(people_and_places):
    """The sixth home of lan's grid."""
    return people_and_places.homes[GRID][5]


def kept(model, **about) -> list:
    with acting_as_system("e2e"), transaction.atomic():
        return list(model.objects.filter(**about).order_by("pk"))


def test_a_visit_is_written_down_in_one_form(pages, home):
    pages.forgive = re.compile("422")
    page = pages.of("lan", path=f"/visits/new/{home.uuid}/", phone=True)
    expect(page.locator("h1")).to_have_text(f"走访 {home.household_no} 号家庭")
    assert faults(page) == []
    assert not page.evaluate("document.documentElement.scrollWidth > innerWidth")
    small = "[...document.querySelectorAll('.visit-option')].filter((n) => n.offsetHeight < 48 && n.offsetHeight)"
    assert page.evaluate(f"{small}.length") == 0

    # Nothing changed: what is chosen already is right, one button does it.
    page.get_by_role("button", name="记下").tap()
    expect(page.get_by_role("heading", name="已经记下")).to_be_focused()
    (plain,) = kept(Visit, household=home)
    assert (plain.kind, plain.result, plain.changed) == ("visit", "met", False)
    assert faults(page) == []

    page.goto(f"/visits/new/{home.uuid}/")
    page.get_by_text("排查").tap()
    page.get_by_text("有变化", exact=True).tap()
    page.get_by_label("记下的话").fill("婆婆摔了一跤，夜里要人照看")
    page.get_by_role("button", name="加一项需要").tap()
    page.get_by_label("需要什么帮助").select_option(label="照护老人")
    page.get_by_text("听说有矛盾纠纷").tap()
    page.get_by_label("哪一类").select_option(label="赡养老人")
    page.get_by_label("经过").fill("几家轮流照看老人说不拢")
    page.locator("summary", has_text="我有担心").tap()
    page.get_by_label("您担心什么").fill("夜里常有哭声")
    page.get_by_text("同去的人和时间").tap()
    page.get_by_label("多少分钟").fill("25")
    assert faults(page) == []
    # A judging word is refused with another way to say it, and nothing typed is lost.
    page.get_by_label("记下的话").fill("这是问题家庭")
    page.get_by_role("button", name="记下").tap()
    expect(page.locator(".form-problem")).to_contain_text("请换个说法")
    assert len(kept(Visit, household=home)) == 1
    page.get_by_label("记下的话").fill("婆婆摔了一跤，夜里要人照看")
    page.get_by_role("button", name="记下").tap()
    expect(page.get_by_role("heading", name="已经记下")).to_be_focused()

    screening = kept(Visit, household=home)[-1]
    assert (screening.kind, screening.changed, screening.minutes) == ("screening", True, 25)
    assert screening.has_note
    assert [need.kind for need in kept(Need, household=home)] == ["elders"]
    assert [dispute.source for dispute in kept(Dispute, household=home)] == ["screening"]
    assert len(kept(Concern, household=home)) == 1
    assert kept(Household, pk=home.pk)[0].protection == "shielded"
    # Whoever wrote the worry does not read it: no page says it.
    page.get_by_role("link", name="打开家庭档案").tap()
    expect(page.locator("h1")).to_have_text(f"{home.household_no} 号家庭")
    assert "哭声" not in page.content()


def test_an_event_is_entered_and_told(pages, people_and_places):
    page = pages.of("head", phone=True)
    page.goto("/events/")
    page.get_by_text("登记一次").first.tap()
    page.get_by_label("活动名称").fill("月嫂培训")
    page.get_by_label("到场妇女").fill("30")
    page.get_by_label("到场男性").fill("2")
    assert faults(page) == []
    page.get_by_role("button", name="登记一次").tap()
    expect(page.get_by_text("妇女 30 人，男性 2 人")).to_be_visible()
    assert faults(page) == []
    assert [event.title for event in kept(Event)] == ["月嫂培训"]
