"""The form for a visit."""

from datetime import timedelta

from django.http import Http404
from django.shortcuts import render
from django.utils import timezone

from accounts.models import Role
from cases.services import home_for
from core.errors import NotFound
from core.policy import admitted
from disputes.models import Dispute
from households.colouring.services import reasons_for
from households.models import Classification
from support.models import ACTIONS, Need
from visits.models import Visit
from visits.services import colleagues

# By when a need should be met, unless somebody says otherwise.
NEED_DAYS = 30


def visit_page(request, uuid):
    """Everything that may be chosen, and of the family its random id and number alone."""
    by = request.user
    try:
        home = home_for(by, uuid)
    except NotFound:
        raise Http404 from None
    kinds = [k for k in Visit.Kind if k != Visit.Kind.ORDER or by.role == Role.CASEWORKER]
    boot = {
        "household": str(home.uuid),
        "number": home.household_no,
        "role": by.role,
        "may": admitted(by.role),
        "kinds": _options(kinds),
        "results": _options(Visit.Result),
        "colleagues": [[c.pk, c.name] for c in colleagues(by).order_by("name", "pk")],
        "needs": [
            [action.label, _options(k for k in Need.Kind if ACTIONS[k] == action)]
            for action in Need.Action
        ],
        "need_due_on": (timezone.localdate() + timedelta(days=NEED_DAYS)).isoformat(),
        # Phrased as needs; which colour follows, the scheme says.
        "reasons": [[reason.pk, reason.text] for reason in reasons_for(home)]
        if by.role == Role.MEMBER
        else [],
        "sources": _options(Classification.Source),
        "disputes": _options(Dispute.Kind),
        "severities": _options(Dispute.Severity),
    }
    return render(request, "visit.html", {"boot": boot})


def _options(choices) -> list[list]:
    return [[choice.value, choice.label] for choice in choices]
