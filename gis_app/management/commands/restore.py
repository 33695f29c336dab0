from pathlib import Path

from django.conf import settings

from core.commands import SpokenCommand
from gis_app.keeping.passphrase import passphrase
from gis_app.keeping.restoring import restore


class Command(SpokenCommand):
    help = (
        "把备份恢复到空的数据库：逐表核对行、权限和函数，升级表结构，再次删除备份以后应要求删除的内容，"
        "检查行级安全。有一处不对，就什么都不留下。"
    )
    refused = "没有恢复"

    def add_arguments(self, parser):
        parser.add_argument("file", help="备份文件")
        parser.add_argument("--passphrase-file", help="口令文件，取第一行")
        stones = parser.add_mutually_exclusive_group()
        stones.add_argument(
            "--tombstones",
            default=str(settings.TOMBSTONES_FILE),
            help="删除名单(默认 %(default)s)",
        )
        stones.add_argument(
            "--no-tombstones", action="store_true", help="确实没有应要求删除过任何内容"
        )
        super().add_arguments(parser)

    def work(self, options, progress):
        stones = None if options["no_tombstones"] else Path(options["tombstones"])
        return restore(
            path=Path(options["file"]),
            passphrase=passphrase(options["passphrase_file"], new=False),
            stones=stones,
            dry_run=options["dry_run"],
            progress=progress,
        )

    def describe(self, report):
        return [
            f"备份时间 {report['made_at']}，{report['tables']} 张表、{report['rows']} 行，"
            "行、权限、策略和函数都和备份一致。",
            f"删除名单 {report['tombstones']} 条，再次删除 {report['deleted_again']} 项。",
            "登录状态没有恢复，所有人需要重新登录。",
        ]
