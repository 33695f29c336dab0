"""Whoever supports a grid may also stand in where nobody leads it."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("grids", "0005_step_notes"),
    ]

    operations = [
        migrations.RemoveConstraint("assignment", "one_part_per_member_and_grid"),
        migrations.AddConstraint(
            "assignment",
            models.UniqueConstraint(
                "grid",
                "member",
                condition=models.Q(("ended_at", None), models.Q(("role", "cover"), _negated=True)),
                name="one_part_per_member_and_grid",
            ),
        ),
    ]
