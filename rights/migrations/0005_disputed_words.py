"""While a family disputes its data, its words and what is said of it are not used either."""

from importlib import import_module

from django.db import connections, migrations

NOT_USED = import_module("rights.migrations.0002_row_security").NOT_USED
TABLES = ("households_objection", "households_familystatement", "households_goodword")


def keep_from_use(apps, schema_editor):
    app = schema_editor.quote_name(connections["default"].settings_dict["USER"])
    said = NOT_USED.format(column="household_id")
    for table in TABLES:
        schema_editor.execute(
            f"CREATE POLICY not_while_disputed ON {table} AS RESTRICTIVE TO {app}"
            f" USING {said} WITH CHECK {said}"
        )


class Migration(migrations.Migration):
    dependencies = [
        ("rights", "0004_demo_may_go"),
        ("households", "0013_colours_step_by_step"),
    ]
    operations = [migrations.RunPython(keep_from_use, migrations.RunPython.noop)]
