"""Hostile lists: workbooks and CSV. See corpus.py."""

from tests.core.hostile import forge

MB = 1 << 20


def _xlsx_entities(folder, canary, url):
    for entity in (f'SYSTEM "file://{canary}"', f'SYSTEM "{url}/e"', "'ha'"):
        doctype = f"<!DOCTYPE x [<!ENTITY e {entity}>]>".encode()
        row = b'<row r="2"><c r="A2" t="inlineStr"><is><t>&e;</t></is></c></row>'
        yield "sheet.xlsx", forge.workbook([], **forge.sheet(row, doctype))
        strings = (
            doctype
            + b'<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><si><t>&e;</t></si></sst>'
        )
        yield "strings.xlsx", forge.workbook([["a", "b"]], **{"xl/sharedStrings.xml": strings})
    for part in (
        "xl/workbook.xml",
        "[Content_Types].xml",
        "xl/styles.xml",
        "xl/_rels/workbook.xml.rels",
    ):
        yield f"{part[-9:-4]}.xlsx", forge.workbook([["a", "b"]], **{part: doctype + b"<x>&e;</x>"})
    ten = "".join(f"<!ENTITY a{n} '{f'&a{n - 1};' * 10}'>" for n in range(1, 12))
    laughs = f"<!DOCTYPE x [<!ENTITY a0 'ha'>{ten}]>".encode()
    row = b'<row r="2"><c r="A2" t="inlineStr"><is><t>&a11;</t></is></c></row>'
    yield "laughs.xlsx", forge.workbook([], **forge.sheet(row, laughs))


def _xlsx_bombs(folder, canary, url):
    rows = [["户编号", "村代码"], ["1", "2"]]
    yield "ratio.xlsx", forge.workbook(rows, **{"xl/media/a.png": bytes(150 * MB)})
    text = b"".join(b"<si><t>%x</t></si>" % (n * 7919) for n in range(4_000_000))
    yield (
        "strings.xlsx",
        forge.workbook(
            rows,
            **{
                "xl/sharedStrings.xml": b"<sst xmlns='http://schemas.openxmlformats.org/spreadsheetml/2006/main'>"
                + text
                + b"</sst>"
            },
        ),
    )
    for number in (b"1048577000", b"999999999999999", b"-5", b"x"):
        row = b'<row r="%s"><c r="A%s"><v>1</v></c></row>' % (number, number)
        yield "row.xlsx", forge.workbook([], **forge.sheet(row))
    row = b'<row r="2"><c r="ZZZZZZ2"><v>1</v></c></row>'
    yield "column.xlsx", forge.workbook([], **forge.sheet(row))
    cells = b"".join(b"<c><v>%d</v></c>" % n for n in range(2_000_000))
    yield "wide.xlsx", forge.workbook([], **forge.sheet(b'<row r="2">' + cells + b"</row>"))
    deep = b"<a>" * 100_000 + b"</a>" * 100_000
    yield "deep.xlsx", forge.workbook([], **forge.sheet(b'<row r="2">' + deep + b"</row>"))
    yield "members.xlsx", forge.workbook(rows, **{f"xl/media/{n}": b"x" for n in range(300)})
    yield "locked.xlsx", forge.locked(forge.workbook(rows))
    yield "overlap.xlsx", forge.overlapping("xl/workbook.xml0.", b"<a/>" * 1000, 2)


def _xlsx_links(folder, canary, url):
    rows = [["户编号", "村代码"], ["1", "2"]]
    target = '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://x/externalLinkPath" Target="{}" TargetMode="External"/></Relationships>'
    for where in (f"file://{canary}", f"{url}/a.xlsx"):
        yield "linked.xlsx", forge.workbook(rows, **{
            "xl/externalLinks/externalLink1.xml": b"<externalLink/>",
            "xl/externalLinks/_rels/externalLink1.xml.rels": target.format(where).encode(),
        })  # fmt: skip
    yield "connection.xlsx", forge.workbook(rows, **{"xl/connections.xml": b"<connections/>"})
    yield "macro.xlsx", forge.workbook(rows, **{"xl/vbaProject.bin": b"x"})
    yield "ole.xlsx", forge.workbook(rows, **{"xl/embeddings/oleObject1.bin": b"x"})
    yield "activex.xlsx", forge.workbook(rows, **{"xl/activeX/activeX1.bin": b"x"})
    for formula in ("'file:///etc/[x]a'!A1", "cmd|' /C calc'!A0", f'WEBSERVICE("{url}")'):
        row = f'<row r="2"><c r="A2"><f>{formula}</f></c><c r="B2"><f>{formula}</f></c></row>'
        escaped = row.replace("&", "&amp;").replace("'", "&apos;").encode()
        yield "formula.xlsx", forge.workbook([], **{
            "xl/worksheets/sheet1.xml": b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>' + escaped + b"</sheetData></worksheet>"
        })  # fmt: skip
    yield "slip.xlsx", forge.workbook(rows, **{"../../evil.xml": b"<a/>"})


def _csv(folder, canary, url):
    yield "nul.csv", b"a,b\n1,\x002\n"
    yield "nul.csv", "户编号,村代码\n".encode("gb18030") + b"\x00\x00,1\n"
    yield "line.csv", b"a,b\n" + b"x" * (120 * MB)
    yield "letters.csv", ("户编号,村代码\n" + "建" * 30_000_000).encode()
    yield "quote.csv", b'a,b\n"' + b"x\n" * (20 * MB)
    yield "field.csv", b'a,b\n"' + b"x" * 500_000 + b'",1\n'
    yield "columns.csv", b"a," * 400_000 + b"b\n1,2\n"
    yield "cells.csv", b"a,b\n" + (b"," * 400_000 + b"1\n") * 40
    yield "utf16.csv", b"\xff\xfe" + b"\x00\xd8" * 1000
    yield "return.csv", b"a,b\r" + b"1,2" * 3_000_000
    yield "json.csv", b'{"a": 1}'
    yield "page.csv", f'<html><img src="{url}">'.encode()
    yield "one.csv", b"=cmd|' /C calc'!A0\n"
    yield "broken.csv", b"a,b\n" + bytes(range(128, 256)) * 40


def _csv_huge(folder, canary, url):
    # A gigabyte on paper: the disk holds nothing of it.
    yield "gigabyte.csv", b""


TABLES = {
    "xlsx xxe": _xlsx_entities,
    "xlsx bomb": _xlsx_bombs,
    "xlsx links and macros": _xlsx_links,
    "csv": _csv,
    "csv of a gigabyte": _csv_huge,
}
