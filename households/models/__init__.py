"""Households: where a family lives, which support we owe it, who takes it on.

What is seen by whom stands in separate tables: `Household` (S1: place and colour),
`HouseholdIdentity` (S2: name and contact), `HouseholdPlace` (S4: where a protected family truly
lives). Row security guards each of them, see migrations.
"""

import uuid

from django.contrib.gis.db import models
from django.contrib.gis.db.models.functions import AsGeoJSON
from django.db.models import F, Func, Q
from django.utils import timezone

from accounts.models import Member, Role
from boundaries.models import Division
from core.morton import cover
from grids.models import Grid
from households.models.colouring import Classification as Classification
from households.models.colouring import FamilyStatement as FamilyStatement
from households.models.colouring import GoodWord as GoodWord
from households.models.colouring import Objection as Objection
from households.models.colours import NOT_ASSESSED, SLOTS
from households.models.colours import ColourClass as ColourClass
from households.models.colours import ColourReason as ColourReason
from households.models.colours import ColourScheme as ColourScheme
from households.models.fairness import FairnessFigure as FairnessFigure
from households.models.fairness import FairnessReview as FairnessReview
from households.models.history import IdentityChange as IdentityChange
from households.models.history import IndexChange as IndexChange
from households.models.history import PlaceChange as PlaceChange
from households.models.history import SensitiveChange as SensitiveChange
from households.models.people import Person as Person
from households.models.people import PersonSensitive as PersonSensitive


class HouseholdQuerySet(models.QuerySet):
    def visible_to(self, member: Member):
        """The families this member may know of: those of her grids and those she has claimed.

        A chair also sees the families of her villages that no grid holds yet. Of a family that is
        her kin, by an open `Conflict`, nobody sees anything.
        """
        kin = Conflict.objects.open().filter(member=member).values("household")
        hers = self.exclude(pk__in=kin)
        mine = Q(grid__in=Grid.objects.answered_by(member).values("pk"))
        claimed = Q(pk__in=Claim.objects.open().filter(member=member).values("household"))
        match member.role:
            case Role.VILLAGE:
                return hers.filter(mine | claimed | Q(grid=None, village=member.division_id))
            case Role.TOWN:
                return hers.filter(
                    mine | claimed | Q(grid=None, village__parent=member.division_id)
                )
            case Role.MEMBER:
                return hers.filter(mine | claimed)
        return self.none()

    def in_area(self, division: Division, grid: Grid | None):
        """Those of a grid, or of a division at whatever level."""
        if grid is not None:
            return self.filter(grid=grid)
        return self.filter(
            Q(village=division) | Q(village__parent=division) | Q(village__parent__parent=division)
        )

    def in_bbox(self, west: float, south: float, east: float, north: float):
        """Those inside a lon-lat box: by Morton ranges, for row security lets no GiST index serve."""
        near = Q()
        for first, last in cover(west, south, east, north):
            near |= Q(qk__range=(first, last))
        return self.alias(
            lon=Func("point", function="ST_X", output_field=models.FloatField()),
            lat=Func("point", function="ST_Y", output_field=models.FloatField()),
        ).filter(near, lon__range=(west, east), lat__range=(south, north))

    def with_geojson(self):
        """Annotate `geojson`, WGS84 with 6 decimals, and leave the geometries in the database."""
        return self.defer("point", "point_3857").annotate(geojson=AsGeoJSON("point", precision=6))

    def unplaced(self):
        """Those that stand in no grid: no position yet, or one outside every grid."""
        return self.filter(grid=None)


class Protection(models.TextChoices):
    NONE = "none", "无"
    # It stands at the village office for everybody but its case worker.
    SHIELDED = "shielded", "住址不公开"
    # It stands nowhere: no village, no grid, no number, another id; see `HouseholdPlace`.
    SEALED = "sealed", "封存"


class Household(models.Model):
    """A dwelling. S1: a random id, a place, the support colour; nobody's name.

    What stands here is what everybody in scope may see. A trigger keeps the true place of a
    protected family apart, whoever writes: set `protection` and the rest follows.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    protection = models.CharField(
        max_length=8, choices=Protection, default=Protection.NONE, db_default=Protection.NONE
    )
    # Null: sealed.
    village = models.ForeignKey(Division, models.PROTECT, null=True, related_name="households")
    # Indexed together with qk below.
    grid = models.ForeignKey(
        Grid, models.PROTECT, null=True, related_name="households", db_index=False
    )
    household_no = models.CharField("户编号", max_length=40)
    point = models.PointField("位置", null=True, spatial_index=False)
    point_3857 = models.GeneratedField(
        expression=Func(F("point"), function="sec.mercator"),
        output_field=models.PointField(srid=3857, null=True, spatial_index=False),
        db_persist=True,
    )
    # Where row security lets no spatial index serve, this integer does (core/morton.py).
    qk = models.GeneratedField(
        expression=Func(F("point"), function="sec.morton22"),
        output_field=models.BigIntegerField(null=True),
        db_persist=True,
    )
    # The confirmed colour, kept by households.services from `Classification`.
    slot = models.PositiveSmallIntegerField(default=NOT_ASSESSED)
    review_on = models.DateField("复核日期", null=True)
    # It had a colour until its review date passed; nobody has looked again since.
    lapsed = models.BooleanField(default=False)
    # A colour is proposed and waits for somebody else's word.
    proposed = models.BooleanField(default=False)

    objects = HouseholdQuerySet.as_manager()

    class Meta:
        ordering = ["village", "household_no", "pk"]
        constraints = [
            models.UniqueConstraint("village", "household_no", name="one_household_per_number"),
            models.CheckConstraint(condition=Q(slot__lte=max(SLOTS)), name="household_slot_known"),
            models.CheckConstraint(
                condition=(Q(slot=NOT_ASSESSED) & Q(review_on=None))
                | (~Q(slot=NOT_ASSESSED) & Q(review_on__isnull=False, lapsed=False)),
                name="no_colour_without_review_date",
            ),
            models.CheckConstraint(
                condition=Q(grid=None) | Q(point__isnull=False), name="grid_needs_a_position"
            ),
            models.CheckConstraint(
                condition=Q(protection="sealed", village=None, grid=None, point=None)
                | ~Q(protection="sealed") & Q(village__isnull=False),
                name="sealed_stands_nowhere",
            ),
        ]
        indexes = [
            # Tiles read this alone: scope, place and look of a household, nothing more.
            models.Index(
                "grid",
                "qk",
                include=["id", "village", "slot", "lapsed"],
                name="household_tiles",
            ),
            models.Index("review_on", condition=~Q(slot=NOT_ASSESSED), name="household_review_due"),
        ]


class HouseholdPlace(models.Model):
    """S4: where a protected family truly lives; read by its case worker alone.

    Kept by a trigger. `uuid`, `village`, `household_no` and `grid` are what a sealed family had
    and gets back; while it is shielded they stand in `Household`.
    """

    # DO_NOTHING: the database deletes it with the household, see migrations.
    household = models.OneToOneField(
        Household, models.DO_NOTHING, primary_key=True, db_constraint=False, related_name="place"
    )
    uuid = models.UUIDField()
    village = models.ForeignKey(Division, models.DO_NOTHING, related_name="+")
    household_no = models.CharField("户编号", max_length=40)
    # Unconstrained: a grid that nobody else lives in may be deleted, and must be, without a word.
    grid = models.ForeignKey(
        Grid, models.DO_NOTHING, null=True, db_constraint=False, related_name="+"
    )
    point = models.PointField("位置", null=True, spatial_index=False)
    address = models.CharField("地址", max_length=200, blank=True)
    # What an imported list has said of a sealed family since; for the case worker to look at.
    listed = models.JSONField(null=True)


class HouseholdIdentity(models.Model):
    """S2: who lives there and how to reach them. Shown masked."""

    household = models.OneToOneField(
        Household, models.CASCADE, primary_key=True, related_name="identity"
    )
    contact_name = models.CharField("户主", max_length=60, blank=True)
    phone = models.CharField("电话", max_length=40, blank=True)
    address = models.CharField("地址", max_length=200, blank=True)
    members = models.PositiveSmallIntegerField("人口", null=True)
    note = models.TextField("备注", blank=True)


class OpenQuerySet(models.QuerySet):
    def open(self):
        return self.filter(ended_at=None)


class Claim(models.Model):
    """认领： a member takes on one household, wherever it lies."""

    household = models.ForeignKey(Household, models.CASCADE, related_name="claims")
    member = models.ForeignKey(Member, models.PROTECT, related_name="claims")
    started_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True)

    objects = OpenQuerySet.as_manager()

    class Meta:
        ordering = ["household", "started_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                "household", "member", condition=Q(ended_at=None), name="one_open_claim"
            ),
        ]


class Conflict(models.Model):
    """利益冲突: a member or a relative of hers lives there, so she is not suggested as its lead."""

    class Kind(models.TextChoices):
        SELF = "self", "本人家"
        RELATIVE = "relative", "亲属家"

    household = models.ForeignKey(Household, models.CASCADE, related_name="conflicts")
    member = models.ForeignKey(Member, models.PROTECT, related_name="conflicts")
    kind = models.CharField(max_length=8, choices=Kind)
    declared_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True)

    objects = OpenQuerySet.as_manager()

    class Meta:
        ordering = ["household", "declared_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                "household", "member", condition=Q(ended_at=None), name="one_open_conflict"
            ),
        ]


class GridSpell(models.Model):
    """In which grid a household stood until a moment. Written by a trigger when that changes.

    The grid at a moment is that of the earliest spell that ended later, else the present one.
    """

    # DO_NOTHING: the runtime role may not write here; the database itself deletes a household's
    # spells with it, see migrations.
    household = models.ForeignKey(
        Household, models.DO_NOTHING, related_name="spells", db_constraint=False, db_index=False
    )
    grid = models.ForeignKey(
        Grid, models.DO_NOTHING, null=True, related_name="+", db_constraint=False
    )
    until = models.DateTimeField()

    class Meta:
        ordering = ["household", "until", "pk"]
        indexes = [models.Index("household", "until", name="spells_by_household")]


class HouseholdTally(models.Model):
    """How many households a grid has, by colour. Kept by triggers; see migrations."""

    # DO_NOTHING, here and below: the runtime role may not write these tables, and need not,
    # because a grid or village that still has households cannot be deleted at all.
    village = models.ForeignKey(Division, models.DO_NOTHING, related_name="+")
    # Null: the households of the village that stand in no grid.
    grid = models.ForeignKey(Grid, models.DO_NOTHING, null=True, related_name="+")
    n = models.IntegerField(default=0)
    c0 = models.IntegerField(default=0)
    c1 = models.IntegerField(default=0)
    c2 = models.IntegerField(default=0)
    c3 = models.IntegerField(default=0)
    c4 = models.IntegerField(default=0)
    c5 = models.IntegerField(default=0)
    lapsed = models.IntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                "village", "grid", nulls_distinct=False, name="one_tally_per_village_and_grid"
            ),
        ]


class DataVersion(models.Model):
    """A number per village that grows with every change in it; tiles are validated by it."""

    village = models.OneToOneField(
        Division, models.DO_NOTHING, primary_key=True, db_constraint=False, related_name="+"
    )
    version = models.BigIntegerField(default=1)
