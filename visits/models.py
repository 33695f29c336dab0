"""Visits: that somebody came, and how it ended (S1); what was heard stands apart (S3)."""

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from accounts.models import Member
from households.models import Household
from support.models import ApartQuerySet, random_uuid


class VisitQuerySet(ApartQuerySet):
    def newest_first(self):
        """By the server's clock: the telephone's may be wrong."""
        return self.order_by("-recorded_at", "-pk")

    def seen(self):
        """Those after which the family is not due at once: nobody at home means to come again."""
        return self.exclude(result=Visit.Result.NOBODY_HOME)


class Visit(models.Model):
    """Somebody went to a family. Never changed afterwards.

    No place, no track, no obligatory photo. That a family declined is its good right: nothing
    anywhere counts it against the family.
    """

    class Kind(models.TextChoices):
        VISIT = "visit", "走访"
        SCREENING = "screening", "排查"
        FOLLOW_UP = "follow_up", "回访"
        # After the police's written warning; for the case worker, whose entries are apart.
        ORDER = "order", "告诫书查访"

    class Result(models.TextChoices):
        MET = "met", "见到了"
        NOBODY_HOME = "nobody_home", "家里没人"
        DECLINED = "declined", "今天不方便"
        # Changes nothing by itself: the village's chair is asked to look.
        MOVED = "moved", "可能搬走了"

    uuid = models.UUIDField(**random_uuid())
    household = models.ForeignKey(
        Household, models.CASCADE, db_constraint=False, db_index=False, related_name="visits"
    )
    kind = models.CharField("种类", max_length=9, choices=Kind)
    result = models.CharField("结果", max_length=11, choices=Result)
    changed = models.BooleanField("有变化", default=False, db_default=False)
    member = models.ForeignKey(Member, models.PROTECT, related_name="+")
    second_member = models.ForeignKey(
        Member, models.PROTECT, null=True, db_index=False, related_name="+"
    )
    # As the telephone says; the server's time orders.
    happened_at = models.DateTimeField("什么时候")
    recorded_at = models.DateTimeField(db_default=Now())
    minutes = models.PositiveSmallIntegerField("几分钟", null=True)
    # That there is something in `VisitNote`, not what.
    has_note = models.BooleanField(default=False, db_default=False)
    apart = models.BooleanField("只有个案工作者能看", default=False, db_default=False)

    objects = VisitQuerySet.as_manager()

    class Meta:
        ordering = ["household", "recorded_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(second_member=None) | ~Q(second_member=F("member")),
                name="two_visitors_are_two",
            ),
            models.CheckConstraint(
                condition=~Q(kind="order") | Q(apart=True), name="visits_after_a_warning_are_apart"
            ),
        ]
        indexes = [models.Index("household", "recorded_at", name="visits_of_a_household")]

    def __str__(self):
        return str(self.uuid)


class VisitNote(models.Model):
    """S3: what was heard. Shown only to a transaction that has logged the look."""

    visit = models.OneToOneField(
        Visit, models.DO_NOTHING, primary_key=True, db_constraint=False, related_name="note"
    )
    text = models.CharField("记下的话", max_length=1000)
    written_by = models.ForeignKey(Member, models.PROTECT, related_name="+")

    def __str__(self):
        return str(self.pk)
