"""Who answers for which grid: the assign page, by mouse, keyboard and finger."""

import re

import pytest
from playwright.sync_api import expect

from tests.e2e import south
from tests.e2e.assigning import (
    BOTH,
    MIDDLE,
    SLOW,
    TABLET,
    TONG1,
    TONG2,
    card,
    carry,
    choose,
    draw,
    draw_by_finger,
    finger,
    saved,
)
from tests.e2e.pages import click_map, faults, place_on_screen, settled


def test_a_beginner_divides_a_village_into_four_even_grids_and_assigns_them(assign):
    page = assign()
    done = 0

    def act(what):
        nonlocal done
        what()
        done += 1

    act(page.get_by_label("桐村（全村）").check)
    act(page.get_by_role("button", name="拆分").click)
    expect(page.locator(".way")).to_have_count(3, timeout=SLOW)
    act(lambda: page.get_by_label("自动划成几个网格").fill("4"))
    act(page.get_by_role("button", name="用这种：工作量最均衡").click)
    rows = page.locator(".grid-village", has_text="桐村").locator(".grid-row")
    expect(rows).to_have_count(4, timeout=SLOW)
    for i, name in enumerate(["an", "bo", "ce", "di"]):
        act(lambda i=i, name=name: carry(page, rows.nth(i), card(page, name)))
        expect(rows.nth(i)).to_contain_text(f"示例{name}")
    for name in ["an", "bo", "ce", "di"]:
        expect(card(page, name)).to_contain_text("主责1个网格")
    assert done <= 12
    expect(page.locator("#selection .problem")).to_be_empty()
    loads = [float(re.search(r"([\d.]+)小时/月", r)[1]) for r in rows.all_inner_texts()]
    assert max(loads) <= 1.25 * min(loads)


def test_a_lasso_chooses_and_a_card_tells_before_and_after(assign):
    page = assign()
    page.click("[data-tool=lasso]")
    draw(page, BOTH)
    expect(page.locator(".chosen")).to_contain_text("已选2个网格")
    expect(page.locator(".grid-row input:checked, .village-head input:checked")).not_to_have_count(
        0
    )
    expect(card(page, "bo")).to_contain_text(re.compile(r"0 → [\d.]+ 小时/月"))
    card(page, "bo").get_by_role("button", name="设为主责").click()
    saved(page, "草稿里有1步改动")
    expect(card(page, "bo")).to_contain_text("主责2个网格")


def test_a_lasso_that_crosses_itself_chooses_nothing_and_says_why(assign):
    assign.pages.forgive = re.compile("422")
    page = assign()
    page.click("[data-tool=lasso]")
    draw(page, [BOTH[0], BOTH[2], BOTH[1], BOTH[3]])
    expect(page.locator("#selection .problem")).to_have_text(
        "圈选的线自己交叉了，请重新圈一个不打结的圈。"
    )
    expect(page.locator(".chosen")).to_have_count(0)


def test_brush_box_and_clicks_choose(assign):
    page = assign()
    page.click("[data-tool=brush]")
    at, to = place_on_screen(page, TONG1, MIDDLE), place_on_screen(page, TONG2, MIDDLE)
    page.mouse.move(*at)
    page.mouse.down()
    page.mouse.move(*to, steps=4)
    page.mouse.up()
    expect(page.locator(".chosen")).to_contain_text("已选2个网格")
    page.click("text=取消选择")
    page.click("[data-tool=box]")
    page.mouse.move(*place_on_screen(page, TONG1, MIDDLE))
    page.mouse.down()
    page.mouse.move(*place_on_screen(page, TONG1 + 0.001, MIDDLE + 0.002), steps=4)
    page.mouse.up()
    expect(page.locator(".chosen")).to_contain_text("桐村第1网格")
    page.click("[data-tool=click]")
    click_map(page, TONG2, MIDDLE)
    expect(page.locator(".chosen")).to_contain_text("桐村第2网格")
    page.keyboard.down("Shift")
    click_map(page, TONG1, MIDDLE)
    page.keyboard.up("Shift")
    expect(page.locator(".chosen")).to_contain_text("已选2个网格")


def test_a_line_splits_a_grid_and_undo_and_redo_know_it(assign):
    page = assign()
    choose(page, "桐村第1网格")
    page.get_by_role("button", name="拆分").click()
    page.get_by_role("button", name="自己画线切开").click()
    settled(page)
    # Between the third and the fourth row of houses.
    lat = south.SOUTH + south.SIDE * 0.56
    for lon in [south.WEST - 0.0008, south.WEST + south.SIDE / 2 + 0.0008]:
        page.mouse.click(*place_on_screen(page, lon, lat))
        page.wait_for_timeout(350)
    page.get_by_role("button", name="画好了").click()
    saved(page, "按线拆分桐村第1网格为 2 个网格")
    expect(page.locator("#task")).to_be_hidden()
    rows = page.locator(".grid-village", has_text="桐村").locator(".grid-row")
    expect(rows).to_have_count(3)
    page.keyboard.press("Control+z")
    expect(rows).to_have_count(2)
    saved(page, "草稿里还没有改动")
    page.get_by_role("button", name="重做").click()
    expect(rows).to_have_count(3)


def test_a_line_that_does_not_cross_changes_nothing_and_says_why(assign):
    assign.pages.forgive = re.compile("422")
    page = assign()
    choose(page, "桐村第1网格")
    page.get_by_role("button", name="拆分").click()
    page.get_by_role("button", name="自己画线切开").click()
    settled(page)
    for lon in [TONG1 - 0.001, TONG1 + 0.001]:
        page.mouse.click(*place_on_screen(page, lon, MIDDLE + 0.0011))
        page.wait_for_timeout(350)
    page.get_by_role("button", name="画好了").click()
    expect(page.locator("#task .problem")).to_contain_text("这条线没有把网格切开")
    saved(page, "草稿里还没有改动")
    page.get_by_role("button", name="取消").click()
    expect(page.locator("#task")).to_be_hidden()


def test_grids_of_two_villages_cannot_be_merged_and_those_of_one_can(assign):
    page = assign()
    choose(page, "桐村第1网格", "槐村第1网格")
    merge = page.get_by_role("button", name="合并")
    expect(merge).to_be_disabled()
    page.click("text=取消选择")
    expect(page.locator(".chosen")).to_have_count(0)
    choose(page, "桐村第1网格", "桐村第2网格")
    merge.click()
    saved(page, "合并桐村第1网格、桐村第2网格")
    page.get_by_role("button", name="撤销").click()
    saved(page, "草稿里还没有改动")


def test_everything_by_keyboard(assign):
    page = assign()
    choose(page)
    page.locator(".grid-row", has_text="桐村第2网格").locator("input").focus()
    page.keyboard.press("Space")
    lead = card(page, "ce").get_by_role("button", name="设为主责")
    expect(lead).to_be_enabled()
    lead.focus()
    page.keyboard.press("Enter")
    saved(page, "桐村第2网格由示例ce主责")
    expect(card(page, "ce").get_by_role("button", name="设为主责")).to_be_disabled()


def test_what_nobody_answers_for_is_counted(assign):
    page = assign()
    counter = page.locator("#counter button")
    expect(counter).to_have_text("未分工 2 个网格")
    before = page.evaluate("location.hash")
    counter.click()
    settled(page)
    assert page.evaluate("location.hash") != before
    choose(page, "桐村第2网格")
    card(page, "bo").get_by_role("button", name="设为主责").click()
    expect(counter).to_have_text("未分工 1 个网格")


def test_on_a_tablet_by_touch(assign):
    page = assign(look=TABLET)
    click_map(page, TONG1, MIDDLE)
    click_map(page, TONG2, MIDDLE)
    expect(page.locator(".chosen")).to_contain_text("已选2个网格")
    page.tap("text=取消选择")
    page.tap("[data-tool=lasso]")
    draw_by_finger(page, BOTH)
    expect(page.locator(".chosen")).to_contain_text("已选2个网格")
    card(page, "bo").get_by_role("button", name="设为主责").tap()
    saved(page, "草稿里有1步改动")
    page.get_by_role("button", name="撤销").tap()
    saved(page, "草稿里还没有改动")
    # The chosen ones carried onto a card.
    at, to = page.locator(".chosen").bounding_box(), card(page, "bo").bounding_box()
    finger(page, [(at["x"] + 20, at["y"] + 20), (to["x"] + 60, to["y"] + 30)])
    saved(page, "草稿里有1步改动")


def test_ground_inside_a_ring_goes_to_the_neighbour(assign):
    page = assign()
    choose(page, "桐村第1网格")
    page.get_by_role("button", name="移动边界").click()
    settled(page)
    # The northern row of houses, and a little beyond.
    west, north = south.WEST - 0.0006, south.SOUTH + south.SIDE + 0.0006
    east, low = south.WEST + south.SIDE / 2 + 0.0006, south.SOUTH + south.SIDE * 0.84
    draw(page, [(west, north), (west, low), (east, low), (east, north)])
    saved(page, "草稿里有1步改动")
    expect(page.locator("#task")).to_be_hidden()
    counts = page.locator(".grid-village", has_text="桐村").locator(".grid-row .row-note")
    expect(counts.nth(0)).to_contain_text("20户")
    page.reload()
    settled(page)
    # Saved, and what was last done is still told.
    saved(page, "草稿里有1步改动")
    page.get_by_role("button", name="撤销").click()
    page.reload()
    page.get_by_role("button", name="重做").click()
    saved(page, "草稿里有1步改动")


@pytest.mark.parametrize("name", ["district", "an"])
def test_who_may_only_look_is_given_nothing_to_change(assign, name):
    page = assign(name, path="/assign/#/999001103" if name == "district" else "/assign/")
    expect(page.locator(".draft-state")).to_contain_text("这里只能查看")
    choose(page, "桐村第1网格")
    expect(page.locator(".chosen-actions")).to_have_count(0)
    expect(page.locator(".member-actions")).to_have_count(0)
    expect(page.get_by_role("button", name="预览和发布")).to_have_count(0)


def test_the_district_first_chooses_a_town(assign):
    page = assign("district")
    page.click("#towns >> text=南镇")
    expect(page.locator("#assign-name")).to_have_text("南镇")
    page.go_back()
    expect(page.locator("#towns")).to_be_visible()
    assert faults(page) == []


@pytest.mark.parametrize(
    "size", [(640, 400), (851, 393)], ids=["twice the size", "phone on its side"]
)
def test_a_low_window_leaves_every_part_a_height_to_work_in(assign, size):
    page = assign(look={"viewport": {"width": size[0], "height": size[1]}})
    for part in ["#map", "#grids"]:
        assert page.locator(part).bounding_box()["height"] >= 200
    row = page.locator(".village-head", has_text="桐村").locator("input")
    row.scroll_into_view_if_needed()
    row.check()
    page.get_by_role("button", name="拆分").scroll_into_view_if_needed()
    expect(page.get_by_role("button", name="拆分")).to_be_in_viewport()
    assert faults(page) == []
