"""Signing in as everybody, being refused, changing a password, signing out."""

import re

import pytest
from playwright.sync_api import expect

from tests.e2e.district import PASSWORD
from tests.e2e.pages import settled

EVERYBODY = [
    "district", "chair", "head", "lan", "mei", "caseworker", "steward", "sysadmin", "auditor",
]  # fmt: skip


def sign_in(page, name: str, password: str) -> None:
    page.fill("#id_username", name)
    page.fill("#id_password", password)
    page.click("main button[type=submit]")


@pytest.mark.parametrize("name", EVERYBODY)
def test_everybody_signs_in_to_the_map(pages, name):
    page = pages.of(None, path="/")
    sign_in(page, name, PASSWORD)
    settled(page)
    expect(page.locator(".menu-name")).to_have_text(f"示例{name}")


def test_on_a_phone_too(pages):
    page = pages.of(None, phone=True)
    sign_in(page, "mei", PASSWORD)
    settled(page)
    expect(page.locator("#area-name")).to_have_text("我的网格")


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
