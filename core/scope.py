"""Who is acting: the signed scope that row security believes.

The database trusts no plain setting, because one injected ``set_config`` could forge it. So every
transaction carries a token signed with a key that the runtime role cannot read; ``sec.subject()``
(see core/migrations/0001_scope.py) checks it. This module makes the tokens;
``core.db.scoped`` hands them to the database.
"""

import hashlib
import hmac
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.conf import settings

# Long enough for a slow page; a token copied from a log is soon worthless. A long transaction is
# not cut short: the database compares with the moment the transaction began.
LIFETIME_S = 300

_subject: ContextVar[str | None] = ContextVar("wuse_scope_subject", default=None)


def current_subject() -> str | None:
    """``m:<member id>``, ``s:<purpose>`` or None, for which row security shows nothing."""
    return _subject.get()


def signed(subject: str) -> str:
    """Return ``subject|expiry|hex HMAC-SHA-256`` for ``sec.subject()`` to check."""
    body = f"{subject}|{int(time.time()) + LIFETIME_S}"
    mac = hmac.new(bytes.fromhex(settings.SCOPE_KEY), body.encode(), hashlib.sha256)
    return f"{body}|{mac.hexdigest()}"


@contextmanager
def acting_as(member_id: int | None) -> Iterator[None]:
    """Do what follows as this member; None is nobody."""
    with _acting(f"m:{member_id}" if member_id is not None else None):
        yield


def become(member_id: int) -> None:
    """Act as this member until the enclosing `acting_as` ends. For the policy middleware only."""
    _subject.set(f"m:{member_id}")


@contextmanager
def acting_as_system(purpose: str) -> Iterator[None]:
    """Do what follows as the system itself, which sees every row.

    Only imports, the demo and audits may; tests/architecture/test_scope_is_rare.py lists them.
    """
    with _acting(f"s:{purpose}"):
        yield


@contextmanager
def _acting(subject: str | None) -> Iterator[None]:
    before = _subject.set(subject)
    try:
        yield
    finally:
        _subject.reset(before)
