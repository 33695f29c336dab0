"""Whether colours are given fairly: rounded sums, and a question where one stands out."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("boundaries", "0001_initial"),
        ("households", "0013_colours_step_by_step"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="FairnessFigure",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("quarter", models.DateField()),
                ("counted_on", models.DateField()),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("town", "乡镇"),
                            ("village", "村"),
                            ("size", "家庭人口"),
                            ("head", "户主年龄"),
                        ],
                        max_length=8,
                    ),
                ),
                ("label", models.CharField(max_length=80)),
                ("families", models.PositiveIntegerField(null=True)),
                ("in_need", models.PositiveIntegerField(null=True)),
                ("coloured", models.PositiveIntegerField(null=True)),
                ("ratio", models.DecimalField(decimal_places=2, max_digits=5, null=True)),
                (
                    "verdict",
                    models.CharField(
                        choices=[
                            ("even", "相差不大"),
                            ("high", "定色偏多"),
                            ("low", "定色偏少"),
                            ("few", "户数太少，不能说"),
                        ],
                        max_length=5,
                    ),
                ),
                (
                    "county",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="boundaries.division",
                    ),
                ),
                (
                    "division",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="boundaries.division",
                    ),
                ),
            ],
            options={
                "ordering": ["-quarter", "kind", "pk"],
            },
        ),
        migrations.CreateModel(
            name="FairnessReview",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[("open", "待复核"), ("closed", "已复核")],
                        default="open",
                        max_length=6,
                    ),
                ),
                (
                    "finding",
                    models.CharField(blank=True, max_length=500, verbose_name="为什么，怎么办"),
                ),
                ("closed_on", models.DateField(null=True)),
                (
                    "closed_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "figure",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="review",
                        to="households.fairnessfigure",
                    ),
                ),
            ],
            options={
                "ordering": ["pk"],
            },
        ),
        migrations.AddConstraint(
            model_name="fairnessfigure",
            constraint=models.UniqueConstraint(
                models.F("county"),
                models.F("quarter"),
                models.F("kind"),
                models.F("label"),
                models.F("division"),
                name="one_fairness_figure",
                nulls_distinct=False,
            ),
        ),
        migrations.AddConstraint(
            model_name="fairnessfigure",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("coloured", None), ("ratio", None), ("verdict", "few")),
                    models.Q(
                        models.Q(("verdict", "few"), _negated=True),
                        ("coloured__isnull", False),
                        ("ratio__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="too_few_tell_nothing",
            ),
        ),
        migrations.AddConstraint(
            model_name="fairnessreview",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("closed_by", None), ("closed_on", None), ("finding", ""), ("state", "open")
                    ),
                    models.Q(
                        ("closed_by__isnull", False),
                        ("closed_on__isnull", False),
                        ("state", "closed"),
                        models.Q(("finding", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="a_closed_review_says_why",
            ),
        ),
    ]
