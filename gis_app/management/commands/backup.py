from pathlib import Path

from core.commands import SpokenCommand
from gis_app.keeping.backing import back_up
from gis_app.keeping.passphrase import passphrase


class Command(SpokenCommand):
    help = (
        "把整个数据库写成一个加密的备份文件，写完读回核对。口令来自 --passphrase-file、环境变量"
        " WUSE_BACKUP_PASSPHRASE，或当场输入；不写在命令里。"
    )
    refused = "没有备份"

    def add_arguments(self, parser):
        parser.add_argument("file", help="备份文件，不能已经存在")
        parser.add_argument("--passphrase-file", help="口令文件，取第一行，至少 12 个字符")
        super().add_arguments(parser)

    def work(self, options, progress):
        word = passphrase(options["passphrase_file"], new=True)
        return back_up(
            path=Path(options["file"]),
            passphrase=word,
            dry_run=options["dry_run"],
            progress=progress,
        )

    def describe(self, report):
        return [
            f"已备份 {report['tables']} 张表、{report['rows']} 行，{report['bytes'] / 1e6:.1f} MB：{report['file']}",
            f"删除名单 {report['tombstones_file']}（{report['tombstones']} 条）要和备份放在一起。",
            "没有口令，谁也打不开这个文件；口令请另外保管。",
        ]
