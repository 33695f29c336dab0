"""The pages that say who has looked, in the browser."""

import os
from pathlib import Path

import pytest
from django.db import transaction
from playwright.sync_api import expect

from audit.services import log_access
from core.scope import acting_as
from tests.e2e.pages import faults


@pytest.fixture(scope="package")
def looks(people_and_places):
    who = people_and_places.people
    home = people_and_places.homes["999001101201001"][0]
    with transaction.atomic(), acting_as(who["lan"].pk):
        for tier, reason in (("S2", "要打电话约走访的时间"), ("S3", "")):
            log_access(
                by=who["lan"], action="reveal" if reason else "read", tier=tier, kind="household",
                subject=home.uuid, reason=reason,
            )  # fmt: skip
    return home


def pictured(page, name: str) -> None:
    if folder := os.environ.get("WUSE_PICTURES"):
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


@pytest.mark.parametrize("phone", [False, True], ids=["desktop", "phone"])
@pytest.mark.parametrize("who", ["lan", "auditor"])
def test_looks_are_read_by_role(pages, looks, who, phone):
    page = pages.of(who, phone=phone)
    page.goto("/accounts/access-log/")
    expect(page.locator(".look").first).to_be_visible()
    family = "柳村 0001" if who == "lan" else str(looks.uuid)[:8]
    expect(page.locator(".looks")).to_contain_text(family)
    expect(page.locator(".looks")).to_contain_text("要打电话约走访的时间")
    assert faults(page) == []
    pictured(page, f"access-log-{who}-{'phone' if phone else 'desktop'}")
    page.fill("#day", "2020-01-01")
    page.click("text=筛选")
    expect(page.locator(".looks")).to_have_text("没有记录。")


@pytest.mark.parametrize("phone", [False, True], ids=["desktop", "phone"])
def test_a_steward_asks_who_has_looked(pages, looks, phone):
    page = pages.of("steward", phone=phone)
    page.goto("/accounts/who-has-looked/")
    assert faults(page) == []
    page.fill("#subject", str(looks.uuid))
    page.fill("#reason", "看")
    page.click("main button[type=submit]")
    expect(page.locator("[role=alert]")).to_contain_text("理由")
    page.fill("#reason", "家庭申请第七号")
    page.click("main button[type=submit]")
    expect(page.locator(".looks")).to_contain_text("示例lan")
    assert faults(page) == []
    pictured(page, f"who-has-looked-{'phone' if phone else 'desktop'}")
