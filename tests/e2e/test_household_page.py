"""A household's file, on a phone and on a desk: what we owe it first, who lives there, what each may do."""

import re

import pytest
from django.db import transaction
from django.utils import timezone
from playwright.sync_api import expect

from audit.models import AccessRecord
from core.scope import acting_as, acting_as_system
from households.models import Person
from support.services import record_need
from tests.e2e.pages import faults

GRID = "999001101201001"
BOTH = pytest.mark.parametrize("phone", [False, True], ids=["desktop", "phone"])


@pytest.fixture(scope="module")
def home(people_and_places):
    """The seventh home of lan's grid, with a mother and a child."""
    home = people_and_places.homes[GRID][6]
    with acting_as_system("e2e"), transaction.atomic():
        for name, relation, year in (("示例桂兰", "head", 1980), ("示例小满", "child", 2018)):
            Person.objects.create(
                household=home, name=name, relation=relation, birth_year=year, phone="00013579"
            )
    return home


def file_of(pages, home, who="lan", **look):
    page = pages.of(who, path=f"/households/{home.uuid}/", **look)
    expect(page.locator(".people .person").first).to_be_visible()
    return page


def headings(page) -> list[str]:
    return page.locator("#household :is(h1, h2)").all_inner_texts()


def fits(page) -> bool:
    return not page.evaluate("document.documentElement.scrollWidth > innerWidth")


@BOTH
def test_what_is_owed_comes_first_and_the_map_is_one_step_away(pages, home, phone):
    page = file_of(pages, home, phone=phone)
    expect(page.locator("h1")).to_have_text(f"{home.household_no} 号家庭")
    assert headings(page)[1] == "现在要为这家做的"
    expect(page.locator(".owed-row").first).to_contain_text("去看望，还没有人走访过")
    expect(page.locator(".owed")).to_contain_text("复核颜色")
    assert fits(page)
    assert faults(page) == []
    page.click("text=在地图上看")
    expect(page.locator("#drawer")).to_contain_text("谁来负责")
    page.click("text=打开家庭档案")
    expect(page.locator("h1")).to_have_text(f"{home.household_no} 号家庭")


def test_a_person_is_entered_corrected_and_removed_with_a_reason(pages, home):
    pages.forgive = re.compile("422")
    page = file_of(pages, home, phone=True)
    people = page.locator(".people .person")
    expect(people).to_have_count(2)
    page.click("text=登记一位家人")
    page.fill("#new-name", "示例大山")
    page.select_option("#new-relation", "spouse")
    page.fill("#new-year", "1979")
    assert faults(page) == []
    page.click("button:text-is('登记')")
    expect(people).to_have_count(3)
    added = people.nth(2)
    expect(added).to_contain_text("示●●●")
    added.get_by_role("button", name="更多").click()
    added.get_by_text("更正").click()
    added.get_by_label("与户主关系").select_option("other")
    added.get_by_role("button", name="更正").click()
    expect(people.nth(2).locator(".person-relation")).to_have_text("其他")
    people.nth(2).get_by_role("button", name="更多").click()
    people.nth(2).get_by_text("删去这位家人").click()
    people.nth(2).get_by_label("为什么删去").fill("。。。。。。")
    people.nth(2).get_by_role("button", name="删去", exact=True).click()
    expect(page.locator(".form-problem").first).to_contain_text("至少 5 个字")
    assert faults(page) == []
    people.nth(2).get_by_label("为什么删去").fill("登记错了人，不住这里")
    people.nth(2).get_by_role("button", name="删去", exact=True).click()
    expect(people).to_have_count(2)
    assert fits(page)


def test_what_is_sensitive_about_a_person_is_written_and_read_and_each_look_is_logged(pages, home):
    def looks():
        with acting_as_system("e2e"), transaction.atomic():
            found = AccessRecord.objects.filter(household=home.uuid, kind="person")
            return list(found.order_by("pk").values_list("action", flat=True))

    before = len(looks())
    page = file_of(pages, home, phone=True)
    mother = page.locator(".people .person").first
    mother.get_by_role("button", name="更多").click()
    mother.get_by_text("看健康").click()
    expect(mother).to_contain_text("没有记录。")
    assert looks()[before:] == ["read"]
    mother.get_by_text("改写").click()
    mother.get_by_label("健康").fill("常年服药")
    mother.get_by_role("button", name="写下").click()
    expect(mother).to_contain_text("常年服药")
    assert looks()[before:] == ["read", "write"]
    assert faults(page) == []


def test_what_a_role_may_not_do_leaves_no_trace(pages, home):
    lan, head, chair = (
        file_of(pages, home, who).locator("main").inner_text() for who in ("lan", "head", "chair")
    )
    assert "更多" in lan and "更多" in head
    assert "登记一位家人" in lan and "登记一位家人" in head
    for hers_alone in ("更多", "登记一位家人"):
        assert hers_alone not in chair
    page = file_of(pages, home, "head")
    page.get_by_role("button", name="更多").first.click()
    page.get_by_text("看健康").first.click()
    expect(page.get_by_text("这次查看已经记下。")).to_be_visible()
    assert page.get_by_text("改写").count() == 0


def test_the_family_speaks_a_colour_is_argued_and_a_need_is_met(pages, people_and_places):
    """From the member's phone to the chair's desk and back, each by whoever may."""
    home = people_and_places.homes[GRID][9]
    page = pages.of("lan", path=f"/households/{home.uuid}/", phone=True)
    page.get_by_role("button", name="记下家庭的话").click()
    page.fill("#statement-text", "孩子放假没人管，想找个放心的地方。")
    page.get_by_role("button", name="记下", exact=True).click()
    expect(page.locator(".family-words")).to_contain_text("想找个放心的地方")
    assert page.locator("#household h2").all_inner_texts()[1] == "家庭自己的话"

    page.get_by_role("button", name="提出颜色").click()
    page.select_option(
        "#proposal-reason", index=-1 + page.locator("#proposal-reason option").count()
    )
    page.select_option("#proposal-source", "told")
    page.fill("#proposal-help", "每月去看望一次")
    assert faults(page) == []
    page.get_by_role("button", name="提出", exact=True).click()
    expect(page.locator(".proposal")).to_contain_text("每月去看望一次")
    assert page.get_by_role("button", name="确认").count() == 0

    chair = pages.of("head", path=f"/households/{home.uuid}/")
    chair.get_by_role("button", name="确认", exact=True).click()
    assert faults(chair) == []
    chair.locator(".small-form").get_by_role("button", name="确认").click()
    expect(chair.locator(".support")).to_contain_text("每月去看望一次")
    expect(chair.locator(".proposal")).to_have_count(0)

    with acting_as(people_and_places.people["lan"].pk), transaction.atomic():
        record_need(
            household=home, by=people_and_places.people["lan"], kind="children",
            due_on=timezone.localdate(), text="假期托管",
        )  # fmt: skip
    page.reload()
    first = page.locator(".owed-row").first
    expect(first).to_contain_text("照护孩子")
    assert "假期托管" not in page.locator("main").inner_text()
    page.get_by_role("button", name="看走访时记下的话").click()
    expect(page.locator(".owed-row").first).to_contain_text("假期托管")
    page.locator(".owed-row").first.get_by_role("button", name="给了帮助").click()
    page.get_by_label("哪种帮助").select_option("goods")
    page.get_by_label("物资").fill("暑期课本")
    assert faults(page) == []
    page.get_by_role("button", name="记下", exact=True).click()
    expect(page.locator(".helps")).to_contain_text("暑期课本")
    page.locator(".owed-row").first.get_by_role("button", name="办到了").click()
    page.locator(".small-form").get_by_role("button", name="办到了").click()
    expect(page.locator(".helps")).to_contain_text("已经解决")
    assert "照护孩子" not in page.locator(".file-owed").inner_text()
    assert fits(page)
    assert faults(page) == []


def test_a_household_that_is_not_hers_is_not_found(pages, home):
    pages.forgive = re.compile("404")
    page = pages.of(None)
    page.context.add_cookies(
        [{"name": "sessionid", "value": pages.session_of("mei"), "url": pages.address}]
    )
    page.goto(f"/households/{home.uuid}/")
    expect(page.locator("h1")).to_have_text("没有找到")


def test_in_english(pages, home):
    page = file_of(pages, home)
    page.click(".menu summary")
    page.click("text=English")
    expect(page.locator("h2").first).to_have_text("What we owe this family now")
    assert faults(page) == []
    page.click(".menu summary")
    page.click("text=中文")
