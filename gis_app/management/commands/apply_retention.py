from core.commands import SystemCommand
from gis_app.keeping import register
from gis_app.keeping.retention import apply_retention


class Command(SystemCommand):
    help = (
        "删除超过保留期限的内容，或去掉其中的姓名：期限见 docs/data_register.yaml。每天运行一次；先用"
        " --dry-run 看会删多少。"
    )
    purpose = "retention"
    refused = "没有清理"

    def work(self, options, progress):
        return {"reached": apply_retention(progress)}

    def describe(self, report):
        return [
            f"{register.model_says(model)}：{count} 条"
            for model, count in report["reached"].items()
        ]
