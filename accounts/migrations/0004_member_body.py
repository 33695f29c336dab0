"""Of a partner it is known for which body she answers: it decides what is sent to her."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0003_sessions_and_changes"),
    ]

    operations = [
        migrations.AddField(
            model_name="member",
            name="body",
            field=models.CharField(
                blank=True,
                choices=[
                    ("police", "公安"),
                    ("court", "法院"),
                    ("justice", "司法局"),
                    ("legal_aid", "法律援助"),
                    ("education", "教体局"),
                    ("procuratorate", "检察院"),
                    ("civil_affairs", "民政"),
                ],
                db_default="",
                default="",
                max_length=16,
                verbose_name="单位",
            ),
        ),
    ]
