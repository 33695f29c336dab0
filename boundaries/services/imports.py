"""Import districts, towns or villages: read, understand, compare, write. All of it or nothing."""

from collections import defaultdict
from collections.abc import Callable
from datetime import date
from pathlib import Path

import shapely
from django.db import connection, transaction
from django.utils import timezone
from shapely.geometry.base import BaseGeometry

from boundaries.doctor import CrsUnclear, Placement, place
from boundaries.models import Division, Level
from boundaries.services import crosswalk, outlines
from boundaries.services.batches import file_sha256, record_batch
from boundaries.services.diff import check_day, compare
from boundaries.services.report import report_of
from boundaries.services.source import (
    PARENT_LEVEL,
    TITLE,
    Row,
    Source,
    number_rows,
    read_source,
    understand,
)
from boundaries.services.writing import write
from core.importing import ImportRefused


@transaction.atomic
def import_divisions(
    *,
    path: Path,
    level: Level,
    layer: str | None = None,
    code_field: str | None = None,
    name_field: str | None = None,
    parent_field: str | None = None,
    parent: str | None = None,
    crs: str = "auto",
    encoding: str = "auto",
    stated: Path | None = None,
    missing: str = "auto",
    on: date | None = None,
    by: int | None = None,
    progress: Callable = lambda *args: None,
) -> dict:
    """Bring the divisions of one level to what the file says; return the report.

    `parent` is the code of the division that all rows belong to, `stated` a list of what became
    what, `on` the day since which it is so.
    """
    if on and on > timezone.localdate():
        raise ImportRefused("生效日期不能晚于今天。")
    with connection.cursor() as cursor:
        # Two imports at once would both find the same codes to be new.
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('import_divisions'))")
    progress("读取文件")
    source = read_source(
        path, level=level, layer=layer, encoding=encoding,
        code_field=code_field, name_field=name_field, parent_field=parent_field,
    )  # fmt: skip
    rows = source.rows
    if not rows:
        raise ImportRefused("文件里没有任何记录。")
    problems = understand(rows, level=level, parent=parent)
    parents, no_parent = _find_parents(rows, level)
    problems += no_parent
    if parent in parents:
        _number(rows, parents[parent])
    placement = None
    if source.layer:
        progress("核对坐标")
        placement, faults = _place(source, level, parents, crs, problems)
        problems += faults
    if problems:
        raise ImportRefused(f"文件里有 {len(problems)} 处错误，请改正后重新导入。", problems)
    lines = crosswalk.read_stated(stated, encoding=encoding) if stated else []
    progress("与现有区划比较")
    diff = compare(rows, level, parents, missing, {old for _, old, _, _ in lines})
    check_day(diff, on)
    progress("写入")
    changes = write(diff, level, parents, lines, on)
    report = report_of(path, source, placement, diff, changes, level)
    if diff.new or diff.changed or diff.ended or changes:
        record_batch(
            kind="divisions", path=path, sha256=file_sha256(path), placement=placement,
            layer_encoding=source.encoding, counts={"level": level} | report["counts"], by=by,
        )  # fmt: skip
    return report


def _find_parents(rows: list[Row], level: Level) -> tuple[dict[str, Division], list[str]]:
    """Present parents by code, and a sentence for each that is missing."""
    if level == Level.DISTRICT:
        return {}, []
    wanted = defaultdict(list)
    for row in rows:
        if row.parent_code:
            wanted[row.parent_code].append(row)
    above = PARENT_LEVEL[level]
    found = {
        d.code: d
        for d in Division.objects.current()
        .filter(level=above, code__in=wanted)
        .select_related("parent")
    }
    return found, [
        f"上级{TITLE[above]} {code} 还没有导入({len(members)} 条，例如{members[0].label})。"
        f"请先用 --level {above} 导入它，或用 --parent-field 指定上级代码所在的列。"
        for code, members in sorted(wanted.items())
        if code not in found
    ]


def _number(rows: list[Row], parent: Division) -> None:
    """Codes for rows that came with codes of another kind."""
    if any(row.own_code for row in rows):
        siblings = Division.objects.filter(parent=parent)
        known = dict(siblings.exclude(own_code="").values_list("own_code", "code"))
        number_rows(rows, parent=parent.code, known=known)


def _place(
    source: Source, level: Level, parents: dict[str, Division], crs: str, problems: list[str]
) -> tuple[Placement | None, list[str]]:
    """Give each row its outline in WGS84; return how, and what is wrong with the outlines."""
    reference = _known_outline(source.rows, level, parents)
    try:
        placement = place(source.layer, crs=crs, reference=reference)
    except CrsUnclear as unclear:
        if not problems:
            raise
        return None, [unclear.message]
    faults = []
    for row, feature, shape in zip(
        source.rows, source.layer.features, placement.geometries, strict=True
    ):
        if feature.problem:
            # It names the feature by number only.
            said = feature.problem.removeprefix(f"第 {feature.number} 个要素")
            faults.append(f"{row.label}：{said.lstrip(':：的')}")
        elif fault := outlines.fault(shape):
            faults.append(f"{row.label}：{fault}")
        else:
            row.shape = outlines.multi(shape)
    if reference is not None and level != Level.DISTRICT:
        placed = [row for row in source.rows if row.shape is not None]
        away = outlines.beyond([row.shape for row in placed], reference)
        faults += [
            f"{row.label}：离上级区划的边界 {metres / 1000:.0f} 公里。请核对坐标和代码。"
            for row, metres in zip(placed, away, strict=True)
            if metres > outlines.BEYOND_M
        ]
    return placement, faults


def _known_outline(
    rows: list[Row], level: Level, parents: dict[str, Division]
) -> BaseGeometry | None:
    """The outline that the file's features fill or lie in, if we have one that is not invented."""
    if level == Level.DISTRICT:
        codes = [row.code for row in rows]
        known = list(Division.objects.current().filter(level=level, code__in=codes))
        return _union([d for d in known if outlines.is_real(d)])
    above = list(parents.values())
    if above and not all(outlines.is_real(d) for d in above) and level == Level.VILLAGE:
        above = list({d.parent_id: d.parent for d in above}.values())
    return _union(above) if above and all(outlines.is_real(d) for d in above) else None


def _union(divisions: list[Division]) -> BaseGeometry | None:
    shapes = [outlines.from_django(d.geom) for d in divisions]
    return shapely.union_all(shapes) if shapes else None
