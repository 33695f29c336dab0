"""Which step may follow which, and whose step it is."""

from accounts.models import Role
from core.states import Machine, Step
from disputes.models import Dispute, Referral

_D, _R = Dispute.State, Referral.State

DISPUTE = Machine(
    "矛盾纠纷",
    states=dict(_D.choices),
    steps=[
        Step("find", ("",), _D.FOUND, "登记"),
        Step("mediate", (_D.FOUND, _D.REFERRED, _D.JOINT), _D.MEDIATION, "开始调解"),
        Step("refer", (_D.FOUND, _D.MEDIATION, _D.REFERRED), _D.REFERRED, "转介"),
        Step("join", (_D.MEDIATION, _D.REFERRED, _D.JOINT), _D.JOINT, "联合调解"),
        Step("settle", (_D.MEDIATION, _D.REFERRED, _D.JOINT), _D.SETTLED, "达成协议"),
        Step("end", (_D.MEDIATION, _D.REFERRED, _D.JOINT), _D.ENDED, "告知其他途径，结束调解"),
        Step("follow_up", (_D.SETTLED, _D.ENDED), _D.FOLLOWED_UP, "回访"),
        Step("again", (_D.SETTLED, _D.ENDED, _D.FOLLOWED_UP), _D.MEDIATION, "重新调解"),
        Step("archive", (_D.FOLLOWED_UP,), _D.ARCHIVED, "归档"),
    ],
)

REFERRAL = Machine(
    "转介和联调",
    states=dict(_R.choices),
    steps=[
        Step("send", ("",), _R.SENT, "发出"),
        Step("receive", (_R.SENT,), _R.RECEIVED, "签收"),
        Step("accept", (_R.RECEIVED,), _R.ACCEPTED, "受理"),
        Step("reject", (_R.RECEIVED,), _R.REJECTED, "不受理"),
        Step("finish", (_R.ACCEPTED,), _R.DONE, "办结"),
        Step("withdraw", (_R.SENT, _R.RECEIVED, _R.ACCEPTED), _R.WITHDRAWN, "撤回"),
    ],
)

_COMPANIONS = frozenset({Role.MEMBER, Role.VILLAGE, Role.CASEWORKER})
# What leaves the village, and what closes a file, is for the chair.
_CHAIRS = frozenset({Role.VILLAGE, Role.CASEWORKER})
_PARTNERS = frozenset({Role.PARTNER})

WHO = {
    DISPUTE.name: {
        "find": _COMPANIONS, "mediate": _COMPANIONS, "refer": _CHAIRS, "join": _CHAIRS,
        "settle": _COMPANIONS, "end": _CHAIRS, "follow_up": _COMPANIONS, "again": _COMPANIONS,
        "archive": _CHAIRS,
    },
    REFERRAL.name: {
        "send": _CHAIRS, "receive": _PARTNERS, "accept": _PARTNERS, "reject": _PARTNERS,
        "finish": _PARTNERS, "withdraw": _CHAIRS,
    },
}  # fmt: skip
SUPERVISORS = frozenset({Role.VILLAGE, Role.TOWN})


def may(role: str, machine: Machine, step: str) -> bool:
    return role in WHO[machine.name].get(step, ())
