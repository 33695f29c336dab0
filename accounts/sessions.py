"""Sessions: how long they hold, and who a session cookie stands for.

A session ends after a while without use and, used or not, after a day's work. Only what somebody
does counts as use: a page that asks by itself whether anything is new must not keep it alive.

Tiles come by the dozen. Django reads the session, decodes it, reads the member and compares
signatures: most of what a tile costs. Here that happens once for a session. From then on one row
says whether all of it still holds, so a session that ended or a member who left is refused at
once, not a moment later.
"""

from collections import OrderedDict
from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.contrib import auth
from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.auth.models import AnonymousUser
from django.contrib.auth.signals import user_logged_in
from django.contrib.sessions.backends import db
from django.db import OperationalError, connection
from django.dispatch import receiver
from django.http import HttpRequest
from django.utils import timezone

from accounts.models import Session
from accounts.profile import PROFILES

_PROOF = """
    SELECT s.session_data, m.password, m.role, m.division_id
    FROM accounts_session AS s, accounts_member AS m
    WHERE s.session_key = $1 AND s.expire_date > now() AND m.id = $2 AND m.is_active
"""
_SIZE = 1000
# {session key: (member, the row that proved it)}, oldest first.
_known: OrderedDict[str, tuple] = OrderedDict()
# How exactly the last use is known; a write for every click would be too much.
_EVERY = timedelta(minutes=1)


def idle_limit() -> timedelta:
    return timedelta(minutes=PROFILES[settings.PROFILE].idle_minutes)


def absolute_limit() -> timedelta:
    return timedelta(hours=PROFILES[settings.PROFILE].session_hours)


def end_of(began_at: datetime, used_at: datetime) -> datetime:
    return min(began_at + absolute_limit(), used_at + idle_limit())


class SessionStore(db.SessionStore):
    """Django's sessions in the database, with the columns of accounts.Session."""

    row: Session | None = None

    @classmethod
    def get_model_class(cls):
        return Session

    def create_model_instance(self, data):
        now = timezone.now()
        began_at = datetime.fromtimestamp(data.setdefault("began", now.timestamp()), UTC)
        self.row = super().create_model_instance(data)
        self.row.member_id = data.get(auth.SESSION_KEY)
        self.row.began_at, self.row.used_at = began_at, now
        self.row.expire_date = end_of(began_at, now)
        self.row.address = data.get("address", "")
        self.row.device = data.get("device", "")
        return self.row

    def _get_session_from_db(self):
        self.row = super()._get_session_from_db()
        return self.row

    def touch(self) -> None:
        """Somebody did something."""
        now = timezone.now()
        if self.row is None or now - self.row.used_at < _EVERY:
            return
        self.row.used_at, self.row.expire_date = now, end_of(self.row.began_at, now)
        # Not by saving it: a session that was ended meanwhile must stay so.
        Session.objects.filter(pk=self.row.pk, expire_date__gt=now).update(
            used_at=now, expire_date=self.row.expire_date
        )


@receiver(user_logged_in)
def _begin(sender, request, user, **_):
    """The hours are counted from here, and old rows make room."""
    now = timezone.now()
    Session.objects.filter(expire_date__lt=now).delete()
    request.session["began"] = now.timestamp()
    request.session["address"] = client_address(request)
    request.session["device"] = device_of(request)


def client_address(request) -> str:
    """Where the request comes from. Behind HTTPS that is what the nearest proxy says."""
    forwarded = request.META.get("HTTP_X_FORWARDED_FOR", "") if settings.HTTPS else ""
    return (forwarded.rpartition(",")[2].strip() or request.META.get("REMOTE_ADDR", ""))[:45]


def device_of(request) -> str:
    """As little as lets one know one's own again."""
    said = request.META.get("HTTP_USER_AGENT", "")
    return "phone" if "Mobile" in said or "Android" in said else "computer"


def counts_as_use(request) -> bool:
    """Pages are opened and things sent by people; what a page asks by itself says so by silence."""
    if request.method not in ("GET", "HEAD"):
        return True
    return not request.path_info.startswith("/api/") or "X-Active" in request.headers


class MemberMiddleware(AuthenticationMiddleware):
    """Django's, but for tiles the member is had by one look-up."""

    def process_request(self, request):
        if request.path_info.startswith("/tiles/"):
            key = request.COOKIES.get(settings.SESSION_COOKIE_NAME, "")
            request.user = member_of(key) if key else AnonymousUser()
        else:
            super().process_request(request)

    def process_view(self, request, view, args, kwargs):
        if hasattr(request, "session") and counts_as_use(request) and request.user.is_authenticated:
            request.session.touch()


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
