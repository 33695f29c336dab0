import json
from pathlib import Path

from django.core.management.base import BaseCommand

from boundaries.models import Division, Level
from core.errors import DomainError, Invalid
from households.schemes import read_scheme
from households.services import install_default_scheme, install_scheme


class Command(BaseCommand):
    help = "启用一个区县的颜色方案：不给文件时用默认的五色；给 YAML 文件时作为新的一版。"

    def add_arguments(self, parser):
        parser.add_argument("file", nargs="?", type=Path, metavar="FILE", help="颜色方案(YAML)")
        parser.add_argument("--county", metavar="CODE", help="区县代码；只有一个区县时可以不写")
        parser.add_argument("--dry-run", action="store_true", help="只检查，不写入")
        parser.add_argument("--json", action="store_true", help="最后一行输出一个 JSON 对象")

    def handle(self, *args, **options):
        try:
            county = _county(options["county"])
            name, classes = read_scheme(options["file"]) if options["file"] else (None, None)
            if options["dry_run"]:
                self.stderr.write("检查通过。这是试运行，什么都没有写入。")
                return
            scheme = (
                install_scheme(county=county, name=name, classes=classes)
                if classes
                else install_default_scheme(county)
            )
        except DomainError as error:
            for reason in getattr(error, "reasons", []):
                self.stderr.write(f"  · {reason}")
            self.stderr.write(error.message)
            raise SystemExit(1) from None
        self.stderr.write(f"{county.name}现在使用：{scheme}。")
        if options["json"]:
            self.stdout.write(
                json.dumps({"county": county.code, "name": scheme.name, "version": scheme.version})
            )


def _county(code: str | None) -> Division:
    districts = Division.objects.current().filter(level=Level.DISTRICT)
    found = list(districts.filter(code=code) if code else districts)
    if not found:
        raise Invalid("没有找到这个区县，请先用 import_divisions 导入。")
    if len(found) > 1:
        raise Invalid("库里有多个区县，请用 --county 写明代码。")
    return found[0]
