"""Who answered on a day: the slider over the days of change, its list and its map."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from tests.e2e import south
from tests.e2e.assigning import TABLET, TONG2
from tests.e2e.pages import click_map, faults, settled


def ago(days):
    return timezone.localdate() - timedelta(days=days)


def said(day):
    return f"{day.year}年{day.month}月{day.day}日"


def looking_back(page):
    page.get_by_role("button", name="历史").click()
    expect(page.locator(".past-said")).to_contain_text(said(ago(0)))
    settled(page)
    return page.locator("#past")


def row(page, village, name):
    group = page.locator(".past-list details", has_text=village)
    if group.get_attribute("open") is None:
        group.locator("summary").click()
    return group.locator(".past-row", has_text=name)


def test_the_slider_stops_where_something_changed_and_says_what(assign):
    page = assign("tong")
    past = looking_back(page)
    slider = page.locator("#history-slider")
    slider.focus()
    page.keyboard.press("Home")
    expect(past.locator(".past-said")).to_have_text(f"{said(ago(60))}：新划2个网格")
    expect(slider).to_have_attribute("aria-valuetext", f"{said(ago(60))}：新划2个网格")
    expect(row(page, "桐村", "第2网格")).to_contain_text("示例di")
    page.keyboard.press("ArrowRight")
    expect(past.locator(".past-said")).to_have_text(f"{said(ago(20))}：1个网格换了负责的人")
    expect(row(page, "桐村", "第2网格")).to_contain_text("未分工")
    assert faults(page) == []
    # A day between two stops is as the one before it.
    page.get_by_label("或者选一天").fill(ago(30).isoformat())
    page.get_by_label("或者选一天").press("Enter")
    expect(past.locator(".past-said")).to_have_text(f"{said(ago(30))}：和{said(ago(60))}一样")
    expect(row(page, "桐村", "第2网格")).to_contain_text("示例di")


def test_a_grid_of_the_list_tells_who_answered_and_opens_the_sheet_of_that_day(assign):
    page = assign()
    looking_back(page)
    page.get_by_role("button", name="上一次变动").click()
    page.get_by_role("button", name="上一次变动").click()
    second = row(page, "桐村", "第2网格")
    expect(second).to_contain_text("示例di")
    second.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".answered")).to_contain_text("主责 示例di")
    expect(second).to_have_attribute("aria-pressed", "true")
    # The grid stays the one spoken of while one goes through the days.
    page.get_by_role("button", name="下一次变动").click()
    expect(page.locator(".answered")).to_contain_text("那天还没有人负责")
    page.get_by_role("button", name="上一次变动").click()
    page.get_by_role("link", name="示例di的交接单").click()
    expect(page.locator(".sheet")).to_contain_text(said(ago(60)))
    expect(page.locator(".sheet tbody tr").first).to_contain_text("桐村第2网格")


def test_the_map_of_that_day_answers_too_and_escape_leads_back(assign):
    page = assign()
    looking_back(page)
    page.get_by_role("button", name="上一次变动").click()
    page.get_by_role("button", name="上一次变动").click()
    expect(page.locator(".past-said")).to_contain_text(said(ago(60)))
    settled(page)
    click_map(page, TONG2, south.SOUTH + south.SIDE * 0.8)
    expect(page.locator(".answered")).to_contain_text("主责 示例di")
    page.locator("#past h2").focus()
    page.keyboard.press("Escape")
    expect(page.locator("#past")).to_be_hidden()
    expect(page.locator("#grids")).to_be_visible()


@pytest.mark.parametrize("look", [TABLET, "phone"], ids=["tablet", "phone"])
def test_by_finger(assign, look):
    page = assign(**({"phone": True} if look == "phone" else {"look": look}))
    page.get_by_role("button", name="历史").tap()
    page.get_by_role("button", name="上一次变动").tap()
    page.get_by_role("button", name="上一次变动").tap()
    expect(page.locator(".past-said")).to_contain_text(said(ago(60)))
    row(page, "桐村", "第2网格").tap()
    expect(page.locator(".answered")).to_contain_text("主责 示例di")
    assert faults(page) == []
    page.get_by_role("button", name="回到现在").tap()
    expect(page.locator("#past")).to_be_hidden()
