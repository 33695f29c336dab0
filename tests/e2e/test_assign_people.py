"""What counts at once on the assign page: leaves, covers, claims; and kin."""

import re

from django.db import transaction
from playwright.sync_api import expect

from core.scope import acting_as_system
from households.models import Claim, Household
from households.territory import conflicts
from tests.e2e import south
from tests.e2e.assigning import (
    MIDDLE,
    TONG2,
    card,
    carry,
    choose,
    saved,
)
from tests.e2e.pages import faults, place_on_screen, settled


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


def test_a_claim_is_found_on_her_card_and_given_back_and_taken_again(assign, south_town):
    with acting_as_system("e2e"), transaction.atomic():
        home = Household.objects.get(village__code=south.HUAI, household_no="0007")
        Claim.objects.create(household=home, member=south_town.people["di"])
    page = assign()
    expect(card(page, "di")).to_contain_text("认领1户")
    page.get_by_role("button", name="看认领：示例di").click()
    dialog = page.locator("dialog")
    expect(dialog.locator("li")).to_contain_text("0007号家庭")
    expect(dialog.locator("li")).to_contain_text("槐村")
    expect(dialog.locator(".mark")).to_have_count(0)
    assert faults(page) == []
    end = dialog.get_by_role("button", name="结束认领：0007号家庭")
    end.click()
    dialog.get_by_role("button", name="不结束").click()
    end.click()
    dialog.get_by_role("button", name="确定结束").click()
    expect(dialog.locator("li")).to_contain_text("已结束认领")
    dialog.get_by_role("button", name="重新认领").click()
    expect(end).to_be_focused()
    end.click()
    dialog.get_by_role("button", name="确定结束").click()
    expect(dialog.locator("li")).to_contain_text("已结束认领")
    dialog.get_by_role("button", name="关上").click()
    expect(card(page, "di")).not_to_contain_text("认领1户")
    saved(page, "还没有改动")


def test_somebody_stands_in_where_nobody_leads_until_she_is_thanked(assign):
    page = assign()
    choose(page, "桐村第1网格")
    expect(page.locator(".member-actions").first).to_be_visible()
    expect(page.get_by_role("button", name=re.compile("^请人代管"))).to_have_count(0)
    page.click("text=取消选择")
    choose(page, "桐村第2网格")
    ask = page.get_by_role("button", name="请人代管：示例ce")
    ask.click()
    dialog = page.locator("dialog")
    assert faults(page) == []
    dialog.get_by_label("到哪天（可以不填）").fill("2000-01-01")
    dialog.get_by_label("从哪天").fill("2000-01-02")
    dialog.get_by_role("button", name="登记").click()
    expect(dialog.locator(".problem")).to_contain_text("结束日期")
    dialog.get_by_label("到哪天（可以不填）").fill("")
    dialog.get_by_role("button", name="登记").click()
    expect(page.locator("#selection .problem")).to_have_text("已登记示例ce代管桐村第2网格。")
    row = page.locator(".grid-row", has_text="桐村第2网格")
    expect(row).to_contain_text("示例ce代管")
    expect(row).to_contain_text("未分工")
    expect(card(page, "ce")).to_contain_text("代管1个")
    assert faults(page) == []
    page.mouse.move(*place_on_screen(page, TONG2, MIDDLE))
    expect(page.locator("#tooltip")).to_contain_text("示例ce代管")
    page.get_by_role("button", name="历史").click()
    settled(page)
    expect(page.locator(".past-row", has_text="第2网格").first).to_contain_text("示例ce代管")
    page.get_by_role("button", name="回到现在").click()
    choose(page, "桐村第2网格")
    page.get_by_role("button", name="结束代管：示例ce").click()
    expect(page.locator("#selection .problem")).to_have_text("示例ce不再代管桐村第2网格。")
    expect(card(page, "ce")).not_to_contain_text("代管1个")
    expect(ask).to_be_enabled()
