"""The attribute table: its encoding is judged by its content, its codes keep their digits."""

import struct

import pytest

from core.geofile.dbf import read_dbf
from core.importing import FileNotUsable


def dbf(columns: list[tuple[str, str, int]], rows: list[list[bytes]], encoding: str) -> bytes:
    descriptors = b"".join(
        name.encode(encoding)[:10].ljust(11, b"\0")
        + kind.encode()
        + bytes(4)
        + bytes([width])
        + bytes(15)
        for name, kind, width in columns
    )
    records = b"".join(
        b" " + b"".join(v[:w].ljust(w) for v, (_, _, w) in zip(row, columns, strict=True))
        for row in rows
    )
    width = 1 + sum(w for _, _, w in columns)
    head = struct.pack("<BBBBIHH20x", 3, 126, 1, 1, len(rows), 33 + len(descriptors), width)
    return head + descriptors + b"\r" + records + b"\x1a"


def test_a_text_cut_through_a_character_by_its_column_is_read_up_to_there():
    name = "许由街道办事处".encode("gb18030")
    table = read_dbf(dbf([("行政区划代码名", "C", 9)], [[name]], "gb18030"))

    assert table.encoding == "gb18030"
    assert table.rows == [{"行政区划代": "许由街道"}]


def test_a_code_in_a_number_column_keeps_all_its_digits():
    rows = [[b"411003001001"], [b"4.11003001001e+011"], [b""], [b"***"]]
    table = read_dbf(dbf([("code", "N", 19)], rows, "ascii"))

    assert [r["code"] for r in table.rows] == ["411003001001", "411003001001", "", ""]


def test_a_gbk_table_under_a_western_label_is_read_as_chinese():
    rows = [["建安区".encode("gb18030")], ["灈阳镇".encode("gb18030")]]
    table = read_dbf(dbf([("name", "C", 20)], rows, "ascii"), cpg="ISO-8859-1")

    assert [r["name"] for r in table.rows] == ["建安区", "灈阳镇"]
    assert "内容其实是 GB18030" in table.notes[0]


@pytest.mark.parametrize(
    ("name", "encoding", "cpg"),
    [
        ("学校", "gb18030", None),  # by accident valid UTF-8
        ("联通", "gb18030", None),
        ("Montréal", "utf-8", None),
        ("Montréal", "latin-1", "ISO-8859-1"),
        ("許由", "cp950", None),
        ("许由", "utf-8", "GBK"),
        ("國陽", "cp950", "Big5"),  # 瓣锭 in GBK: as good, so the label decides
    ],
)
def test_one_short_name_is_enough_to_judge_by(name, encoding, cpg):
    table = read_dbf(dbf([("name", "C", 20)], [[name.encode(encoding)]], "ascii"), cpg=cpg)

    assert table.rows == [{"name": name}]


def test_bytes_that_are_no_text_are_refused_rather_than_guessed():
    data = dbf([("name", "C", 20)], [[b"\xff\xfe\x81\x00\x01"]], "ascii")

    with pytest.raises(FileNotUsable, match="编码"):
        read_dbf(data)
