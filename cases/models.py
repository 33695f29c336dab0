"""Cases: a worry about a family, who follows it up, and what only she may know.

All of it is S4. Whoever raises a worry can never read it back; who leads the cases of a district
sees that there is one and who has it, not whose or why. Row security says so, see migrations.
"""

import uuid
from datetime import timedelta

from django.contrib.gis.db import models
from django.db.models import F, Q
from django.db.models.functions import Length
from django.db.models.lookups import GreaterThanOrEqual
from django.utils import timezone

from accounts.models import Member, Role
from boundaries.models import Division
from households.models import Conflict, Household

REASON_LEAST = 10
GLASS_HOURS = 3


def families_of(member: Member) -> models.QuerySet[Household]:
    """The families she may know of; of a case worker, those of her cases."""
    if member.role == Role.CASEWORKER:
        return Household.objects.filter(case__in=Case.objects.followed_by(member).values("pk"))
    return Household.objects.visible_to(member)


class Concern(models.Model):
    """A sealed envelope. Putting one in shields the family and opens its case, by a trigger."""

    class Kind(models.TextChoices):
        # Both shield alike, so that nobody can tell a family that is in danger from one that
        # wants to be left alone.
        WORRY = "worry", "担心"
        WISH = "wish", "本人要求"

    # Not numbered: the number would come back to whoever writes, and tell how many there are.
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    household = models.ForeignKey(Household, models.PROTECT, related_name="concerns")
    kind = models.CharField(max_length=5, choices=Kind, default=Kind.WORRY)
    text = models.CharField("担心什么", max_length=1000)
    raised_by = models.ForeignKey(Member, models.PROTECT, related_name="+")
    raised_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["raised_at", "pk"]


class CaseQuerySet(models.QuerySet):
    def followed_by(self, member: Member):
        """Those she has been given or has opened for three hours; none of a family of her kin."""
        if member.role != Role.CASEWORKER:
            return self.none()
        kin = Conflict.objects.open().filter(member=member)
        given = CaseAssignment.objects.open().filter(member=member)
        opened = BreakGlass.objects.in_force().filter(member=member)
        hers = self.exclude(household__in=kin.values("household"))
        return hers.filter(Q(pk__in=given.values("case")) | Q(pk__in=opened.values("case")))

    def led_by(self, member: Member):
        """Those she deals out: a case worker who works for the whole district does."""
        if member.role != Role.CASEWORKER or not member.division_id:
            return self.none()
        return self.filter(district=member.division_id)


class Case(models.Model):
    """The file of one family. Its number is all that is ever said aloud."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    household = models.OneToOneField(Household, models.PROTECT, related_name="case")
    district = models.ForeignKey(Division, models.PROTECT, related_name="+")
    opened_at = models.DateTimeField(default=timezone.now)

    objects = CaseQuerySet.as_manager()

    class Meta:
        ordering = ["-opened_at", "-pk"]

    @property
    def number(self) -> str:
        return case_number(self.pk)


def case_number(pk: int) -> str:
    return f"{pk:05}"


class AssignmentQuerySet(models.QuerySet):
    def open(self):
        return self.filter(ended_at=None)


class CaseAssignment(models.Model):
    """Who follows a case up, from when to when."""

    case = models.ForeignKey(Case, models.CASCADE, related_name="assignments")
    member = models.ForeignKey(Member, models.PROTECT, related_name="+")
    by = models.ForeignKey(Member, models.PROTECT, related_name="+")
    started_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True)

    objects = AssignmentQuerySet.as_manager()

    class Meta:
        ordering = ["started_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                "case", condition=Q(ended_at=None), name="one_case_worker_per_case"
            ),
        ]


class ViolenceRecord(models.Model):
    """One entry of what the case worker was told and did. Written once, never changed."""

    case = models.ForeignKey(Case, models.CASCADE, related_name="records")
    text = models.TextField("记录")
    # Where she stays now, if not at home; and until when an order keeps somebody away.
    shelter = models.CharField("临时住处", max_length=200, blank=True)
    order_until = models.DateField("人身安全保护令至", null=True)
    # When the police gave him a 告诫书： both are then looked up on certain days.
    warned_on = models.DateField("告诫书日期", null=True)
    written_by = models.ForeignKey(Member, models.PROTECT, related_name="+")
    written_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-written_at", "-pk"]


class BreakGlassQuerySet(models.QuerySet):
    def in_force(self):
        return self.filter(until__gt=timezone.now())

    def visible_to(self, member: Member):
        """Her own; those of the cases she deals out; for an auditor all."""
        if member.role == Role.AUDITOR:
            return self
        return self.filter(Q(member=member) | Q(case__in=Case.objects.led_by(member).values("pk")))


class BreakGlass(models.Model):
    """A case worker opened a case that is not hers, for three hours, and said why.

    Written by `sec.break_glass` only.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    case = models.ForeignKey(Case, models.CASCADE, related_name="+")
    member = models.ForeignKey(Member, models.PROTECT, related_name="+")
    reason = models.CharField("理由", max_length=500)
    started_at = models.DateTimeField()
    until = models.DateTimeField()

    objects = BreakGlassQuerySet.as_manager()

    class Meta:
        ordering = ["-started_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(until=F("started_at") + timedelta(hours=GLASS_HOURS)),
                name="broken_glass_mends_by_itself",
            ),
            models.CheckConstraint(
                condition=GreaterThanOrEqual(Length("reason"), REASON_LEAST),
                name="break_glass_has_a_reason",
            ),
        ]


class BreakGlassNotice(models.Model):
    """Who is told of it at once: those who lead the district's cases, and the auditors."""

    glass = models.ForeignKey(BreakGlass, models.CASCADE, related_name="notices")
    recipient = models.ForeignKey(Member, models.PROTECT, related_name="+")
    reviewed_at = models.DateTimeField(null=True)
    remark = models.CharField("复核意见", max_length=300, blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint("glass", "recipient", name="one_notice_per_recipient"),
        ]
