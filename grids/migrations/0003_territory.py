"""Drafts, published changes and lineage; and each outline that a grid has had."""

import django.contrib.gis.db.models.fields
import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

KEEP_VERSION = """
-- Whoever redraws or renames a grid, on whatever way, leaves what it was.
CREATE FUNCTION grids_keep_version() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO grids_gridversion (grid_id, name, geom, until)
    VALUES (OLD.id, OLD.name, OLD.geom, clock_timestamp());
    RETURN NULL;
END $$;

CREATE TRIGGER keep_version AFTER UPDATE OF geom, name ON grids_grid
FOR EACH ROW WHEN (OLD.geom::bytea <> NEW.geom::bytea OR OLD.name <> NEW.name)
EXECUTE FUNCTION grids_keep_version();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("boundaries", "0001_initial"),
        ("grids", "0002_no_overlap"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="grid",
            name="version",
            field=models.PositiveIntegerField(db_default=1, default=1),
        ),
        migrations.AlterField(
            model_name="assignment",
            name="role",
            field=models.CharField(
                choices=[("lead", "主责"), ("support", "协同"), ("cover", "代管")],
                max_length=7,
                verbose_name="责任",
            ),
        ),
        migrations.CreateModel(
            name="Draft",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("title", models.CharField(max_length=80, verbose_name="名称")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "草稿"),
                            ("proposed", "待乡镇审定"),
                            ("scheduled", "到期生效"),
                            ("published", "已发布"),
                            ("discarded", "已放弃"),
                        ],
                        default="open",
                        max_length=9,
                    ),
                ),
                ("version", models.PositiveIntegerField(default=1)),
                ("cursor", models.PositiveIntegerField(default=0)),
                ("effective_on", models.DateField(null=True, verbose_name="生效日期")),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                (
                    "created_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "scope",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="drafts",
                        to="boundaries.division",
                    ),
                ),
                (
                    "updated_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["-updated_at", "-pk"],
            },
        ),
        migrations.CreateModel(
            name="DraftGrid",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("key", models.CharField(max_length=20)),
                ("base_version", models.PositiveIntegerField(null=True)),
                ("content", models.JSONField()),
                ("base", models.JSONField(null=True)),
                ("left_version", models.PositiveIntegerField(null=True)),
                (
                    "draft",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="grids",
                        to="grids.draft",
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
                    "village",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="boundaries.division",
                    ),
                ),
            ],
            options={
                "ordering": ["draft", "key"],
            },
        ),
        migrations.CreateModel(
            name="DraftStep",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveIntegerField()),
                ("kind", models.CharField(max_length=16)),
                ("title", models.CharField(max_length=200)),
                ("before", models.JSONField()),
                ("after", models.JSONField()),
                ("at", models.DateTimeField(auto_now_add=True)),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "draft",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="steps",
                        to="grids.draft",
                    ),
                ),
            ],
            options={
                "ordering": ["draft", "number"],
            },
        ),
        migrations.CreateModel(
            name="GridVersion",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=80)),
                (
                    "geom",
                    django.contrib.gis.db.models.fields.MultiPolygonField(
                        spatial_index=False, srid=4326
                    ),
                ),
                ("until", models.DateTimeField()),
                (
                    "grid",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="versions",
                        to="grids.grid",
                    ),
                ),
            ],
            options={
                "ordering": ["grid", "until", "pk"],
            },
        ),
        migrations.CreateModel(
            name="Leave",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("from_on", models.DateField(verbose_name="从")),
                ("to_on", models.DateField(verbose_name="到")),
                ("at", models.DateTimeField(auto_now_add=True)),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "cover",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "member",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="leaves",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["member", "from_on", "pk"],
            },
        ),
        migrations.CreateModel(
            name="TerritoryChange",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                ("summary", models.JSONField(default=dict)),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "draft",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="change",
                        to="grids.draft",
                    ),
                ),
                (
                    "undoes",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="undone_by",
                        to="grids.territorychange",
                    ),
                ),
            ],
            options={
                "ordering": ["-at", "-pk"],
            },
        ),
        migrations.CreateModel(
            name="GridLineage",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("share", models.FloatField()),
                (
                    "child",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="came_from",
                        to="grids.grid",
                    ),
                ),
                (
                    "parent",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="became",
                        to="grids.grid",
                    ),
                ),
                (
                    "change",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="lineage",
                        to="grids.territorychange",
                    ),
                ),
            ],
            options={
                "ordering": ["change", "parent", "child"],
            },
        ),
        migrations.AddIndex(
            model_name="draft",
            index=models.Index(
                models.F("effective_on"),
                condition=models.Q(("state", "scheduled")),
                name="drafts_due_by_day",
            ),
        ),
        migrations.AddConstraint(
            model_name="draftgrid",
            constraint=models.UniqueConstraint(
                models.F("draft"), models.F("key"), name="one_draft_grid_per_key"
            ),
        ),
        migrations.AddConstraint(
            model_name="draftstep",
            constraint=models.UniqueConstraint(
                models.F("draft"), models.F("number"), name="one_step_per_number"
            ),
        ),
        migrations.AddConstraint(
            model_name="leave",
            constraint=models.CheckConstraint(
                condition=models.Q(("to_on__gte", models.F("from_on"))),
                name="leave_ends_after_it_begins",
            ),
        ),
        migrations.AddConstraint(
            model_name="gridlineage",
            constraint=models.UniqueConstraint(
                models.F("change"),
                models.F("parent"),
                models.F("child"),
                name="one_lineage_per_change",
            ),
        ),
        migrations.AddConstraint(
            model_name="gridlineage",
            constraint=models.CheckConstraint(
                condition=models.Q(("share__gt", 0), ("share__lte", 1)),
                name="lineage_share_is_a_share",
            ),
        ),
        migrations.RunSQL(KEEP_VERSION, "DROP FUNCTION grids_keep_version CASCADE"),
    ]
