"""`import_divisions FILE --level …`: boundaries or lists of codes become divisions."""

from datetime import date
from pathlib import Path

from django.core.management.base import CommandError

from boundaries.models import Division, Level
from boundaries.services import import_divisions
from boundaries.services.diff import MISSING
from boundaries.services.report import in_words
from core.importing import ImportCommand, ImportRefused

_TOUCHED = ("new", "renamed", "changed", "vanished")


class Command(ImportCommand):
    purpose = "import_divisions"
    help = (
        "导入区县、乡镇或村。FILE 是边界文件(GeoJSON、Shapefile 或其 zip、GeoPackage、KML/KMZ、奥维 ovkml),"
        "或只有代码和名称的名单(CSV、xlsx)。先区县，再乡镇，再村。"
        "代码不是国标区划代码的文件(例如外国的)，先建好上级，再加 --parent 上级代码，由系统编号。"
    )

    def add_file_arguments(self, parser):
        parser.add_argument("--level", required=True, choices=Level.values, help="这一文件的层级")
        parser.add_argument("--layer", help="文件里有多个图层时，读哪一个")
        parser.add_argument("--code-field", help="代码所在的列(默认自动识别)")
        parser.add_argument("--name-field", help="名称所在的列(默认自动识别)")
        parser.add_argument("--parent-field", help="上级代码所在的列(默认取代码的前 6 或 9 位)")
        parser.add_argument("--parent", metavar="CODE", help="所有记录都属于这个上级")
        parser.add_argument(
            "--crs", default="auto", help="auto(默认)、EPSG:4490、EPSG:4547 等、gcj02 或 bd09"
        )
        parser.add_argument("--encoding", default="auto", help="auto(默认)、utf-8、gb18030 等")
        parser.add_argument(
            "--missing",
            choices=MISSING,
            default="auto",
            help="现有而文件里没有的：auto 只在文件包含某上级现有下级的八成以上时停用；end 停用；keep 保留",
        )
        parser.add_argument(
            "--crosswalk",
            type=Path,
            metavar="CSV",
            help="改码对照表:from_code,to_code[,share](旧代码、新代码、份额)",
        )
        parser.add_argument(
            "--date", type=date.fromisoformat, metavar="YYYY-MM-DD", help="从哪一天起如此(默认今天)"
        )

    def run(self, path: Path, options: dict, progress) -> dict:
        if options["parent"] and options["level"] == Level.DISTRICT:
            raise CommandError("区县没有上级，不能用 --parent。", returncode=2)
        report = import_divisions(
            path=path,
            by=self.by and self.by.pk,
            level=Level(options["level"]),
            on=options["date"],
            stated=options["crosswalk"],
            progress=progress,
            **{
                name: options[name]
                for name in (
                    "layer", "code_field", "name_field", "parent_field", "parent", "crs",
                    "encoding", "missing",
                )
            },
        )  # fmt: skip
        if self.by:
            self._refuse_beyond(report)
        return report

    def _refuse_beyond(self, report: dict) -> None:
        """Of what was done, nothing may lie outside her place."""
        touched = {d["code"]: d for part in _TOUCHED for d in report[part] if d.get("ended", True)}
        inside = Division.objects.under(self.by.division).values_list("code", flat=True)
        beyond = sorted(touched.keys() - set(inside) | ({self.by.division.code} & touched.keys()))
        if beyond:
            raise ImportRefused(
                f"文件会改动 {len(beyond)} 个不在您任职地里的区划。",
                [f"{code}。" for code in beyond],
            )

    def describe(self, report: dict) -> list[str]:
        return in_words(report)
