"""Here and not in grids: after grids have changed, families must be joined to them again."""

import json
from pathlib import Path

from boundaries.doctor import place
from boundaries.models import Division
from boundaries.services import file_sha256, record_batch
from core.geofile import read_layer
from core.importing import FileNotUsable, ImportCommand, ImportRefused
from grids.imports import known_outline, plan, read_drafts
from grids.services import overlaps_told, replace_grids, simplify_outlines
from households.services import join_to_grids


class Command(ImportCommand):
    help = (
        "导入网格。文件里出现的村，其网格整体换成文件里的；没有出现的村不变。"
        "每个村的网格必须不重不漏铺满全村，不足半米宽的缝隙自动接平。"
        "没有编码的网格自西向东、自北向南编号。"
    )
    purpose = "import_grids"

    def add_file_arguments(self, parser):
        parser.add_argument("--layer", help="多图层文件里的图层名")
        parser.add_argument("--code-field", help="网格编码(15 位)或村代码(12 位)所在字段")
        parser.add_argument("--name-field", help="网格名称所在字段")
        parser.add_argument("--parent-field", help="村代码(12 位)所在字段")
        parser.add_argument(
            "--crs", default="auto", help="auto、EPSG:n、gcj02 或 bd09(默认 auto：自动识别)"
        )
        parser.add_argument("--encoding", default="auto", help="auto、utf-8、gb18030 等")
        parser.add_argument(
            "--faults", type=Path, metavar="OUT", help="把空缺、重叠和越界之处写成 GeoJSON"
        )

    def run(self, path, options, progress):
        faults = options["faults"]
        if faults:
            # Also when it is refused before anything is measured: an old map would mislead.
            _write_faults(faults, [], read_from=path)
        progress("读取文件")
        layer = read_layer(path, layer=options["layer"], encoding=options["encoding"])
        drafts, reasons = read_drafts(
            layer,
            code_field=options["code_field"],
            name_field=options["name_field"],
            parent_field=options["parent_field"],
        )
        _refuse(reasons)
        placement = place(layer, crs=options["crs"], reference=known_outline(drafts))
        progress(f"坐标系：{placement.method}")
        found = plan(drafts, placement.geometries, progress)
        if faults:
            _write_faults(faults, found.faults, read_from=path)
        _refuse(found.reasons)
        if self.by:
            inside = set(Division.objects.under(self.by.division).values_list("pk", flat=True))
            _refuse([f"{v}不在您的任职地里。" for v in found.grids if v.pk not in inside])
        progress("写入网格")
        report = {"new": [], "changed": [], "vanished": [], "unchanged": 0}
        touched: set[int] = set()
        with overlaps_told():
            for village, drawn in found.grids.items():
                done = replace_grids(village=village, drawn=drawn)
                report["new"] += done.new
                report["changed"] += done.changed
                report["vanished"] += done.vanished
                report["unchanged"] += len(done.unchanged)
                touched |= done.villages
        moved = 0
        if report["new"] or report["changed"] or report["vanished"]:
            simplify_outlines()
            progress("重新归户")
            moved = join_to_grids(villages=touched)
        record_batch(
            kind="grids",
            path=path,
            sha256=file_sha256(path),
            layer_encoding=layer.encoding,
            placement=placement,
            counts={k: v if isinstance(v, int) else len(v) for k, v in report.items()},
            by=self.by and self.by.pk,
        )
        return {
            **report,
            "households_moved": moved,
            "villages": [village.code for village in found.grids],
            "crs": placement.used,
            "crs_method": placement.method,
            "notes": [*layer.notes, *found.notes],
        }

    def describe(self, report):
        yield from report["notes"]
        for what, key in (("新增", "new"), ("改动", "changed"), ("停用", "vanished")):
            if report[key]:
                yield f"{what} {len(report[key])} 个：{'、'.join(report[key])}"
        yield (
            f"{len(report['villages'])} 个村的网格：新增 {len(report['new'])}，"
            f"改动 {len(report['changed'])}，停用 {len(report['vanished'])}，"
            f"不变 {report['unchanged']}；{report['households_moved']} 户换了网格。"
        )


def _write_faults(target: Path, features: list[dict], *, read_from: Path) -> None:
    if target.resolve() == read_from.resolve():
        raise FileNotUsable("--faults 不能是要导入的文件自己。")
    content = {"type": "FeatureCollection", "features": features}
    try:
        target.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
    except OSError:
        raise FileNotUsable(f"写不了文件“{target}”；请换一个位置。") from None


def _refuse(reasons: list[str]) -> None:
    if reasons:
        raise ImportRefused(f"有 {len(reasons)} 处问题，请改好后重新导入。", reasons)
