"""Signing in as everybody, being refused, changing a password, signing out."""

import re
from time import time

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from playwright.sync_api import expect

from accounts.models import Member
from accounts.passwords import set_password
from core.scope import acting_as_system
from tests.e2e.district import PASSWORD
from tests.e2e.pages import faults, settled
from tests.factories import member

EVERYBODY = [
    "district", "chair", "head", "lan", "mei", "caseworker", "steward", "sysadmin", "auditor",
]  # fmt: skip


def sign_in(page, name: str, password: str) -> None:
    page.fill("#id_username", name)
    page.fill("#id_password", password)
    page.click("main button[type=submit]")


@pytest.mark.parametrize("name", EVERYBODY)
def test_everybody_signs_in_to_what_her_menu_begins_with(pages, name):
    page = pages.of(None, path="/")
    sign_in(page, name, PASSWORD)
    settled(page)
    expect(page.locator(".menu-name")).to_have_text(f"示例{name}")
    first = page.locator(".pages a").first
    if first.count():
        assert first.get_attribute("aria-current") == "page"


def test_on_a_phone_too(pages):
    page = pages.of(None, phone=True)
    sign_in(page, "mei", PASSWORD)
    settled(page)
    expect(page.locator("h1")).to_have_text("要办的事")


def test_a_wrong_password_is_said_and_five_lock_the_door(pages):
    pages.forgive = re.compile("429")
    page = pages.of(None, path="/accounts/sign-in/")
    for _ in range(4):
        sign_in(page, "auditor", "wrong")
        expect(page.locator("[role=alert]")).to_contain_text("账号或密码不对")
    sign_in(page, "auditor", "wrong")
    expect(page.locator("h1")).to_have_text("稍后再试")


def test_signing_out_leaves_nothing_to_go_back_to(pages):
    page = pages.of("lan")
    page.click(".menu summary")
    page.click("text=退出登录")
    expect(page.locator("h1")).to_have_text("登录")
    page.goto("/")
    expect(page.locator("h1")).to_have_text("登录")


def test_a_weak_password_is_explained(pages):
    page = pages.of("lan")
    page.click(".menu summary")
    page.click("text=修改密码")
    page.fill("#id_old_password", PASSWORD)
    page.fill("#id_new_password1", "12345678")
    page.fill("#id_new_password2", "12345678")
    page.click("text=保存新密码")
    expect(page.locator("[role=alert]").first).to_be_visible()


def test_the_sign_in_page_speaks_english(pages):
    page = pages.of(None, path="/accounts/sign-in/")
    page.click("text=English")
    expect(page.locator("h1")).to_have_text("Sign in")


def authenticator(page) -> str:
    """What a phone would show for the key on the page."""
    return format_hotp_value(hotp_value(page.inner_text(".secret"), int(time()) // 30))


def test_the_first_way_in_from_a_given_password_to_the_map(pages, people_and_places):
    with acting_as_system("test"):
        Member.objects.filter(username="first").delete()
        who = member("first", "member", people_and_places.people["lan"].division)
        set_password(who, "given-by-somebody-26", given=True)
        who.save()
    page = pages.of(None, phone=True, path="/accounts/sign-in/")
    sign_in(page, "first", "given-by-somebody-26")
    expect(page.locator("h1")).to_have_text("设定新密码")
    assert faults(page) == []
    page.fill("#id_new_password1", "门前的枣树今年结得很多")
    page.fill("#id_new_password2", "门前的枣树今年结得很多")
    page.click("main button[type=submit]")
    # Eleven characters: one too few.
    expect(page.locator("[role=alert]").first).to_contain_text("至少要有12个字符")
    page.fill("#id_new_password1", "门前的枣树今年结得很多呢")
    page.fill("#id_new_password2", "门前的枣树今年结得很多呢")
    page.click("main button[type=submit]")
    expect(page.locator("h1")).to_have_text("绑定手机")
    assert page.evaluate("document.querySelector('.qr').naturalWidth") > 0
    assert faults(page) == []
    page.fill("#id_code", authenticator(page))
    page.click("main button[type=submit]")
    expect(page.locator("h1")).to_have_text("恢复码")
    assert faults(page) == []
    code = page.locator(".codes code").first.inner_text()
    page.click("text=已经抄好，继续")
    settled(page)
    page.click(".menu summary")
    page.click("text=退出登录")
    sign_in(page, "first", "门前的枣树今年结得很多呢")
    expect(page.locator("h1")).to_have_text("第二步")
    assert faults(page) == []
    page.fill("#id_code", code)
    page.click("main button[type=submit]")
    settled(page)


def test_a_session_that_ends_takes_nothing_that_was_typed(pages):
    pages.forgive = re.compile("401")
    page = pages.of("lan")
    page.fill("#search", "还没有写完的")
    page.context.clear_cookies()
    dialog = page.locator("dialog.session")
    expect(dialog).to_contain_text("请重新登录", timeout=10_000)
    for _ in range(20):
        page.keyboard.press("Escape")
    expect(dialog).to_be_visible()  # nobody looks behind the curtain
    expect(page.locator("#search")).to_have_value("还没有写完的")
    assert faults(page) == []
    with page.context.expect_page() as opened:
        dialog.get_by_text("重新登录", exact=True).click()
    beside = opened.value
    sign_in(beside, "lan", PASSWORD)
    expect(beside.locator("h1")).to_have_text("已经登录")
    assert faults(beside) == []
    beside.wait_for_load_state("networkidle")
    beside.close()
    page.bring_to_front()
    expect(dialog).to_be_hidden(timeout=10_000)
    expect(page.locator("#search")).to_have_value("还没有写完的")
    # And what is sent carries the new token.
    page.keyboard.press("Escape")
    page.click(".menu summary")
    page.click("text=退出登录")
    expect(page.locator("h1")).to_have_text("登录")


def test_a_page_left_alone_asks_before_it_ends(pages):
    page = pages.of(None, path="/accounts/sign-in/")

    def impatient(route):
        answer = route.fetch()
        route.fulfill(
            response=answer, body=re.sub(r'data-idle="\d+"', 'data-idle="181"', answer.text())
        )

    page.route("**/accounts/sessions/", impatient)
    left = {"GET": 90, "POST": 900}
    sign_in(page, "mei", PASSWORD)
    settled(page)
    member = int(page.get_attribute("body", "data-member"))
    page.route(
        "**/api/session/",
        lambda route: route.fulfill(
            json={"member": member, "seconds_left": left[route.request.method], "token": "x"}
        ),
    )
    page.goto("/accounts/sessions/")
    dialog = page.locator("dialog.session")
    expect(dialog).to_contain_text("还在吗？")
    assert faults(page) == []
    page.click("text=继续使用")
    expect(dialog).to_be_hidden()


def test_an_admin_makes_an_account_and_hands_over_its_password(pages, people_and_places):
    page = pages.of(None, path="/accounts/members/")
    sign_in(page, "sysadmin", PASSWORD)
    page.click("text=新建账号")
    assert faults(page) == []
    page.fill("#id_username", "xin")
    page.fill("#id_name", "示例新人")
    page.select_option("#id_division", label="东镇 · 柳村")
    page.click("text=建立")
    expect(page.locator(".one-time")).to_have_text(re.compile(r"\w{4}-\w{4}-\w{4}"))
    assert faults(page) == []
    page.click("text=已经记下")
    expect(page.locator("h1")).to_have_text("示例新人")
    assert faults(page) == []
    page.select_option("#id_role", "steward")
    page.click("main >> text=改岗位或任职地 >> nth=-1")
    page.goto("/accounts/members/changes/")
    expect(page.locator("main")).to_contain_text("等待另一位管理员确认")
    assert faults(page) == []
    page.click("text=撤回")
    expect(page.locator("main")).to_contain_text("已撤回")
