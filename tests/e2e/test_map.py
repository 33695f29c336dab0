"""The five-colour map, as each role uses it."""

import re

import pytest
from django.db import transaction
from playwright.sync_api import expect

from core.scope import acting_as_system
from grids.models import Assignment
from tests.e2e.district import HEIGHT, SERVICE_ROLES, SOUTH, VILLAGE_WIDTH, WEST
from tests.e2e.pages import click_map, heading, settled
from tests.factories import colour

NORTH_GRID = SOUTH + 0.75 * HEIGHT
LIU = WEST + 2.5 * VILLAGE_WIDTH


@pytest.mark.parametrize(
    "name, place", [("district", "示例区"), ("chair", "东镇"), ("head", "柳村"), ("lan", "柳村")]
)
def test_each_role_starts_where_she_works(pages, name, place):
    page = pages.of(name)
    heading(page, place)
    expect(page.locator("#breadcrumb [aria-current]")).to_have_text(place)


@pytest.mark.parametrize("role", [role.value for role in SERVICE_ROLES])
def test_a_post_without_families_gets_geography_and_no_colours(pages, role):
    page = pages.of(role)
    heading(page, "示例区")
    expect(page.locator("#list")).to_contain_text("您的岗位不按片区查看家庭")
    expect(page.locator("#mode option")).to_have_count(1)
    expect(page.locator("#list .class-counts")).to_have_count(0)
    page.click("[data-code='999001101']")
    page.click("[data-code='999001101201']")
    page.click("[data-code='999001101201001']")
    heading(page, "柳村第1网格")
    expect(page.locator("[data-uuid]")).to_have_count(0)


def test_five_levels_by_clicking_the_map(pages):
    page = pages.of("chair", path="/#/999001")
    for name, lat in [
        ("东镇", SOUTH + HEIGHT / 2),
        ("柳村", NORTH_GRID),
        ("柳村第1网格", NORTH_GRID),
    ]:
        click_map(page, LIU, lat)
        heading(page, name)
        settled(page)
    click_map(page, LIU - 0.0009, NORTH_GRID - 0.0006)
    expect(page.locator("#drawer-title")).to_have_text("0001 号家庭")
    steps = page.locator("#breadcrumb li")
    expect(steps).to_have_text(["示例区", "东镇", "柳村", "第1网格", "0001 号家庭"])


def test_five_levels_by_the_list_and_back_by_the_breadcrumb(pages):
    page = pages.of("chair", path="/#/999001")
    for code in ["999001101", "999001101201", "999001101201001"]:
        page.click(f"[data-code='{code}']")
    heading(page, "柳村第1网格")
    page.click("[data-uuid] >> nth=0")
    expect(page.locator("#drawer-title")).to_have_text("0001 号家庭")
    page.click("#breadcrumb >> text=东镇")
    heading(page, "东镇")
    expect(page.locator("#drawer")).to_be_hidden()
    page.go_back()
    heading(page, "柳村第1网格")


def test_a_household_on_the_map_turns_the_list_to_its_grid(pages):
    page = pages.of("head", path=f"/#/999001101201?at={LIU},{NORTH_GRID},17.2")
    click_map(page, LIU + 0.0009, NORTH_GRID + 0.0006)
    expect(page.locator("#drawer-title")).to_have_text("0012 号家庭")
    heading(page, "柳村第1网格")
    expect(page.locator("[data-uuid][aria-current=true] .row-name")).to_have_text("0012 号家庭")


def test_the_drawer_shows_what_we_do_and_masks_who_it_is(pages):
    page = pages.of("lan", path="/#/999001101201001")
    page.click("[data-uuid] >> nth=0")
    drawer = page.locator("#drawer")
    expect(drawer).to_contain_text("密切关注")
    expect(drawer).to_contain_text("每月上门陪伴一次")
    expect(drawer).to_contain_text("示●")
    assert "示例户主" not in drawer.inner_text()
    page.keyboard.press("Escape")
    expect(drawer).to_be_hidden()
    assert page.evaluate("document.activeElement.dataset.uuid")


def test_families_of_another_grid_stay_untold(pages):
    page = pages.of("lan", path="/#/999001101201002")
    heading(page, "柳村第2网格")
    expect(page.locator("[data-uuid]")).to_have_count(0)
    expect(page.locator("#list")).to_contain_text("不在您的工作范围")


def test_a_household_that_is_not_hers_opens_as_if_it_did_not_exist(pages, people_and_places):
    foreign = people_and_places.homes["999001101201002"][0].uuid
    pages.forgive = re.compile("404")
    page = pages.of("lan", path=f"/#/999001101201001?h={foreign}")
    expect(page.locator("#drawer")).to_contain_text("没有找到这户")


def test_no_list_is_in_the_order_of_colours(pages):
    page = pages.of("lan", path="/#/999001101201001")
    numbers = page.locator("[data-uuid] .row-name").all_inner_texts()
    assert len(numbers) == 12
    assert numbers == sorted(numbers)


def test_search_by_name_initials_and_code_with_the_keyboard(pages):
    page = pages.of("district")
    for text, wanted in [("桃村", "桃村"), ("zc", "枣村"), ("999001102201", "杏村")]:
        page.fill("#search", text)
        expect(page.locator("#search-results [role=option] .row-name").first).to_have_text(wanted)
        page.press("#search", "ArrowDown")
        expect(page.locator("#search")).to_have_attribute("aria-activedescendant", "search-0")
        page.press("#search", "Enter")
        heading(page, wanted)


def test_search_finds_ones_own_household_by_number_and_says_when_nothing_fits(pages):
    page = pages.of("lan")
    page.fill("#search", "0003")
    page.click("#search-results [role=option]")
    expect(page.locator("#drawer-title")).to_have_text("0003 号家庭")
    heading(page, "柳村第1网格")
    page.fill("#search", "没有这个地方")
    expect(page.locator(".search-note")).to_contain_text("没有找到")
    page.fill("#search", "0013")  # of mei's grid
    expect(page.locator(".search-note")).to_contain_text("没有找到")


def test_every_mode_has_its_legend_and_its_figures(pages, people_and_places):
    # Other tests argue colours in this village: which are there now, the rows say.
    with acting_as_system("e2e"), transaction.atomic():
        slots = list(people_and_places.liu.households.values_list("slot", flat=True))
    share = {slot: f"{100 * slots.count(slot) / len(slots):.0f}%" for slot in (0, 3)}
    page = pages.of("chair")
    row = page.locator("[data-code='999001101201'] .row-value")
    for mode, legend, figure in [
        ("share-3", "“温情服务”的占比", share[3]),
        ("unassessed", "还没有评估的家庭", share[0]),
        ("overdue", "到了复核日期还没有复核", "0%"),
        ("size", "全部家庭 ÷ 网格数", "12.5"),
        ("unassigned", "没有主责人的网格 ÷ 全部网格", "0%"),
        ("main", "户数最多的一类服务", "走访联系"),
    ]:
        page.select_option("#mode", mode)
        expect(page.locator("#legend")).to_contain_text(legend)
        expect(row).to_contain_text(figure)
    page.reload()
    settled(page)
    expect(page.locator("#mode")).to_have_value("main")


def test_the_legend_says_what_we_do_with_a_letter_and_a_shape_beside_each_colour(pages):
    page = pages.of("chair")
    signs = page.locator("#legend .legend-signs li")
    for i, (letter, action) in enumerate(
        [
            ("红", "密切关注"),
            ("橙", "及时介入"),
            ("黄", "温情服务"),
            ("蓝", "走访联系"),
            ("绿", "加强宣传"),
        ]
    ):
        expect(signs.nth(i)).to_have_text(f"{letter}{action}")
    shapes = {signs.nth(i).locator("path").get_attribute("d") for i in range(5)}
    assert len(shapes) == 5


def test_the_district_office_reads_rounded_figures_and_no_household(pages):
    page = pages.of("district")
    expect(page.locator("#list")).to_contain_text("四舍五入到5")
    page.click("[data-code='999001101']")
    page.click("[data-code='999001101201']")
    page.click("[data-code='999001101201001']")
    heading(page, "柳村第1网格")
    expect(page.locator("#list")).to_contain_text("这里只显示户数，共12户")
    expect(page.locator("[data-uuid]")).to_have_count(0)


def test_a_member_on_a_phone_sees_her_own_grids_first(pages):
    page = pages.of("lan", phone=True)
    heading(page, "我的网格")
    expect(page.locator(".card h3")).to_have_text(["柳村第1网格"])
    page.click("text=在地图上打开")
    heading(page, "柳村第1网格")
    page.click("[data-uuid] >> nth=1")
    expect(page.locator("#drawer-title")).to_have_text("0002 号家庭")


def test_on_a_phone_the_map_is_drilled_by_taps_and_the_list_is_pulled(pages):
    page = pages.of("head", phone=True)
    heading(page, "柳村")
    click_map(page, LIU, NORTH_GRID)
    heading(page, "柳村第1网格")
    page.tap("#handle")
    expect(page.locator("#panel")).to_have_attribute("data-stop", "low")
    page.tap("#handle")
    expect(page.locator("#panel")).to_have_attribute("data-stop", "half")


def test_families_without_a_place_are_listed(pages):
    page = pages.of("head")
    page.click("text=未落图的家庭")
    expect(page.locator("#list")).to_contain_text("共1户")
    expect(page.locator("[data-uuid] .row-name")).to_have_text(["0090 号家庭"])


def test_a_village_without_an_outline_is_listed_and_opens(pages):
    page = pages.of("district", path="/#/999001102")
    page.click("[data-code='999001102203']")
    heading(page, "李庄")
    expect(page.locator("#list")).to_contain_text("下面还没有网格")


def test_invented_outlines_are_said_to_be_so_on_the_map(pages):
    expect(pages.of("lan").locator(".invented")).to_contain_text("边界为虚构")


def test_what_another_member_changes_appears_within_ten_seconds(pages, people_and_places):
    page = pages.of("head", path="/#/999001101201002")
    row = page.locator("[data-uuid]", has_text="0024 号家庭")
    expect(row).to_contain_text("未评估")
    home, people = people_and_places.homes["999001101201002"][11], people_and_places.people
    with acting_as_system("e2e"), transaction.atomic():
        colour(home, 2, by=people["mei"], decided_by=people["head"])
    expect(row).to_contain_text("及时介入", timeout=10_000)


def test_a_new_lead_appears_within_ten_seconds(pages, people_and_places):
    page = pages.of("chair", path="/#/999001101202")
    row = page.locator("[data-code='999001101202001']")
    expect(row).to_contain_text("暂无主责人")
    grid = people_and_places.homes["999001101202001"][0].grid
    with acting_as_system("e2e"), transaction.atomic():
        Assignment.objects.create(grid=grid, member=people_and_places.people["mei"], role="lead")
    expect(row).to_contain_text("主责 示例mei", timeout=10_000)


def test_losing_the_network_is_said_and_mended(pages):
    pages.forgive = re.compile("ERR_INTERNET_DISCONNECTED")
    page = pages.of("lan")
    page.context.set_offline(True)
    expect(page.locator("#banner")).to_contain_text("连不上服务器")
    page.click("[data-code='999001101201001']")
    expect(page.locator("#list")).to_contain_text("没有打开")
    page.context.set_offline(False)
    heading(page, "柳村第1网格")  # by itself
    expect(page.locator("#banner")).to_be_empty()


def test_english_and_back_without_losing_the_place(pages):
    page = pages.of("lan", path="/#/999001101201001")
    page.click(".menu summary")
    page.click("text=English")
    settled(page)
    heading(page, "柳村第1网格")
    expect(page.locator("#list")).to_contain_text("Close attention")
    expect(page.locator("#legend")).to_contain_text("Main kind of support")
    page.click(".menu summary")
    page.click("text=中文")
    settled(page)
    expect(page.locator("#list")).to_contain_text("密切关注")


def test_the_whole_way_by_keyboard_alone(pages):
    page = pages.of("chair")

    def tab_to(selector: str) -> None:
        for _ in range(40):
            page.keyboard.press("Tab")
            if page.evaluate("s => document.activeElement.matches(s)", selector):
                return
        raise AssertionError(f"{selector} is not reached by Tab")

    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    for selector, name in [
        ("[data-code='999001101201']", "柳村"),
        ("[data-code='999001101201001']", "柳村第1网格"),
    ]:
        tab_to(selector)
        page.keyboard.press("Enter")
        heading(page, name)
        assert page.evaluate("document.activeElement.id") == "area-name"
    tab_to("[data-uuid]")
    page.keyboard.press("Enter")
    expect(page.locator("#drawer-title")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("#drawer")).to_be_hidden()
    settled(page)
    tab_to("#map")
    before = page.evaluate("location.hash")
    page.keyboard.press("ArrowRight")
    page.wait_for_function("before => location.hash !== before", arg=before)
    tab_to("#mode")
    page.keyboard.press("ArrowDown")
    expect(page.locator("#legend h3").first).to_contain_text("占比")
