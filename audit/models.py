"""Who has looked at what that is sensitive. Only ever added to, and sealed day by day.

The database writes it (`sec.log_access`), for whoever the signed scope says is acting; the
runtime role itself may only read. It holds no content: who, when, what for, and a random id.
"""

from django.db import models

from accounts.models import Member, Role


class Tier(models.TextChoices):
    IDENTITY = "S2", "身份和联系方式"
    SENSITIVE = "S3", "敏感记录"
    VIOLENCE = "S4", "受保护的记录"


class Kind(models.TextChoices):
    HOUSEHOLD = "household", "家庭"
    PERSON = "person", "个人"
    CASE = "case", "个案"
    EXPORT = "export", "导出文件"
    DISPUTE = "dispute", "矛盾纠纷"
    REFERRAL = "referral", "转介材料"


class Action(models.TextChoices):
    """What later parts add need not stand here; then the page shows the word itself."""

    REVEAL = "reveal", "显示完整信息"
    READ = "read", "查看"
    WRITE = "write", "填写"
    ERASE = "erase", "删除"
    EXPORT = "export", "导出"
    EXPORT_ASK = "export_ask", "申请导出"
    EXPORT_WITHDRAW = "export_withdraw", "撤回导出申请"
    EXPORT_APPROVE = "export_approve", "批准导出"
    EXPORT_REFUSE = "export_refuse", "不批准导出"
    EXPORT_MAKE = "export_make", "生成导出文件"
    EXPORT_TAKE = "export_take", "下载导出文件"
    BREAK_GLASS = "break_glass", "紧急查看"
    LOOKED = "looked", "查阅谁看过"


class AccessRecord(models.Model):
    """One look. Every field goes into the digest of its day."""

    at = models.DateTimeField("时间")
    # The day that seals it.
    day = models.DateField(db_index=True)
    member = models.ForeignKey(Member, models.PROTECT, related_name="+")
    # Her role at that moment.
    role = models.CharField("岗位", max_length=10, choices=Role)
    action = models.CharField("做了什么", max_length=20)
    tier = models.CharField("类别", max_length=2, choices=Tier)
    kind = models.CharField(max_length=10, choices=Kind)
    subject = models.UUIDField(db_index=True)
    # The family it is about, so that hers is the whole list.
    household = models.UUIDField(null=True, db_index=True)
    reason = models.CharField("理由", max_length=200, blank=True)
    route = models.CharField(max_length=60, blank=True)
    # One request is one transaction. Row security asks whether this very one has been logged.
    transaction = models.BigIntegerField(db_index=True)

    class Meta:
        ordering = ["-pk"]

    def __str__(self):
        return f"{self.at:%Y-%m-%d %H:%M} {self.action_label}"

    @property
    def action_label(self) -> str:
        return dict(Action.choices).get(self.action, self.action)


class AccessDay(models.Model):
    """A day's records, sealed: SHA-256 over them and over the digest of the day before."""

    day = models.DateField(primary_key=True)
    count = models.PositiveIntegerField()
    first = models.BigIntegerField(null=True)
    last = models.BigIntegerField(null=True)
    digest = models.CharField(max_length=64)

    class Meta:
        ordering = ["day"]

    def __str__(self):
        return f"{self.day} {self.digest}"
