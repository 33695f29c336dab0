"""From a right password to a session: what is still owed, one step after the other.

Nobody is signed in before all of it is done, so that no page, interface or tile has to ask. What is
known of her until then lies in a session without a member, which opens nothing.
"""

from datetime import timedelta

from django.contrib import auth
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from accounts import factor
from accounts.models import Member
from accounts.passwords import must_change

_KEY = "entering"
_WAITS = timedelta(minutes=10)
BACKEND = "django.contrib.auth.backends.ModelBackend"


def begin(request, member: Member, then: str) -> None:
    """Her password was right. `then` is where she was going."""
    request.session.flush()
    request.session[_KEY] = {
        "member": member.pk,
        "proof": member.get_session_auth_hash(),
        "until": (timezone.now() + _WAITS).timestamp(),
        "then": then,
        "done": [],
    }


def who(request) -> Member | None:
    """Whose steps these are; None when nobody began or it was too long ago."""
    state = request.session.get(_KEY)
    if state is None or state["until"] < timezone.now().timestamp():
        return None
    member = Member.objects.active().filter(pk=state["member"]).first()
    if member and constant_time_compare(state["proof"], member.get_session_auth_hash()):
        return member
    return None


def next_step(request, member: Member) -> str | None:
    """The name of the route where she goes on; None when nothing is owed."""
    done = request.session[_KEY]["done"]
    if factor.is_set_up(member) and "code" not in done:
        return "sign-in-code"
    if must_change(member):
        return "sign-in-password"
    if factor.is_demanded_of(member) and not factor.is_set_up(member):
        return "sign-in-phone"
    return None


def passed(request, member: Member, step: str) -> None:
    """A step is done: what came before is worth nothing under the old key."""
    state = request.session[_KEY]
    state["done"].append(step)
    state["proof"] = member.get_session_auth_hash()
    request.session.cycle_key()


def keep(request, **said) -> None:
    request.session[_KEY].update(said)
    request.session.modified = True


def kept(request, name: str):
    return request.session[_KEY].get(name)


def finish(request, member: Member) -> str:
    """Sign her in, in a session of its own; where she was going."""
    then = request.session[_KEY]["then"]
    request.session.flush()
    auth.login(request, member, backend=BACKEND)
    return then
