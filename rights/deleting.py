"""Deleting for good, and deleting again what a backup has brought back."""

from collections.abc import Collection

from django.db import connection

from rights.models import Tombstone


def delete_again(ids: Collection[str]) -> int:
    """Delete what these ids mean, and those that the database remembers; how many were there.

    For a restore, as the system.
    """
    remembered = {str(subject) for subject in Tombstone.objects.values_list("subject", flat=True)}
    with connection.cursor() as cursor:
        cursor.execute("SELECT sec.erase_again(%s::uuid[])", [sorted(remembered | set(ids))])
        return cursor.fetchone()[0]
