"""Who answers for which grid: the assign page, by mouse, keyboard and finger."""

import re

import openpyxl
import pytest
from django.db import transaction
from playwright.sync_api import expect

from core.scope import acting_as_system
from households.models import Household
from households.territory import conflicts
from households.territory.duties import assign_lead
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


def test_the_second_editor_sees_what_the_first_did_and_chooses(assign):
    assign.pages.forgive = re.compile("409")
    first = assign("south")
    choose(first, "桐村第2网格")
    card(first, "bo").get_by_role("button", name="设为主责").click()
    saved(first, "草稿里有1步改动")
    second = assign.pages.of("south2", path=f"/assign/{first.evaluate('location.hash')}")
    saved(second, "草稿里有1步改动")
    card(first, "ce").get_by_role("button", name="设为主责").click()
    saved(first, "草稿里有2步改动")
    choose(second, "桐村第2网格")
    card(second, "di").get_by_role("button", name="设为主责").click()
    dialog = second.locator("dialog")
    expect(dialog).to_contain_text("示例south也在改这份草稿")
    expect(dialog).to_contain_text("桐村第2网格由示例ce主责")
    expect(dialog).to_contain_text("桐村第2网格由示例di主责")
    assert faults(second) == []
    dialog.get_by_role("button", name="在对方的基础上再做我的").click()
    saved(second, "草稿里有3步改动")
    # The first is told without asking.
    expect(first.locator("#selection .problem")).to_contain_text(
        "示例south2刚刚改了这份草稿", timeout=15_000
    )
    saved(first, "草稿里有3步改动")


def test_a_village_proposes_and_the_town_publishes_and_takes_back(assign):
    village = assign("tong")
    choose(village, "桐村第2网格")
    card(village, "bo").get_by_role("button", name="设为主责").click()
    saved(village, "草稿里有1步改动")
    village.get_by_role("button", name="预览和发布").click()
    expect(village.locator("dialog")).to_contain_text("换人负责的家庭：24户")
    village.get_by_role("button", name="提交给乡镇").click()
    saved(village, "村里提交的方案")

    town = assign.pages.of("south", path="/assign/")
    town.click("text=其他草稿 1")
    town.click(".others button >> text=桐村")
    settled(town)
    saved(town, "村里提交的方案，1步改动")
    town.get_by_role("button", name="预览和发布").click()
    dialog = town.locator("dialog")
    expect(dialog).to_contain_text("无人主责 → 示例bo")
    assert dialog.locator(".handed .mark").first.get_attribute("class").startswith("mark mark-1")
    assert faults(town) == []
    dialog.get_by_role("button", name="现在发布").click()
    expect(town.locator("#selection .problem")).to_have_text("已发布，从现在起生效。")
    saved(town, "还没有改动")

    town.get_by_role("button", name="历史").click()
    town.click("text=发布过的调整")
    settled(town)
    click_map(town, TONG2, south.SOUTH + south.SIDE * 0.8)
    expect(town.locator(".answered")).to_contain_text("主责 示例bo")
    assert faults(town) == []
    town.locator(".changes button").first.click()
    town.locator("dialog").get_by_role("button", name="撤销这次调整").click()
    expect(town.locator("#selection .problem")).to_contain_text("已撤销")
    expect(card(town, "bo")).to_contain_text("主责0个网格")


def test_a_stale_draft_is_compared_and_nothing_is_overwritten_unasked(assign, south_town):
    assign.pages.forgive = re.compile("409")
    page = assign()
    choose(page, "槐村第2网格")
    card(page, "huaimei").get_by_role("button", name="设为主责").click()
    saved(page, "草稿里有1步改动")
    with acting_as_system("e2e"), transaction.atomic():
        assign_lead(
            code=f"{south.HUAI}002", lead=south_town.people["di"].pk, expected_lead=None,
            by=south_town.people["south"],
        )  # fmt: skip
    page.get_by_role("button", name="预览和发布").click()
    page.locator("dialog").get_by_role("button", name="现在发布").click()
    whose = page.locator("dialog").last
    expect(whose).to_contain_text("有1个网格已经被别人改过")
    whose.get_by_role("button", name="按选的发布").click()
    expect(whose.locator(".problem")).to_have_text("请给每个网格选一种。")
    whose.get_by_label("用我的草稿").check()
    whose.get_by_role("button", name="按选的发布").click()
    expect(page.locator("#selection .problem")).to_have_text("已发布，从现在起生效。")
    expect(card(page, "huaimei")).to_contain_text("主责2个网格")


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


def test_without_network_nothing_is_done_or_lost(assign):
    assign.pages.forgive = re.compile("ERR_INTERNET_DISCONNECTED")
    page = assign()
    choose(page, "桐村第2网格")
    page.context.set_offline(True)
    lead = card(page, "bo").get_by_role("button", name="设为主责")
    lead.click()
    expect(page.locator("#selection .problem")).to_contain_text("连不上服务器，这一步没有做")
    expect(page.locator(".chosen")).to_contain_text("桐村第2网格")
    page.context.set_offline(False)
    lead.click()
    saved(page, "草稿里有1步改动")


def test_a_draft_is_published_on_a_day_and_can_be_given_up_before(assign):
    page = assign()
    choose(page, "桐村第2网格")
    card(page, "bo").get_by_role("button", name="设为主责").click()
    saved(page, "草稿里有1步改动")
    page.get_by_role("button", name="预览和发布").click()
    dialog = page.locator("dialog")
    dialog.get_by_role("button", name="到这天发布").click()
    expect(dialog.locator(".problem")).to_have_text("先选一个今天以后的日期。")
    dialog.get_by_label("哪天生效").fill("2099-03-08")
    dialog.get_by_role("button", name="到这天发布").click()
    saved(page, "已定于2099年3月8日生效")
    page.get_by_role("button", name="放弃草稿").click()
    page.locator("dialog").get_by_role("button", name="放弃草稿").click()
    saved(page, "还没有改动")


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


def test_whoever_is_on_leave_is_not_given_grids(assign):
    assign.pages.forgive = re.compile("422")
    page = assign()
    choose(page, "桐村第2网格")
    page.get_by_role("button", name="登记请假：示例ce").click()
    dialog = page.locator("dialog")
    dialog.get_by_label("到哪天").fill("2000-01-01")
    dialog.get_by_role("button", name="登记", exact=True).click()
    expect(dialog.locator(".problem")).to_have_text("请假的结束日期早于开始日期。")
    dialog.get_by_label("到哪天").fill("2099-03-08")
    dialog.get_by_role("button", name="登记", exact=True).click()
    expect(card(page, "ce")).to_contain_text("请假到2099年3月8日")
    expect(page.locator("#selection .problem")).to_have_text("已登记示例ce的请假。")
    card(page, "ce").get_by_role("button", name="设为主责").click()
    expect(page.locator("#selection .problem")).to_contain_text("示例ce请假到 2099-03-08")
    saved(page, "草稿里还没有改动")


def test_what_is_dropped_beside_the_cards_goes_to_nobody(assign):
    page = assign()
    choose(page)
    row = page.locator(".grid-row", has_text="桐村第2网格")
    carry(page, row, page.locator("#members h2"))
    expect(page.locator(".carried")).to_have_count(0)
    page.wait_for_timeout(300)
    saved(page, "还没有改动")


def test_kin_of_a_new_lead_is_told_when_she_is_assigned(assign, south_town):
    chair = south_town.people["south"]
    with acting_as_system("e2e"), transaction.atomic():
        home = Household.objects.get(village__code=south.TONG, household_no="0030")
        kin = conflicts.declare(
            household=home.uuid, member=south_town.people["ce"].pk, kind="relative", by=chair
        )
    page = assign()
    choose(page, "桐村第2网格")
    card(page, "ce").get_by_role("button", name="设为主责").click()
    saved(page, "草稿里有1步改动")
    expect(page.locator("#selection .problem")).to_contain_text("示例ce")
    with acting_as_system("e2e"), transaction.atomic():
        conflicts.end(conflict_id=kin.pk, by=chair)


def test_a_member_takes_on_one_household_at_once(assign):
    page = assign()
    choose(page, "槐村第1网格")
    page.get_by_role("button", name="认领一户").click()
    dialog = page.locator("dialog")
    assert faults(page) == []
    dialog.get_by_label("户编号").fill("9999")
    dialog.get_by_label("由谁认领").select_option(label="示例bo")
    dialog.get_by_role("button", name="登记").click()
    expect(dialog.locator(".problem")).to_have_text("这个网格里没有这个户编号。")
    dialog.get_by_label("户编号").fill("0003")
    dialog.get_by_role("button", name="登记").click()
    expect(page.locator("#selection .problem")).to_have_text("示例bo认领了0003号家庭。")
    page.click("text=取消选择")
    expect(card(page, "bo")).to_contain_text("认领1户")
    saved(page, "还没有改动")


def test_whoever_stands_in_is_named_beside_the_lead(assign):
    page = assign()
    page.get_by_role("button", name="登记请假：示例huaimei").click()
    dialog = page.locator("dialog")
    dialog.get_by_label("到哪天").fill("2099-03-08")
    dialog.get_by_label("请假期间谁来代管她的网格").select_option(label="示例di")
    dialog.get_by_role("button", name="登记", exact=True).click()
    choose(page)
    expect(page.locator(".grid-row", has_text="槐村第1网格")).to_contain_text(
        "示例huaimei · 示例di代管"
    )


def test_grids_go_out_to_a_file_and_come_back_as_a_step(assign, tmp_path):
    page = assign()
    page.get_by_role("button", name="导入导出").click()
    dialog = page.locator("dialog")
    assert faults(page) == []
    dialog.get_by_role("button", name="导入到草稿").click()
    expect(dialog.locator(".problem")).to_have_text("先选一个文件。")
    with page.expect_download() as going:
        dialog.get_by_role("link", name="Excel 表格").click()
    file = tmp_path / "grids.xlsx"
    going.value.save_as(file)
    book = openpyxl.load_workbook(file)
    sheet = book.active
    titles = [cell.value for cell in sheet[1]]
    named = next(
        row for row in sheet.iter_rows(min_row=2) if "桐村第2网格" in [c.value for c in row]
    )
    named[[c.value for c in named].index("桐村第2网格")].value = "桐村东边"
    assert "名称" in " ".join(str(title) for title in titles)
    book.save(file)
    dialog.get_by_label("改好的文件").set_input_files(file)
    dialog.get_by_role("button", name="导入到草稿").click()
    saved(page, "草稿里有1步改动")
    choose(page)
    expect(page.locator(".grid-row", has_text="桐村东边")).to_be_visible()
    page.get_by_role("button", name="撤销").click()
    expect(page.locator(".grid-row", has_text="桐村第2网格")).to_be_visible()


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
