"""What was changed, by whom: written by triggers, one table for each tier (see migrations).

`before` holds what the changed fields were, of a deleted row all of them. What was entered needs no
record but its moment: the row itself tells; and what a list brought, its import batch does.
"""

from django.db import models

from accounts.models import Member


class Change(models.Model):
    """One row that changed. No foreign keys: history outlives what it is about."""

    class Operation(models.TextChoices):
        ENTERED = "I", "登记"
        CHANGED = "U", "改动"
        DELETED = "D", "删除"

    at = models.DateTimeField()
    # Null: the system, for `purpose`.
    member = models.ForeignKey(
        Member, models.DO_NOTHING, null=True, db_constraint=False, db_index=False, related_name="+"
    )
    purpose = models.CharField(max_length=40, blank=True)
    # Name of the model, lower case, and the key of its row.
    about = models.CharField(max_length=30)
    row = models.BigIntegerField()
    operation = models.CharField(max_length=1, choices=Operation)
    before = models.JSONField()
    household = models.ForeignKey(
        "households.Household",
        models.DO_NOTHING,
        null=True,
        db_constraint=False,
        db_index=False,
        related_name="+",
    )

    class Meta:
        abstract = True
        ordering = ["household", "at", "pk"]
        indexes = [models.Index("household", "at", name="%(class)s_of_household")]

    def __str__(self):
        return f"{self.at:%Y-%m-%d %H:%M} {self.about} {self.row}"


class IndexChange(Change):
    """S1: household, colours, claims, conflicts of interest; and grids and who answers for them."""

    # Of what is about a grid and no household.
    grid = models.BigIntegerField(null=True)


class PlaceChange(Change):
    """Where a family stood, and under which number and address.

    Hidden while the family is protected, and for ever what happened to it while it was: otherwise
    the past would tell the place that the present does not.
    """

    hidden = models.BooleanField()


class IdentityChange(Change):
    """S2: whom to reach, and who lives there."""


class SensitiveChange(Change):
    """S3. Shown, like what it is about, only to a transaction that has logged the look."""

    # Of the person.
    subject = models.UUIDField(null=True)
