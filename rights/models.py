"""What a family asks about its own data, who answered and when, and what must not come back."""

import uuid
from datetime import date, timedelta

from django.db import models
from django.utils import timezone

from accounts.models import Member, Role
from boundaries.models import Division

# 《App违法违规收集使用个人信息行为认定方法》(国信办秘字〔2019〕191号)六：核查和处理不得超过 15 个工作日。
# 《个人信息保护法》第五十条只说“及时”，所以按这个最长的期限倒数。
WORKING_DAYS = 15


def due(received: date) -> date:
    """The last day to answer, counted Monday to Friday from the day after.

    Public holidays are not taken off: the day is then rather too early than too late.
    """
    day, left = received, WORKING_DAYS
    while left:
        day += timedelta(days=1)
        left -= day.weekday() < 5
    return day


class RequestQuerySet(models.QuerySet):
    def visible_to(self, member: Member):
        """Those of her desk: of the place a steward works for and all below it."""
        if member.role != Role.STEWARD or member.division_id is None:
            return self.none()
        return self.filter(division__in=Division.objects.under(member.division).values("pk"))


class Request(models.Model):
    """One request, under its number. While it is open, its steward may see that one family.

    Made by `sec.file_request`, which must find the family by what only the family knows.
    """

    class Kind(models.TextChoices):
        # 《个人信息保护法》第四十五条、第四十六条、第四十七条、第四十四条、第四十八条
        ACCESS = "access", "查阅、复制"
        CORRECTION = "correction", "更正、补充"
        DELETION = "deletion", "删除"
        RESTRICTION = "restriction", "限制使用"
        EXPLANATION = "explanation", "解释说明"

    class Standing(models.TextChoices):
        SELF = "self", "本人"
        GUARDIAN = "guardian", "未成年人的监护人"
        KIN = "kin", "逝者的近亲属"
        AGENT = "agent", "受本人书面委托"

    class State(models.TextChoices):
        OPEN = "open", "办理中"
        DONE = "done", "已办理"
        REFUSED = "refused", "不予办理"
        WITHDRAWN = "withdrawn", "本人撤回"

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField("事项", max_length=12, choices=Kind)
    division = models.ForeignKey(Division, models.PROTECT, related_name="+")
    # No constraint: the request outlives the family's data.
    household = models.ForeignKey(
        "households.Household",
        models.DO_NOTHING,
        null=True,
        db_constraint=False,
        related_name="+",
    )
    # As it was known then. The person's: she who asks, if she is entered as one of the family.
    household_uuid = models.UUIDField()
    person_uuid = models.UUIDField(null=True)
    applicant = models.CharField("申请人", max_length=60)
    standing = models.CharField("申请人身份", max_length=10, choices=Standing)
    # How it was made sure that she is who she says; never the number of a document.
    proof = models.CharField("怎样核实", max_length=100)
    wish = models.CharField("要求", max_length=500)
    received_on = models.DateField("收到日期")
    due_on = models.DateField("答复期限")
    steward = models.ForeignKey(Member, models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    answer = models.CharField("答复", max_length=500, blank=True)
    closed_at = models.DateTimeField(null=True)

    objects = RequestQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state="open", closed_at=None)
                | ~models.Q(state="open") & models.Q(closed_at__isnull=False),
                name="closed_requests_have_a_moment",
            ),
        ]

    def __str__(self):
        return self.number

    @property
    def number(self) -> str:
        return f"{self.received_on:%Y}-{self.pk:05}"

    @property
    def is_open(self) -> bool:
        return self.state == self.State.OPEN

    @property
    def days_left(self) -> int:
        """Working days, today not counted; negative when it is late."""
        today = timezone.localdate()
        first, last = sorted((today, self.due_on))
        span = (last - first).days
        days = sum((first + timedelta(days=i)).weekday() < 5 for i in range(1, span + 1))
        return days if self.due_on >= today else -days


class Step(models.Model):
    """Who did what to a request, and when. Only ever added to."""

    request = models.ForeignKey(Request, models.PROTECT, related_name="steps")
    at = models.DateTimeField(default=timezone.now)
    by = models.ForeignKey(Member, models.PROTECT, related_name="+")
    text = models.CharField(max_length=300)

    class Meta:
        ordering = ["at", "pk"]

    def __str__(self):
        return self.text


class Restriction(models.Model):
    """While it stands, nobody but her steward and her case worker reads or changes what is kept."""

    household = models.ForeignKey("households.Household", models.PROTECT, related_name="+")
    request = models.ForeignKey(Request, models.PROTECT, related_name="restrictions")
    since = models.DateTimeField(default=timezone.now)
    until = models.DateTimeField(null=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                "household", condition=models.Q(until=None), name="one_open_restriction"
            ),
        ]

    def __str__(self):
        return f"{self.since:%Y-%m-%d}"


class Tombstone(models.Model):
    """A random id that was deleted at somebody's request and must not come back from a backup."""

    class Kind(models.TextChoices):
        HOUSEHOLD = "household", "家庭"
        PERSON = "person", "个人"

    subject = models.UUIDField(unique=True)
    kind = models.CharField(max_length=10, choices=Kind)
    on = models.DateField()

    class Meta:
        ordering = ["pk"]

    def __str__(self):
        return str(self.subject)
