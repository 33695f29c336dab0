"""What every page knows of its reader: who she is, the menu of her role, what waits for her."""

from accounts.sessions import idle_limit
from cases.reading import reminders
from core.policy import menu


def reader(request) -> dict:
    member = getattr(request, "user", None)
    if member is None or not member.is_authenticated:
        return {}
    return {
        "reader": member,
        "menu": menu(member.role),
        "reminders": reminders(member),
        "idle_seconds": int(idle_limit().total_seconds()),
    }
