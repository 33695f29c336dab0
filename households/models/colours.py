"""A county's own colours: data, in versions, never code."""

from django.contrib.gis.db import models
from django.db.models import Q
from django.utils import timezone

from boundaries.models import Division

SLOTS = range(1, 6)
NOT_ASSESSED = 0


class ColourScheme(models.Model):
    """A county's own colours, in one version. Never changed once it is used: a new version is."""

    county = models.ForeignKey(Division, models.PROTECT, related_name="colour_schemes")
    version = models.PositiveIntegerField()
    name = models.CharField(max_length=80)
    valid_from = models.DateField(default=timezone.localdate)
    valid_to = models.DateField(null=True)
    # Whoever changes a colour again within so many days has somebody else look a second time.
    flip_days = models.PositiveSmallIntegerField(
        "多少天内改色要再看一遍", default=30, db_default=30
    )

    class Meta:
        ordering = ["county", "version"]
        constraints = [
            models.UniqueConstraint("county", "version", name="one_scheme_per_version"),
            models.UniqueConstraint(
                "county", condition=Q(valid_to=None), name="one_current_scheme_per_county"
            ),
        ]

    def __str__(self):
        return f"{self.name} 第{self.version}版"


class ColourClass(models.Model):
    """One colour of a scheme: the support we owe. The slot decides its look, and only that."""

    class Shape(models.TextChoices):
        """What static/js/lib/shapes.js draws."""

        CIRCLE = "circle", "圆"
        SQUARE = "square", "方"
        TRIANGLE = "triangle", "三角"
        DIAMOND = "diamond", "菱形"
        HEXAGON = "hexagon", "六边形"
        PENTAGON = "pentagon", "五边形"
        STAR = "star", "星"
        DROP = "drop", "水滴"

    class Decider(models.TextChoices):
        """Whose chair confirms it."""

        VILLAGE = "village", "村妇联主席"
        TOWN = "town", "乡镇妇联主席"

    scheme = models.ForeignKey(ColourScheme, models.CASCADE, related_name="classes")
    slot = models.PositiveSmallIntegerField("色位")
    name = models.CharField("名称", max_length=20)
    letter = models.CharField("字", max_length=1)
    shape = models.CharField("形状", max_length=12, choices=Shape)
    action = models.CharField("我们做什么", max_length=80)
    cadence_days = models.PositiveIntegerField("走访间隔(天)")
    review_days = models.PositiveIntegerField("复核间隔(天)")
    visit_minutes = models.PositiveIntegerField("一次走访(分钟)", default=20, db_default=20)
    weight = models.FloatField("权重")
    decided_by = models.CharField(
        "由谁确认",
        max_length=8,
        choices=Decider,
        default=Decider.VILLAGE,
        db_default=Decider.VILLAGE,
    )

    class Meta:
        ordering = ["scheme", "slot"]
        constraints = [
            models.UniqueConstraint("scheme", "slot", name="one_class_per_slot"),
            models.CheckConstraint(
                condition=Q(slot__in=list(SLOTS)),
                name="slot_is_1_to_5",
                violation_error_message="色位应为 1 到 5。",
            ),
        ]

    def __str__(self):
        return self.name


class ColourReason(models.Model):
    """Why a family may be given a colour, phrased as its need."""

    colour_class = models.ForeignKey(ColourClass, models.CASCADE, related_name="reasons")
    text = models.CharField(max_length=120)

    class Meta:
        ordering = ["colour_class", "pk"]

    def __str__(self):
        return self.text
