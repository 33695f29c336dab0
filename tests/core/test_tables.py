"""Lists as they arrive from offices: every encoding, every kind of cell, every wrong file."""

import re
import zipfile
from datetime import date, datetime

import pytest
from openpyxl import Workbook

from core.importing import FileNotUsable
from core.tables import CodeDestroyed, code, normal, read_table, safe_cell, write_csv

LINES = "户编号,村代码,地址\n0001,411003104201,柳村示例路1号\n0002,411003104201,柳村示例路2号\n"


@pytest.fixture
def written(tmp_path):
    def write(content, name="list.csv"):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write


@pytest.fixture
def workbook(tmp_path):
    def write(rows, sheets=(), name="list.xlsx"):
        book = Workbook()
        for row in rows:
            book.active.append(row)
        for title in sheets:
            book.create_sheet(title)
        path = tmp_path / name
        book.save(path)
        return path

    return write


def refusal(path, **options):
    with pytest.raises(FileNotUsable) as refused:
        list(read_table(path, **options).rows)
    assert "。" in refused.value.message
    return refused.value.message


@pytest.mark.parametrize(
    ("encoding", "told"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8"),
        ("gb18030", "gb18030"),
        ("gbk", "gb18030"),
        ("utf-16", "utf-16"),
    ],
)
def test_the_encoding_is_found_by_content(written, encoding, told):
    table = read_table(written(LINES.encode(encoding)))
    assert table.encoding == told
    assert table.columns == ["户编号", "村代码", "地址"]
    assert list(table.rows)[1] == (3, ["0002", "411003104201", "柳村示例路2号"])


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_the_delimiter_is_found_by_content(written, delimiter):
    table = read_table(written(LINES.replace(",", delimiter)))
    assert next(table.rows) == (2, ["0001", "411003104201", "柳村示例路1号"])


def test_a_stated_encoding_is_not_guessed_around(written):
    assert "UTF-8" in refusal(written(LINES.encode("gb18030")), encoding="utf-8")
    assert read_table(written(LINES.encode("gb18030")), encoding="GBK").columns[0] == "户编号"
    assert "latin-9" in refusal(written(LINES), encoding="latin-9")


def test_utf8_cut_inside_a_letter_is_not_read_as_gb18030(written):
    content = (LINES * 3).encode()
    message = refusal(written(content[: content.rindex("路".encode()) + 2]))
    assert "第 9 行" in message
    assert "截断" in message


def test_an_unknown_encoding_is_refused_rather_than_read_as_nonsense(written):
    big5 = "戶編號,村代碼,地址\n" + "0001,411003104201,許昌縣五女店鎮長興街臨時門牌\n" * 20
    assert "乱码" in refusal(written(big5.encode("big5")))


def test_row_numbers_are_those_that_excel_shows(written):
    table = read_table(written('a,b\n1,"two\nlines"\n\n , \n2,x\n'))
    assert list(table.rows) == [(2, ["1", "two\nlines"]), (5, ["2", "x"])]


def test_a_title_above_the_header_is_passed_over(written, workbook):
    table = read_table(written("示例区家庭信息表,,\n" + LINES))
    assert table.columns[0] == "户编号"
    assert next(table.rows)[0] == 3
    table = read_table(workbook([["示例区家庭信息表"], [], ["户编号", "村代码"], ["1", "2"]]))
    assert list(table.rows) == [(4, ["1", "2"])]


def test_headers_lose_blanks_and_full_width_letters(written):
    table = read_table(written("\u3000户编号 ,ｌｏｎ,\n1,2,\n"))
    assert table.columns == ["户编号", "lon"]
    assert list(table.rows) == [(2, ["1", "2"])]


def test_a_short_row_is_filled_and_a_long_one_keeps_its_excess(written):
    table = read_table(written("a,b,c\n1\n1,2,3,,\n1,2,3,4\n"))
    assert [cells for _, cells in table.rows] == [
        ["1", None, None], ["1", "2", "3"], ["1", "2", "3", "4"]
    ]  # fmt: skip


def test_a_quote_without_its_pair_does_not_swallow_the_rest(written):
    message = refusal(written('a,b\n1,"x\n2,y\n3,z\n'))
    assert "引号" in message
    huge = 'a,b\n1,"' + "x" * 200_000
    assert "引号" in refusal(written(huge))


def test_cells_of_a_workbook_become_what_a_person_reads(workbook):
    table = read_table(
        workbook(
            [
                ["码", "数", "日", "时", "真"],
                [411003104201, 113.85, date(2026, 3, 1), datetime(2026, 3, 1, 8, 30), True],
                ["０１２", 411003104201.0, datetime(2026, 3, 1), None, "x"],
            ]
        )
    )
    assert table.encoding == "xlsx"
    assert [cells for _, cells in table.rows] == [
        ["411003104201", "113.85", "2026-03-01", "2026-03-01 08:30:00", "是"],
        ["０１２", "411003104201", "2026-03-01", None, "x"],
    ]


def test_of_a_formula_its_last_value_is_read(tmp_path, workbook):
    plain = workbook([["a", "b"], ["1", "F"]])
    path = tmp_path / "formula.xlsx"
    with zipfile.ZipFile(plain) as source, zipfile.ZipFile(path, "w") as target:
        for member in source.infolist():
            content = source.read(member)
            if member.filename == "xl/worksheets/sheet1.xml":
                content, changed = re.subn(
                    rb'<c r="B2"[^>]*>.*?</c>', b'<c r="B2"><f>1+1</f><v>2</v></c>', content
                )
                assert changed
            target.writestr(member.filename, content)
    assert list(read_table(path).rows) == [(2, ["1", "2"])]


def test_only_the_first_sheet_is_read_and_the_others_are_named(workbook):
    table = read_table(workbook([["a", "b"], ["1", "2"]], sheets=["备份"]))
    assert len(list(table.rows)) == 1
    assert "只读了第一张" in table.notes[0]


def test_a_wrong_extension_does_not_matter(written, workbook):
    assert read_table(written(LINES, "list.xlsx")).encoding == "utf-8"
    assert read_table(workbook([["a", "b"], ["1", "2"]], name="list.csv")).encoding == "xlsx"


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (b"", "空的"),
        (b"\n\n \n", "没有内容"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), ".xls"),
        ("\ufeff <html><table><tr><td>1</td></tr></table></html>".encode(), "网页"),
        (b'<?xml version="1.0"?><Workbook/>', "XML"),
        (b'{"type": "FeatureCollection"}', "JSON"),
        (b"%PDF-1.4 a,b", "PDF"),
        (b"PK\x03\x04 cut off", "损坏"),
        (b"a,b\n1,\x00\x01\x02\n", "二进制"),
        ("只有一列\n甲\n乙\n".encode(), "只有一列"),
    ],
)
def test_what_is_no_table_is_refused_with_a_remedy(written, content, word):
    assert word in refusal(written(content))


def test_a_missing_file_is_refused(tmp_path):
    assert "打不开" in refusal(tmp_path / "nowhere.csv")


def zipped(path, members):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def test_workbooks_with_macros_bombs_and_plain_archives_are_not_opened(tmp_path, workbook):
    with_macro = {"xl/workbook.xml": "<a/>", "xl/vbaProject.bin": "x"}
    assert "宏" in refusal(zipped(tmp_path / "macro.xlsx", with_macro))
    bomb = {"xl/workbook.xml": "<a/>", "xl/worksheets/sheet1.xml": "0" * 60_000_000}
    assert "大得不正常" in refusal(zipped(tmp_path / "bomb.xlsx", bomb))
    assert "压缩包" in refusal(zipped(tmp_path / "archive.zip", {"list.csv": LINES}))
    assert "损坏" in refusal(zipped(tmp_path / "bad.xlsx", {"xl/workbook.xml": "<a/>"}))


def test_a_workbook_cut_short_is_refused(workbook):
    path = workbook([["a", "b"], ["1", "2"]])
    path.write_bytes(path.read_bytes()[:-200])
    assert "损坏" in refusal(path)


def test_an_entity_in_a_workbook_is_not_expanded(tmp_path, workbook):
    plain = workbook([["a", "b"], ["1", "2"]])
    evil = tmp_path / "evil.xlsx"
    with zipfile.ZipFile(plain) as source:
        members = {m.filename: source.read(m) for m in source.infolist()}
    name = "xl/worksheets/sheet1.xml"
    body = members[name].split(b"?>")[-1].replace(b'<c r="A2" t="s"><v>2</v></c>', b"<c>&e;</c>")
    members[name] = b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hostname">]>' + body
    assert "损坏" in refusal(zipped(evil, members))


def test_a_code_survives_having_been_a_number():
    assert code("411003104201") == code("411003104201.0") == code(" ４１１００３１０４２０１ ")
    assert code("'0012") == "0012"
    assert code(None) == ""
    assert code("3-2-101") == "3-2-101"
    assert code("3E2") == "3E2"


@pytest.mark.parametrize("text", ["4.11E+11", "4.11003e+11", "4E+11"])
def test_a_code_that_excel_destroyed_is_not_guessed(text):
    with pytest.raises(CodeDestroyed, match="科学计数法"):
        code(text)


def test_full_width_marks_become_half_width():
    assert normal("\u3000１１３．８５Ａ－（１） \ufeff") == "113.85A-(1)"


@pytest.mark.parametrize("start", "=+-@|%\t\r\n＝＋－＠｜％")
def test_no_cell_that_we_write_begins_a_formula(tmp_path, start):
    assert safe_cell(f"{start}1") == f"'{start}1"
    path = tmp_path / "out.csv"
    write_csv(path, ["a", start], [["x", None], [f"{start}cmd", 5]])
    table = read_table(path)
    assert table.columns[0] == "a"
    assert [cells[0] for _, cells in table.rows] == ["x", f"'{start}cmd"]


def test_a_list_that_cannot_be_written_is_a_sentence(tmp_path):
    with pytest.raises(FileNotUsable, match="写不了"):
        write_csv(tmp_path / "nowhere" / "out.csv", ["a", "b"], [])
