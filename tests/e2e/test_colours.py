"""The county's office changes its colours; it and a town's chair read whether they are given fairly."""

import os
import re
from pathlib import Path

import pytest
from django.db import transaction
from django.utils import timezone
from playwright.sync_api import expect

from boundaries.models import Division
from core.scope import acting_as_system
from households.colouring.fairness import quarter_of
from households.models import FairnessFigure, FairnessReview
from tests.e2e.pages import faults

LOOKS = pytest.mark.parametrize("phone", [False, True], ids=["desktop", "phone"])


def pictured(page, name: str, phone: bool) -> None:
    if folder := os.environ.get("WUSE_PICTURES"):
        look = "phone" if phone else "desktop"
        page.screenshot(path=Path(folder) / f"{name}-{look}.png", full_page=True)


@LOOKS
def test_a_scheme_is_changed_once_one_has_seen_what_it_does(pages, phone):
    page = pages.of("district", phone=phone)
    page.goto("/colours/")
    expect(page.locator("main")).to_contain_text("五色家庭工作法")
    red, green = page.locator(".scheme-class").nth(0), page.locator(".scheme-class").nth(4)
    red.locator("[name=c1-cadence_days]").fill("8" if phone else "9")
    red.locator("[name=c1-reasons]").fill("需要人身安全方面的支持\n重点" + "人员需要盯防")
    green.locator("summary").click()
    green.locator("[name=c5-used]").uncheck()
    assert faults(page) == []
    pictured(page, "colours-form", phone)

    pages.forgive = re.compile("422")
    page.click("text=看看会改变什么")
    expect(page.locator("[role=alert]")).to_contain_text("请换个说法")
    expect(page.locator("text=启用新的一版")).to_have_count(0)
    assert faults(page) == []
    pictured(page, "colours-refused", phone)

    page.locator("[name=c1-reasons]").fill("需要人身安全方面的支持")
    page.click("text=看看会改变什么")
    section = page.locator("section[aria-labelledby=changes]")
    expect(section).to_contain_text("会回到未评估")
    expect(section).to_contain_text("走访间隔")
    assert faults(page) == []
    pictured(page, "colours-preview", phone)

    # Green stays after all.
    if not page.locator(".scheme-class").nth(4).get_attribute("open"):
        page.locator(".scheme-class").nth(4).locator("summary").click()
    page.locator("[name=c5-used]").check()
    page.click("text=看看会改变什么")
    expect(section).not_to_contain_text("会回到未评估")
    page.click("text=启用新的一版")
    expect(page.locator("[role=status]")).to_contain_text("已经启用")
    expect(page.locator("[name=c1-cadence_days]")).to_have_value("8" if phone else "9")


@pytest.fixture(scope="package")
def sheet(people_and_places):
    """This quarter's, in which one place and one kind of family stand out."""
    with transaction.atomic(), acting_as_system("test"):
        county, today = people_and_places.area, timezone.localdate()
        towns = {d.name: d for d in Division.objects.filter(parent=county)}
        villages = Division.objects.filter(parent=towns["东镇"])
        said = {"county": county, "quarter": quarter_of(today), "counted_on": today}
        rows = [
            ("town", towns["东镇"], "东镇", 4210, 1805, 390, "1.12", "even"),
            ("town", towns["西镇"], "西镇", 3980, 1730, 220, "0.66", "low"),
            ("size", None, "一口人", 640, 410, 130, "1.64", "high"),
            ("size", None, "两三口人", 3905, 1580, 260, "0.85", "even"),
            ("size", None, "六口以上", 15, None, None, None, "few"),
            *(("village", v, v.name, 210, 95, 25, "1.36", "high") for v in villages[:1]),
            *(("village", v, v.name, 190, None, None, None, "few") for v in villages[1:]),
        ]
        for kind, place, label, families, in_need, coloured, ratio, verdict in rows:
            figure = FairnessFigure.objects.create(
                **said, kind=kind, division=place, label=label, families=families,
                in_need=in_need, coloured=coloured, ratio=ratio, verdict=verdict,
            )  # fmt: skip
            if verdict in ("high", "low"):
                FairnessReview.objects.create(figure=figure)


@LOOKS
def test_the_sheet_says_where_to_look_and_somebody_answers(pages, sheet, phone):
    page = pages.of("chair", phone=phone)
    page.goto("/colours/fairness/")
    expect(page.locator("table")).to_contain_text("户数太少，不能说")
    expect(page.locator("main")).not_to_contain_text("西镇")
    assert faults(page) == []
    pictured(page, "fairness-chair", phone)

    page = pages.of("district", phone=phone)
    page.goto("/colours/fairness/")
    asked = page.locator(".review", has_text="一口人" if phone else "西镇")
    assert faults(page) == []
    pictured(page, "fairness-district", phone)
    asked.locator("textarea").fill("已到现场看过，今年刚开始排查")
    asked.locator("button").click()
    expect(page.locator("[role=status]")).to_contain_text("已记下")
    expect(asked).to_contain_text("已复核")
    expect(asked).to_contain_text("示例district")
    assert faults(page) == []
