"""Who a session cookie stands for, for requests that come by the dozen.

Django reads the session, decodes it, reads the member and compares signatures: most of what a tile
costs. Here that happens once for a session. From then on one row says whether all of it still
holds, so a session that ended or a member who left is refused at once, not a moment later.
"""

from collections import OrderedDict

from django.conf import settings
from django.contrib import auth
from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.backends.db import SessionStore
from django.db import OperationalError, connection
from django.http import HttpRequest

_PROOF = """
    SELECT s.session_data, m.password, m.role, m.division_id
    FROM django_session AS s, accounts_member AS m
    WHERE s.session_key = $1 AND s.expire_date > now() AND m.id = $2 AND m.is_active
"""
_SIZE = 1000
# {session key: (member, the row that proved it)}, oldest first.
_known: OrderedDict[str, tuple] = OrderedDict()


class MemberMiddleware(AuthenticationMiddleware):
    """Django's, but for tiles the member is had by one look-up."""

    def process_request(self, request):
        if request.path_info.startswith("/tiles/"):
            key = request.COOKIES.get(settings.SESSION_COOKIE_NAME, "")
            request.user = member_of(key) if key else AnonymousUser()
        else:
            super().process_request(request)


def member_of(key: str):
    """The member whose session this is, as `request.user` would be; else nobody."""
    member, proof = _known.get(key, (None, None))
    if member is not None and _still(key, member.pk) == proof:
        return member
    _known.pop(key, None)
    request = HttpRequest()
    request.session = SessionStore(key)
    member = auth.get_user(request)
    if member.is_authenticated:
        proof = _prove(key, member.pk)
        # Unless something changed between the two look-ups.
        if proof and proof[1:] == (member.password, member.role, member.division_id):
            while len(_known) >= _SIZE:
                _known.popitem(last=False)
            _known[key] = member, proof
    return member


def _still(key: str, member_id: int) -> tuple | None:
    """The proof again, which also stands for Django's `SELECT 1` on a kept connection."""
    if connection.in_atomic_block:
        return _prove(key, member_id)
    connection.health_check_done = True
    try:
        return _prove(key, member_id)
    except OperationalError:  # the database was restarted meanwhile
        connection.close()
        return _prove(key, member_id)


def _prove(key: str, member_id: int) -> tuple | None:
    return connection.fetch_prepared("session_proof (text, bigint)", _PROOF, (key, member_id))
