"""People of a household, what is sensitive about them; and the history of it all, by triggers.

Own triggers and not django-pghistory: its trigger functions run with the rights of whoever writes, so
the runtime role would need INSERT on the history it must not forge; and it copies whole rows,
whatever tier their columns are. Here one statement costs one trigger, and a row only what changed.
"""

import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

PEOPLE = """
ALTER TABLE households_personsensitive ADD CONSTRAINT sensitive_of_a_person
    FOREIGN KEY (person_id) REFERENCES households_person (id) ON DELETE CASCADE;

ALTER TABLE households_person ENABLE ROW LEVEL SECURITY;
ALTER TABLE households_person FORCE ROW LEVEL SECURITY;
-- Like every part of a household: seen by whoever sees the household.
CREATE POLICY in_scope ON households_person
    USING ((SELECT sec.is_system())
           OR EXISTS (SELECT FROM households_household AS h WHERE h.id = household_id))
    WITH CHECK ((SELECT sec.is_system())
                OR EXISTS (SELECT FROM households_household AS h WHERE h.id = household_id));
CREATE POLICY owner_reads ON households_person FOR SELECT TO CURRENT_USER USING (true);

ALTER TABLE households_personsensitive ENABLE ROW LEVEL SECURITY;
ALTER TABLE households_personsensitive FORCE ROW LEVEL SECURITY;
-- Read by those who work with the family, and only once this very transaction has logged it. The
-- town knows that there is something (households_person.has_sensitive), not what.
CREATE POLICY logged ON households_personsensitive FOR SELECT USING (
    (SELECT sec.is_system())
    OR (SELECT sec.my_role()) = ANY ('{member,village,caseworker}')
    AND EXISTS (SELECT FROM households_person AS p WHERE p.id = person_id
                AND p.uuid = ANY ((SELECT sec.opened())::uuid[]))
);
-- Written in her own name by whoever keeps the family company.
CREATE POLICY adds ON households_personsensitive FOR INSERT WITH CHECK (
    (SELECT sec.is_system())
    OR (SELECT sec.my_role()) = ANY ('{member,caseworker}') AND written_by_id = (SELECT sec.uid())
    AND EXISTS (SELECT FROM households_person AS p WHERE p.id = person_id)
);
CREATE POLICY changes ON households_personsensitive FOR UPDATE
    USING (
        (SELECT sec.is_system())
        OR (SELECT sec.my_role()) = ANY ('{member,caseworker}')
        AND EXISTS (SELECT FROM households_person AS p WHERE p.id = person_id)
    )
    WITH CHECK ((SELECT sec.is_system()) OR written_by_id = (SELECT sec.uid()));
-- By the database alone, together with the person.
CREATE POLICY system_erases ON households_personsensitive FOR DELETE
    USING ((SELECT sec.is_system()));
"""

# What each table's history keeps. `place` goes into PlaceChange, the rest into `to`.
TRACKED = {
    "households_household": {
        "to": "indexchange", "key": "id", "household": "r.id",
        "columns": "slot review_on lapsed proposed",
        "place": "uuid village_id grid_id household_no point protection",
        "operations": "INSERT UPDATE DELETE",
    },
    "households_classification": {
        "to": "indexchange", "key": "id", "household": "r.household_id",
        "columns": "household_id colour_class_id reason_id help_offered status proposed_by_id"
        " proposed_at decided_by_id decided_at review_on",
        "operations": "UPDATE DELETE",
    },
    "households_claim": {
        "to": "indexchange", "key": "id", "household": "r.household_id",
        "columns": "household_id member_id started_at ended_at",
        "operations": "UPDATE DELETE",
    },
    "households_conflict": {
        "to": "indexchange", "key": "id", "household": "r.household_id",
        "columns": "household_id member_id kind declared_at ended_at",
        "operations": "UPDATE DELETE",
    },
    # Their outlines are kept by grids_gridoutline, what became of them by grids_gridlineage.
    "grids_grid": {
        "to": "indexchange", "key": "id", "household": "NULL::bigint", "grid": "r.id",
        "columns": "village_id code name target_households opened_on closed_on",
        "operations": "UPDATE DELETE",
    },
    "grids_assignment": {
        "to": "indexchange", "key": "id", "household": "NULL::bigint", "grid": "r.grid_id",
        "columns": "grid_id member_id role started_at ended_at",
        "operations": "UPDATE DELETE",
    },
    "households_householdidentity": {
        "to": "identitychange", "key": "household_id", "household": "r.household_id",
        "columns": "contact_name phone members note", "place": "address",
        "operations": "UPDATE DELETE",
    },
    "households_person": {
        "to": "identitychange", "key": "id", "household": "r.household_id",
        "columns": "uuid household_id name relation birth_year phone",
        "operations": "INSERT UPDATE DELETE",
    },
    "households_personsensitive": {
        "to": "sensitivechange", "key": "person_id",
        "household": "(SELECT p.household_id FROM households_person AS p WHERE p.id = r.person_id)",
        "subject": "(SELECT p.uuid FROM households_person AS p WHERE p.id = r.person_id)",
        "columns": "health disability income care written_by_id written_at",
        "operations": "INSERT UPDATE DELETE",
    },
}  # fmt: skip

# A place is hidden for good that changed while the family was protected. When a protection begins
# or ends, the address moves before or after the row: so both are asked.
HIDDEN = {
    "households_household": "(r.protection <> 'none' OR {new}.protection <> 'none')",
    "households_householdidentity": """(
        EXISTS (SELECT FROM households_householdplace AS p WHERE p.household_id = r.household_id)
        OR EXISTS (SELECT FROM households_household AS h
                   WHERE h.id = r.household_id AND h.protection <> 'none'))""",
}


def _old(column: str) -> str:
    """A place as the database writes it: as GeoJSON it costs thirty times as much."""
    return "r.point::text" if column == "point" else f"r.{column}"


def _writes(table: str, kept: dict, operation: str, into: str, columns: list[str]) -> str:
    """INSERT … SELECT of what one statement changed in these columns. `r` are rows as they were."""
    fields = {
        "at": "clock_timestamp()",
        "member_id": "member",
        "purpose": "purpose",
        "about": f"'{table.split('_')[1]}'",
        '"row"': f"r.{kept['key']}",
        "operation": f"'{operation[0]}'",
        "household_id": kept["household"],
    }
    if into == "placechange":
        new = "n" if operation == "UPDATE" else "r"
        fields["hidden"] = HIDDEN[table].format(new=new)
    elif into == "indexchange":
        fields["grid"] = kept.get("grid", "NULL::bigint")
    elif into == "sensitivechange":
        fields["subject"] = kept["subject"]
    source, changed = "old_rows AS r", ""
    if operation == "UPDATE":
        source += f" JOIN new_rows AS n ON n.{kept['key']} = r.{kept['key']}"
        changed = "WHERE (" + " OR ".join(f"r.{c} IS DISTINCT FROM n.{c}" for c in columns) + ")"
        fields["before"] = " || ".join(
            f"CASE WHEN r.{c} IS DISTINCT FROM n.{c} THEN jsonb_build_object('{c}', {_old(c)})"
            " ELSE '{}' END"
            for c in columns
        )
    elif operation == "DELETE":
        pairs = ", ".join(f"'{c}', {_old(c)}" for c in columns)
        fields["before"] = f"jsonb_build_object({pairs})"
    else:
        source, fields["before"] = "new_rows AS r", "'{}'"
    return f"""
        INSERT INTO households_{into} ({", ".join(fields)})
        SELECT {", ".join(fields.values())}
        FROM {source} {changed} ORDER BY r.{kept["key"]};"""


def history_of(table: str, kept: dict) -> str:
    """The trigger function of one table, run once for a statement, with the owner's rights."""
    name = "sec.history_of_" + table.split("_")[1]
    cases, triggers = [], []
    for operation in kept["operations"].split():
        writes = _writes(table, kept, operation, kept["to"], kept["columns"].split())
        if "place" in kept and operation != "INSERT":
            writes += _writes(table, kept, operation, "placechange", kept["place"].split())
        # What the system enters comes from a list, and the list is the record.
        if operation == "INSERT":
            writes = f"IF member IS NOT NULL THEN {writes} END IF;"
        cases.append(f"WHEN '{operation}' THEN {writes}")
        rows = {
            "INSERT": "NEW TABLE AS new_rows",
            "UPDATE": "OLD TABLE AS old_rows NEW TABLE AS new_rows",
            "DELETE": "OLD TABLE AS old_rows",
        }[operation]
        triggers.append(
            f"CREATE TRIGGER history_{operation.lower()} AFTER {operation} ON {table}"
            f" REFERENCING {rows} FOR EACH STATEMENT EXECUTE FUNCTION {name}();"
        )
    return f"""
CREATE FUNCTION {name}() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
-- A plan made for three rows is kept, and a loop over them would be tried on 250,000.
SET enable_nestloop = off AS $$
DECLARE
    -- Once, not for every row: each checks a signature.
    member bigint := sec.uid();
    purpose text := coalesce(left(substring(sec.subject() from '^s:(.*)'), 40), '');
BEGIN
    IF purpose = 'demo' AND sec.only_demo() THEN
        RETURN NULL;  -- inventions have no past
    END IF;
    CASE TG_OP {" ".join(cases)} END CASE;
    RETURN NULL;
END $$;
""" + "\n".join(triggers)


DEMO = """
-- Is it the demo that acts, in a database that has never held anything else?
CREATE FUNCTION sec.only_demo() RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN sec.subject() = 's:demo'
       AND NOT EXISTS (SELECT FROM public.boundaries_importbatch AS b WHERE b.kind <> 'demo');
END $$;

-- The demo is taken away, and with it who changed and looked at its inventions.
CREATE FUNCTION sec.forget_demo() RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF NOT coalesce(sec.only_demo(), false) THEN
        RAISE EXCEPTION 'history and the access log are kept' USING ERRCODE = 'insufficient_privilege';
    END IF;
    DELETE FROM audit_accessday;
    DELETE FROM audit_accessrecord;
    DELETE FROM households_indexchange;
    DELETE FROM households_placechange;
    DELETE FROM households_identitychange;
    DELETE FROM households_sensitivechange;
END $$;
-- Nothing else lets even the owner delete there.
CREATE POLICY owner_forgets_demo ON audit_accessrecord FOR DELETE TO CURRENT_USER
    USING ((SELECT sec.only_demo()));
"""

SEES_HOUSEHOLD = "EXISTS (SELECT FROM households_household AS h WHERE h.id = household_id{more})"
READS = {
    # Kinship is told to fewer: not from here.
    "indexchange": f"about <> 'conflict' AND {SEES_HOUSEHOLD.format(more='')}"
    " OR grid = ANY ((SELECT sec.my_grids())::bigint[])",
    "placechange": "NOT hidden AND "
    + SEES_HOUSEHOLD.format(more=" AND h.protection = 'none'")
    + " OR household_id = ANY ((SELECT sec.my_cases())::bigint[])",
    "identitychange": SEES_HOUSEHOLD.format(more=""),
    "sensitivechange": "subject = ANY ((SELECT sec.opened())::uuid[])"
    " AND (SELECT sec.my_role()) = ANY ('{member,village,caseworker}')"
    f" AND {SEES_HOUSEHOLD.format(more='')}",
}
HISTORY = "".join(history_of(table, kept) for table, kept in TRACKED.items()) + "".join(
    f"""
ALTER TABLE households_{table} ENABLE ROW LEVEL SECURITY;
ALTER TABLE households_{table} FORCE ROW LEVEL SECURITY;
CREATE POLICY in_scope ON households_{table} FOR SELECT
    USING ((SELECT sec.is_system()) OR {reads});
CREATE POLICY owner_keeps ON households_{table} TO CURRENT_USER USING (true) WITH CHECK (true);
"""
    for table, reads in READS.items()
)


class Migration(migrations.Migration):
    dependencies = [
        ("audit", "0001_access_log"),
        ("grids", "0004_targets_in_drafts"),
        ("households", "0008_conflicts"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Person",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("uuid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("name", models.CharField(max_length=60, verbose_name="姓名")),
                (
                    "relation",
                    models.CharField(
                        choices=[
                            ("head", "户主"),
                            ("spouse", "配偶"),
                            ("child", "子女"),
                            ("parent", "父母"),
                            ("grandchild", "孙子女"),
                            ("other", "其他"),
                        ],
                        max_length=10,
                        verbose_name="与户主关系",
                    ),
                ),
                (
                    "birth_year",
                    models.PositiveSmallIntegerField(null=True, verbose_name="出生年份"),
                ),
                ("phone", models.CharField(blank=True, max_length=40, verbose_name="电话")),
                ("has_sensitive", models.BooleanField(default=False)),
                (
                    "household",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="people",
                        to="households.household",
                    ),
                ),
            ],
            options={
                "ordering": ["household", "pk"],
            },
        ),
        migrations.CreateModel(
            name="PlaceChange",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField()),
                ("purpose", models.CharField(blank=True, max_length=40)),
                ("about", models.CharField(max_length=30)),
                ("row", models.BigIntegerField()),
                (
                    "operation",
                    models.CharField(
                        choices=[("I", "登记"), ("U", "改动"), ("D", "删除")], max_length=1
                    ),
                ),
                ("before", models.JSONField()),
                ("hidden", models.BooleanField()),
                (
                    "household",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="households.household",
                    ),
                ),
                (
                    "member",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["household", "at", "pk"],
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="SensitiveChange",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField()),
                ("purpose", models.CharField(blank=True, max_length=40)),
                ("about", models.CharField(max_length=30)),
                ("row", models.BigIntegerField()),
                (
                    "operation",
                    models.CharField(
                        choices=[("I", "登记"), ("U", "改动"), ("D", "删除")], max_length=1
                    ),
                ),
                ("before", models.JSONField()),
                ("subject", models.UUIDField(null=True)),
                (
                    "household",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="households.household",
                    ),
                ),
                (
                    "member",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["household", "at", "pk"],
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="IdentityChange",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField()),
                ("purpose", models.CharField(blank=True, max_length=40)),
                ("about", models.CharField(max_length=30)),
                ("row", models.BigIntegerField()),
                (
                    "operation",
                    models.CharField(
                        choices=[("I", "登记"), ("U", "改动"), ("D", "删除")], max_length=1
                    ),
                ),
                ("before", models.JSONField()),
                (
                    "household",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="households.household",
                    ),
                ),
                (
                    "member",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["household", "at", "pk"],
                "abstract": False,
                "indexes": [
                    models.Index(
                        models.F("household"), models.F("at"), name="identitychange_of_household"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="IndexChange",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField()),
                ("purpose", models.CharField(blank=True, max_length=40)),
                ("about", models.CharField(max_length=30)),
                ("row", models.BigIntegerField()),
                (
                    "operation",
                    models.CharField(
                        choices=[("I", "登记"), ("U", "改动"), ("D", "删除")], max_length=1
                    ),
                ),
                ("before", models.JSONField()),
                ("grid", models.BigIntegerField(null=True)),
                (
                    "household",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="households.household",
                    ),
                ),
                (
                    "member",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["household", "at", "pk"],
                "abstract": False,
                "indexes": [
                    models.Index(
                        models.F("household"), models.F("at"), name="indexchange_of_household"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="PersonSensitive",
            fields=[
                (
                    "person",
                    models.OneToOneField(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        primary_key=True,
                        related_name="sensitive",
                        serialize=False,
                        to="households.person",
                    ),
                ),
                ("health", models.TextField(blank=True, verbose_name="健康")),
                ("disability", models.TextField(blank=True, verbose_name="残疾")),
                ("income", models.TextField(blank=True, verbose_name="收入")),
                ("care", models.TextField(blank=True, verbose_name="未成年人监护")),
                ("written_at", models.DateTimeField()),
                (
                    "written_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.AddConstraint(
            model_name="person",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("birth_year", None), ("birth_year__range", (1880, 2200)), _connector="OR"
                ),
                name="birth_year_possible",
            ),
        ),
        migrations.AddIndex(
            model_name="placechange",
            index=models.Index(
                models.F("household"), models.F("at"), name="placechange_of_household"
            ),
        ),
        migrations.AddIndex(
            model_name="sensitivechange",
            index=models.Index(
                models.F("household"), models.F("at"), name="sensitivechange_of_household"
            ),
        ),
        migrations.RunSQL(PEOPLE, migrations.RunSQL.noop),
        migrations.RunSQL(DEMO, migrations.RunSQL.noop),
        migrations.RunSQL(HISTORY, migrations.RunSQL.noop),
    ]
