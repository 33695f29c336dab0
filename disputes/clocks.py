"""How long each thing may stand as it is. Days, counted from the day it came to stand so.

The time of a mediation is that of 《人民调解工作若干规定》第三十三条: within one month. The others are
this committee's own, and stand nowhere else.
"""

from datetime import date, timedelta

# Until a dispute in this state takes its next step, by its severity 1 to 3.
DISPUTE_DAYS = {
    "found": {1: 7, 2: 3, 3: 1},
    "mediation": {1: 30, 2: 30, 3: 15},
    "referred": {1: 30, 2: 30, 3: 15},
    "joint": {1: 60, 2: 60, 3: 30},
    "settled": {1: 30, 2: 30, 3: 15},
    "ended": {1: 15, 2: 15, 3: 7},
    "followed_up": {1: 30, 2: 30, 3: 30},
}
# Until the other body says its next word.
REFERRAL_DAYS = {"sent": 3, "received": 7, "accepted": 30}
# How long it may read what it was sent.
PACKET_DAYS = 60
# A protection order is thought of before it ends.
ORDER_AHEAD_DAYS = 14
# After a 告诫书, both are looked up on these days.
WARNING_DAYS = (7, 30, 60, 90)
# Such a day shows from a few days before until a few days after.
WARNING_WINDOW_DAYS = 3


def dispute_due(state: str, severity: int, since: date) -> date | None:
    days = DISPUTE_DAYS.get(state)
    return since + timedelta(days=days[severity]) if days else None


def referral_due(state: str, since: date) -> date | None:
    days = REFERRAL_DAYS.get(state)
    return since + timedelta(days=days) if days else None


def warning_due(warned_on: date, today: date) -> date | None:
    """The day of looking up that is near, if one is."""
    for days in WARNING_DAYS:
        day = warned_on + timedelta(days=days)
        if abs((day - today).days) <= WARNING_WINDOW_DAYS:
            return day
    return None
