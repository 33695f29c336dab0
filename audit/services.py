"""Writing the access log, and sealing it."""

import logging
import uuid
from collections.abc import Sequence

from django.db import DatabaseError, connection, transaction

from accounts.models import Member
from audit.errors import AccessNotLogged
from audit.models import AccessDay

log = logging.getLogger("wuse.access")

_WRITE = """
    SELECT sec.log_access(%(by)s, %(action)s, %(tier)s, %(kind)s, %(subject)s, %(household)s,
                          %(reason)s, %(route)s)
"""
_WRITE_MANY = """
    SELECT count(sec.log_access(%(by)s, %(action)s, %(tier)s, %(kind)s, subject, NULL, %(reason)s,
                                %(route)s))
    FROM unnest(%(subjects)s::uuid[]) AS subject
"""


def log_access(
    *,
    by: Member,
    action: str,
    tier: str,
    subject: uuid.UUID,
    kind: str,
    household: uuid.UUID | None = None,
    reason: str = "",
    route: str = "",
) -> None:
    """Log that `by` looks at something, within the transaction that lets her.

    Raises AccessNotLogged if that fails, and then nothing may be shown: call it before reading.
    Row security shows S3 rows only to a transaction that has logged them (`sec.opened()`).
    """
    if not connection.in_atomic_block:
        raise AccessNotLogged
    said = {"action": action, "tier": tier, "kind": kind, "reason": reason, "route": route}
    about = {"by": by.pk, "subject": subject, "household": household}
    try:
        with connection.cursor() as cursor:
            cursor.execute(_WRITE, said | about)
    except DatabaseError as error:
        raise AccessNotLogged from error


def log_many(
    *,
    by: Member,
    action: str,
    tier: str,
    kind: str,
    subjects: Sequence[uuid.UUID],
    reason: str = "",
    route: str = "",
) -> None:
    """The same look at each of many, such as the families of a list; one statement for all."""
    said = {"action": action, "tier": tier, "kind": kind, "reason": reason, "route": route}
    about = {"by": by.pk, "subjects": list(subjects)}
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(_WRITE_MANY, said | about)
    except DatabaseError as error:
        raise AccessNotLogged from error


@transaction.atomic
def seal_access_log() -> list[AccessDay]:
    """Seal every day that is over; return the days sealed now.

    Called on the first request of a day, and harmless whenever else. The digest also goes to the
    program's log, which whoever changes the database does not reach.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT sec.seal_access_log()")
        days = cursor.fetchone()[0]
    sealed = list(AccessDay.objects.filter(day__in=days))
    for one in sealed:
        log.info("access log sealed: %s, %s records, %s", one.day, one.count, one.digest)
    return sealed
