"""The review of one district in sentences: the same seed and the same data give the same words."""

from datetime import date

from django.utils import timezone

from boundaries.models import Division, Level
from core.commands import SystemCommand
from core.errors import NotFound
from hotspots.reading import LEVELS, Window, gather, last_closed_quarter
from hotspots.sentences import method, verdict
from hotspots.stats.review import review
from hotspots.stats.scan import SIMS, Scan


class Command(SystemCommand):
    help = (
        "评估一个区县的纠纷聚集在哪里，是真多还是查得多，或者说明为什么说不出。默认看最近一个已结束季度为止的 12 个月。"
        "涉及暴力的不在其中。"
    )
    purpose = "review_hotspots"
    refused = "没有评估"

    def add_arguments(self, parser):
        parser.add_argument("district", metavar="DIVISION_CODE", help="区县代码(6 位)")
        parser.add_argument("--level", choices=LEVELS, default="grid", help="按网格、村还是乡镇")
        parser.add_argument("--until", type=date.fromisoformat, metavar="DAY", help="到哪一天为止")
        parser.add_argument("--months", type=int, default=12, help="几个月，默认 12")
        parser.add_argument("--sims", type=int, default=SIMS, help=f"模拟次数，默认 {SIMS}")
        parser.add_argument("--seed", type=int, default=1, help="随机种子：相同则结果相同")
        super().add_arguments(parser)

    def work(self, options, progress):
        place = Division.objects.current().filter(
            code=options["district"], level=Level.DISTRICT
        ).first()  # fmt: skip
        if place is None:
            raise NotFound(f"没有区县“{options['district']}”；请核对代码。")
        today = timezone.localdate()
        window = Window.ending(options["until"] or last_closed_quarter(today), options["months"])
        progress("读取纠纷、住户和走访筛查")
        given = gather(place, options["level"], window)
        progress("评估")
        found = review(
            given.areas, given.disputes, seed=options["seed"], sims=options["sims"],
            days_open=window.days_open(today),
        )  # fmt: skip
        said = verdict(found, given.places, options["months"])
        scan = found.verdict if isinstance(found.verdict, Scan) else None
        return {
            "district": place.code,
            "level": options["level"],
            "first": window.first,
            "last": window.last,
            "areas": len(given.areas.households),
            "disputes": len(given.disputes.area),
            "seed": options["seed"],
            "sims": options["sims"],
            "p": scan.p if scan else None,
            "phi": scan.phi if scan else None,
            "said": said,
            "method": method(found),
        }

    def describe(self, report):
        kind, _ = LEVELS[report["level"]]
        return [
            f"{report['first']} 至 {report['last']}，{report['areas']} 个{kind}，{report['disputes']} 起纠纷。",
            *report["said"],
            report["method"],
        ]
