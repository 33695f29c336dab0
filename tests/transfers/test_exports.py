"""Rows that leave: asked for, approved by another, locked, logged; without colours, without formulas."""

import io
import zipfile
from datetime import timedelta

import openpyxl
import pytest
import pyzipper
from django.db import DatabaseError, IntegrityError, connection, transaction

from audit.models import AccessRecord
from core.scope import acting_as, acting_as_system
from core.tables import safe_cell
from core.workbook import Sheet, book
from households.models import HouseholdIdentity, Person
from transfers import exporting, files
from transfers.errors import LinkExpired, NotAtThisPoint, OwnRequest, ReasonTooShort
from transfers.models import Export

State = Export.State
WHY = "给乡镇卫生院核对免费体检的通知名单"
BEGINNINGS = ["=", "+", "-", "@", "|", "%", "\t", "\r", "\n", "＝", "＋", "－", "＠", "｜", "％"]
BODIES = [
    "1+1", "cmd|' /C calc'!A0", 'HYPERLINK("http://127.0.0.1","x")', "SUM(A1:A9)",
    'DDE("cmd";"/C calc";"1")', 'WEBSERVICE("http://127.0.0.1/"&A1)', "2*3", "A1",
    'IMPORTXML("http://127.0.0.1","//a")', "cmd|'/C powershell'!A1", " 1+1", '"=1+1"',
    "{1,2}", "rundll32|'URL.dll'!A", "@SUM(1)", "MSEXCEL|'\\..\\..\\calc'!''", "-1", "=1",
    'INDIRECT("A"&1)', "示例",
]  # fmt: skip
PAYLOADS = [beginning + body for beginning in BEGINNINGS for body in BODIES]


@pytest.fixture
def asked(cast):
    with acting_as(cast.chair.pk):
        return exporting.ask(by=cast.chair, what="families", reason=WHY)


@pytest.fixture
def approved(asked, steward):
    with acting_as(steward.pk):
        exporting.decide(by=steward, export=asked, agree=True)
    return asked


def made(cast, export) -> tuple[str, bytes]:
    with acting_as(cast.chair.pk):
        password = exporting.make(by=cast.chair, export=export)
        return password, exporting.take(by=cast.chair, export=export)


def opened(password: str, archive: bytes):
    with pyzipper.AESZipFile(io.BytesIO(archive)) as file:
        file.setpassword(password.encode())
        (name,) = file.namelist()
        return openpyxl.load_workbook(io.BytesIO(file.read(name)))


def texts(workbook) -> str:
    cells = (c.value for sheet in workbook for row in sheet.iter_rows() for c in row)
    return "\n".join(str(value) for value in cells if value is not None)


def logged(export) -> list[str]:
    with acting_as_system("test"):
        found = AccessRecord.objects.filter(subject=export.uuid).order_by("pk")
        return list(found.values_list("action", flat=True))


def test_there_are_three_hundred_payloads():
    assert len(set(PAYLOADS)) == 300


def test_no_payload_becomes_a_formula():
    content = book([Sheet("名册", ("一", "二"), [(p, p) for p in PAYLOADS])], watermark="=1+1")
    workbook = openpyxl.load_workbook(io.BytesIO(content))
    cells = [cell for sheet in workbook for row in sheet.iter_rows() for cell in row if cell.value]
    assert len(cells) >= 600
    assert [cell.value for cell in cells if cell.data_type == "f"] == []
    assert [
        c.value for c in cells if isinstance(c.value, str) and c.value.startswith(tuple(BEGINNINGS))
    ] == []
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for name in archive.namelist():
            assert b"<f>" not in archive.read(name), name


def test_a_payload_would_be_a_formula_without_us():
    """openpyxl makes a formula of it: the test above can fail."""
    page = openpyxl.Workbook().active
    page.append(["=1+1"])
    assert page["A1"].data_type == "f" and safe_cell("=1+1") == "'=1+1"


def test_payloads_in_names_and_in_the_reason_stay_texts(cast, steward):
    homes = [
        home
        for homes in cast.homes.values()
        for home in homes
        if home.village.parent_id == cast.east.pk
    ]
    with acting_as_system("test"):
        for home, payload in zip(homes, PAYLOADS[::17], strict=False):
            HouseholdIdentity.objects.filter(household=home).update(
                contact_name=payload, address=payload, phone=payload
            )
    with acting_as(cast.chair.pk):
        export = exporting.ask(by=cast.chair, what="families", reason="=HYPERLINK(1) 给卫生院核对")
    with acting_as(steward.pk):
        exporting.decide(by=steward, export=export, agree=True)
    workbook = opened(*made(cast, export))
    kinds = {cell.data_type for sheet in workbook for row in sheet.iter_rows() for cell in row}
    assert "f" not in kinds


def test_the_file_holds_the_families_of_her_town_and_no_others(cast, approved):
    sheet = opened(*made(cast, approved)).worksheets[0]
    rows = {row[:4] for row in sheet.iter_rows(min_row=3, values_only=True)}
    with acting_as_system("test"):
        homes = [home for homes in cast.homes.values() for home in homes]
        hers = {
            ("东镇", h.village.name, h.grid.code if h.grid else None, h.household_no)
            for h in homes
            if h.village.parent_id == cast.east.pk
        }
    assert {tuple(cell or None for cell in row) for row in rows} == hers


def test_the_file_holds_no_colour_and_no_position(cast, approved):
    text = texts(opened(*made(cast, approved)))
    for word in ("红", "橙", "黄", "蓝", "绿", "颜色", "定色", "113.", "34.0", "复核"):
        assert word not in text, word


def test_every_sheet_says_whose_it_is_and_what_for(cast, approved):
    workbook = opened(*made(cast, approved))
    assert len(workbook.worksheets) == 2
    for sheet in workbook:
        for part in (f"第 {approved.pk} 号", cast.chair.name, WHY):
            assert part in sheet["A1"].value
        assert cast.chair.name in sheet.oddFooter.center.text


def test_the_archive_opens_with_its_password_alone(cast, approved):
    password, archive = made(cast, approved)
    with pyzipper.AESZipFile(io.BytesIO(archive)) as file, pytest.raises(RuntimeError):
        file.setpassword(b"wrong")
        file.read(file.namelist()[0])
    assert cast.homes["liu1"][0].household_no.encode() not in archive
    assert len(password) == 24 and opened(password, archive)


def test_a_shielded_family_has_no_address_in_it_and_a_sealed_one_is_not_in_it(cast, approved):
    shielded, sealed = cast.homes["liu1"][:2]
    with acting_as_system("test"):
        names = {h.pk: (h.identity.contact_name, h.identity.address) for h in (shielded, sealed)}
        for home, how in ((shielded, "shielded"), (sealed, "sealed")):
            type(home).objects.filter(pk=home.pk).update(protection=how)
    text = texts(opened(*made(cast, approved)))
    assert names[shielded.pk][0] in text and names[shielded.pk][1] not in text
    assert names[sealed.pk][0] not in text


def test_no_child_is_on_the_list_of_people(cast, steward):
    with acting_as_system("test"):
        home = cast.homes["liu1"][0]
        Person.objects.create(household=home, name="示例大人", relation="head", birth_year=1970)
        Person.objects.create(household=home, name="示例小孩", relation="child", birth_year=2020)
    with acting_as(cast.chair.pk):
        export = exporting.ask(by=cast.chair, what="people", reason=WHY)
    with acting_as(steward.pk):
        exporting.decide(by=steward, export=export, agree=True)
    text = texts(opened(*made(cast, export)))
    assert "示例大人" in text and "示例小孩" not in text


def test_every_step_and_every_family_is_logged(cast, approved):
    made(cast, approved)
    assert logged(approved) == ["export_ask", "export_approve", "export_make", "export_take"]
    with acting_as_system("test"):
        looks = AccessRecord.objects.filter(action="export", kind="household")
        families = [
            h for homes in cast.homes.values() for h in homes if h.village.parent_id == cast.east.pk
        ]
        assert set(looks.values_list("household", flat=True)) == {h.uuid for h in families}
        assert all(WHY in look.reason for look in looks)


def test_an_export_that_cannot_be_logged_is_not_made(cast, approved, monkeypatch):
    def fails(**_):
        raise DatabaseError

    monkeypatch.setattr(exporting, "log_many", fails)
    with acting_as(cast.chair.pk), pytest.raises(DatabaseError), transaction.atomic():
        exporting.make(by=cast.chair, export=approved)
    assert not (files.folder_of(approved.uuid) / exporting.ARCHIVE).exists()


def test_without_approval_there_is_no_file(cast, asked):
    with acting_as(cast.chair.pk):
        with pytest.raises(NotAtThisPoint):
            exporting.make(by=cast.chair, export=asked)
        with pytest.raises(LinkExpired):
            exporting.take(by=cast.chair, export=asked)


def test_a_refused_request_gives_no_file(cast, asked, steward):
    with acting_as(steward.pk):
        exporting.decide(by=steward, export=asked, agree=False, remark="用途不清楚")
    with acting_as(cast.chair.pk), pytest.raises(NotAtThisPoint):
        exporting.make(by=cast.chair, export=asked)
    assert logged(asked) == ["export_ask", "export_refuse"]


def test_nobody_approves_her_own_request(cast, asked):
    with acting_as(cast.chair.pk), pytest.raises(OwnRequest):
        exporting.decide(by=cast.chair, export=asked, agree=True)


@pytest.mark.parametrize("forged", [
    "state = 'approved', decided_by_id = {steward}, decided_at = now(), until = now() + '9 days'",
    "state = 'made', decided_by_id = {steward}, decided_at = now()",
    "reason = '另一个用途，没有人批准过的'",
    "until = now() + interval '900 days'",
])  # fmt: skip
def test_the_database_lets_no_requester_approve_or_change_what_she_asked(
    cast, asked, steward, forged
):
    sql = f"UPDATE transfers_export SET {forged.format(steward=steward.pk)} WHERE id = {asked.pk}"
    with (
        acting_as(cast.chair.pk),
        pytest.raises(DatabaseError),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(sql)


def test_the_database_lets_nobody_approve_herself(cast, steward):
    with (
        acting_as_system("test"),
        pytest.raises((IntegrityError, DatabaseError)),
        transaction.atomic(),
    ):
        Export.objects.create(
            by=steward, what="families", reason=WHY, state="approved", decided_by=steward
        )


def test_a_reason_in_two_words_is_none(cast):
    with acting_as(cast.chair.pk), pytest.raises(ReasonTooShort):
        exporting.ask(by=cast.chair, what="families", reason="有用  ")


def test_the_link_ends_after_three_downloads_and_after_three_days(cast, approved):
    made(cast, approved)
    with acting_as(cast.chair.pk):
        for _ in range(exporting.MOST_DOWNLOADS - 1):
            exporting.take(by=cast.chair, export=approved)
        with pytest.raises(LinkExpired):
            exporting.take(by=cast.chair, export=approved)
        approved.until -= timedelta(days=exporting.DAYS + 1)
        with pytest.raises(LinkExpired):
            exporting.take(by=cast.chair, export=approved)
    assert not files.folder_of(approved.uuid).exists()


def test_the_password_is_shown_once_and_kept_nowhere(cast, approved, signed_in):
    client = signed_in(cast.chair)
    page = client.post(f"/exports/{approved.uuid}/", {"do": "make"}).content.decode()
    password = page.split('id="password">')[1].split("<")[0]
    again = client.post(f"/exports/{approved.uuid}/", {"do": "make"})
    assert again.status_code == 409 and password not in again.content.decode()
    assert password not in client.get("/exports/").content.decode()
    with acting_as_system("test"):
        assert password not in str(
            list(Export.objects.values()) + list(AccessRecord.objects.values())
        )
    archive = client.get(f"/exports/{approved.uuid}/file/")
    assert archive["Content-Type"] == "application/zip" and opened(password, archive.content)
    assert archive["Cache-Control"] == "no-store"


def test_a_steward_sees_what_was_asked_for_and_takes_no_file(cast, approved, steward, signed_in):
    made(cast, approved)
    client = signed_in(steward)
    assert WHY in client.get("/exports/").content.decode()
    assert client.get(f"/exports/{approved.uuid}/file/").status_code == 403
    assert client.post("/exports/", {"what": "families", "reason": WHY}).status_code == 403
    with acting_as(steward.pk), pytest.raises(LinkExpired):
        exporting.take(by=steward, export=approved)


def test_another_town_neither_sees_nor_takes_it(cast, approved, signed_in):
    made(cast, approved)
    client = signed_in(cast.other_chair)
    assert WHY not in client.get("/exports/").content.decode()
    assert client.get(f"/exports/{approved.uuid}/file/").status_code == 404
    assert client.post(f"/exports/{approved.uuid}/", {"do": "make"}).status_code == 404
    with acting_as(cast.other_chair.pk):
        assert not Export.objects.exists()


@pytest.mark.parametrize("who", ["lan", "head", "district"])
def test_others_have_no_page_for_it(cast, signed_in, who):
    assert signed_in(getattr(cast, who)).get("/exports/").status_code == 403
