"""One household as its card shows it: the support we owe it, and who it is, masked."""

from django.utils import timezone

from accounts.models import Member
from core.errors import NotFound
from grids.models import Assignment
from households.models import Classification, Household

MASK = "●"


def mask_name(name: str) -> str:
    """示例户主 → 示●●●"""
    return name[:1] + MASK * (len(name) - 1)


def mask_phone(phone: str) -> str:
    """Only the last two digits, enough to tell two numbers of one family apart."""
    return MASK * max(0, len(phone) - 2) + phone[-2:] if len(phone) > 4 else MASK * len(phone)


def mask_address(address: str) -> str:
    """Everything after the first six characters, which is the village, is hidden."""
    return address[:6] + MASK * (len(address) - 6) if len(address) > 6 else MASK * len(address)


def card(member: Member, uuid) -> dict:
    """The card of a household the member may see; NotFound otherwise, as if it did not exist."""
    home = (
        Household.objects.visible_to(member)
        .select_related("village", "grid", "identity")
        .filter(uuid=uuid)
        .first()
    )
    if home is None:
        raise NotFound("没有找到这户。")
    lead = (
        Assignment.objects.open()
        .filter(grid=home.grid_id, role=Assignment.Role.LEAD)
        .select_related("member")
        .first()
    )
    status = Classification.Status
    open_ones = {
        c.status: c
        for c in home.classifications.filter(
            status__in=[status.CONFIRMED, status.PROPOSED]
        ).select_related("colour_class", "reason", "decided_by", "proposed_by")
    }
    colour, proposal = open_ones.get(status.CONFIRMED), open_ones.get(status.PROPOSED)
    return {
        "uuid": str(home.uuid),
        "household_no": home.household_no,
        "village": _place(home.village),
        "grid": _place(home.grid),
        "lead": {"name": lead.member.name} if lead else None,
        "point": _point(home),
        "slot": home.slot,
        "lapsed": home.lapsed,
        "colour": _colour(colour) if colour and home.slot else None,
        "proposal": _proposal(proposal) if proposal else None,
        "identity": _identity(home),
    }


def _place(place) -> dict | None:
    return {"code": place.code, "name": place.name} if place else None


def _point(home: Household) -> dict | None:
    if home.point is None:
        return None
    return {"lon": round(home.point.x, 6), "lat": round(home.point.y, 6)}


def _class(classification: Classification) -> dict:
    chosen = classification.colour_class
    return {
        "slot": chosen.slot,
        "name": chosen.name,
        "letter": chosen.letter,
        "shape": chosen.shape,
        "action": chosen.action,
        "reason": classification.reason.text if classification.reason else None,
        "help_offered": classification.help_offered,
    }


def _colour(confirmed: Classification) -> dict:
    return _class(confirmed) | {
        "decided_by": confirmed.decided_by.name,
        "decided_on": timezone.localdate(confirmed.decided_at),
        "review_on": confirmed.review_on,
    }


def _proposal(proposed: Classification) -> dict:
    return _class(proposed) | {
        "proposed_by": proposed.proposed_by.name if proposed.proposed_by else None,
        "proposed_on": timezone.localdate(proposed.proposed_at),
    }


def _identity(home: Household) -> dict | None:
    identity = getattr(home, "identity", None)
    if identity is None:
        return None
    return {
        "contact_name": mask_name(identity.contact_name),
        "phone": mask_phone(identity.phone),
        "address": mask_address(identity.address),
        "members": identity.members,
    }
