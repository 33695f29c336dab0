"""While a family disputes its data, what it needs and what was heard are not used either."""

from importlib import import_module

from django.db import connections, migrations

NOT_USED = import_module("rights.migrations.0002_row_security").NOT_USED
# The words and the help of a need show themselves only where the need does.
DISPUTED = {
    "support_need": "household_id",
    "visits_visitnote": "(SELECT v.household_id FROM visits_visit AS v WHERE v.id = visit_id)",
}


def keep_from_use(apps, schema_editor):
    app = schema_editor.quote_name(connections["default"].settings_dict["USER"])
    for table, column in DISPUTED.items():
        said = NOT_USED.format(column=column)
        schema_editor.execute(
            f"CREATE POLICY not_while_disputed ON {table} AS RESTRICTIVE TO {app}"
            f" USING {said} WITH CHECK {said}"
        )


class Migration(migrations.Migration):
    dependencies = [
        ("rights", "0005_disputed_words"),
        ("support", "0002_row_security"),
        ("visits", "0002_row_security"),
    ]
    operations = [migrations.RunPython(keep_from_use, migrations.RunPython.noop)]
