"""What comes in as a file and goes out as one, and who had a hand in it.

The files themselves lie in `settings.TRANSFERS_DIR`, for days; these rows stay.
"""

import uuid

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone

from accounts.models import Member


class ImportJob(models.Model):
    """A file that somebody has handed in on the site: checked first, then written or let be."""

    class Kind(models.TextChoices):
        DIVISIONS = "divisions", "区划"
        GRIDS = "grids", "网格"
        HOUSEHOLDS = "households", "家庭名单"
        MEMBERS = "members", "账号名单"
        ASSIGNMENTS = "assignments", "责任名单"

    class State(models.TextChoices):
        CHECKING = "checking", "正在检查"
        CHECKED = "checked", "检查完毕"
        REFUSED = "refused", "不能导入"
        WRITING = "writing", "正在导入"
        DONE = "done", "已导入"
        STOPPED = "stopped", "已停止"

    RUNNING = (State.CHECKING, State.WRITING)

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField("种类", max_length=12, choices=Kind)
    by = models.ForeignKey(Member, models.PROTECT, related_name="+")
    filename = models.CharField("文件", max_length=100)
    # As the command of the same name takes them.
    options = models.JSONField(default=dict)
    state = models.CharField("状态", max_length=8, choices=State, default=State.CHECKING)
    progress = models.CharField(max_length=200, blank=True)
    stop_asked = models.BooleanField(default=False)
    # Chinese lines, as the command prints them.
    report = models.JSONField(default=list)
    created_at = models.DateTimeField(default=timezone.now)
    # When its worker was last heard of.
    heard_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-created_at", "-pk"]

    def __str__(self):
        return f"{self.get_kind_display()} {self.filename}"

    def get_absolute_url(self) -> str:
        return reverse("import-of-families" if self.holds_families else "import", args=[self.uuid])

    @property
    def holds_families(self) -> bool:
        """Then its page and its rejected rows are for whoever may bring families in."""
        return self.kind == self.Kind.HOUSEHOLDS

    @property
    def is_running(self) -> bool:
        return self.state in self.RUNNING


class Export(models.Model):
    """Rows that somebody wants to take out of the system: asked for, approved, taken.

    The password of the archive is shown once to whoever asked, and kept nowhere.
    """

    class What(models.TextChoices):
        FAMILIES = "families", "家庭名册（户主、电话、地址）"
        PEOPLE = "people", "家庭成员名册（姓名、关系、出生年份、电话）"

    class State(models.TextChoices):
        ASKED = "asked", "等待批准"
        APPROVED = "approved", "已批准"
        MADE = "made", "文件已生成"
        REFUSED = "refused", "未批准"
        WITHDRAWN = "withdrawn", "已撤回"

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    what = models.CharField("内容", max_length=10, choices=What)
    reason = models.CharField("用途", max_length=200)
    by = models.ForeignKey(Member, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(default=timezone.now)
    state = models.CharField("状态", max_length=10, choices=State, default=State.ASKED)
    decided_by = models.ForeignKey(Member, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    remark = models.CharField("意见", max_length=200, blank=True)
    rows = models.PositiveIntegerField(null=True)
    # After this the file is deleted, taken or not.
    until = models.DateTimeField(null=True)
    downloads = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["-asked_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(decided_by=F("by")), name="nobody_approves_her_own_export"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["asked", "withdrawn"], decided_by=None)
                | Q(state__in=["approved", "made", "refused"], decided_by__isnull=False),
                name="export_is_decided_by_somebody",
            ),
        ]

    def __str__(self):
        return f"第 {self.pk} 号导出"
