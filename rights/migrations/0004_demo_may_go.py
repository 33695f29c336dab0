"""A demo in which somebody tried the rights desk can be taken away. Nothing else deletes requests."""

from django.db import migrations

SQL = """
CREATE POLICY demo_goes ON rights_request FOR DELETE USING ((SELECT sec.only_demo()));
CREATE POLICY demo_goes ON rights_step FOR DELETE USING ((SELECT sec.only_demo()));
"""


class Migration(migrations.Migration):
    dependencies = [
        ("rights", "0003_forgetting"),
        ("households", "0009_people_and_history"),
    ]
    operations = [migrations.RunSQL(SQL, migrations.RunSQL.noop)]
