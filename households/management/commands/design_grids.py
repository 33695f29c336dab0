from argparse import ArgumentTypeError

from boundaries.models import Level
from core.commands import SystemCommand
from households.territory import unattended

GAUGES = {"area": "区域性", "whole": "整体性", "load": "适度性"}
WORDS = {"ok": "好", "warn": "留意", "bad": "不合", None: "不详"}


def at_least(least: int):
    def read(text: str) -> int:
        number = int(text)
        if number < least:
            raise ArgumentTypeError(f"至少是 {least}")
        return number

    return read


class Command(SystemCommand):
    help = (
        "为一个村拟出工作量均衡、各自连片的网格，存成草稿并报出每个网格的三把尺子。"
        "只是草稿：由乡镇妇联主席在分工页上看过、改过、发布后才生效。"
        "不给 --grids 和 --target-households 时，网格数不变。"
    )
    purpose = "design_grids"
    refused = "没有拟出草稿"

    def add_arguments(self, parser):
        parser.add_argument("village", metavar="VILLAGE_CODE", help="村代码(12 位)")
        size = parser.add_mutually_exclusive_group()
        size.add_argument("--grids", type=at_least(1), metavar="N", help="划成几个网格")
        size.add_argument(
            "--target-households", type=at_least(1), metavar="T", help="每个网格大约多少户"
        )
        parser.add_argument(
            "--seed", type=at_least(0), default=0, metavar="S", help="同样的数得同样的网格(默认 0)"
        )
        parser.add_argument("--by", metavar="USERNAME", help="草稿给谁(默认乡镇妇联主席)")
        super().add_arguments(parser)

    def work(self, options, progress):
        village = unattended.place_at(options["village"], Level.VILLAGE)
        return unattended.design(
            village=village,
            grids=options["grids"],
            households=options["target_households"],
            seed=options["seed"],
            by=unattended.chair_of(village, options["by"]),
            progress=progress,
        )

    def describe(self, report):
        for number, row in enumerate(report["grids"], 1):
            judged = "，".join(f"{name}{WORDS[row['gauges'][k]]}" for k, name in GAUGES.items())
            yield (
                f"网格 {number}：{row['n']} 户，每月 {row['load_h']} 小时，"
                f"紧凑度 {row['gauges']['compactness']}；{judged}。{''.join(row['gauges']['notes'])}"
            )
        yield from report["notes"]
        yield (
            f"草稿 {report['draft']}(给 {report['for']})：{len(report['grids'])} 个网格，"
            f"走访工作量最多偏离平均 {report['max_dev']:.1%}。在分工页上查看和发布。"
        )
