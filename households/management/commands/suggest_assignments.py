from boundaries.models import Level
from core.commands import SystemCommand
from households.territory import unattended


class Command(SystemCommand):
    help = (
        "建议一个乡镇(或村)的每个网格由谁主责，存成草稿。"
        "只是草稿：由乡镇妇联主席在分工页上看过、改过、发布后才生效。"
    )
    purpose = "suggest_assignments"
    refused = "没有拟出草稿"

    def add_arguments(self, parser):
        parser.add_argument("place", metavar="TOWN_CODE", help="乡镇代码(9 位)或村代码(12 位)")
        parser.add_argument("--by", metavar="USERNAME", help="草稿给谁(默认乡镇妇联主席)")
        super().add_arguments(parser)

    def work(self, options, progress):
        place = unattended.place_at(options["place"], Level.TOWN, Level.VILLAGE)
        return unattended.suggest(
            place=place, by=unattended.chair_of(place, options["by"]), progress=progress
        )

    def describe(self, report):
        for change in report["changes"]:
            yield f"{change['name']}：{change['from'] or '暂无'} → {change['to'] or '暂无'}"
        yield from report["notes"]
        if report["draft"]:
            yield (
                f"草稿 {report['draft']}(给 {report['for']})："
                f"{len(report['changes'])} 个网格换主责。在分工页上查看和发布。"
            )
