"""Disputes, who takes part in them, what was done; and what other bodies were told."""

import uuid

import django.contrib.gis.db.models.fields
import django.contrib.postgres.fields
import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("boundaries", "0001_initial"),
        ("cases", "0005_kin_follow_no_case"),
        ("grids", "0006_covers_beside_supports"),
        ("households", "0013_colours_step_by_step"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Referral",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "uuid",
                    models.UUIDField(
                        db_default=models.Func(function="gen_random_uuid"),
                        default=uuid.uuid4,
                        editable=False,
                        unique=True,
                    ),
                ),
                ("apart", models.BooleanField(default=False)),
                ("family", models.UUIDField(null=True)),
                (
                    "body",
                    models.CharField(
                        choices=[
                            ("police", "公安"),
                            ("court", "法院"),
                            ("justice", "司法局"),
                            ("legal_aid", "法律援助"),
                            ("education", "教体局"),
                            ("procuratorate", "检察院"),
                            ("civil_affairs", "民政"),
                        ],
                        max_length=16,
                        verbose_name="单位",
                    ),
                ),
                ("joint", models.BooleanField(verbose_name="联合调解")),
                (
                    "basis",
                    models.CharField(
                        choices=[("consent", "本人同意"), ("duty", "法定职责")],
                        max_length=7,
                        verbose_name="依据",
                    ),
                ),
                ("consent_on", models.DateField(null=True, verbose_name="哪天同意")),
                (
                    "consent_how",
                    models.CharField(
                        blank=True,
                        choices=[("told", "当面口头"), ("written", "书面"), ("call", "电话")],
                        max_length=7,
                        verbose_name="怎样同意",
                    ),
                ),
                (
                    "duty",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("violence", "《反家庭暴力法》第十四条：强制报告"),
                            ("minors", "《未成年人保护法》第十一条：强制报告"),
                            ("danger", "《人民调解法》第二十五条：矛盾可能激化，报告公安机关"),
                        ],
                        max_length=8,
                        verbose_name="职责",
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("sent", "已发出"),
                            ("received", "已收到"),
                            ("accepted", "已受理"),
                            ("rejected", "不受理"),
                            ("done", "已办结"),
                            ("withdrawn", "已撤回"),
                        ],
                        db_default="sent",
                        default="sent",
                        max_length=9,
                        verbose_name="进展",
                    ),
                ),
                (
                    "rejection",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("not_ours", "不属于本单位职责"),
                            ("elsewhere", "已由其他单位办理"),
                            ("too_little", "材料不够，请补充"),
                            ("not_wanted", "当事人表示不需要"),
                        ],
                        max_length=10,
                        verbose_name="为什么不受理",
                    ),
                ),
                ("sent_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("due_on", models.DateField(null=True)),
                ("received_at", models.DateTimeField(null=True)),
                ("answered_at", models.DateTimeField(null=True)),
                ("done_at", models.DateTimeField(null=True)),
                (
                    "answered_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["-sent_at", "-pk"],
            },
        ),
        migrations.CreateModel(
            name="Party",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "uuid",
                    models.UUIDField(
                        db_default=models.Func(function="gen_random_uuid"),
                        default=uuid.uuid4,
                        editable=False,
                        unique=True,
                    ),
                ),
                (
                    "part",
                    models.CharField(
                        choices=[
                            ("spouse", "夫妻一方"),
                            ("parent", "父母"),
                            ("child", "子女"),
                            ("in_law", "公婆或儿媳等姻亲"),
                            ("sibling", "兄弟姐妹"),
                            ("neighbour", "邻居"),
                            ("relative", "其他亲属"),
                            ("employer", "用工方"),
                            ("other", "其他人"),
                        ],
                        max_length=10,
                        verbose_name="在纠纷里的身份",
                    ),
                ),
            ],
            options={
                "ordering": ["dispute", "pk"],
            },
        ),
        migrations.CreateModel(
            name="Dispute",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "uuid",
                    models.UUIDField(
                        db_default=models.Func(function="gen_random_uuid"),
                        default=uuid.uuid4,
                        editable=False,
                        unique=True,
                    ),
                ),
                (
                    "point",
                    django.contrib.gis.db.models.fields.PointField(
                        null=True, spatial_index=False, srid=4326, verbose_name="地点"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("marriage", "婚姻家庭"),
                            ("elders", "赡养老人"),
                            ("children", "子女抚养教育"),
                            ("inheritance", "继承分家"),
                            ("neighbour", "邻里关系"),
                            ("land", "宅基地和承包地"),
                            ("money", "借贷和财物"),
                            ("work", "务工和劳动"),
                            ("other", "其他"),
                        ],
                        max_length=12,
                        verbose_name="类型",
                    ),
                ),
                (
                    "severity",
                    models.PositiveSmallIntegerField(
                        choices=[(1, "一般"), (2, "较急"), (3, "紧急")], verbose_name="急缓"
                    ),
                ),
                (
                    "source",
                    models.CharField(
                        choices=[
                            ("screening", "入户排查"),
                            ("visit", "走访"),
                            ("told", "本人反映"),
                            ("others", "他人反映"),
                            ("hotline", "热线和来信"),
                            ("body", "有关部门转来"),
                        ],
                        max_length=10,
                        verbose_name="怎么发现的",
                    ),
                ),
                ("found_on", models.DateField(verbose_name="发现日期")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("found", "已登记"),
                            ("mediation", "调解中"),
                            ("referred", "已转介"),
                            ("joint", "联调中"),
                            ("settled", "已化解"),
                            ("ended", "未达成协议"),
                            ("followed_up", "已回访"),
                            ("archived", "已归档"),
                        ],
                        db_default="found",
                        default="found",
                        max_length=12,
                        verbose_name="进展",
                    ),
                ),
                ("since", models.DateField(default=django.utils.timezone.localdate)),
                ("due_on", models.DateField(null=True)),
                ("violence", models.BooleanField(db_default=False, default=False)),
                (
                    "apart",
                    models.BooleanField(
                        db_default=False, default=False, verbose_name="只有个案工作者能看"
                    ),
                ),
                (
                    "found_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "grid",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="grids.grid",
                    ),
                ),
                (
                    "household",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="disputes",
                        to="households.household",
                    ),
                ),
                (
                    "village",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="boundaries.division",
                    ),
                ),
            ],
            options={
                "ordering": ["-found_on", "-pk"],
            },
        ),
        migrations.CreateModel(
            name="DisputeStep",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("step", models.CharField(max_length=16)),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "dispute",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="steps",
                        to="disputes.dispute",
                    ),
                ),
            ],
            options={
                "ordering": ["dispute", "at", "pk"],
            },
        ),
        migrations.CreateModel(
            name="Packet",
            fields=[
                (
                    "referral",
                    models.OneToOneField(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        primary_key=True,
                        related_name="packet",
                        serialize=False,
                        to="disputes.referral",
                    ),
                ),
                ("content", models.JSONField(verbose_name="选定的内容")),
                ("expires_on", models.DateField(verbose_name="看到哪天为止")),
            ],
        ),
        migrations.AddField(
            model_name="referral",
            name="dispute",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="referrals",
                to="disputes.dispute",
            ),
        ),
        migrations.AddField(
            model_name="referral",
            name="division",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="boundaries.division",
            ),
        ),
        migrations.AddField(
            model_name="referral",
            name="done_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="referral",
            name="received_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="referral",
            name="sent_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.CreateModel(
            name="DisputeText",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("happened", "经过"),
                            ("agreement", "协议和约定"),
                            ("why_ended", "为什么没有达成协议"),
                            ("follow_up", "回访情况"),
                            ("again", "为什么重新调解"),
                            ("not_reported", "为什么没有报告"),
                            ("reply", "联调单位的答复"),
                        ],
                        max_length=12,
                    ),
                ),
                ("text", models.TextField(verbose_name="内容")),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "dispute",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="texts",
                        to="disputes.dispute",
                    ),
                ),
                (
                    "referral",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="replies",
                        to="disputes.referral",
                    ),
                ),
            ],
            options={
                "ordering": ["dispute", "at", "pk"],
            },
        ),
        migrations.AddField(
            model_name="referral",
            name="consent_of",
            field=models.ForeignKey(
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="consents",
                to="disputes.party",
            ),
        ),
        migrations.AddField(
            model_name="party",
            name="dispute",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="parties",
                to="disputes.dispute",
            ),
        ),
        migrations.AddField(
            model_name="party",
            name="person",
            field=models.ForeignKey(
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="households.person",
            ),
        ),
        migrations.CreateModel(
            name="Session",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("held_on", models.DateField(verbose_name="日期")),
                (
                    "bodies",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
                            choices=[
                                ("police", "公安"),
                                ("court", "法院"),
                                ("justice", "司法局"),
                                ("legal_aid", "法律援助"),
                                ("education", "教体局"),
                                ("procuratorate", "检察院"),
                                ("civil_affairs", "民政"),
                            ],
                            max_length=16,
                        ),
                        default=list,
                        size=None,
                    ),
                ),
                (
                    "result",
                    models.CharField(
                        choices=[
                            ("agreed", "达成一致"),
                            ("going_on", "还要再谈"),
                            ("not_agreed", "没有谈成"),
                        ],
                        max_length=10,
                        verbose_name="结果",
                    ),
                ),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "dispute",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="sessions",
                        to="disputes.dispute",
                    ),
                ),
                (
                    "led_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["dispute", "held_on", "pk"],
            },
        ),
        migrations.CreateModel(
            name="Supervision",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                ("due_on", models.DateField(verbose_name="最晚哪天办结")),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "dispute",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="supervisions",
                        to="disputes.dispute",
                    ),
                ),
            ],
            options={
                "ordering": ["dispute", "at", "pk"],
            },
        ),
        migrations.CreateModel(
            name="VictimWord",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "of",
                    models.CharField(
                        choices=[("victim", "当事人本人"), ("lead", "个案负责人")], max_length=6
                    ),
                ),
                ("agrees", models.BooleanField(verbose_name="同意")),
                (
                    "how",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("alone", "单独当面"),
                            ("call", "按约定方式通话"),
                            ("written", "本人书面"),
                        ],
                        max_length=7,
                        verbose_name="怎样说的",
                    ),
                ),
                ("said_on", models.DateField(verbose_name="哪天说的")),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "dispute",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="words",
                        to="disputes.dispute",
                    ),
                ),
                (
                    "party",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="words",
                        to="disputes.party",
                    ),
                ),
            ],
            options={
                "ordering": ["at", "pk"],
            },
        ),
        migrations.CreateModel(
            name="ViolenceFlag",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "needs_protection",
                    models.BooleanField(verbose_name="有无民事行为能力或限制民事行为能力的人"),
                ),
                (
                    "report",
                    models.CharField(
                        choices=[
                            ("not_owed", "不属于必须报告的情形"),
                            ("made", "已经报告公安机关"),
                            ("not_made", "没有报告，写明了理由"),
                        ],
                        max_length=8,
                        verbose_name="强制报告",
                    ),
                ),
                ("reported_on", models.DateField(null=True)),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                ("seen_at", models.DateTimeField(null=True)),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="cases.case",
                    ),
                ),
                (
                    "dispute",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="flags",
                        to="disputes.dispute",
                    ),
                ),
                (
                    "district",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="boundaries.division",
                    ),
                ),
                (
                    "seen_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["at", "pk"],
            },
        ),
        migrations.AddIndex(
            model_name="dispute",
            index=models.Index(models.F("found_on"), name="disputes_by_day"),
        ),
        migrations.AddIndex(
            model_name="dispute",
            index=models.Index(
                models.F("due_on"),
                condition=models.Q(("due_on__isnull", False)),
                name="disputes_due",
            ),
        ),
        migrations.AddConstraint(
            model_name="dispute",
            constraint=models.CheckConstraint(
                condition=models.Q(("household", None), ("point", None), _connector="OR"),
                name="a_dispute_has_one_place",
            ),
        ),
        migrations.AddConstraint(
            model_name="dispute",
            constraint=models.CheckConstraint(
                condition=models.Q(("severity__in", [1, 2, 3])), name="dispute_severity_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="dispute",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("violence", False),
                    models.Q(("apart", True), ("household__isnull", False)),
                    _connector="OR",
                ),
                name="violence_is_the_case_workers",
            ),
        ),
        migrations.AddConstraint(
            model_name="dispute",
            constraint=models.CheckConstraint(
                condition=models.Q(("apart", False), ("household__isnull", False), _connector="OR"),
                name="apart_is_of_a_household",
            ),
        ),
        migrations.AddConstraint(
            model_name="dispute",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("due_on", None), ("state", "archived")),
                    models.Q(
                        models.Q(("state", "archived"), _negated=True), ("due_on__isnull", False)
                    ),
                    _connector="OR",
                ),
                name="an_open_dispute_has_a_clock",
            ),
        ),
        migrations.AddConstraint(
            model_name="disputetext",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kind", "reply"), ("referral__isnull", False)),
                    models.Q(models.Q(("kind", "reply"), _negated=True), ("referral", None)),
                    _connector="OR",
                ),
                name="a_reply_is_to_a_referral",
            ),
        ),
        migrations.AddIndex(
            model_name="referral",
            index=models.Index(
                models.F("body"),
                models.F("division"),
                models.F("state"),
                name="referrals_of_a_body",
            ),
        ),
        migrations.AddConstraint(
            model_name="referral",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("basis", "consent"),
                        ("consent_of__isnull", False),
                        ("duty", ""),
                        ("consent_on__isnull", False),
                        models.Q(("consent_how", ""), _negated=True),
                    ),
                    models.Q(
                        ("basis", "duty"),
                        ("consent_how", ""),
                        ("consent_of", None),
                        ("consent_on", None),
                        models.Q(("duty", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="a_referral_has_a_ground",
            ),
        ),
        migrations.AddConstraint(
            model_name="referral",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "rejected"), models.Q(("rejection", ""), _negated=True)),
                    models.Q(models.Q(("state", "rejected"), _negated=True), ("rejection", "")),
                    _connector="OR",
                ),
                name="a_rejection_has_a_reason",
            ),
        ),
        migrations.AddConstraint(
            model_name="referral",
            constraint=models.UniqueConstraint(
                models.F("dispute"),
                models.F("body"),
                condition=models.Q(("state__in", ["sent", "received", "accepted"])),
                name="one_open_referral_a_body",
            ),
        ),
        migrations.AddConstraint(
            model_name="party",
            constraint=models.UniqueConstraint(
                models.F("dispute"),
                models.F("person"),
                condition=models.Q(("person__isnull", False)),
                name="nobody_is_twice_party",
            ),
        ),
        migrations.AddConstraint(
            model_name="supervision",
            constraint=models.UniqueConstraint(
                models.F("dispute"),
                condition=models.Q(("ended_at", None)),
                name="one_open_supervision",
            ),
        ),
        migrations.AddConstraint(
            model_name="victimword",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("of", "victim"),
                        ("party__isnull", False),
                        models.Q(("how", ""), _negated=True),
                    ),
                    models.Q(("how", ""), ("of", "lead"), ("party", None)),
                    _connector="OR",
                ),
                name="the_victim_speaks_for_herself",
            ),
        ),
        migrations.AddConstraint(
            model_name="violenceflag",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("needs_protection", True),
                        ("report", "made"),
                        ("reported_on__isnull", False),
                    ),
                    models.Q(
                        ("needs_protection", True), ("report", "not_made"), ("reported_on", None)
                    ),
                    models.Q(
                        ("needs_protection", False),
                        ("report", "made"),
                        ("reported_on__isnull", False),
                    ),
                    models.Q(
                        ("needs_protection", False), ("report", "not_owed"), ("reported_on", None)
                    ),
                    _connector="OR",
                ),
                name="a_report_is_made_or_its_absence_explained",
            ),
        ),
    ]
