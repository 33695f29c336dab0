"""The counterpart of import_grids and import_assignments: what goes out comes back the same."""

import os
from pathlib import Path

from boundaries.models import Division
from core.commands import SystemCommand
from core.errors import Invalid, NotFound
from households.territory.exchange.export import export_all

KINDS = {".xlsx": "xlsx", ".gpkg": "gpkg", ".geojson": "geojson"}


class NotWritable(Invalid):
    message = "写不了这个文件。"


class Command(SystemCommand):
    help = (
        "把一个区县、乡镇或村的网格和负责人导出成文件：网格编码、名称、村、主责、协同、户数、目标户数、版本；"
        "GeoPackage 和 GeoJSON 还有边界。没有颜色，没有家庭的姓名。导出的文件可以再导入。"
    )
    purpose = "export_territory"
    refused = "没有导出"

    def add_arguments(self, parser):
        parser.add_argument("division", metavar="DIVISION_CODE", help="区划代码(6、9 或 12 位)")
        parser.add_argument(
            "--to", type=Path, required=True, metavar="FILE",
            help="写到哪里；扩展名 .xlsx、.gpkg 或 .geojson 决定格式",
        )  # fmt: skip
        super().add_arguments(parser)

    def work(self, options, progress):
        target = options["to"]
        kind = KINDS.get(target.suffix.lower())
        if kind is None:
            raise NotWritable("文件名要以 .xlsx、.gpkg 或 .geojson 结尾。")
        place = Division.objects.current().filter(code=options["division"]).first()
        if place is None:
            raise NotFound(f"没有区划“{options['division']}”；请核对代码。")
        made = export_all(place, kind)
        if not options["dry_run"]:
            _write(target, made.content)
        return {"division": place.code, "file": str(target), "grids": made.grids}

    def describe(self, report):
        return [f"{report['grids']} 个网格，写入 {report['file']}。"]


def _write(target: Path, content: bytes) -> None:
    try:
        # Readable by its owner only: it names people.
        with open(target, "wb", opener=lambda p, f: os.open(p, f, 0o600)) as file:
            file.write(content)
    except OSError as error:
        raise NotWritable(f"写不了文件“{target}”({error.strerror})；请换一个位置。") from None
