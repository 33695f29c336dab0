"""Who lives in a household: S2, and what is sensitive about one of them: S3, in a table apart."""

import uuid

from django.db import models

from accounts.models import Member


class Person(models.Model):
    """S2: one of a family. Shown masked; a minor without even a letter of her name."""

    class Relation(models.TextChoices):
        """To whoever is entered as head of the household."""

        HEAD = "head", "户主"
        SPOUSE = "spouse", "配偶"
        CHILD = "child", "子女"
        PARENT = "parent", "父母"
        GRANDCHILD = "grandchild", "孙子女"
        OTHER = "other", "其他"

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    household = models.ForeignKey("households.Household", models.CASCADE, related_name="people")
    name = models.CharField("姓名", max_length=60)
    relation = models.CharField("与户主关系", max_length=10, choices=Relation)
    # The year is enough: nobody's birthday is kept.
    birth_year = models.PositiveSmallIntegerField("出生年份", null=True)
    phone = models.CharField("电话", max_length=40, blank=True)
    # That there is something in `PersonSensitive`, not what.
    has_sensitive = models.BooleanField(default=False)

    class Meta:
        ordering = ["household", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(birth_year=None) | models.Q(birth_year__range=(1880, 2200)),
                name="birth_year_possible",
            ),
        ]

    def __str__(self):
        return str(self.uuid)

    def is_minor(self, year: int) -> bool:
        """In the year she turns eighteen she still counts as one: we do not know the day."""
        return self.birth_year is not None and year - self.birth_year <= 18


class PersonSensitive(models.Model):
    """S3. Row security shows it only to a transaction that has logged the look (`sec.opened()`)."""

    # DO_NOTHING: the database deletes it with the person. What the app cannot see it cannot delete.
    person = models.OneToOneField(
        Person, models.DO_NOTHING, primary_key=True, db_constraint=False, related_name="sensitive"
    )
    health = models.TextField("健康", blank=True)
    disability = models.TextField("残疾", blank=True)
    income = models.TextField("收入", blank=True)
    care = models.TextField("未成年人监护", blank=True)
    written_by = models.ForeignKey(Member, models.PROTECT, related_name="+")
    written_at = models.DateTimeField()

    def __str__(self):
        return str(self.pk)
