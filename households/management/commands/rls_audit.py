import json

from django.conf import settings
from django.core.management.base import BaseCommand

from households.rls import faults


class Command(BaseCommand):
    help = "检查行级安全：退出码 0 表示每张受限的表、视图、函数和角色都守住了约定。"

    def add_arguments(self, parser):
        parser.add_argument("--json", action="store_true", help="最后一行输出一个 JSON 对象")

    def handle(self, *args, **options):
        found = faults(settings.TABLES_KEPT_BY_THE_DATABASE)
        for fault in found:
            self.stderr.write(f"{fault.what}: {fault.why}")
        if options["json"]:
            self.stdout.write(json.dumps({"faults": [vars(f) for f in found]}, ensure_ascii=False))
        elif not found:
            self.stdout.write("行级安全完好。")
        if found:
            raise SystemExit(1)
