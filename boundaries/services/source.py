"""A boundary file or a list of codes as plain rows: number, code, name, parent, shape."""

import re
import unicodedata
import zipfile
from dataclasses import dataclass, field
from pathlib import Path

from shapely.geometry.base import BaseGeometry

from boundaries.models import CODE_LENGTH, Level
from core.errors import Invalid
from core.geofile import Layer, read_layer
from core.importing import FileNotUsable
from core.tables import code as digits
from core.tables import normal, read_table

# Headers people use, most telling first; compared without case, blanks, marks and digits.
OWN_CODE = {
    Level.DISTRICT: ["districtadcode", "districtcode", "countycode", "区县代码", "县区代码"],
    Level.TOWN: ["towncode", "streetcode", "乡镇代码", "街道代码", "镇代码"],
    Level.VILLAGE: ["villagecode", "村代码", "社区代码", "村社区代码", "行政村代码"],
}
OWN_NAME = {
    Level.DISTRICT: ["districtname", "countyname", "区县名称", "区县"],
    Level.TOWN: ["townname", "streetname", "乡镇名称", "街道名称", "乡镇"],
    Level.VILLAGE: ["villagename", "村名称", "村名", "社区名称", "村社区名称", "行政村名称", "村"],
}
ANY_CODE = [
    "code", "代码", "区划代码", "行政区划代码", "统计用区划代码", "adcode", "xzqdm", "zldwdm", "编码",
    "geoid", "id",
]  # fmt: skip
ANY_NAME = ["name", "名称", "区划名称", "单位名称", "xzqmc", "zldwmc", "fullname"]

TITLE = {Level.DISTRICT: "区县", Level.TOWN: "乡镇", Level.VILLAGE: "村"}
PARENT_LEVEL = {Level.TOWN: Level.DISTRICT, Level.VILLAGE: Level.TOWN}
FOREIGN = "；不是国标代码的请加 --parent 上级代码，由系统编号"
LONGEST_NAME = 80
MANY = 20


@dataclass
class Row:
    """One feature or line. `code` is empty until it has been understood."""

    label: str
    raw_code: str
    name: str
    raw_parent: str = ""
    code: str = ""
    own_code: str = ""
    parent_code: str = ""
    shape: BaseGeometry | None = None


@dataclass
class Source:
    """What the file held; `layer` is None for a list without outlines."""

    rows: list[Row]
    layer: Layer | None
    encoding: str
    columns: dict[str, str]
    notes: list[str] = field(default_factory=list)


def read_source(
    path: Path,
    *,
    level: Level,
    layer: str | None,
    encoding: str,
    code_field: str | None,
    name_field: str | None,
    parent_field: str | None,
) -> Source:
    if _is_table(path):
        table = read_table(path, encoding=encoding)
        columns = choose_columns(table.columns, level, code_field, name_field, parent_field)
        place = {key: table.columns.index(name) for key, name in columns.items()}
        rows = [
            _row(f"第 {number} 行", {key: cells[i] for key, i in place.items()})
            for number, cells in table.rows
        ]
        return Source(rows, None, table.encoding, columns, list(table.notes))
    found = read_layer(path, layer=layer, encoding=encoding)
    columns = choose_columns(found.fields, level, code_field, name_field, parent_field)
    rows = [
        _row(
            f"第 {feature.number} 个要素",
            {key: feature.properties.get(name) for key, name in columns.items()},
        )
        for feature in found.features
    ]
    return Source(rows, found, found.encoding, columns, list(found.notes))


def _row(label: str, texts: dict[str, str | None]) -> Row:
    name = re.sub(r"\s+", " ", normal(texts["name"]))
    return Row(
        label=f"{label}({name})" if name else label,
        raw_code=normal(texts["code"]),
        name=name,
        raw_parent=normal(texts.get("parent")),
    )


def _is_table(path: Path) -> bool:
    """A list by content: a workbook, or text that is neither JSON nor XML in a file of lists."""
    try:
        with open(path, "rb") as file:
            start = file.read(64)
    except OSError:
        return False
    if start.startswith(b"PK"):
        try:
            with zipfile.ZipFile(path) as archive:
                return "xl/workbook.xml" in archive.namelist()
        except zipfile.BadZipFile:
            return path.suffix.lower() == ".xlsx"
    text = start.removeprefix(b"\xef\xbb\xbf").lstrip()
    return path.suffix.lower() in {".csv", ".txt", ".tsv"} and not text.startswith(
        (b"{", b"[", b"<")
    )


def choose_columns(
    columns: list[str] | tuple[str, ...],
    level: Level,
    code_field: str | None,
    name_field: str | None,
    parent_field: str | None,
) -> dict[str, str]:
    """Which column holds what. Names that a user gave must exist."""
    chosen = {
        "code": code_field or _find(columns, OWN_CODE[level] + ANY_CODE),
        "name": name_field or _find(columns, OWN_NAME[level] + ANY_NAME),
    }
    if parent_field:
        chosen["parent"] = parent_field
    for key, title in (("code", "代码"), ("name", "名称"), ("parent", "上级代码")):
        there = "、".join(c for c in columns if c)[:200] or "没有任何列"
        if key in chosen and chosen[key] is None:
            raise FileNotUsable(
                f"看不出哪一列是{title}。请用 --{key}-field 指定；文件里的列：{there}。"
            )
        if key in chosen and chosen[key] not in columns:
            raise FileNotUsable(f"文件里没有“{chosen[key][:40]}”这一列；文件里的列：{there}。")
    return chosen


def _find(columns, wanted: list[str]) -> str | None:
    plain = {}
    for column in columns:
        plain.setdefault(re.sub(r"[\W_\d]+", "", normal(column).casefold()), column)
    for name in wanted:
        if name in plain:
            return plain[name]
    # Shapefiles cut headers to ten bytes: district_adcode → district_a.
    for name in wanted:
        for short, column in plain.items():
            if len(column) == 10 and len(short) >= 8 and name.startswith(short):
                return column
    return None


def understand(rows: list[Row], *, level: Level, parent: str | None) -> list[str]:
    """Fill in codes and parents' codes; return what is wrong, a sentence for each row.

    With `parent` all rows belong to that division, and codes that are no division codes at all are
    kept as `own_code`, for `number_rows` to number.
    """
    problems = []
    codes = [_read_code(row.raw_code, level) for row in rows]
    none = not any(code for code, _ in codes)
    foreign = bool(parent) and none
    if none and not parent and len(rows) > MANY:
        # Not so many mistakes but one: the wrong column, level or country.
        return [f"没有一条的代码可用，例如{rows[0].label}：{codes[0][1]}"]
    for row, (code, problem) in zip(rows, codes, strict=True):
        if foreign and row.raw_code:
            row.own_code = row.raw_code[:40]
        elif problem:
            problems.append(f"{row.label}：{problem}")
        row.code = "" if foreign else code
        if level != Level.DISTRICT:
            row.parent_code = parent or code[: CODE_LENGTH[level] - 3]
        if row.raw_parent and not parent:
            row.parent_code, problem = _read_code(row.raw_parent, PARENT_LEVEL[level])
            if problem:
                problems.append(f"{row.label}：上级{problem}")
        if fault := _name_fault(row.name):
            problems.append(f"{row.label}：{fault}")
    return problems + _twice(rows)


def _name_fault(name: str) -> str | None:
    if not name:
        return "没有名称。请补上名称，或用 --name-field 指定名称所在的列。"
    if len(name) > LONGEST_NAME:
        return f"名称超过 {LONGEST_NAME} 个字。请核对 --name-field。"
    if any(c == "�" or unicodedata.category(c) in ("Cc", "Co", "Cn") for c in name):
        return "名称里有乱码。请用 --encoding 指明编码，例如 --encoding gb18030。"
    return None


def _twice(rows: list[Row]) -> list[str]:
    first: dict[str, Row] = {}
    problems = []
    for row in rows:
        key = row.code or row.own_code
        if key and key in first:
            problems.append(
                f"{row.label}：代码 {key} 与{first[key].label}重复。"
                "请改正代码；同一区划的几块请合并成一个要素。"
            )
        elif key:
            first[key] = row
    return problems


def _read_code(text: str, level: Level) -> tuple[str, str | None]:
    """A division's code of that level, and what is wrong with the text if it is none."""
    wanted, title = CODE_LENGTH[level], TITLE[level]
    foreign = "" if level == Level.DISTRICT else FOREIGN
    if not text:
        return "", "没有代码。请补上，或用 --code-field 指定代码所在的列。"
    try:
        code = digits(re.sub(r"\s", "", text))
    except Invalid as error:
        return "", error.message
    if not re.fullmatch(r"[0-9]+", code):
        return "", (
            f"代码“{code[:20]}”不是数字。{title}代码是 {wanted} 位数字，请核对代码列{foreign}。"
        )
    # Official lists write every code with 12 digits: 411003104000 is a town's.
    bare = code
    while len(bare) in (9, 12) and bare.endswith("000"):
        bare = bare[:-3]
    if len(bare) == wanted:
        return bare, None
    for other, length in CODE_LENGTH.items():
        if len(bare) == length < wanted:
            return "", f"代码 {code} 是{TITLE[other]}的代码，不是{title}的。请只保留{title}一级。"
    if len(code) == wanted - 1:
        return "", (
            f"代码 {code} 只有 {len(code)} 位，应为 {wanted} 位，可能丢了开头的 0。"
            "请把这一列设为“文本”后重新填写。"
        )
    return "", (
        f"代码 {code[:20]} 有 {len(code)} 位，{title}代码应为 {wanted} 位。"
        f"请核对层级和代码列{foreign}。"
    )


def number_rows(rows: list[Row], *, parent: str, known: dict[str, str]) -> None:
    """Give codes to rows that came with codes of another kind: the parent's code + 3 digits.

    `known` is own code → code of what the parent has already; new ones follow in the order of their
    own codes, so that the same file always gets the same numbers.
    """
    last = max((int(code[-3:]) for code in known.values()), default=0)
    fresh = [row for row in rows if row.own_code not in known]
    if last + len(fresh) > 999:
        raise FileNotUsable("一个上级下面最多编 999 个代码。请分成几个上级导入。")
    for number, row in enumerate(sorted(fresh, key=lambda r: r.own_code), last + 1):
        row.code = f"{parent}{number:03}"
    for row in rows:
        row.code = known.get(row.own_code, row.code)
