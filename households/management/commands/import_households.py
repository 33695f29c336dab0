from dataclasses import asdict
from pathlib import Path

from core.importing import ImportCommand, Progress
from households.imports import import_households


class Command(ImportCommand):
    help = (
        "导入家庭名单(CSV 或 .xlsx)。列名(中英文皆可,次序不限):户编号、村代码(或 乡镇+村)、"
        "经度、纬度、地址、户主、电话、人口、备注、颜色。颜色只作为待确认的建议；"
        "空着的格子不会清除已有内容。"
    )
    purpose = "import"

    def add_file_arguments(self, parser):
        parser.add_argument(
            "--crs",
            default="auto",
            help="经纬度的坐标系：auto(默认，与村界比对)、wgs84、cgcs2000、gcj02、bd09、EPSG：编号",
        )
        parser.add_argument(
            "--encoding", default="auto", help="文字编码：auto(默认)、utf-8、gb18030、utf-16"
        )
        parser.add_argument(
            "--rejects",
            type=Path,
            metavar="OUT.csv",
            help="被拒收的行及原因写到这里(默认：名单旁边的“名单名.拒收.csv”)",
        )

    def run(self, path: Path, options: dict, progress: Progress) -> dict:
        imported = import_households(
            path=path,
            crs=options["crs"],
            encoding=options["encoding"],
            rejects=options["rejects"],
            progress=progress,
            by=self.by and self.by.pk,
            within=self.by and self.by.division,
        )
        return asdict(imported)

    def describe(self, report: dict) -> list[str]:
        lines = [
            f"共 {report['rows']} 行：新增 {report['new']} 户，更新 {report['updated']} 户，"
            f"没有变化 {report['unchanged']} 户，拒收 {report['rejected']} 行。"
        ]
        if report["rejects_file"]:
            lines.append(f"拒收的行及原因：{report['rejects_file']}")
        for count, rows, what in (
            ("without_position", "rows_without_position", "没有位置，等待补充"),
            ("outside_village", "rows_outside_village", "位置不在本村"),
            ("outside_grids", "rows_outside_grids", "位置不在任何网格内"),
        ):
            if report[count]:
                shown = "、".join(map(str, report[rows][:10]))
                more = " 等" if report[count] > 10 else ""
                lines.append(
                    f"{what}：{report[count]} 户(第 {shown} 行{more})，已保留，未归入网格。"
                )
        if report["proposals"]:
            lines.append(f"提出颜色 {report['proposals']} 户，都要由他人确认后才生效。")
        if report["crs"]:
            lines.append(f"坐标系：{report['crs']}。{report['crs_method']}。")
        if report["unknown_columns"]:
            lines.append(f"没有用到的列：{'、'.join(report['unknown_columns'])}。")
        return lines + report["notes"]
