"""The tree of divisions: district, towns, villages. Imported, never drawn."""

from django.contrib.gis.db import models
from django.contrib.gis.db.models.functions import Transform
from django.db.models import F, Func, Q


class Level(models.TextChoices):
    DISTRICT = "district", "区县"
    TOWN = "town", "乡镇"
    VILLAGE = "village", "村(社区)"


# Digits of a division's code: 411003, 411003104, 411003104201.
CODE_LENGTH = {Level.DISTRICT: 6, Level.TOWN: 9, Level.VILLAGE: 12}


class DivisionQuerySet(models.QuerySet):
    def current(self):
        return self.filter(valid_to=None)

    def under(self, division: "Division"):
        """The division itself and everything below it, by the tree and not by the code."""
        return self.filter(
            Q(pk=division.pk) | Q(parent=division.pk) | Q(parent__parent=division.pk)
        )

    def above(self, division_id: int):
        """The division itself and what it lies in. By its key: nobody's outline is read for it."""
        mine = Division.objects.filter(pk=division_id)
        return self.filter(
            Q(pk=division_id)
            | Q(pk__in=mine.values("parent"))
            | Q(pk__in=mine.values("parent__parent"))
        )


class Division(models.Model):
    """A district, town or village as it is now; what it was stands in `DivisionVersion`.

    A renamed village stays the same row. A recoded one is a new row, and `DivisionChange` says
    what became what.
    """

    code = models.CharField("代码", max_length=12)
    level = models.CharField("层级", max_length=8, choices=Level)
    parent = models.ForeignKey("self", models.PROTECT, null=True, related_name="children")
    name = models.CharField("名称", max_length=80)
    initials = models.CharField("拼音首字母", max_length=80, blank=True)
    # Null: the code is known and the outline is not.
    geom = models.MultiPolygonField("边界", null=True, spatial_index=True)
    geom_3857 = models.GeneratedField(
        expression=Transform(F("geom"), 3857),
        output_field=models.MultiPolygonField(srid=3857, null=True),
        db_persist=True,
    )
    # A point inside, for labels and for figures at small scales.
    anchor_3857 = models.GeneratedField(
        expression=Func(Transform(F("geom"), 3857), function="ST_PointOnSurface"),
        output_field=models.PointField(srid=3857, null=True, spatial_index=False),
        db_persist=True,
    )
    # Simplified together with its neighbours, so that they keep touching; for small scales.
    coarse_3857 = models.MultiPolygonField(srid=3857, null=True, spatial_index=False)
    area_m2 = models.FloatField("面积(平方米)", null=True)
    outline_invented = models.BooleanField("边界为虚构", default=False)
    # The code its own country or publisher uses, where that is none of ours and we numbered it.
    own_code = models.CharField("原代码", max_length=40, blank=True)
    valid_from = models.DateField("启用日期", null=True)
    valid_to = models.DateField("停用日期", null=True)

    objects = DivisionQuerySet.as_manager()

    class Meta:
        ordering = ["code", "pk"]
        constraints = [
            models.UniqueConstraint(
                "code", condition=Q(valid_to=None), name="one_current_division_per_code"
            ),
            models.CheckConstraint(condition=Q(geom__isvalid=True), name="division_geom_valid"),
            models.CheckConstraint(
                condition=Q(level=Level.DISTRICT, code__regex=r"^\d{6}$")
                | Q(level=Level.TOWN, code__regex=r"^\d{9}$")
                | Q(level=Level.VILLAGE, code__regex=r"^\d{12}$"),
                name="division_code_fits_level",
            ),
            models.CheckConstraint(
                condition=Q(level=Level.DISTRICT, parent=None)
                | (~Q(level=Level.DISTRICT) & Q(parent__isnull=False)),
                name="division_has_parent_unless_district",
            ),
        ]

    def __str__(self):
        return f"{self.name}({self.code})"


class DivisionVersion(models.Model):
    """What a division was until `valid_to`."""

    division = models.ForeignKey(Division, models.CASCADE, related_name="versions")
    parent = models.ForeignKey(Division, models.PROTECT, null=True, related_name="+")
    code = models.CharField(max_length=12)
    name = models.CharField(max_length=80)
    geom = models.MultiPolygonField(null=True, spatial_index=False)
    valid_from = models.DateField(null=True)
    valid_to = models.DateField()

    class Meta:
        ordering = ["division", "valid_to", "pk"]


class DivisionChange(models.Model):
    """One line of the crosswalk: what became what, and how we know."""

    class Kind(models.TextChoices):
        RENAMED = "renamed", "改名"
        RECODED = "recoded", "改码"
        SPLIT = "split", "拆分"
        MERGED = "merged", "合并"
        OUTLINE = "outline", "调整边界"

    class Basis(models.TextChoices):
        AREA = "area", "按面积"
        STATED = "stated", "按文件说明"

    from_division = models.ForeignKey(Division, models.PROTECT, related_name="became")
    to_division = models.ForeignKey(Division, models.PROTECT, related_name="came_from")
    kind = models.CharField(max_length=8, choices=Kind)
    basis = models.CharField(max_length=6, choices=Basis)
    # Of the older division's area, the part that went to the newer one.
    share = models.FloatField(null=True)
    changed_on = models.DateField()

    class Meta:
        ordering = ["changed_on", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(share=None) | Q(share__gt=0, share__lte=1),
                name="change_share_is_a_share",
            ),
        ]


class ImportBatch(models.Model):
    """What an import read, how it was understood, and what it did."""

    kind = models.CharField(max_length=12)
    filename = models.CharField(max_length=255)
    sha256 = models.CharField(max_length=64)
    encoding = models.CharField(max_length=20, blank=True)
    crs_declared = models.CharField(max_length=40, blank=True)
    crs_used = models.CharField(max_length=40, blank=True)
    crs_method = models.CharField(max_length=200, blank=True)
    crs_shift_m = models.FloatField(null=True)
    counts = models.JSONField(default=dict)
    # A plain number: accounts stand above boundaries.
    by_id = models.BigIntegerField(null=True)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-at", "-pk"]
        indexes = [models.Index("kind", "sha256", name="import_batch_by_file")]
