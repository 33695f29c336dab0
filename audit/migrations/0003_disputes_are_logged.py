"""Looks at disputes and at what another body was sent are logged."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("audit", "0002_exports_are_logged"),
    ]

    operations = [
        migrations.AlterField(
            model_name="accessrecord",
            name="kind",
            field=models.CharField(
                choices=[
                    ("household", "家庭"),
                    ("person", "个人"),
                    ("case", "个案"),
                    ("export", "导出文件"),
                    ("dispute", "矛盾纠纷"),
                    ("referral", "转介材料"),
                ],
                max_length=10,
            ),
        ),
    ]
