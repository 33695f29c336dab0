import argparse
import json

from django.core.management.base import BaseCommand

from core.errors import DomainError
from core.importing import Progress
from gis_app.demo import load


def households(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= load.MOST_HOUSEHOLDS:
        raise argparse.ArgumentTypeError(f"户数应是 1 到 {load.MOST_HOUSEHOLDS} 之间的整数")
    return int(text)


def seed(text: str) -> int:
    if not text.isdecimal() or int(text) >= 2**63:
        raise argparse.ArgumentTypeError("随机种子应是不小于 0 的整数")
    return int(text)


class Command(BaseCommand):
    help = (
        "装入演示区：区界、代码和名称是真的，其余全是虚构。已装好则什么都不做；有正式数据则拒绝。"
    )
    requires_system_checks = []

    def add_arguments(self, parser):
        parser.add_argument(
            "--households", type=households, metavar="N",
            help=f"户数，默认 {load.DEFAULT_HOUSEHOLDS}，最多 {load.MOST_HOUSEHOLDS}",
        )  # fmt: skip
        parser.add_argument(
            "--seed",
            type=int,
            metavar="S",
            help=f"随机种子，默认 {load.DEFAULT_SEED}；相同则内容相同",
        )
        parser.add_argument("--remove", action="store_true", help="移除演示数据，腾出空的数据库")
        parser.add_argument("--dry-run", action="store_true", help="只说会做什么，不写入")
        parser.add_argument("--json", action="store_true", help="最后一行输出一个 JSON 对象")

    def handle(self, *args, **options):
        progress = Progress(lambda line: self.stderr.write(line))
        try:
            if options["remove"]:
                report = {"removed": load.remove(progress, dry_run=options["dry_run"])}
            else:
                report = load.load(
                    households=options["households"],
                    seed=options["seed"],
                    progress=progress,
                    dry_run=options["dry_run"],
                )
                if not options["dry_run"]:
                    self._show_accounts(report["already"])
        except DomainError as refused:
            self.stderr.write(f"没有改动：{refused.message}")
            if options["json"]:
                self._print_json({"ok": False, "code": refused.code, "message": refused.message})
            raise SystemExit(1) from None
        if options["json"]:
            self._print_json({"ok": True, "dry_run": options["dry_run"], **report})

    def _show_accounts(self, already: bool) -> None:
        """The password is shown when it is made, and never again."""
        file = load.accounts_file()
        if already and file.exists():
            return
        if already:
            load.renew_accounts()
        self.stderr.write(f"演示账号(保存在 {file.name}，只有本机所有者能读):")
        self.stderr.write(file.read_text(encoding="utf-8"))

    def _print_json(self, content: dict) -> None:
        self.stdout.write(json.dumps(content, ensure_ascii=False))
