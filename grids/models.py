"""Grids, who answers for them, and what they were before."""

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
    # Grows with every published change of its outline or its people, so that a draft made on an
    # older state is told.
    version = models.PositiveIntegerField(default=1, db_default=1)

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


# Not now(), which is when the transaction began: what it has written since has begun too.
_THIS_MOMENT = Func(function="statement_timestamp", output_field=models.DateTimeField())


class AssignmentQuerySet(models.QuerySet):
    def open(self):
        """Who answers now. A cover may have begun and know its end already."""
        return self.at(_THIS_MOMENT)

    def unended(self):
        """Also what begins later."""
        return self.filter(Q(ended_at=None) | Q(ended_at__gt=_THIS_MOMENT))

    def at(self, moment):
        return self.filter(Q(ended_at=None) | Q(ended_at__gt=moment), started_at__lte=moment)

    def on(self, day):
        """Who answered at the end of this day."""
        return self.filter(Q(ended_at=None) | Q(ended_at__date__gt=day), started_at__date__lte=day)


class Assignment(models.Model):
    """A member answers for a grid, from a moment to a moment."""

    class Role(models.TextChoices):
        LEAD = "lead", "主责"
        SUPPORT = "support", "协同"
        # Stands in for the lead while she is away, or where nobody leads.
        COVER = "cover", "代管"

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
            # Whoever supports may also stand in: she knows the grid best.
            models.UniqueConstraint(
                "grid",
                "member",
                condition=Q(ended_at=None) & ~Q(role="cover"),
                name="one_part_per_member_and_grid",
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


class Leave(models.Model):
    """A member is away; somebody covers the grids she leads."""

    member = models.ForeignKey(Member, models.PROTECT, related_name="leaves")
    from_on = models.DateField("从")
    to_on = models.DateField("到")
    cover = models.ForeignKey(Member, models.PROTECT, null=True, related_name="+")
    by = models.ForeignKey(Member, models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["member", "from_on", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(to_on__gte=F("from_on")), name="leave_ends_after_it_begins"
            ),
        ]


class DraftQuerySet(models.QuerySet):
    def visible_to(self, member: Member):
        """A town's chair: her town and its villages; a village's chair: her village; the district
        office reads all below it."""
        match member.role:
            case Role.TOWN | Role.VILLAGE | Role.DISTRICT:
                return self.filter(scope__in=Division.objects.under(member.division).values("pk"))
        return self.none()


class Draft(models.Model):
    """A plan of territory that changes nothing until it is published."""

    class State(models.TextChoices):
        OPEN = "open", "草稿"
        PROPOSED = "proposed", "待乡镇审定"
        SCHEDULED = "scheduled", "到期生效"
        PUBLISHED = "published", "已发布"
        DISCARDED = "discarded", "已放弃"

    scope = models.ForeignKey(Division, models.PROTECT, related_name="drafts")
    title = models.CharField("名称", max_length=80)
    state = models.CharField(max_length=9, choices=State, default=State.OPEN)
    version = models.PositiveIntegerField(default=1)
    # The number of the last step that is in force; steps behind it can be done again.
    cursor = models.PositiveIntegerField(default=0)
    effective_on = models.DateField("生效日期", null=True)
    created_by = models.ForeignKey(Member, models.PROTECT, related_name="+")
    updated_by = models.ForeignKey(Member, models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = DraftQuerySet.as_manager()

    class Meta:
        ordering = ["-updated_at", "-pk"]
        indexes = [
            models.Index("effective_on", condition=Q(state="scheduled"), name="drafts_due_by_day"),
        ]

    def __str__(self):
        return self.title


class DraftStep(models.Model):
    """One edit: what the touched grids were in the draft, and what it made of them."""

    draft = models.ForeignKey(Draft, models.CASCADE, related_name="steps")
    number = models.PositiveIntegerField()
    kind = models.CharField(max_length=16)
    title = models.CharField(max_length=200)
    # {key: the fields of a DraftGrid, or null where the grid was as published}
    before = models.JSONField()
    after = models.JSONField()
    # Sentences that say why, where a program suggested it.
    notes = models.JSONField(default=list)
    by = models.ForeignKey(Member, models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["draft", "number"]
        constraints = [
            models.UniqueConstraint("draft", "number", name="one_step_per_number"),
        ]


class DraftGrid(models.Model):
    """A grid as the draft wants it; a grid without such a row stays as it is."""

    draft = models.ForeignKey(Draft, models.CASCADE, related_name="grids")
    # g12: the grid with that id; n3: a new one.
    key = models.CharField(max_length=20)
    grid = models.ForeignKey(Grid, models.PROTECT, null=True, related_name="+")
    base_version = models.PositiveIntegerField(null=True)
    village = models.ForeignKey(Division, models.PROTECT, related_name="+")
    # Everything else, as grids.drafts.state.Cell writes it, and what it was when first touched.
    content = models.JSONField()
    base = models.JSONField(null=True)
    # The version that publishing gave the grid; undoing asks whether it is still that one.
    left_version = models.PositiveIntegerField(null=True)

    class Meta:
        ordering = ["draft", "key"]
        constraints = [
            models.UniqueConstraint("draft", "key", name="one_draft_grid_per_key"),
        ]


class TerritoryChange(models.Model):
    """A published, dated change. Undoing one is another one."""

    draft = models.OneToOneField(Draft, models.PROTECT, related_name="change")
    by = models.ForeignKey(Member, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    undoes = models.OneToOneField("self", models.PROTECT, null=True, related_name="undone_by")
    # Numbers only: how many grids, families, members.
    summary = models.JSONField(default=dict)

    class Meta:
        ordering = ["-at", "-pk"]


class GridLineage(models.Model):
    """Which grid a new one was drawn from."""

    parent = models.ForeignKey(Grid, models.PROTECT, related_name="became")
    child = models.ForeignKey(Grid, models.PROTECT, related_name="came_from")
    # Of the parent's area, the part that went to the child.
    share = models.FloatField()
    change = models.ForeignKey(TerritoryChange, models.PROTECT, related_name="lineage")

    class Meta:
        ordering = ["change", "parent", "child"]
        constraints = [
            models.UniqueConstraint("change", "parent", "child", name="one_lineage_per_change"),
            models.CheckConstraint(
                condition=Q(share__gt=0, share__lte=1), name="lineage_share_is_a_share"
            ),
        ]


class GridVersion(models.Model):
    """What a grid was called and where it lay until a moment. Written by a trigger."""

    # DO_NOTHING: the runtime role may not write here, and a grid is closed, never deleted.
    grid = models.ForeignKey(Grid, models.DO_NOTHING, related_name="versions", db_constraint=False)
    name = models.CharField(max_length=80)
    geom = models.MultiPolygonField(spatial_index=False)
    until = models.DateTimeField()

    class Meta:
        ordering = ["grid", "until", "pk"]
