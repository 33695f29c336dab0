"""The card of a household: who lives there, masked; in full with a reason; and what happened."""

import re

import pytest
from django.db import transaction
from playwright.sync_api import expect

from audit.models import AccessRecord
from core.scope import acting_as_system
from households.models import Person
from tests.e2e.pages import faults

GRID = "999001101201001"
ROW = 5


@pytest.fixture(scope="module")
def family(people_and_places):
    """A mother and a child in the sixth home of lan's grid."""
    home = people_and_places.homes[GRID][ROW]
    with acting_as_system("e2e"), transaction.atomic():
        for name, relation, year in (("示例桂兰", "head", 1980), ("示例小满", "child", 2018)):
            Person.objects.create(
                household=home, name=name, relation=relation, birth_year=year, phone="00013579"
            )
    return home


def card(pages, who="lan", **look):
    page = pages.of(who, path=f"/#/{GRID}", **look)
    page.click(f"[data-uuid] >> nth={ROW}")
    expect(page.locator(".people .person")).to_have_count(2)
    return page


def looks(home):
    with acting_as_system("e2e"), transaction.atomic():
        found = AccessRecord.objects.filter(household=home.uuid).order_by("pk")
        return [(one.tier, one.kind, one.reason) for one in found]


@pytest.mark.parametrize("phone", [False, True], ids=["desktop", "phone"])
def test_what_is_masked_shows_for_a_reason_and_the_look_is_logged(pages, family, phone):
    pages.forgive = re.compile("422")
    before = len(looks(family))
    page = card(pages, phone=phone)
    drawer = page.locator("#drawer")
    for hidden in ("示例户主", "示例桂兰", "示例小满", "00013579", "示例小"):
        assert hidden not in drawer.inner_text()
    expect(page.locator(".person").nth(1)).to_contain_text("未成年")
    assert faults(page) == []

    page.click("button:text-is('显示姓名和电话')")
    expect(page.locator("#reason-contact")).to_be_focused()
    expect(drawer).to_contain_text("会记下您的姓名、时间和理由")
    assert faults(page) == []
    page.fill("#reason-contact", "看看")
    page.click("button:text-is('显示')")
    expect(page.locator(".reveal .form-problem")).to_have_text("请写明为什么要看，至少 5 个字。")
    # Long enough for the page, and no reason to the server.
    page.fill("#reason-contact", "。。。。。。")
    page.click("button:text-is('显示')")
    expect(page.locator(".reveal .form-problem")).to_contain_text("理由会记入查看记录")
    assert len(looks(family)) == before
    page.fill("#reason-contact", "电话联系走访")
    page.click("button:text-is('显示')")
    expect(drawer).to_contain_text("示例户主")
    expect(page.locator("button:text-is('重新遮住')")).to_be_focused()
    assert looks(family)[before:] == [("S2", "household", "电话联系走访")]
    assert faults(page) == []
    page.click("button:text-is('重新遮住')")
    expect(drawer).not_to_contain_text("示例户主")

    page.click("button:text-is('显示家人的姓名和电话')")
    page.fill("#reason-people", "核对家庭成员")
    page.keyboard.press("Enter")
    expect(page.locator(".person").nth(1)).to_contain_text("示例小满")
    expect(page.locator(".person").first).to_contain_text("1980年出生")
    # The child's own look besides.
    assert [one[:2] for one in looks(family)[before + 1 :]] == [
        ("S2", "household"),
        ("S3", "person"),
    ]
    assert faults(page) == []


@pytest.mark.parametrize("phone", [False, True], ids=["desktop", "phone"])
def test_what_happened_is_read_when_somebody_wants_to_know(pages, family, phone):
    asked = []
    page = card(pages, phone=phone)
    page.on(
        "request", lambda request: asked.append(request.url) if "timeline" in request.url else 0
    )
    expect(page.locator(".timeline li")).to_have_count(0)
    page.click("summary:text-is('这户的经过')")
    expect(page.locator(".timeline li").first).to_contain_text("提出定为蓝色")
    page.click("summary:text-is('这户的经过')")
    page.click("summary:text-is('这户的经过')")
    assert len(asked) == 1
    assert faults(page) == []
    wide = "document.documentElement.scrollWidth > innerWidth"
    assert not page.evaluate(wide)


def test_what_was_typed_outlasts_a_refresh_and_nothing_shown_outlasts_the_card(pages, family):
    page = card(pages)
    page.click("button:text-is('显示地址')")
    page.fill("#reason-address", "送春节慰问品")
    with (
        page.expect_response(f"**/api/households/{family.uuid}/", timeout=15000),
        acting_as_system("e2e"),
        transaction.atomic(),
    ):
        family.save(update_fields=["household_no"])  # so that the next poll finds another version
    expect(page.locator("#reason-address")).to_have_value("送春节慰问品")
    expect(page.locator("#reason-address")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#drawer")).to_contain_text(f"示例路{family.household_no}号")
    page.click("#drawer [aria-label=关闭]")
    page.click(f"[data-uuid] >> nth={ROW}")
    expect(page.locator(".people .person")).to_have_count(2)
    expect(page.locator("#drawer")).not_to_contain_text(f"{family.household_no}号")


def test_in_english(pages, family):
    page = card(pages)
    page.click(".menu summary")
    page.click("text=English")
    page.wait_for_selector("html[lang^=en]")
    page.wait_for_selector("body[data-ready]", state="attached")
    expect(page.locator(".people .person")).to_have_count(2)
    page.click("button:text-is('Show the address')")
    expect(page.locator("#drawer")).to_contain_text("the family may ask who has looked")
    page.click("summary:text-is('What happened')")
    expect(page.locator(".timeline li").first).to_be_visible()
    assert faults(page) == []


@pytest.mark.parametrize("who", ["district", "caseworker", "steward", "auditor"])
def test_who_may_not_finds_no_trace(pages, family, who):
    pages.forgive = re.compile("403")
    asked = []
    page = pages.of(who, path="/")
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"/#/{GRID}?h={family.uuid}")
    page.reload()
    page.wait_for_selector("body[data-ready]", state="attached")
    expect(page.locator("#drawer")).to_contain_text("没有打开")
    for trace in ("显示", "家庭成员", "经过"):
        assert trace not in page.locator("#drawer").inner_text()
    assert not [url for url in asked if re.search("people/|timeline|reveal", url)]
