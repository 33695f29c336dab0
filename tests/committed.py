"""Rows that a test has committed, so that several connections see them, are taken away again."""

from django.db import connections

from households import scope, versions

_TABLES = """
    SELECT string_agg(format('%I', tablename), ', ') FROM pg_tables WHERE schemaname = 'public'
    AND tablename NOT IN
        ('django_migrations', 'spatial_ref_sys', 'django_content_type', 'auth_permission')
"""


def empty_database() -> None:
    """As the owner. What the processes remember of it is forgotten as well."""
    # An open transaction of the runtime role would make this wait.
    connections["default"].close()
    owner = connections["owner"]
    with owner.cursor() as cursor:
        cursor.execute(_TABLES)
        cursor.execute(f"TRUNCATE {cursor.fetchone()[0]} RESTART IDENTITY CASCADE")
    owner.close()
    scope.forget()
    versions.forget()
