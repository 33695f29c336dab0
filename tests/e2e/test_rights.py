"""The desk where families ask, in the browser."""

import os
import re
from pathlib import Path

import pytest
from django.db import transaction
from django.utils import timezone
from playwright.sync_api import expect

from accounts.models import Role
from boundaries.models import Division
from core.scope import acting_as, acting_as_system
from households.models import HouseholdIdentity, Person, PersonSensitive
from rights.models import Request
from rights.services import file_request
from tests.e2e.pages import faults
from tests.factories import member


@pytest.fixture(scope="package")
def family(people_and_places):
    home = people_and_places.homes["999001101201001"][0]
    with transaction.atomic(), acting_as_system("test"):
        area = Division.objects.get(level="district")
        people_and_places.people["desk"] = member("desk", Role.STEWARD, area, is_demo=True)
        wife = Person.objects.create(
            household=home, name="示例欣", relation="spouse", birth_year=1985, phone="00011"
        )
        Person.objects.create(household=home, name="示例乐", relation="child", birth_year=2018)
        PersonSensitive.objects.create(
            person=wife, health="示例：腰不好，需要陪同看病", written_by=people_and_places.people["lan"],
            written_at=timezone.now(),
        )  # fmt: skip
        name = HouseholdIdentity.objects.get(household=home).contact_name
        village = home.village.code
    return {"village": village, "household_no": home.household_no, "head": name}


@pytest.fixture
def asked(people_and_places, family):
    """`asked("access")`: a new request of the wife's."""
    steward = people_and_places.people["desk"]

    def ask(kind: str) -> Request:
        with transaction.atomic(), acting_as(steward.pk):
            return file_request(
                kind=kind, village=family["village"], household_no=family["household_no"],
                applicant="示例欣", standing="self", proof="看过身份证原件", wish="想知道登记了什么",
                received_on=timezone.localdate(), by=steward,
            )  # fmt: skip

    return ask


def pictured(page, name: str) -> None:
    if folder := os.environ.get("WUSE_PICTURES"):
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


LOOKS = pytest.mark.parametrize("phone", [False, True], ids=["desktop", "phone"])


@LOOKS
def test_a_request_is_taken_in(pages, family, phone):
    look = "phone" if phone else "desktop"
    page = pages.of("desk", phone=phone)
    page.goto("/rights/")
    page.click("main a[href='/rights/new/']")
    assert faults(page) == []
    page.select_option("#id_kind", "access")
    page.fill("#id_village", family["village"])
    page.fill("#id_household_no", family["household_no"])
    page.fill("#id_applicant", "示例别人")
    page.fill("#id_proof", "看过身份证原件")
    page.fill("#id_wish", "想看看登记了什么")
    pages.forgive = re.compile("422")
    page.click("main button[type=submit]")
    expect(page.locator("[role=alert]")).to_contain_text("姓名对不上")
    assert faults(page) == []
    pictured(page, f"rights-new-{look}")
    page.fill("#id_applicant", family["head"])
    page.click("main button[type=submit]")
    expect(page.locator("h1")).to_contain_text("申请 20")
    expect(page.locator(".facts")).to_contain_text("还有15个工作日")
    page.goto("/rights/")
    expect(page.locator(".plain-list")).to_contain_text("查阅、复制")
    assert faults(page) == []
    pictured(page, f"rights-desk-{look}")


@LOOKS
@pytest.mark.parametrize("kind", ["access", "correction", "deletion", "restriction", "explanation"])
def test_each_kind_has_its_page(pages, asked, kind, phone):
    page = pages.of("desk", phone=phone)
    page.goto(f"/rights/{asked(kind).uuid}/")
    expect(page.locator("h1")).to_contain_text("申请")
    for details in page.locator("main details").all():
        details.locator("summary").click()
    assert faults(page) == []
    pictured(page, f"rights-{kind}-{'phone' if phone else 'desktop'}")


@LOOKS
@pytest.mark.parametrize("kind, path", [("access", "copy"), ("explanation", "sheet")])
def test_the_papers_can_be_read_and_printed(pages, asked, kind, path, phone):
    page = pages.of("desk", phone=phone)
    page.goto(f"/rights/{asked(kind).uuid}/{path}/")
    expect(page.locator("main.sheet")).to_contain_text("15 个工作日")
    assert faults(page) == []
    pictured(page, f"rights-paper-{path}-{'phone' if phone else 'desktop'}")
