"""What comes back: one step in a draft, or sentences and nothing."""

import pytest

from accounts.models import Member
from core.scope import acting_as_system
from grids.models import Assignment, Grid, Leave
from tests.factories import member
from tests.households.exchange import (
    ACCOUNT,
    CODE,
    LEAD,
    NAME,
    SAME,
    SUPPORT_ACCOUNTS,
    TARGET,
    VERSION,
    Office,
    Xlsx,
    furnished,
)
from tests.households.test_territory_edit import key, lon

KINDS = ["xlsx", "gpkg", "geojson"]


@pytest.fixture
def chair(signed_in, cast):
    return furnished(signed_in(cast.chair), cast)


def edited(chair, cast, status=200, **cells):
    """柳村's first grid with other cells, sent back."""
    book = Xlsx(chair.file(cast.east, "xlsx", draft=False))
    book.edit(cast.liu1.code, cells)
    return chair.bring(book.saved(), status)


# Nothing changed


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("shown", ["territory", "draft"])
def test_a_file_that_was_not_edited_makes_no_step(chair, cast, kind, shown):
    chair.open(cast.east)
    if shown == "draft":
        line = [[lon(0.5) + 0.00012345678, 33.99], [lon(0.5) - 0.0003141592, 34.03]]
        chair.step("split_line", key=key(cast.liu1), line=line)
        chair.step("assign", keys=["n1"], lead=cast.hua.pk)
    before = chair.steps()
    answer = chair.bring(chair.file(cast.east, kind))
    assert (answer["message"], answer["step"]) == (SAME, None)
    assert chair.steps() == before


@pytest.mark.parametrize("kind", KINDS)
def test_what_the_draft_had_changed_stands_where_the_file_changed_nothing(chair, cast, kind):
    chair.open(cast.east)
    content = chair.file(cast.east, kind, draft=False)
    chair.step("assign", keys=[key(cast.liu1)], lead=None)
    chair.step("split_line", key=key(cast.liu2), line=[[lon(1.5), 33.99], [lon(1.5), 34.03]])
    chair.step("rename", key=key(cast.tao1), name="桃园")
    assert chair.bring(content)["message"] == SAME
    assert chair.rows(cast.east)[cast.liu1.code]["lead"] is None


# People, names, targets


def test_one_lead_edited_in_excel_is_one_change(chair, cast):
    chair.open(cast.east)
    before = chair.rows(cast.east)
    answer = edited(chair, cast, **{LEAD: cast.mei.name, ACCOUNT: "mei"})
    assert answer["step"]["title"] == "按文件导入：1 个网格换主责，1 个网格换协同"
    after = chair.rows(cast.east)
    assert after[cast.liu1.code]["lead"] == cast.mei.pk
    assert after[cast.liu1.code]["supports"] == [cast.hua.pk]  # who leads supports no longer
    assert [c for c in after if after[c]["changed"]] == [cast.liu1.code]
    assert after[cast.liu2.code] == before[cast.liu2.code] | {
        k: after[cast.liu2.code][k] for k in ("colour_index",)
    }
    assert Assignment.objects.open().get(grid=cast.liu1, role="lead").member == cast.lan
    chair.act("undo")
    assert chair.rows(cast.east)[cast.liu1.code]["lead"] == cast.lan.pk


@pytest.mark.parametrize(
    "cells",
    [
        {LEAD: "示例head"},
        {ACCOUNT: "head"},
        {LEAD: "示例head", ACCOUNT: None},
        {LEAD: None, ACCOUNT: "head"},
    ],
)
def test_the_name_or_the_account_is_enough(chair, cast, cells):
    chair.open(cast.east)
    edited(chair, cast, **cells)
    assert chair.rows(cast.east)[cast.liu1.code]["lead"] == cast.head.pk


def test_both_cells_emptied_leave_nobody(chair, cast):
    chair.open(cast.east)
    edited(chair, cast, **{LEAD: None, ACCOUNT: None, "协同": None, SUPPORT_ACCOUNTS: "mei"})
    row = chair.rows(cast.east)[cast.liu1.code]
    assert (row["lead"], row["supports"]) == (None, [cast.mei.pk])


def test_name_and_target_are_edited_and_published(chair, cast):
    chair.open(cast.east)
    answer = edited(chair, cast, **{NAME: "东片（一）", TARGET: 70})
    assert answer["step"]["title"] == "按文件导入：1 个网格改名，1 个网格改目标户数"
    chair.act("publish")
    grid = Grid.objects.get(pk=cast.liu1.pk)
    assert (grid.name, grid.target_households, grid.version) == ("东片（一）", 70, 2)


def test_codes_that_excel_made_numbers_are_still_codes(chair, cast):
    chair.open(cast.east)
    assert edited(chair, cast, **{CODE: float(cast.liu1.code), VERSION: 1.0})["message"] == SAME


def test_columns_nobody_knows_are_named_and_passed_over(chair, cast):
    chair.open(cast.east)
    book = Xlsx(chair.file(cast.east, "xlsx"))
    book.page.cell(1, 20).value = "电话通知过"
    assert "电话通知过" in "".join(chair.bring(book.saved())["notes"])


def test_a_village_imports_into_its_own_draft(signed_in, cast):
    head = Office(signed_in(cast.head))
    head.open(cast.liu)
    book = Xlsx(head.file(cast.liu, "xlsx"))
    book[cast.liu1.code, LEAD] = cast.mei.name
    head.bring(book.saved())
    assert head.rows(cast.liu)[cast.liu1.code]["lead"] == cast.mei.pk


def stranger(cast):
    member("far", "member", cast.xing)
    return {LEAD: None, ACCOUNT: "far"}, "杏村"


def away(cast):
    Leave.objects.create(member=cast.head, from_on="2000-01-01", to_on="2999-12-31", by=cast.chair)
    return {ACCOUNT: "head"}, "2999-12-31"


def namesakes(cast):
    Member.objects.filter(pk=cast.head.pk).update(name="示例同名")
    Member.objects.filter(pk=cast.mei.pk).update(name="示例同名")
    return {LEAD: "示例同名"}, "head、mei"


def retired(cast):
    member("old", "member", cast.liu, is_active=False)
    return {ACCOUNT: "old"}, "已停用"


BAD = {
    "a member of another town": stranger,
    "a member on leave": away,
    "two of one name": namesakes,
    "one who has left": retired,
    "an unknown name": lambda cast: ({LEAD: "查无此人"}, "查无此人"),
    "an unknown account": lambda cast: ({ACCOUNT: "nobody"}, "nobody"),
    "two leads": lambda cast: ({LEAD: "示例mei、示例head"}, "只能有一位"),
    "one of the two cells emptied": lambda cast: ({ACCOUNT: None}, "都清空"),
    "a name and an account of two people": lambda cast: ({LEAD: "示例mei", ACCOUNT: "head"}, "账号"),
    "lead and support at once": lambda cast: ({SUPPORT_ACCOUNTS: "lan"}, "又是主责又是协同"),
    "a target that is no number": lambda cast: ({TARGET: "很多"}, "目标户数"),
    "a code of another place": lambda cast: ({CODE: "999001102201001", "村代码": None}, "999001102201001"),
    "no code": lambda cast: ({CODE: None}, "没有网格编码"),
    "a code in scientific notation": lambda cast: ({CODE: "9.99E+14"}, "科学计数法"),
    "a version that was edited": lambda cast: ({VERSION: "新"}, "版本"),
}  # fmt: skip


@pytest.mark.parametrize("what", BAD)
def test_a_bad_cell_gets_a_sentence_with_its_row_and_changes_nothing(chair, cast, what):
    with acting_as_system("test"):
        cells, word = BAD[what](cast)
    chair.open(cast.east)
    # Another row that would be good alone.
    book = Xlsx(chair.file(cast.east, "xlsx", draft=False))
    book[cast.liu2.code, NAME] = "另一个"
    book.edit(cast.liu1.code, cells)
    answer = chair.bring(book.saved(), 422)
    assert answer["code"] == "file_refused"
    (reason,) = answer["detail"]["reasons"]
    assert reason.startswith("第 2 行") and word in reason and reason.endswith("。")
    assert chair.steps() == []


@pytest.mark.parametrize("draft", [True, False])
def test_a_grid_that_changed_since_the_export_is_refused(chair, cast, draft):
    chair.open(cast.east)
    book = Xlsx(chair.file(cast.east, "xlsx", draft=draft))
    chair.send(
        f"grids/{cast.liu2.code}/lead/",
        {"lead": cast.hua.pk, "expected_lead": cast.mei.pk},
        method="put",
    )
    book[cast.liu1.code, NAME] = "另一个"
    answer = chair.bring(book.saved(), 409)
    assert answer["code"] == "file_stale"
    (reason,) = answer["detail"]["reasons"]
    assert reason.startswith("第 3 行") and "第 1 版，现在是第 2 版" in reason
    assert chair.steps() == []


def test_a_file_of_a_draft_that_went_on_is_refused(chair, cast):
    chair.open(cast.east)
    content = chair.file(cast.east, "xlsx")
    chair.step("rename", key=key(cast.tao1), name="桃园")
    assert chair.bring(content, 409)["code"] == "file_stale"


def test_a_draft_that_went_on_before_the_upload_is_told(chair, cast):
    chair.open(cast.east)
    content = chair.file(cast.east, "xlsx", draft=False)
    seen = dict(chair.draft)
    chair.step("rename", key=key(cast.tao1), name="桃园")
    chair.draft = seen
    assert chair.bring(content, 409)["code"] == "draft_changed"


def test_a_locked_grid_is_left_alone(chair, cast):
    chair.open(cast.east)
    content = Xlsx(chair.file(cast.east, "xlsx", draft=False))
    chair.step("lock", keys=[key(cast.liu1)], locked=True)
    content[cast.liu1.code, ACCOUNT] = "head"
    (reason,) = chair.bring(content.saved(), 422)["detail"]["reasons"]
    assert "锁定" in reason


# The door


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (b"", "空"),
        (b"%PDF-1.4 ...", "PDF"),
        (b"PK\x03\x04 broken", "损坏"),
        (b"SQLite format 3\x00 broken", "损坏"),
        (b"<OGRVRTDataSource></OGRVRTDataSource>", "VRT"),
        ("村代码,主责\n1,2\n".encode(), "网格编码"),
    ],
)
def test_what_is_no_such_file_is_said_in_a_sentence(chair, cast, content, word):
    chair.open(cast.east)
    answer = chair.bring(content, 422)
    assert word in answer["message"] and answer["message"].endswith("。")


def test_no_file_and_too_large_a_one_are_refused_before_they_are_read(chair, cast, monkeypatch):
    chair.open(cast.east)
    answer = chair.client.post(f"/api/drafts/{chair.draft['id']}/import/", {"expected_version": 1})
    assert answer.status_code == 400
    monkeypatch.setattr("households.api.exchange.MAX_BYTES", 1000)
    monkeypatch.setattr("households.api.exchange._AROUND", 500)
    assert "20 MB" in chair.bring(b"x" * 1200, 422)["message"]
    answer = chair.client.post(
        f"/api/drafts/{chair.draft['id']}/import/", b"x" * 3000, content_type="multipart/form-data"
    )
    assert answer.status_code == 422 and "20 MB" in answer.json()["message"]


def test_only_chairs_import_and_only_into_their_drafts(chair, signed_in, cast):
    chair.open(cast.east)
    content = chair.file(cast.east, "xlsx")
    for who, status in ((cast.other_chair, 404), (cast.district, 403), (cast.lan, 403)):
        chair.client = signed_in(who)
        chair.bring(content, status)
