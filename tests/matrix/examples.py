"""What a request is filled with: by the name of a parameter or field, and for pages by route.

The only file to touch for a new route, and only when the tests say so.
"""

from datetime import timedelta
from uuid import uuid4

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from households.models import ColourReason

# The word before a key in an address → a noun of world.World.objects and oracle.SEES.
NOUNS = {
    "households": "households", "people": "people", "cases": "cases", "break-glass": "break-glass",
    "imports": "imports", "exports": "exports", "grids": "grids", "divisions": "divisions",
    "areas": "areas", "territory": "territory", "drafts": "drafts", "changes": "changes",
    "claims": "claims", "conflicts": "conflicts", "members": "members", "handover": "members",
    "rights": "rights", "classifications": "classifications",
    "needs": "needs", "new": "households", "disputes": "disputes", "referrals": "referrals",
}  # fmt: skip
# Likewise for a field of a body, the first that is there.
BODY_NOUNS = {
    "household": "households",
    "division": "territory",
    "grids": "grids",
    "member": "members",
}
# Keys of nothing, such as the others are.
MISSING = {
    "grids": "999009999999999", "divisions": "999009", "areas": "999009", "territory": "999009",
    "drafts": "987654", "changes": "987654", "claims": "987654", "conflicts": "987654",
    "members": "987654",
}  # fmt: skip
# Addresses without a noun.
PARAMETERS = {
    "layer": "households", "z": "14", "x": "13371", "y": "6541", "step": "confirm",
    "figure": "visits",
}  # fmt: skip
QUERY = {"q": "柳", "as": "geojson"}


def a_reason() -> int:
    return ColourReason.objects.filter(colour_class__scheme__valid_to=None).first().pk


def missing(noun: str) -> str:
    return MISSING.get(noun) or str(uuid4())


def _day(days: int) -> str:
    return (timezone.localdate() + timedelta(days=days)).isoformat()


def _now() -> str:
    return timezone.now().isoformat()


# Fields of JSON bodies, whatever the route.
FIELDS = {
    "reason": "入户走访前核对联系方式，用完即删",
    "text": "夜里常有哭声",
    "title": "试一试",
    "phone": "",
    "birth_year": 2001,
    "expected_version": 1,
    "from": _day(0),
    "to": _day(1),
    "on": _day(1),
    "order_until": _day(30),
    "warned_on": _day(0),
    "protection": "shielded",
    "group": "people",
    "kind": "relative",
    "parts": 2,
    "add": [],
    "remove": [],
    "expected": [],
    "keys": ["g1"],
    "box": [113.8, 34.0, 113.9, 34.1],
    "file": lambda: SimpleUploadedFile("plan.xlsx", b"not a workbook"),
}
# A field that means another thing in one route; OMIT leaves it out.
OMIT = object()
ROUTE_FIELDS = {
    "grid-lead PUT": {"lead": None, "expected_lead": 1},
    "draft-steps POST": {"kind": "assign", "lead": None},
    "grid-select POST": {"polygon": OMIT, "point": OMIT, "village": OMIT, "draft": OMIT},
    "grid-figures POST": {"draft": OMIT, "member": OMIT, "keys": []},
    "draft-alternatives POST": {"keys": OMIT, "village": OMIT, "target_h": OMIT},
    "leave-list POST": {"cover": None},
    "household-colour POST": {"reason": a_reason, "help_offered": "每月上门陪伴一次"},
    "household-good-words POST": {"kind": "work"},
    "draft-publish POST": {"resolve": {}, "on": None},
    "visit-list POST": {
        "kind": "visit",
        "happened_at": _now,
        "second": None,
        "needs": [],
        "proposal": None,
        "dispute": None,
        "note": "孩子最近不太说话",
    },
    "need-list POST": {"kind": "elders", "person": None, "due_on": _day(30)},
    "need-help POST": {
        "kind": "counsel",
        "amount": None,
        "goods": "",
        "honour": "",
        "outcome": "",
        "given_on": _day(0),
    },
    "dispute-list POST": {
        "kind": "elders",
        "village": None,
        "lon": None,
        "lat": None,
        "violence": None,
        "anyway": True,
        "parties": [],
    },
    "dispute-step POST": {"step": "mediate"},
    "dispute-violence POST": {"needs_protection": False, "reported_on": None},
    "dispute-supervision POST": {"due_on": _day(5)},
    "dispute-words POST": {"of": "victim", "party": None, "how": "", "said_on": None},
    "dispute-referrals POST": {
        "consent_of": None,
        "consent_on": None,
        "duty": "danger",
        "joint": False,
        "body": "justice",
        "division": "999001",
        "fields_shown": ["kind"],
        "asks": "请派人一起到场说明",
    },
    "referral-step POST": {"step": "receive", "reason": ""},
    "event-list POST": {"kind": "talk", "held_on": _day(0)},
}
# Pages that are sent a form.
FORMS = {
    "set_language": {"language": "en"},
    "sign-in": {"username": "nobody", "password": "wrong"},
    "sign-in-code": {"code": "000000"},
    "sign-in-password": {"new_password1": "a", "new_password2": "a"},
    "sign-in-phone": {"code": "000000"},
    "sign-out": {},
    "password": {"old_password": "wrong", "new_password1": "a", "new_password2": "a"},
    "sessions": {"all": "1"},
    "second-step": {"do": "codes", "code": "000000"},
    "account-new": {},
    "account": {"do": "nothing"},
    "account-changes": {"do": "agree", "change": "0"},
    "who-has-looked": {"subject": "", "reason": ""},
    "import": {"do": "nothing"},
    "import-of-families": {"do": "nothing"},
    "import-divisions": {},
    "import-grids": {},
    "import-households": {},
    "import-members": {},
    "import-assignments": {},
    "export-list": {},
    "export": {"do": "nothing"},
    "rights-new": {},
    "colours": {"do": "preview"},
    "fairness": {"review": "0"},
    "dispute": {"do": "nothing"},
    "dispute-new": {},
    "disputes-unreported": {},
    "referral": {"step": "nothing"},
    "events": {},
    "rights-request": {"do": "close"},
}
# Found by who may, but no longer there or never made: nothing to be had, whoever asks.
NOTHING_THERE = {
    "import-rejects",
    "import-rejected-families",
    "import-passwords",
    "account-changes POST",
    "disputes-unreported POST",
}
