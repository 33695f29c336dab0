"""Grids, and who answers for them."""

from django.contrib.gis.db import models
from django.contrib.gis.db.models.functions import Transform
from django.db.models import F, Func, Q
from django.utils import timezone

from accounts.models import Member, Role
from boundaries.models import Division


class GridQuerySet(models.QuerySet):
    def current(self):
        return self.filter(closed_on=None)

    def answered_by(self, member: Member):
        """The grids whose families this member's role lets her see."""
        match member.role:
            case Role.MEMBER:
                return self.filter(
                    pk__in=Assignment.objects.open().filter(member=member).values("grid")
                )
            case Role.VILLAGE:
                return self.filter(village=member.division_id)
            case Role.TOWN:
                return self.filter(village__parent=member.division_id)
        return self.none()


class Grid(models.Model):
    """A part of one village for whose families somebody answers."""

    village = models.ForeignKey(Division, models.PROTECT, related_name="grids")
    code = models.CharField("网格编码", max_length=15)
    name = models.CharField("名称", max_length=80)
    geom = models.MultiPolygonField("边界")
    geom_3857 = models.GeneratedField(
        expression=Transform(F("geom"), 3857),
        output_field=models.MultiPolygonField(srid=3857),
        db_persist=True,
    )
    # A point inside, for labels and for figures at small scales.
    anchor_3857 = models.GeneratedField(
        expression=Func(Transform(F("geom"), 3857), function="ST_PointOnSurface"),
        output_field=models.PointField(srid=3857, spatial_index=False),
        db_persist=True,
    )
    # Simplified together with its neighbours, so that they keep touching; for small scales.
    coarse_3857 = models.MultiPolygonField(srid=3857, null=True, spatial_index=False)
    target_households = models.PositiveIntegerField("目标户数", null=True)
    opened_on = models.DateField("启用日期", default=timezone.localdate)
    closed_on = models.DateField("停用日期", null=True)

    objects = GridQuerySet.as_manager()

    class Meta:
        ordering = ["code", "pk"]
        constraints = [
            models.UniqueConstraint(
                "code", condition=Q(closed_on=None), name="one_current_grid_per_code"
            ),
            models.CheckConstraint(condition=Q(geom__isvalid=True), name="grid_geom_valid"),
            models.CheckConstraint(
                condition=Q(code__regex=r"^\d{15}$"), name="grid_code_has_15_digits"
            ),
        ]
        # grids_do_not_overlap is a constraint trigger: see migrations/0002_no_overlap.py.

    def __str__(self):
        return f"{self.name}({self.code})"


class AssignmentQuerySet(models.QuerySet):
    def open(self):
        return self.filter(ended_at=None)

    def on(self, day):
        """Who answered at the end of this day."""
        return self.filter(Q(ended_at=None) | Q(ended_at__date__gt=day), started_at__date__lte=day)


class Assignment(models.Model):
    """A member answers for a grid, from a moment to a moment."""

    class Role(models.TextChoices):
        LEAD = "lead", "主责"
        SUPPORT = "support", "协同"

    grid = models.ForeignKey(Grid, models.PROTECT, related_name="assignments")
    member = models.ForeignKey(Member, models.PROTECT, related_name="assignments")
    role = models.CharField("责任", max_length=7, choices=Role)
    started_at = models.DateTimeField("开始", default=timezone.now)
    ended_at = models.DateTimeField("结束", null=True)

    objects = AssignmentQuerySet.as_manager()

    class Meta:
        ordering = ["grid", "started_at", "pk"]
        constraints = [
            # Whatever the code forgets, one member answers for a grid.
            models.UniqueConstraint(
                "grid", condition=Q(role="lead", ended_at=None), name="one_lead_per_grid"
            ),
            models.UniqueConstraint(
                "grid", "member", condition=Q(ended_at=None), name="one_part_per_member_and_grid"
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None) | Q(ended_at__gte=F("started_at")),
                name="assignment_ends_after_it_starts",
            ),
        ]
        indexes = [
            models.Index(
                "member", "grid", condition=Q(ended_at=None), name="open_assignments_by_member"
            )
        ]
