from audit.services import seal_access_log
from core.commands import SystemCommand


class Command(SystemCommand):
    help = (
        "封存查看记录：把已经过去的每一天的记录连同前一天的指纹算成一个指纹。"
        "每天第一次有人使用时会自动封存；把最后的指纹抄在纸上，以后可以核对。"
    )
    purpose = "seal_access_log"
    refused = "没有封存"

    def work(self, options, progress):
        sealed = seal_access_log()
        return {
            "sealed": [{"day": one.day, "count": one.count, "digest": one.digest} for one in sealed]
        }

    def describe(self, report):
        lines = [
            f"{one['day']}：{one['count']} 条，指纹 {one['digest']}" for one in report["sealed"]
        ]
        return lines or ["没有需要封存的日子。"]
