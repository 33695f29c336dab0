"""Conflicts of interest: who is kin to a family, and who may know."""

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

# Kinship is nobody's business but hers, of a family she sees, and her chairs'.
IN_SCOPE = """(
    (SELECT sec.is_system())
    OR EXISTS (
        SELECT FROM households_household AS h WHERE h.id = household_id
        AND (member_id = (SELECT sec.uid())
             OR h.village_id = ANY ((SELECT sec.my_villages())::bigint[]))
    )
)"""

POLICIES = f"""
ALTER TABLE households_conflict ENABLE ROW LEVEL SECURITY;
ALTER TABLE households_conflict FORCE ROW LEVEL SECURITY;
CREATE POLICY in_scope ON households_conflict USING {IN_SCOPE} WITH CHECK {IN_SCOPE};
"""


class Migration(migrations.Migration):
    dependencies = [
        ("households", "0007_protection"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Conflict",
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
                        choices=[("self", "本人家"), ("relative", "亲属家")], max_length=8
                    ),
                ),
                ("declared_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "household",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="conflicts",
                        to="households.household",
                    ),
                ),
                (
                    "member",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="conflicts",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["household", "declared_at", "pk"],
            },
        ),
        migrations.AddConstraint(
            model_name="conflict",
            constraint=models.UniqueConstraint(
                models.F("household"),
                models.F("member"),
                condition=models.Q(("ended_at", None)),
                name="one_open_conflict",
            ),
        ),
        migrations.RunSQL(POLICIES, migrations.RunSQL.noop),
    ]
