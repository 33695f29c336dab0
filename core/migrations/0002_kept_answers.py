"""What a write was answered, for a day: each member her own."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

SQL = """
ALTER TABLE core_keptanswer ENABLE ROW LEVEL SECURITY;
ALTER TABLE core_keptanswer FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON core_keptanswer
USING ((SELECT sec.is_system()) OR member_id = (SELECT sec.uid()))
WITH CHECK ((SELECT sec.is_system()) OR member_id = (SELECT sec.uid()));

-- Whoever writes takes away what is over, everybody's: nobody has to remember it. Before the row is
-- added, so that a key of long ago is a new one. What another is taking away already is skipped.
CREATE FUNCTION sec.forget_answers() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    DELETE FROM public.core_keptanswer WHERE id IN (
        SELECT id FROM public.core_keptanswer WHERE at < now() - interval '24 hours'
        FOR UPDATE SKIP LOCKED);
    RETURN NULL;
END $$;

CREATE TRIGGER forget BEFORE INSERT ON core_keptanswer
FOR EACH STATEMENT EXECUTE FUNCTION sec.forget_answers();

-- The function runs as the owner, which reaches nothing but that.
CREATE POLICY owner_forgets ON core_keptanswer TO CURRENT_USER
USING (at < now() - interval '24 hours') WITH CHECK (false);
"""


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0001_scope"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="KeptAnswer",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("key", models.UUIDField()),
                ("digest", models.BinaryField(max_length=32)),
                ("status", models.PositiveSmallIntegerField(null=True)),
                ("answer", models.BinaryField(null=True)),
                ("at", models.DateTimeField(db_index=True)),
                (
                    "member",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=["member", "key"], name="one_answer_a_key"),
                ],
            },
        ),
        migrations.RunSQL(SQL, "DROP FUNCTION sec.forget_answers CASCADE"),
    ]
