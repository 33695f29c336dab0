"""The whole way of a dispute on a phone: each step by whose step it is, refused for the wrong one."""

import os
import re
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.db import transaction
from playwright.sync_api import Page, expect

from accounts.models import Role
from core.scope import acting_as_system
from grids.models import Assignment
from households.models import Person
from tests.e2e.district import HEIGHT, SOUTH, WEST
from tests.e2e.pages import faults
from tests.factories import box, colour, division, grid, household, member

SIDE = 0.02
PICTURES = os.environ.get("WUSE_PICTURES")


@pytest.fixture(scope="module")
def west_end(people_and_places):
    """槐镇 with one village: ping answers for its grid, its chair is qin, and a police station answers."""
    with acting_as_system("e2e"), transaction.atomic():
        south = round(SOUTH + HEIGHT + 0.1, 6)
        town = division(
            "999001105", "槐镇", people_and_places.area, geom=box(WEST, south, SIDE, SIDE)
        )
        huai = division("999001105201", "槐村", town, geom=box(WEST, south, SIDE, SIDE))
        only = grid(huai, 1, box(WEST, south, SIDE, SIDE))
        people = {
            "ping": member("ping", Role.MEMBER, huai, is_demo=True),
            "qin": member("qin", Role.VILLAGE, huai, is_demo=True),
            "station": member("station", Role.PARTNER, town, body="police", is_demo=True),
        }
        Assignment.objects.create(grid=only, member=people["ping"], role="lead")
        home = household(huai, "0001", only, WEST + 0.005, south + 0.005)
        colour(home, 4, by=people["ping"], decided_by=people["qin"])
        Person.objects.create(household=home, name="示例甲", relation="spouse", birth_year=1988)
    people_and_places.people.update(people)
    return home


def looked_at(page: Page, name: str) -> None:
    """axe finds nothing; and a picture for whoever wants to look."""
    assert faults(page) == []
    if PICTURES:
        page.screenshot(path=Path(PICTURES) / f"{name}.png", full_page=True)


def do(page: Page, what: str, **filled: str) -> None:
    """Open what is folded away, fill it in and send it."""
    part = page.locator("details", has=page.locator("summary", has_text=what)).first
    if part.get_attribute("open") is None:
        part.locator("summary").click()
    for label, text in filled.items():
        field = part.get_by_label(label, exact=True)
        if field.evaluate("node => node.tagName") == "SELECT":
            field.select_option(text)
        elif field.get_attribute("type") == "checkbox":
            field.check()
        else:
            field.fill(text)
    part.get_by_role("button").last.click()


def signed_in(pages, who: str, path: str, phone: bool = False) -> Page:
    """At a page without a script, which never says that it is ready."""
    page = pages.of(None, phone=phone, path="/accounts/sign-in/")
    cookie = {"name": "sessionid", "value": pages.session_of(who), "url": pages.address}
    page.context.add_cookies([cookie])
    page.goto(path)
    return page


@contextmanager
def pages_forgive(pages, status: str):
    """What the browser says of this status is no fault of the page."""
    before, pages.forgive = pages.forgive, re.compile(status)
    yield
    pages.forgive = before


def state(page: Page, name: str) -> None:
    expect(page.locator("h1 .tag")).to_have_text(name)


def test_a_dispute_goes_its_whole_way(pages, west_end):
    ping = signed_in(pages, "ping", phone=True, path=f"/disputes/new/?household={west_end.uuid}")
    ping.get_by_label("类型").select_option("neighbour")
    ping.get_by_label("经过：只写事实和双方的要求").fill("两家为院墙外的排水争了起来")
    ping.get_by_label("配偶", exact=True).check()
    ping.get_by_label("另一方是谁（不写姓名）").select_option("neighbour")
    looked_at(ping, "dispute-new-phone")
    ping.get_by_role("button", name="登记", exact=True).click()
    state(ping, "已登记")
    path = ping.url
    do(ping, "开始调解")
    state(ping, "调解中")
    do(ping, "记一次调解")
    looked_at(ping, "dispute-phone")
    # What leaves the village is the chair's.
    expect(ping.locator("summary", has_text="转介或联合调解")).to_have_count(0)

    qin = signed_in(pages, "qin", phone=True, path=path)
    fields = {"请对方": "true", "请对方做什么": "请派人一起到场说明", "经过": "", "哪天同意": "2026-01-01", "怎样同意": "told"}  # fmt: skip
    qin.locator("summary", has_text="转介或联合调解").click()
    qin.get_by_label("谁同意").select_option(index=1)
    do(qin, "转介或联合调解", **fields)
    state(qin, "联调中")

    station = signed_in(pages, "station", phone=True, path="/referrals/")
    looked_at(station, "referrals-phone")
    station.locator("main li a").first.click()
    expect(station.get_by_text("两家为院墙外的排水争了起来")).to_be_visible()
    looked_at(station, "referral-phone")
    # Her packet, and not the dispute behind it.
    with pages_forgive(pages, "403"):
        assert station.goto(path).status == 403
        station.go_back()
    for step, after in (("签收", "已收到"), ("受理", "已受理")):
        do(station, step)
        state(station, after)
    do(station, "办结", 办理结果="双方已经说清楚了")
    state(station, "已办结")

    ping.reload()
    do(ping, "达成协议", 约定了什么="各自修好自家的排水沟")
    state(ping, "已化解")
    do(ping, "回访", 现在怎么样="水沟修好了没有再争")
    state(ping, "已回访")
    expect(ping.locator("summary", has_text="归档")).to_have_count(0)

    qin.goto(path)
    do(qin, "归档")
    state(qin, "已归档")
    expect(qin.get_by_text("双方已经说清楚了")).to_be_visible()
    looked_at(qin, "dispute-archived-phone")

    desk = signed_in(pages, "qin", path="/disputes/?state=all")
    expect(desk.locator("main li a")).to_have_count(1)
    looked_at(desk, "disputes-desktop")
    desk.goto(path)
    looked_at(desk, "dispute-desktop")
    desk.goto(path + "notice/")
    desk.emulate_media(media="print")
    looked_at(desk, "dispute-notice-print")


def test_somebody_is_hurt_and_the_village_has_it_no_more(pages, west_end):
    ping = signed_in(pages, "ping", phone=True, path=f"/disputes/new/?household={west_end.uuid}")
    ping.get_by_label("经过：只写事实和双方的要求").fill("她说夜里被推倒在地上")
    ping.locator("summary", has_text="有人受到伤害或者威胁").click()
    ping.get_by_label("是，马上交给个案工作者").check()
    ping.get_by_label("有未成年人，或者不能自己作主的成年人").check()
    with pages_forgive(pages, "422"):
        ping.get_by_role("button", name="登记", exact=True).click()
        expect(ping.locator("[role=alert]")).to_contain_text("公安机关")
    ping.get_by_label("哪天报告公安机关的").fill("2026-01-02")
    ping.get_by_label("是，马上交给个案工作者").check()
    ping.get_by_label("有未成年人，或者不能自己作主的成年人").check()
    ping.get_by_role("button", name="登记", exact=True).click()
    expect(ping.locator("h1")).to_have_text("已收到")
    looked_at(ping, "dispute-received-phone")
    for who in ("ping", "qin"):
        page = signed_in(pages, who, phone=True, path="/disputes/?kind=marriage&state=all")
        expect(page.locator("main li a")).to_have_count(0)
