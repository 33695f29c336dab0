"""Drafts on the assign page: two editors, proposals, publishing, files."""

import re

import openpyxl
from django.db import transaction
from playwright.sync_api import expect

from core.scope import acting_as_system
from households.territory.duties import assign_lead
from tests.e2e import south
from tests.e2e.assigning import (
    TONG2,
    card,
    choose,
    saved,
)
from tests.e2e.pages import click_map, faults, settled


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
    gauges = dialog.locator("section", has=town.get_by_role("heading", name="三把尺子"))
    expect(gauges.get_by_role("row", name="区域性")).to_contain_text("切开的自然村 0")
    expect(gauges.get_by_role("row", name="整体性")).to_contain_text("合适2个")
    expect(gauges.get_by_role("row", name="适度性")).to_contain_text("合适2个")
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


def test_without_network_nothing_is_done_or_lost(assign):
    assign.pages.forgive = re.compile("ERR_INTERNET_DISCONNECTED")
    page = assign()
    choose(page, "桐村第2网格")
    page.context.set_offline(True)
    lead = card(page, "bo").get_by_role("button", name="设为主责")
    lead.click()
    expect(page.locator("#selection .problem")).to_contain_text(
        "连不上服务器，不知道这一步做了没有"
    )
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
