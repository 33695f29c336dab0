from django.conf import settings
from django.core.management.commands import migrate
from django.db import connections, transaction


class Command(migrate.Command):
    help = "Migrates as the owner of the database, then grants the runtime role what it needs."

    def add_arguments(self, parser):
        super().add_arguments(parser)
        parser.set_defaults(database="owner")

    def handle(self, *args, **options):
        super().handle(*args, **options)
        # The runtime role cannot migrate, so there is nothing to grant through its own connection.
        if (
            options["database"] == "owner"
            and not options["plan"]
            and not options["check_unapplied"]
        ):
            grant_runtime_role(connections["owner"])
            grant_backup_role(connections["owner"])


@transaction.atomic(using="owner")
def grant_runtime_role(connection) -> None:
    """Give the runtime role its rights, and the database the key that checks its scopes."""
    role = connection.ops.quote_name(connections["default"].settings_dict["USER"])
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass('sec.scope_key') IS NOT NULL")
        if not cursor.fetchone()[0]:  # migrated back to nothing
            return
        cursor.execute(f"""
            GRANT USAGE ON SCHEMA public, sec TO {role};
            GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role};
            GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {role};
            REVOKE INSERT, UPDATE, DELETE ON django_migrations FROM {role};
            REVOKE ALL ON ALL TABLES IN SCHEMA sec FROM {role};
        """)
        cursor.execute(
            "SELECT string_agg(quote_ident(t), ', ') FROM unnest(%s::text[]) AS t"
            " WHERE to_regclass(quote_ident(t)) IS NOT NULL",
            (list(settings.TABLES_KEPT_BY_THE_DATABASE),),
        )
        read_only = cursor.fetchone()[0]
        if read_only:
            cursor.execute(f"REVOKE INSERT, UPDATE, DELETE ON {read_only} FROM {role}")
        for table, columns in settings.COLUMNS_THAT_CHANGE.items():
            cursor.execute("SELECT to_regclass(%s) IS NOT NULL", [table])
            if cursor.fetchone()[0]:
                cursor.execute(f"REVOKE UPDATE ON {table} FROM {role}")
                cursor.execute(f"GRANT UPDATE ({', '.join(columns)}) ON {table} TO {role}")
        cursor.execute(
            "INSERT INTO sec.scope_key (id, key) VALUES (1, %s)"
            " ON CONFLICT (id) DO UPDATE SET key = excluded.key",
            (bytes.fromhex(settings.SCOPE_KEY),),
        )


def grant_backup_role(connection) -> None:
    """Let the backup role, where there is one, read all but the key that signs scopes."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT quote_ident(rolname) FROM pg_roles WHERE rolname = %s"
            " AND to_regclass('sec.scope_key') IS NOT NULL",
            (settings.BACKUP_DATABASE["USER"],),
        )
        for (role,) in cursor.fetchall():
            cursor.execute(f"""
                GRANT USAGE ON SCHEMA public, sec TO {role};
                GRANT SELECT ON ALL TABLES IN SCHEMA public, sec TO {role};
                GRANT SELECT ON ALL SEQUENCES IN SCHEMA public, sec TO {role};
                REVOKE ALL ON sec.scope_key FROM {role};
            """)
