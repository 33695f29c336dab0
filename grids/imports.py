"""What a file of grids means: whose each polygon is, and whether they tile their villages.

Nothing is written here. `read_drafts` reads the words, `plan` the polygons; what they cannot accept
they say in Chinese, all at once.
"""

import json
import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from boundaries.models import Division, DivisionChange, Level
from boundaries.services.outlines import from_django
from core.errors import Invalid
from core.geofile.layer import Layer
from core.importing import Progress
from core.tables import code as as_code
from core.tables import normal
from grids.coverage import TOLERANCE_M, Fault, Tiling, tile
from grids.models import Grid
from grids.numbering import MOST, number
from grids.services import Drawn

FIELDS = {
    "code": ("网格编码", "网格代码", "grid_code", "code", "编码", "代码"),
    "village": ("村代码", "村编码", "所属村代码", "village_code", "parent_code"),
    "name": ("网格名称", "名称", "grid_name", "name"),
    "target": ("目标户数", "target_households"),
}
# A polygon without a code belongs to a village when no other has more than this share of it.
CLEAR = 0.1


class NoSuchField(Invalid):
    message = "文件里没有这个字段。"


@dataclass
class Draft:
    """A polygon of the file. Without a code it is located by the place; village is filled later."""

    number: int
    code: str
    village_code: str
    name: str
    target: int | None
    geometry: BaseGeometry | None = None
    village: Division | None = None
    # What is counted: features, or the rows of a table.
    unit: str = "个要素"

    def __str__(self):
        called = self.code or self.name
        return f"第 {self.number} {self.unit}" + (f"(网格 {called})" if called else "")


@dataclass
class Plan:
    """`grids` by village, if there are no `reasons` against it. `faults` are GeoJSON features."""

    grids: dict[Division, list[Drawn]] = field(default_factory=dict)
    reasons: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    faults: list[dict] = field(default_factory=list)


# Words


def read_drafts(
    layer: Layer,
    *,
    code_field: str | None = None,
    name_field: str | None = None,
    parent_field: str | None = None,
) -> tuple[list[Draft], list[str]]:
    """The polygons with their codes and names, and a sentence for each that cannot be used."""
    columns = {
        "code": _field(layer, "code", code_field),
        "village": _field(layer, "village", parent_field),
        "name": _field(layer, "name", name_field),
        "target": _field(layer, "target", None),
    }
    drafts, reasons = [], []
    for feature in layer.features:
        words = {what: feature.properties.get(column) for what, column in columns.items() if column}
        try:
            draft = as_draft(feature.number, words)
        except Invalid as error:
            reasons.append(f"第 {feature.number} 个要素：{error.message}")
            continue
        drafts.append(draft)
        if feature.problem:
            reasons.append(feature.problem)
        elif feature.geometry is None or feature.geometry.is_empty:
            reasons.append(f"{draft}没有图形；请补上图形，或从文件里删去这一条。")
        elif feature.geometry.geom_type not in ("Polygon", "MultiPolygon"):
            reasons.append(f"{draft}是点或线，不是面；网格要用面来画。")
    reasons += repeated(drafts)
    if not layer.features:
        reasons.append("文件里没有任何图形；请检查导出的是不是网格图层。")
    return drafts, reasons


def repeated(drafts: Sequence[Draft]) -> list[str]:
    """A sentence for each code that stands twice."""
    by_code = defaultdict(list)
    for draft in drafts:
        by_code[draft.code].append(str(draft.number))
    return [
        f"网格编码 {code} 在第 {'、'.join(numbers)} {drafts[0].unit}里重复出现；"
        "请合并成一个图形，或改正编码。"
        for code, numbers in by_code.items()
        if code and len(numbers) > 1
    ]


def _field(layer: Layer, what: str, given: str | None) -> str | None:
    """The column that holds this; in Shapefiles names end after ten bytes."""
    if given is not None:
        if given not in layer.fields:
            raise NoSuchField(f"文件里没有字段“{given}”。现有字段：{'、'.join(layer.fields)}。")
        return given
    plain = {normal(name).lower().replace(" ", ""): name for name in reversed(layer.fields)}
    for name in FIELDS[what]:
        if found := plain.get(name) or plain.get(name[:10]):
            return found
    return None


def as_draft(number: int, words: dict[str, str | None], unit: str = Draft.unit) -> Draft:
    code, village = as_code(words.get("code")), as_code(words.get("village"))
    if re.fullmatch(r"\d{12}", code) and not village:
        code, village = "", code
    if code and not re.fullmatch(r"\d{15}", code):
        raise Invalid(f"网格编码“{code}”不是 15 位数字;应为 12 位村代码加 3 位序号。")
    if village and not re.fullmatch(r"\d{12}", village):
        raise Invalid(f"村代码“{village}”不是 12 位数字。")
    if code and village and code[:12] != village:
        raise Invalid(f"网格编码 {code} 的前 12 位与村代码 {village} 不一致;请改正其中一个。")
    if code.endswith("000"):
        raise Invalid(f"网格编码 {code} 的序号是 000；序号从 001 开始。")
    target = as_code(words.get("target"))
    if target and not (re.fullmatch(r"\d{1,6}", target) and int(target)):
        raise Invalid(f"目标户数“{target}”不是正整数。")
    name = (words.get("name") or "").strip()
    if len(name) > 80:
        raise Invalid(f"名称“{name[:20]}…”超过 80 个字。")
    aim = int(target) if target else None
    return Draft(number, code, village or code[:12], name, aim, unit=unit)


# Places


def known_outline(drafts: Sequence[Draft]) -> BaseGeometry | None:
    """What the coordinates are compared with: the villages named, or all there are."""
    villages = Division.objects.current().filter(level=Level.VILLAGE, geom__isnull=False)
    named = {draft.village_code for draft in drafts}
    if named and "" not in named:
        villages = villages.filter(code__in=named)
    outlines = [from_django(geom) for geom in villages.values_list("geom", flat=True)]
    return shapely.union_all(outlines) if outlines else None


def plan(drafts: Sequence[Draft], geometries: Sequence[BaseGeometry], progress: Progress) -> Plan:
    """Find each polygon's village, check that each village is tiled, number what has no code."""
    made = Plan()
    for draft, geometry in zip(drafts, geometries, strict=True):
        draft.geometry = geometry
        if not geometry.is_valid:
            made.reasons.append(f"{draft}的边界自己相交；请在制图软件里修好后重新导出。")
    if not made.reasons:
        made.reasons = find_villages(drafts)
    if made.reasons:
        return made
    by_village: dict[Division, list[Draft]] = defaultdict(list)
    for draft in drafts:
        by_village[draft.village].append(draft)
    villages = sorted(by_village.items(), key=lambda item: item[0].code)
    for done, (village, own) in enumerate(villages, 1):
        progress("核对各村的网格", done, len(villages))
        tiling = tile(from_django(village.geom), [draft.geometry for draft in own])
        if tiling.faults:
            for fault in tiling.faults:
                made.reasons.append(say(fault, village, own))
                made.faults.append(as_geojson(fault, village, own))
        elif len(own) > MOST:
            made.reasons.append(f"{village}有 {len(own)} 个网格，超过 {MOST} 个，编不下号。")
        else:
            made.grids[village] = _numbered(village, own, tiling, made)
            made.notes += _notes(village, made.grids[village], tiling)
    return made


def find_villages(drafts: Sequence[Draft]) -> list[str]:
    """Fill in `village`; return what stands in the way."""
    current = Division.objects.current().filter(level=Level.VILLAGE)
    current = current.only("code", "name", "level", "geom")
    named = {v.code: v for v in current.filter(code__in={d.village_code for d in drafts})}
    outlined = list(current.filter(geom__isnull=False))
    outlines = np.array([from_django(v.geom) for v in outlined], dtype=object)
    tree = shapely.STRtree(outlines)
    reasons = []
    bare: dict[str, Division] = {}
    for draft in drafts:
        near = tree.query(draft.geometry, predicate="intersects")
        parts = shapely.area(shapely.intersection(outlines[near], draft.geometry))
        shares = {
            outlined[i]: part / draft.geometry.area
            for part, i in sorted(zip(parts.tolist(), near.tolist(), strict=True), reverse=True)
        }
        if not draft.village_code:
            reasons += _locate(draft, shares)
            continue
        draft.village = village = named.get(draft.village_code)
        if village is None:
            reasons.append(f"{draft}的村代码 {draft.village_code} {_not_known(draft.village_code)}")
        elif village.geom is None:
            bare[village.code] = village
        elif shares.get(village, 0) < 0.5:
            elsewhere = [v for v, share in shares.items() if share >= 0.5]
            where = f"在{elsewhere[0]}" if elsewhere else "大半在村外"
            reasons.append(f"{draft}编码属于{village}，图形却{where}；请核对编码和坐标系。")
    for village in bare.values():
        reasons.append(
            f"{village}还没有边界，网格无从核对；请先用 import_divisions --level village 导入它的边界。"
        )
    return reasons


def _locate(draft: Draft, shares: dict[Division, float]) -> list[str]:
    """Fill in the village that holds the most, unless another holds a part worth naming."""
    clear = [village for village, share in shares.items() if share > CLEAR]
    if not clear:
        return [f"{draft}没有编码,也不在任何有边界的村内;请补上村代码,或先导入村的边界。"]
    if len(clear) > 1:
        split = "、".join(f"{village} {shares[village]:.0%}" for village in clear)
        return [f"{draft}跨了几个村：{split}；请沿村界拆开。"]
    draft.village = clear[0]
    return []


def _not_known(code: str) -> str:
    """Recoded villages are common; the crosswalk may know."""
    changes = DivisionChange.objects.filter(
        from_division__code=code, to_division__valid_to=None
    ).select_related("to_division")
    heirs = "、".join(sorted({str(change.to_division) for change in changes}))
    if heirs:
        return f"已停用，现在是{heirs}；请改用新代码。"
    return "不在现有区划里；请核对代码，或先导入这个村。"


def _numbered(village: Division, own: list[Draft], tiling: Tiling, made: Plan) -> list[Drawn]:
    """Give codes to those without: that of the grid they redraw, or a new one in reading order."""
    known = Grid.objects.filter(village=village)
    given = {draft.code for draft in own if draft.code}
    codes = [draft.code for draft in own]
    bare = [i for i, code in enumerate(codes) if not code]
    if bare:
        for grid in known.current().exclude(code__in=given):
            before = from_django(grid.geom)
            for i in bare:
                shared = tiling.grids[i].intersection(before).area
                # More than half of both together: true of one pair only.
                if not codes[i] and shared > tiling.grids[i].union(before).area / 2:
                    codes[i] = grid.code
    new = [i for i in bare if not codes[i]]
    ever = {*known.values_list("code", flat=True), *given}
    numbers = number([tiling.grids[i] for i in new], [int(code[12:]) for code in ever])
    for i, n in zip(new, numbers, strict=True):
        codes[i] = f"{village.code}{n:03}"
        if n > MOST:
            made.reasons.append(f"{village}的网格序号已用到 {MOST}，编不下号；请在文件里写明编码。")
    return [
        Drawn(code=code, name=draft.name, target_households=draft.target, geom=geom)
        for code, draft, geom in zip(codes, own, tiling.grids, strict=True)
    ]


def _notes(village: Division, grids: list[Drawn], tiling: Tiling) -> list[str]:
    notes = []
    if tiling.slivers:
        area = sum(sliver.area_m2 for sliver in tiling.slivers)
        notes.append(
            f"{village}：{len(tiling.slivers)} 处不足 {TOLERANCE_M} 米宽的缝隙、重叠或越界"
            f"(共 {area:,.1f} 平方米)已接平。"
        )
    for grid in grids:
        if len(grid.geom.geoms) > 1:
            notes.append(f"网格 {grid.code} 由 {len(grid.geom.geoms)} 块不相连的部分组成。")
    return notes


# Faults


def say(fault: Fault, village: Division, own: list[Draft]) -> str:
    grids = "、".join(str(own[i]) for i in fault.grids)
    point = fault.geometry.point_on_surface()
    place = f"东经 {point.x:.5f}、北纬 {point.y:.5f} 附近"
    area = f"{fault.area_m2:,.0f} 平方米"
    match fault.kind:
        case "gap":
            beside = f"，旁边是{grids}" if grids else ""
            return f"{village}有 {area}没有划进任何网格({place}){beside}；请划给其中一个。"
        case "overlap":
            return f"{grids}重叠 {area}({place})；请只留给一个网格。"
        case "outside":
            return f"{grids}有 {area}在{village}之外({place})；请沿村界裁去，或先更正村界。"
    return f"{grids}处处不足 {TOLERANCE_M} 米宽({place})，不像一个网格；请核对。"


def as_geojson(fault: Fault, village: Division, own: list[Draft]) -> dict:
    return {
        "type": "Feature",
        "geometry": json.loads(shapely.to_geojson(fault.geometry)),
        "properties": {
            "kind": fault.kind,
            "reason": say(fault, village, own),
            "village_code": village.code,
            "grid_codes": [own[i].code for i in fault.grids],
            "features": [own[i].number for i in fault.grids],
            "area_m2": round(fault.area_m2, 1),
        },
    }
