"""A list comes in and a list goes out, in the browser, with the worker that the server starts."""

import io
import os
from pathlib import Path

import pytest
import pyzipper
from playwright.sync_api import expect

from tests.e2e.pages import faults

LIST = """户编号,村代码,户主,电话,经度,纬度
T{n}1,999001101201,示例新户主,00012345678,114.02,34.02
T{n}2,999001102201,示例外镇,0001,113.82,34.02
"""


def pictured(page, name: str, phone: bool) -> None:
    assert faults(page) == []
    if folder := os.environ.get("WUSE_PICTURES"):
        kind = "phone" if phone else "desktop"
        page.screenshot(path=Path(folder) / f"{name}-{kind}.png", full_page=True)


def upload(page, kind: str, name: str, content: str) -> None:
    page.goto(f"/imports/new/{kind}/")
    page.set_input_files(
        "#id_file", {"name": name, "mimeType": "text/csv", "buffer": content.encode()}
    )
    if kind == "households":
        page.select_option("#id_crs", "EPSG:4326")
    page.click("main button[type=submit]")


@pytest.mark.parametrize("phone", [False, True], ids=["desktop", "phone"])
def test_a_list_is_checked_shown_and_imported(pages, phone):
    page = pages.of("chair", phone=phone)
    page.goto("/imports/")
    pictured(page, "imports", phone)
    page.click("main a[role=button] >> text=家庭名单")
    pictured(page, "import-new", phone)
    upload(page, "households", "名单.csv", LIST.format(n="P" if phone else "D"))
    expect(page.locator(".report")).to_contain_text("新增 1 户", timeout=30_000)
    expect(page.locator("h2")).to_have_text("如果导入，会这样改：")
    expect(page.locator(".report")).to_contain_text("拒收 1 行")
    pictured(page, "import-checked", phone)
    with page.expect_download() as rejects:
        page.click("text=下载拒收的行和原因")
    assert "不在您的任职地里" in Path(rejects.value.path()).read_text("utf-8-sig")
    page.click("main button[value=write]")
    expect(page.locator("h2")).to_have_text("已经这样改了：", timeout=30_000)
    pictured(page, "import-done", phone)


@pytest.mark.parametrize("phone", [False, True], ids=["desktop", "phone"])
def test_a_file_that_is_none_says_why(pages, phone):
    page = pages.of("district", phone=phone)
    page.goto("/imports/")
    upload(page, "divisions", "a.geojson", "<OGRVRTDataSource/>")
    expect(page.locator("h2")).to_have_text("什么都没有改：", timeout=30_000)
    expect(page.locator(".report")).to_contain_text("VRT")
    pictured(page, "import-refused", phone)


@pytest.mark.parametrize("phone", [False, True], ids=["desktop", "phone"])
def test_a_list_is_asked_for_approved_and_taken(pages, phone):
    why = "给乡镇卫生院核对免费体检的通知名单"
    page = pages.of("chair", phone=phone)
    page.goto("/exports/")
    page.fill("#id_reason", why)
    page.click("main form.plain-form button[type=submit]")
    expect(page.locator(".plain-list > li").first).to_contain_text("等待批准")
    pictured(page, "exports-asked", phone)
    steward = pages.of("steward", phone=phone)
    steward.goto("/exports/")
    expect(steward.locator(".plain-list > li").first).to_contain_text(why)
    pictured(steward, "exports-steward", phone)
    steward.click("button[value=approve] >> nth=0")
    expect(steward.locator(".plain-list > li").first).to_contain_text("已批准")
    page.goto("/exports/")
    page.click("button[value=make] >> nth=0")
    password = page.locator("#password").inner_text()
    pictured(page, "exports-made", phone)
    with page.expect_download() as taken:
        page.click("main a[role=button]")
    with pyzipper.AESZipFile(io.BytesIO(Path(taken.value.path()).read_bytes())) as archive:
        archive.setpassword(password.encode())
        assert archive.read(archive.namelist()[0]).startswith(b"PK")
    page.goto("/exports/")
    expect(page.locator(".plain-list > li").first).to_contain_text("下载过1次")
