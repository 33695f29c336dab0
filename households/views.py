"""The page of one household. It carries the random id alone; what stands on it comes by the API."""

from django.http import Http404
from django.shortcuts import render
from django.utils import timezone

from core.errors import NotFound
from core.policy import admitted
from households.people import home_for


def household_page(request, uuid):
    try:
        home = home_for(request.user, uuid)
    except NotFound:
        raise Http404 from None
    boot = {
        "household": str(home.uuid),
        "today": timezone.localdate().isoformat(),
        "may": admitted(request.user.role),
    }
    return render(request, "household.html", {"boot": boot})
