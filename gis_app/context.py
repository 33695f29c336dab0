"""What every page knows of its reader: who she is, and the menu that her role has."""

from accounts.sessions import idle_limit
from core.policy import menu


def reader(request) -> dict:
    member = getattr(request, "user", None)
    if member is None or not member.is_authenticated:
        return {}
    return {
        "reader": member,
        "menu": menu(member.role),
        "idle_seconds": int(idle_limit().total_seconds()),
    }
