"""Where somebody is hurt: what is owed before anything else is done. S4, the case worker's alone."""

import uuid

from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.models import Member
from boundaries.models import Division
from cases.models import Case
from disputes.models.parts import part_of


class ViolenceFlag(models.Model):
    """An envelope, like a Concern: whoever has seen the dispute puts it in and never reads it back.

    Putting it in makes the dispute the case worker's, by a trigger, which also fills `case` and
    `district`. Where somebody without full capacity is concerned the police must be told
    （反家庭暴力法第十四条）: either that was done, or a reason stands here and whoever deals out the
    district's cases is shown it until she has looked.
    """

    class Report(models.TextChoices):
        NOT_OWED = "not_owed", "不属于必须报告的情形"
        MADE = "made", "已经报告公安机关"
        NOT_MADE = "not_made", "没有报告，写明了理由"

    # Not numbered: the number would come back to whoever writes, and tell how many there are.
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    dispute = part_of("disputes.Dispute", "flags")
    case = models.ForeignKey(Case, models.CASCADE, null=True, related_name="+")
    district = models.ForeignKey(Division, models.PROTECT, null=True, related_name="+")
    # A minor, or an adult who cannot act for herself.
    needs_protection = models.BooleanField("有无民事行为能力或限制民事行为能力的人")
    report = models.CharField("强制报告", max_length=8, choices=Report)
    reported_on = models.DateField(null=True)
    by = models.ForeignKey(Member, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    seen_by = models.ForeignKey(Member, models.PROTECT, null=True, related_name="+")
    seen_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(needs_protection=True, report="made", reported_on__isnull=False)
                | Q(needs_protection=True, report="not_made", reported_on=None)
                | Q(needs_protection=False, report="made", reported_on__isnull=False)
                | Q(needs_protection=False, report="not_owed", reported_on=None),
                name="a_report_is_made_or_its_absence_explained",
            ),
        ]

    def __str__(self):
        return str(self.pk)


class VictimWord(models.Model):
    """What she said, alone, about sitting at one table; and what the case worker says to it.

    The last of each counts. Without both there is no joint mediation of a dispute in which somebody is
    hurt: services ask, and so does the database.
    """

    class Of(models.TextChoices):
        VICTIM = "victim", "当事人本人"
        LEAD = "lead", "个案负责人"

    class How(models.TextChoices):
        ALONE = "alone", "单独当面"
        CALL = "call", "按约定方式通话"
        WRITTEN = "written", "本人书面"

    dispute = part_of("disputes.Dispute", "words")
    of = models.CharField(max_length=6, choices=Of)
    # Who she is among the parties.
    party = part_of("disputes.Party", "words", null=True)
    agrees = models.BooleanField("同意")
    how = models.CharField("怎样说的", max_length=7, choices=How, blank=True)
    said_on = models.DateField("哪天说的")
    by = models.ForeignKey(Member, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(of="victim", party__isnull=False) & ~Q(how="")
                | Q(of="lead", party=None, how=""),
                name="the_victim_speaks_for_herself",
            ),
        ]

    def __str__(self):
        return str(self.pk)
