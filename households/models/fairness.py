"""Whether colours are given fairly: a sheet each quarter, and a question where a rate stands out.

Sums and nobody in particular: what is too small to tell was never stored, the rest is rounded.
"""

from django.db import models
from django.db.models import Q

from accounts.models import Member, Role
from boundaries.models import Division


class FairnessQuerySet(models.QuerySet):
    def visible_to(self, member: Member):
        """The county's office: by town and by kind of family. A town's chair: by village of hers."""
        kinds = FairnessFigure.Kind
        match member.role:
            case Role.DISTRICT:
                return self.filter(county=member.division_id).exclude(kind=kinds.VILLAGE)
            case Role.TOWN:
                return self.filter(kind=kinds.VILLAGE, division__parent=member.division_id)
        return self.none()


class FairnessFigure(models.Model):
    """One place or kind of family in the sheet of a quarter. Made once, never changed."""

    class Kind(models.TextChoices):
        TOWN = "town", "乡镇"
        VILLAGE = "village", "村"
        SIZE = "size", "家庭人口"
        HEAD = "head", "户主年龄"

    class Verdict(models.TextChoices):
        """`few`: too few to say anything, which is an answer."""

        EVEN = "even", "相差不大"
        HIGH = "high", "定色偏多"
        LOW = "low", "定色偏少"
        FEW = "few", "户数太少，不能说"

    county = models.ForeignKey(Division, models.PROTECT, related_name="+")
    # The first day of the quarter, and the day as of which it was counted.
    quarter = models.DateField()
    counted_on = models.DateField()
    kind = models.CharField(max_length=8, choices=Kind)
    division = models.ForeignKey(Division, models.PROTECT, null=True, related_name="+")
    label = models.CharField(max_length=80)
    # Rounded to five; null: too few.
    families = models.PositiveIntegerField(null=True)
    in_need = models.PositiveIntegerField(null=True)
    coloured = models.PositiveIntegerField(null=True)
    ratio = models.DecimalField(max_digits=5, decimal_places=2, null=True)
    verdict = models.CharField(max_length=5, choices=Verdict)

    objects = FairnessQuerySet.as_manager()

    class Meta:
        ordering = ["-quarter", "kind", "pk"]
        constraints = [
            models.UniqueConstraint(
                "county", "quarter", "kind", "label", "division", nulls_distinct=False,
                name="one_fairness_figure",
            ),
            models.CheckConstraint(
                condition=Q(verdict="few", ratio=None, coloured=None)
                | ~Q(verdict="few") & Q(ratio__isnull=False, coloured__isnull=False),
                name="too_few_tell_nothing",
            ),
        ]  # fmt: skip

    def __str__(self):
        return f"{self.quarter} {self.label}"


class FairnessReview(models.Model):
    """A rate stands out: somebody finds out why, and says so."""

    class State(models.TextChoices):
        OPEN = "open", "待复核"
        CLOSED = "closed", "已复核"

    figure = models.OneToOneField(FairnessFigure, models.CASCADE, related_name="review")
    state = models.CharField(max_length=6, choices=State, default=State.OPEN)
    finding = models.CharField("为什么，怎么办", max_length=500, blank=True)
    closed_by = models.ForeignKey(Member, models.PROTECT, null=True, related_name="+")
    closed_on = models.DateField(null=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state="open", closed_by=None, closed_on=None, finding="")
                | Q(state="closed", closed_by__isnull=False, closed_on__isnull=False)
                & ~Q(finding=""),
                name="a_closed_review_says_why",
            ),
        ]

    def __str__(self):
        return str(self.figure)
