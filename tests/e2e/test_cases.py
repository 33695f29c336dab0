"""A worry handed in on a phone; a case followed, sealed, opened in haste and reviewed."""

import re

import pytest
from django.db import transaction
from playwright.sync_api import expect

from accounts.models import Role
from cases import services
from cases.models import Case, Concern
from core.scope import acting_as, acting_as_system
from grids.models import Assignment
from tests.e2e.district import HEIGHT, SOUTH, WEST
from tests.e2e.pages import faults
from tests.factories import box, colour, division, grid, household, member

GRID = "999001104201001"
SIDE = 0.02


@pytest.fixture(scope="module")
def north(people_and_places):
    """北镇 with one village and four families of rong's; leader and follower work on cases."""
    with acting_as_system("e2e"), transaction.atomic():
        south = round(SOUTH + HEIGHT, 6)
        area = people_and_places.area
        town = division("999001104", "北镇", area, geom=box(WEST, south, SIDE, SIDE))
        yu = division("999001104201", "榆村", town, geom=box(WEST, south, SIDE, SIDE))
        only = grid(yu, 1, box(WEST, south, SIDE, SIDE))
        people = {
            "rong": member("rong", Role.MEMBER, yu),
            "leader": member("leader", Role.CASEWORKER, area),
            "follower": member("follower", Role.CASEWORKER, town),
        }
        for who in people.values():
            who.is_demo = True
            who.save(update_fields=["is_demo"])
        Assignment.objects.create(grid=only, member=people["rong"], role="lead")
        homes = [
            household(yu, f"{i:04}", only, WEST + 0.003 * i, south + 0.004) for i in range(1, 5)
        ]
        for home in homes:
            colour(home, 4, by=people["rong"], decided_by=people_and_places.people["chair"])
    people_and_places.people.update(people)
    return homes


@pytest.fixture
def case(north, people_and_places):
    """follower's, about the second family; made once."""
    rong, leader, follower = (people_and_places.people[n] for n in ("rong", "leader", "follower"))
    with acting_as_system("e2e"), transaction.atomic():
        found = Case.objects.filter(household=north[1]).first()
    if found is None:
        with acting_as(rong.pk), transaction.atomic():
            services.raise_concern(household=north[1].uuid, text="夜里常有哭声", by=rong)
        with acting_as_system("e2e"), transaction.atomic():
            found = Case.objects.get(household=north[1])
        with acting_as(leader.pk), transaction.atomic():
            services.assign(case=found.uuid, member=follower.pk, by=leader)
    return found


def at_cases(pages, name, phone=False, hash=""):
    page = pages.of(name, phone=phone)
    page.goto(f"/cases/{hash}")
    page.wait_for_selector("body[data-ready]", state="attached")
    return page


@pytest.mark.parametrize("phone", [False, True], ids=["desktop", "phone"])
def test_a_worry_is_handed_in_from_the_card(pages, north, phone):
    page = pages.of("rong", path=f"/#/{GRID}", phone=phone)
    page.click("[data-uuid] >> nth=0")
    page.click("button:text-is('我有担心')")
    assert faults(page) == []
    page.fill("#concern-text", "夜里常有哭声")
    page.click("button:text-is('交出去')")
    expect(page.locator(".concern")).to_have_text("已收到。")
    expect(page.locator("#concern-text")).to_have_count(0)
    assert faults(page) == []


def test_whoever_thinks_better_of_it_hands_in_nothing(pages, north):
    page = pages.of("rong", path=f"/#/{GRID}")
    page.click("[data-uuid] >> nth=3")
    page.click("button:text-is('我有担心')")
    page.click("button:text-is('不写了')")
    expect(page.locator(".concern button")).to_be_focused()


def test_a_worry_handed_in_again_after_the_network_failed_is_one_worry(pages, north):
    pages.forgive = re.compile("ERR_FAILED")
    page = pages.of("rong", path=f"/#/{GRID}")
    page.click("[data-uuid] >> nth=2")
    page.click("button:text-is('我有担心')")
    page.fill("#concern-text", "孩子两周没有上学")

    def heard_but_not_answered(route):
        route.fetch()
        route.abort()

    page.route("**/api/concerns/", heard_but_not_answered, times=1)
    page.click("button:text-is('交出去')")
    expect(page.locator(".concern .form-problem")).to_have_text("连不上服务器，请稍后再试。")
    page.click("button:text-is('交出去')")
    expect(page.locator(".concern")).to_contain_text("已经办好")
    with acting_as_system("e2e"), transaction.atomic():
        assert Concern.objects.filter(text="孩子两周没有上学").count() == 1


@pytest.mark.parametrize("phone", [False, True], ids=["desktop", "phone"])
def test_a_case_is_opened_and_its_protection_changed(pages, case, phone):
    page = at_cases(pages, "follower", phone)
    assert faults(page) == []
    page.click("button:text-is('打开个案')")
    expect(page.locator("h2").first).to_be_focused()
    expect(page.locator(".case-file")).to_contain_text("夜里常有哭声")
    expect(page.locator(".case-file")).to_contain_text("榆村示例路0002号")
    assert faults(page) == []
    page.click("label:has-text('封存')")
    page.click("button:text-is('改变保护')")
    expect(page.locator(".form-problem").first).to_have_text("请写明理由。")
    why = "已转移（手机）" if phone else "已转移"  # one case for both: what the other wrote stays
    page.fill("#protection-reason", why)
    page.click("button:text-is('改变保护')")
    expect(page.locator(".case-said").last).to_contain_text(f"封存：{why}")
    expect(page.locator("input[value=sealed]")).to_be_checked()
    page.click("label:has-text('不公开住址')")
    page.fill("#protection-reason", "已回家")
    page.click("button:text-is('改变保护')")
    expect(page.locator("input[value=shielded]")).to_be_checked()


def test_the_lead_deals_out(pages, case):
    page = at_cases(pages, "leader")
    assert faults(page) == []
    row = page.locator("li", has_text=f"个案 {case.number}")
    row.locator("select").select_option(label="示例follower")
    row.locator("text=交给她").click()
    expect(page.locator("li", has_text=f"个案 {case.number}")).to_contain_text("示例follower")


def test_another_opens_it_in_haste_and_the_auditor_reviews_it(pages, case):
    pages.forgive = re.compile("404|422")
    page = at_cases(pages, "leader", hash=f"#{case.uuid}")
    expect(page.locator("h2")).to_have_text("这个个案不由您负责")
    assert faults(page) == []
    page.fill("#reason", "民警来电，今晚需要马上上门")
    page.click("button:has-text('紧急查看')")
    expect(page.locator(".case-until")).to_contain_text("自动结束")
    assert faults(page) == []
    page = at_cases(pages, "auditor")
    expect(page.locator("#cases")).to_contain_text("民警来电")
    assert faults(page) == []
    page.fill("[id^=remark]", "已核对")
    page.click("button:text-is('已复核')")
    expect(page.locator("#cases")).to_contain_text("已核对")
