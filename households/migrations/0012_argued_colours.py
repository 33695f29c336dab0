"""A colour as an argued decision: where it is known from, who looked twice, what the family says."""

import uuid

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import households.models.colouring


class Migration(migrations.Migration):
    dependencies = [
        ("households", "0011_keys_aside_for_long_lists"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="FamilyStatement",
            fields=[
                (
                    "household",
                    models.OneToOneField(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="statement",
                        serialize=False,
                        to="households.household",
                    ),
                ),
                ("text", models.CharField(max_length=1000, verbose_name="家庭自己的话")),
                ("written_at", models.DateTimeField(default=django.utils.timezone.now)),
            ],
        ),
        migrations.CreateModel(
            name="GoodWord",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("elders", "孝老爱亲"),
                            ("children", "用心教子"),
                            ("neighbours", "邻里互助"),
                            ("public", "热心公益"),
                            ("work", "勤劳致富"),
                            ("home", "整洁美丽"),
                            ("overcome", "自强不息"),
                        ],
                        max_length=10,
                        verbose_name="哪一方面",
                    ),
                ),
                ("text", models.CharField(max_length=300, verbose_name="做了什么")),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                "ordering": ["household", "-at", "-pk"],
            },
        ),
        migrations.CreateModel(
            name="Objection",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("text", models.CharField(max_length=500, verbose_name="家庭怎么说")),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "due_on",
                    models.DateField(
                        default=households.models.colouring.review_by, verbose_name="最晚哪天复核"
                    ),
                ),
                ("reviewed_at", models.DateTimeField(null=True)),
                ("kept", models.BooleanField(null=True, verbose_name="维持原来的颜色")),
                (
                    "answer",
                    models.CharField(
                        blank=True, default="", max_length=500, verbose_name="给家庭的答复"
                    ),
                ),
            ],
            options={
                "ordering": ["household", "at", "pk"],
            },
        ),
        migrations.RemoveConstraint(
            model_name="classification",
            name="one_colour_per_household",
        ),
        migrations.RemoveConstraint(
            model_name="classification",
            name="colour_is_argued",
        ),
        migrations.AddField(
            model_name="classification",
            name="refusal",
            field=models.CharField(
                blank=True, db_default="", default="", max_length=300, verbose_name="为什么不同意"
            ),
        ),
        migrations.AddField(
            model_name="classification",
            name="second_look_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="classification",
            name="second_look_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="classification",
            name="source",
            field=models.CharField(
                blank=True,
                choices=[("seen", "走访时看到"), ("told", "家里人说的"), ("others", "别人说的")],
                db_default="",
                default="",
                max_length=6,
                verbose_name="怎么知道的",
            ),
        ),
        migrations.AddField(
            model_name="classification",
            name="uuid",
            field=models.UUIDField(
                db_default=models.Func(function="gen_random_uuid"),
                default=uuid.uuid4,
                editable=False,
                unique=True,
            ),
        ),
        migrations.AddField(
            model_name="colourclass",
            name="decided_by",
            field=models.CharField(
                choices=[("village", "村妇联主席"), ("town", "乡镇妇联主席")],
                db_default="village",
                default="village",
                max_length=8,
                verbose_name="由谁确认",
            ),
        ),
        migrations.AddField(
            model_name="colourscheme",
            name="flip_days",
            field=models.PositiveSmallIntegerField(
                db_default=30, default=30, verbose_name="多少天内改色要再看一遍"
            ),
        ),
        migrations.AlterField(
            model_name="classification",
            name="status",
            field=models.CharField(
                choices=[
                    ("proposed", "待确认"),
                    ("confirmed", "已确认"),
                    ("refused", "未同意"),
                    ("objected", "有异议，待复核"),
                    ("withdrawn", "已撤回"),
                    ("lapsed", "已到期"),
                    ("superseded", "已更新"),
                ],
                default="proposed",
                max_length=10,
            ),
        ),
        migrations.AddIndex(
            model_name="classification",
            index=models.Index(
                models.F("household"),
                condition=models.Q(("status__in", ["proposed", "objected"])),
                name="classifications_waiting",
            ),
        ),
        migrations.AddConstraint(
            model_name="classification",
            constraint=models.UniqueConstraint(
                models.F("household"),
                condition=models.Q(("status__in", ["confirmed", "objected"])),
                name="one_colour_per_household",
            ),
        ),
        migrations.AddConstraint(
            model_name="classification",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status__in", ["confirmed", "objected"]), _negated=True),
                    models.Q(
                        ("decided_at__isnull", False),
                        ("decided_by__isnull", False),
                        ("reason__isnull", False),
                        ("review_on__isnull", False),
                        models.Q(("help_offered", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="colour_is_argued",
            ),
        ),
        migrations.AddConstraint(
            model_name="classification",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("second_look_by", None),
                    models.Q(
                        models.Q(
                            ("proposed_by", None),
                            models.Q(("second_look_by", models.F("proposed_by")), _negated=True),
                            _connector="OR",
                        ),
                        models.Q(
                            ("decided_by", None),
                            models.Q(("second_look_by", models.F("decided_by")), _negated=True),
                            _connector="OR",
                        ),
                    ),
                    _connector="OR",
                ),
                name="a_second_look_is_anothers",
            ),
        ),
        migrations.AddField(
            model_name="familystatement",
            name="written_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="goodword",
            name="by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="goodword",
            name="household",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="good_words",
                to="households.household",
            ),
        ),
        migrations.AddField(
            model_name="objection",
            name="by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="objection",
            name="classification",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="objections",
                to="households.classification",
            ),
        ),
        migrations.AddField(
            model_name="objection",
            name="household",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="objections",
                to="households.household",
            ),
        ),
        migrations.AddField(
            model_name="objection",
            name="reviewed_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddConstraint(
            model_name="objection",
            constraint=models.UniqueConstraint(
                models.F("classification"),
                condition=models.Q(("reviewed_at", None)),
                name="one_open_objection",
            ),
        ),
        migrations.AddConstraint(
            model_name="objection",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("answer", ""), ("kept", None), ("reviewed_at", None), ("reviewed_by", None)
                    ),
                    models.Q(
                        ("kept__isnull", False),
                        ("reviewed_at__isnull", False),
                        ("reviewed_by__isnull", False),
                        models.Q(("answer", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="a_review_answers_the_family",
            ),
        ),
    ]
