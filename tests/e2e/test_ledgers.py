"""One visit, entered once: the ledger counts it, says what it counted, and leads back to the family."""

import io
import os
from pathlib import Path

import pytest
from django.db import transaction
from django.utils import timezone
from openpyxl import load_workbook
from playwright.sync_api import expect

from core.scope import acting_as
from tests.e2e.pages import faults
from visits.services import record_visit

GRID = "999001101201002"


@pytest.fixture(scope="module")
def visited(people_and_places):
    """A home of mei's grid, whom she met today; without a colour, so that no other test awaits her."""
    home, mei = people_and_places.homes[GRID][8], people_and_places.people["mei"]
    with acting_as(mei.pk), transaction.atomic():
        record_visit(household=home, by=mei, kind="visit", result="met", happened_at=timezone.now())
    return home


def shot(page, name: str) -> None:
    if folder := os.environ.get("WUSE_SHOTS"):
        page.screenshot(path=Path(folder, f"{name}.png"), full_page=True)


@pytest.mark.parametrize("phone", [False, True], ids=["desktop", "phone"])
def test_a_visit_is_counted_explained_and_opened(pages, visited, phone):
    page = pages.of("mei", phone=phone)
    page.goto("/ledgers/")
    figure = page.locator(".ledger-figures > div", has=page.get_by_text("走访次数", exact=True))
    expect(figure.locator("strong")).to_have_text("1")
    figure.locator("summary").click()
    expect(figure).to_contain_text("这段时间登记的走访，按登记的时间算")
    shot(page, f"ledgers-{'phone' if phone else 'desktop'}")
    assert not page.evaluate("document.documentElement.scrollWidth > innerWidth")
    assert faults(page) == []
    with page.expect_download() as download:
        page.get_by_role("button", name="下载表格").click()
    book = load_workbook(io.BytesIO(Path(download.value.path()).read_bytes()))
    assert book["走访台账"].cell(3, 3).value == 1
    figure.get_by_role("link", name="逐条查看").click()
    expect(page.locator(".plain-list li")).to_have_count(1)
    shot(page, f"ledger-rows-{'phone' if phone else 'desktop'}")
    assert faults(page) == []
    page.locator(".plain-list a").click()
    expect(page.locator("h1")).to_have_text(f"{visited.household_no} 号家庭")


def test_the_district_reads_closed_periods_and_opens_no_rows(pages, visited):
    page = pages.of("district")
    page.goto("/ledgers/")
    expect(page.locator(".plain-lead")).to_contain_text("只公布已经结束的时期")
    page.locator(".ledger summary").first.click()
    expect(page.get_by_role("link", name="逐条查看")).to_have_count(0)
    shot(page, "ledgers-district")
    assert faults(page) == []
