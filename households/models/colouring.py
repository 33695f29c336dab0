"""Colours as argued decisions, what the family itself says, and what good is said of it."""

import uuid
from datetime import date, timedelta

from django.db import models
from django.db.models import Case, F, OuterRef, Q, Subquery, Value, When
from django.db.models.functions import Now
from django.utils import timezone

from accounts.models import Member
from households.models.colours import ColourClass, ColourReason

# Within so many days somebody who neither proposed nor decided has looked at an objection.
REVIEW_WITHIN_DAYS = 7


class ClassificationQuerySet(models.QuerySet):
    def visible_to(self, member: Member):
        """Of the families she may know of."""
        homes = self.model._meta.get_field("household").related_model.objects
        return self.filter(household__in=homes.visible_to(member).values("pk"))

    def open(self):
        """Those on which somebody still has to say a word."""
        status = Classification.Status
        return self.filter(status__in=[status.PROPOSED, status.OBJECTED])

    def with_flips(self):
        """Annotate `flips`: another colour was decided so shortly before that a second look is owed."""
        decided = Classification.objects.filter(
            household=OuterRef("household"), decided_at__isnull=False
        )
        last = decided.exclude(status=Classification.Status.REFUSED).order_by("-decided_at", "-pk")
        days = timedelta(days=1) * F("colour_class__scheme__flip_days")
        return self.alias(
            last_slot=Subquery(last.values("colour_class__slot")[:1]),
            last_at=Subquery(last.values("decided_at")[:1]),
        ).annotate(
            flips=Case(
                When(
                    ~Q(last_slot=F("colour_class__slot")) & Q(last_at__gt=Now() - days),
                    then=Value(True),
                ),
                default=Value(False),
            )
        )


class Classification(models.Model):
    """A colour, argued: proposed by one, decided by another, valid until its review date."""

    class Status(models.TextChoices):
        PROPOSED = "proposed", "待确认"
        CONFIRMED = "confirmed", "已确认"
        REFUSED = "refused", "未同意"
        OBJECTED = "objected", "有异议，待复核"
        WITHDRAWN = "withdrawn", "已撤回"
        LAPSED = "lapsed", "已到期"
        SUPERSEDED = "superseded", "已更新"

    class Source(models.TextChoices):
        """How the reason is known."""

        SEEN = "seen", "走访时看到"
        TOLD = "told", "家里人说的"
        OTHERS = "others", "别人说的"

    uuid = models.UUIDField(
        default=uuid.uuid4,
        db_default=models.Func(function="gen_random_uuid"),
        unique=True,
        editable=False,
    )
    household = models.ForeignKey(
        "households.Household", models.CASCADE, related_name="classifications"
    )
    colour_class = models.ForeignKey(ColourClass, models.PROTECT, related_name="+")
    reason = models.ForeignKey(ColourReason, models.PROTECT, null=True, related_name="+")
    help_offered = models.CharField("提供的帮助", max_length=300, blank=True)
    # Empty: it came with an imported list.
    source = models.CharField(
        "怎么知道的", max_length=6, choices=Source, blank=True, default="", db_default=""
    )
    status = models.CharField(max_length=10, choices=Status, default=Status.PROPOSED)
    # Null: it came with an imported list.
    proposed_by = models.ForeignKey(Member, models.PROTECT, null=True, related_name="+")
    proposed_at = models.DateTimeField(default=timezone.now)
    second_look_by = models.ForeignKey(Member, models.PROTECT, null=True, related_name="+")
    second_look_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(Member, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    refusal = models.CharField(
        "为什么不同意", max_length=300, blank=True, default="", db_default=""
    )
    review_on = models.DateField(null=True)

    objects = ClassificationQuerySet.as_manager()

    class Meta:
        ordering = ["household", "proposed_at", "pk"]
        constraints = [
            # While an objection waits, no other colour is put in the place of this one.
            models.UniqueConstraint(
                "household",
                condition=Q(status__in=["confirmed", "objected"]),
                name="one_colour_per_household",
            ),
            models.UniqueConstraint(
                "household", condition=Q(status="proposed"), name="one_proposal_per_household"
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["confirmed", "objected"])
                | Q(
                    reason__isnull=False,
                    decided_by__isnull=False,
                    decided_at__isnull=False,
                    review_on__isnull=False,
                )
                & ~Q(help_offered=""),
                name="colour_is_argued",
            ),
            models.CheckConstraint(
                condition=Q(proposed_by=None)
                | Q(decided_by=None)
                | ~Q(proposed_by=F("decided_by")),
                name="nobody_confirms_her_own_proposal",
            ),
            models.CheckConstraint(
                condition=Q(second_look_by=None)
                | (Q(proposed_by=None) | ~Q(second_look_by=F("proposed_by")))
                & (Q(decided_by=None) | ~Q(second_look_by=F("decided_by"))),
                name="a_second_look_is_anothers",
            ),
        ]
        indexes = [
            models.Index(
                "household",
                condition=Q(status__in=["proposed", "objected"]),
                name="classifications_waiting",
            ),
        ]

    def __str__(self):
        return str(self.uuid)

    @property
    def had_a_say(self) -> set[int]:
        """Whoever has taken part in it, and so is not the one to review it."""
        return {self.proposed_by_id, self.second_look_by_id, self.decided_by_id} - {None}


def review_by() -> date:
    return timezone.localdate() + timedelta(days=REVIEW_WITHIN_DAYS)


class Objection(models.Model):
    """The family does not agree with its colour. Entering it takes the colour away, by a trigger."""

    # CASCADE here and below is the database's own as well: see migrations.
    classification = models.ForeignKey(
        Classification, models.CASCADE, db_constraint=False, related_name="objections"
    )
    household = models.ForeignKey(
        "households.Household", models.CASCADE, db_constraint=False, related_name="objections"
    )
    text = models.CharField("家庭怎么说", max_length=500)
    # Who wrote it down, for the family.
    by = models.ForeignKey(Member, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    due_on = models.DateField("最晚哪天复核", default=review_by)
    reviewed_by = models.ForeignKey(Member, models.PROTECT, null=True, related_name="+")
    reviewed_at = models.DateTimeField(null=True)
    kept = models.BooleanField("维持原来的颜色", null=True)
    answer = models.CharField("给家庭的答复", max_length=500, blank=True, default="")

    class Meta:
        ordering = ["household", "at", "pk"]
        constraints = [
            models.UniqueConstraint(
                "classification", condition=Q(reviewed_at=None), name="one_open_objection"
            ),
            models.CheckConstraint(
                condition=Q(reviewed_by=None, reviewed_at=None, kept=None, answer="")
                | Q(reviewed_by__isnull=False, reviewed_at__isnull=False, kept__isnull=False)
                & ~Q(answer=""),
                name="a_review_answers_the_family",
            ),
        ]

    def __str__(self):
        return str(self.pk)


class FamilyStatement(models.Model):
    """What the family says of itself: shown first, beside what we say. It may take it back."""

    household = models.OneToOneField(
        "households.Household",
        models.CASCADE,
        primary_key=True,
        db_constraint=False,
        related_name="statement",
    )
    text = models.CharField("家庭自己的话", max_length=1000)
    written_by = models.ForeignKey(Member, models.PROTECT, related_name="+")
    written_at = models.DateTimeField(default=timezone.now)

    def __str__(self):
        return str(self.pk)


class GoodWord(models.Model):
    """Something good that is known of a family; it has no place in any colour."""

    class Kind(models.TextChoices):
        ELDERS = "elders", "孝老爱亲"
        CHILDREN = "children", "用心教子"
        NEIGHBOURS = "neighbours", "邻里互助"
        PUBLIC = "public", "热心公益"
        WORK = "work", "勤劳致富"
        HOME = "home", "整洁美丽"
        OVERCOME = "overcome", "自强不息"

    household = models.ForeignKey(
        "households.Household", models.CASCADE, db_constraint=False, related_name="good_words"
    )
    kind = models.CharField("哪一方面", max_length=10, choices=Kind)
    text = models.CharField("做了什么", max_length=300)
    by = models.ForeignKey(Member, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["household", "-at", "-pk"]

    def __str__(self):
        return str(self.pk)
