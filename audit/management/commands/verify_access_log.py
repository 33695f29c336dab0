import argparse
import datetime
import json
import re

from django.core.management.base import BaseCommand
from django.db import transaction

from audit.models import AccessDay
from audit.verifying import faults
from core.scope import acting_as_system


def _noted(text: str) -> tuple[datetime.date, str]:
    day, _, digest = text.partition("=")
    if not re.fullmatch("[0-9a-f]{64}", digest):
        raise argparse.ArgumentTypeError("应为 YYYY-MM-DD=64位指纹")
    return datetime.date.fromisoformat(day), digest


class Command(BaseCommand):
    help = (
        "核对查看记录：退出码 0 表示没有缺少、添加、改动或调换过的记录。"
        "今天的记录到明天封存，在那之前不在核对之内。"
    )

    def add_arguments(self, parser):
        parser.add_argument(
            "--noted", type=_noted, action="append", default=[], metavar="DAY=DIGEST",
            help="另外记下的某一天的指纹；可以写几次",
        )  # fmt: skip
        parser.add_argument("--json", action="store_true", help="最后一行输出一个 JSON 对象")

    def handle(self, *args, **options):
        with transaction.atomic(), acting_as_system("verify_access_log"):
            found = list(faults(dict(options["noted"])))
            last = AccessDay.objects.order_by("day").last()
        for fault in found:
            self.stderr.write(fault)
        if options["json"]:
            self.stdout.write(json.dumps({"faults": found}, ensure_ascii=False))
        elif not found:
            until = f"，到 {last.day} 为止，指纹 {last.digest}" if last else ""
            self.stdout.write(f"查看记录完好{until}。")
        if found:
            raise SystemExit(1)
