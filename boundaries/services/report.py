"""What an import did, for people and for programs."""

from collections import Counter
from pathlib import Path

from django.conf import settings
from django.db.models import Count

from boundaries.doctor import Placement
from boundaries.models import Division, DivisionChange, Level
from boundaries.services import outlines
from boundaries.services.diff import Diff
from boundaries.services.source import TITLE, Source

# Lines of each kind that a person is shown; --json holds all.
SHOWN = 20
# A possibility this far off is none.
NOT_WORTH_SAYING_M = 1e6


def _hanging(divisions: list[Division]) -> Counter:
    """How many records of the apps above, and present children, hang on each division."""
    hanging = Counter()
    for relation in Division._meta.related_objects:
        model, name = relation.related_model, relation.field.name
        if model._meta.app_label == "boundaries" and model is not Division:
            continue
        if model._meta.db_table in settings.TABLES_KEPT_BY_THE_DATABASE:
            continue
        rows = model.objects.filter(**{f"{name}__in": divisions})
        if model is Division:
            rows = rows.filter(valid_to=None)
        hanging.update(dict(rows.order_by().values_list(name).annotate(n=Count("pk"))))
    return hanging


def report_of(
    path: Path,
    source: Source,
    placement: Placement | None,
    diff: Diff,
    changes: list[DivisionChange],
    level: Level,
) -> dict:
    ended = {d.pk for d in diff.ended}
    hanging = _hanging(diff.ended)
    notes = list(source.notes)
    notes += [
        f"{d} 停用后仍有 {hanging[d.pk]} 条下级、网格或家庭记录，都保留在原处，请另行安排。"
        for d in diff.ended
        if hanging[d.pk]
    ]
    if kept := len(diff.vanished) - len(diff.ended):
        notes.append(f"文件里没有的 {kept} 个没有停用。如果文件是完整名单，请加 --missing end。")
    if numbered := sum(bool(row.own_code) for row in source.rows):
        notes.append(f"文件的代码不是国标区划代码，已另编 {numbered} 个，原代码一并保存。")
    shapes = [row.shape for row in source.rows if row.shape is not None]
    if badly := outlines.badly_joined(shapes) if len(shapes) > 1 else 0:
        notes.append(f"{badly} 个区划与邻居之间有缝隙或重叠。")
    if source.layer:
        pairs = zip(source.rows, source.layer.features, strict=True)
        notes += [f"{row.label}：{note}" for row, feature in pairs for note in feature.notes]
    redrawn = {d.pk: d for part in (diff.moved, diff.outlined, diff.reshaped) for d, _ in part}
    return {
        "level": level,
        "file": path.name,
        "encoding": source.encoding,
        "columns": source.columns,
        "crs": placement
        and {
            "declared": placement.declared,
            "used": placement.used,
            "method": placement.method,
            "shift_m": placement.shift_m,
            "candidates": [vars(c) for c in placement.candidates],
        },
        "counts": {
            "rows": len(source.rows),
            "new": len(diff.new),
            "renamed": len(diff.renamed),
            "changed": len(redrawn),
            "vanished": len(diff.vanished),
            "ended": len(diff.ended),
            "unchanged": diff.unchanged,
            "crosswalk": sum(c.kind != DivisionChange.Kind.RENAMED for c in changes),
        },
        "new": [{"code": row.code, "name": row.name} for row in diff.new],
        "renamed": [
            {"code": row.code, "from": diff.names_before[row.code], "to": row.name}
            for _, row in diff.renamed
        ],
        "changed": [{"code": d.code, "name": d.name} for d in redrawn.values()],
        "vanished": [
            {"code": d.code, "name": d.name, "ended": d.pk in ended} for d in diff.vanished
        ],
        "notes": notes,
    }


def in_words(report: dict) -> list[str]:
    """The report as Chinese lines."""
    counts, crs = report["counts"], report["crs"]
    columns = report["columns"]
    lines = [
        f"{report['file']}：{counts['rows']} 条{TITLE[report['level']]}记录，文字按 {report['encoding']} 读取，"
        f"代码列“{columns['code']}”，名称列“{columns['name']}”。"
    ]
    if crs:
        shift = f"；平均移动 {crs['shift_m']:.0f} 米" if crs["shift_m"] else ""
        lines.append(f"坐标：{crs['method']}{shift}。")
        lines += [
            f"  {'→' if i == 0 else ' '} {c['title']}：偏差 {c['misfit_m']:,.0f} 米"
            for i, c in enumerate(crs["candidates"][:6])
            if c["misfit_m"] < NOT_WORTH_SAYING_M
        ]
    done = counts["new"] + counts["renamed"] + counts["changed"] + counts["ended"]
    if not done and not counts["crosswalk"]:
        lines.append("与现有区划完全一致，没有改动。")
    else:
        lines.append(
            f"新增 {counts['new']}，改名 {counts['renamed']}，边界或上级变化 {counts['changed']}，"
            f"停用 {counts['ended']}，未变 {counts['unchanged']}。"
        )
    lines += [f"  新增 {d['code']} {d['name']}" for d in report["new"][:SHOWN]]
    lines += [f"  改名 {d['code']} {d['from']} → {d['to']}" for d in report["renamed"][:SHOWN]]
    lines += [f"  变化 {d['code']} {d['name']}" for d in report["changed"][:SHOWN]]
    lines += [
        f"  {'停用' if d['ended'] else '文件里没有'} {d['code']} {d['name']}"
        for d in report["vanished"][:SHOWN]
    ]
    if counts["crosswalk"]:
        lines.append(f"沿革对照 {counts['crosswalk']} 条。")
    return lines + [f"注意：{note}" for note in report["notes"]]
