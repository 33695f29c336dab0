"""Who has looked: one's own traces, for the auditor everybody's, for the steward one family's."""

import re
import uuid
from datetime import date

from django.core.paginator import Paginator
from django.db.models import Q
from django.http import Http404
from django.shortcuts import render
from django.utils.translation import gettext as _

from accounts.models import Role
from audit.models import AccessDay, AccessRecord, Action, Kind, Tier
from audit.services import log_access
from cases.models import Case
from households.models import Household
from households.people import ReasonMissing, plain_reason

PAGE = 50
# A steward's list is written out for a family. One that is longer is asked for by the day.
NEWEST = 1000
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def access_log(request):
    """Her own records, a case worker's those of her cases too, the auditor's all. Newest first."""
    try:
        day = date.fromisoformat(request.GET["day"]) if request.GET.get("day") else None
    except ValueError:
        raise Http404 from None
    everybody = request.user.role == Role.AUDITOR
    records = AccessRecord.objects.select_related("member").order_by("-pk")
    if not everybody:
        records = records.filter(_hers(request.user))
    if day:
        records = records.filter(day=day)
    page = Paginator(records, PAGE).get_page(request.GET.get("page"))
    context = {"page": page, "day": day, "everybody": everybody}
    context["of_cases"] = request.user.role == Role.CASEWORKER
    if everybody:
        context["sealed"] = AccessDay.objects.order_by("-day").first()
    return render(request, "access_log.html", context | {"rows": _rows(page, request.user)})


def _hers(member) -> Q:
    """What she did herself, and what anybody did with her cases."""
    cases = list(Case.objects.followed_by(member).values_list("uuid", "household__uuid"))
    return (
        Q(member=member)
        | Q(subject__in=[case for case, _home in cases])
        | Q(household__in=[home for _case, home in cases])
    )


def who_has_looked(request):
    """Everybody who has looked at a family or a person. Asking is a look as well."""
    context = {"asked": request.POST.get("subject", ""), "reason": request.POST.get("reason", "")}
    if request.method == "POST":
        subject = _UUID.search(context["asked"].lower())
        try:
            reason = plain_reason(context["reason"])
        except ReasonMissing:
            context["problem"] = _("请写明为什么要看，至少 5 个字。理由会记入查看记录。")
        else:
            if subject is None:
                context["problem"] = _(
                    "没有看到查询码。请粘贴这户的查询码，或地图上打开这户时的网址。"
                )
            else:
                context["rows"] = _looks_at(uuid.UUID(subject[0]), reason, request)
    return render(request, "who_has_looked.html", context)


def _looks_at(subject: uuid.UUID, reason: str, request) -> list[dict]:
    log_access(
        by=request.user,
        action=Action.LOOKED,
        tier=Tier.IDENTITY,
        kind=Kind.HOUSEHOLD,
        subject=subject,
        reason=reason,
        route=request.resolver_match.view_name,
    )
    about = AccessRecord.objects.filter(Q(household=subject) | Q(subject=subject))
    # The list goes to the family, and so to him whom a case may be about.
    about = about.exclude(tier=Tier.VIOLENCE)
    return _rows(about.select_related("member").order_by("-pk")[:NEWEST], request.user)


def _rows(records, reader) -> list[dict]:
    """With the numbers of the families that the reader may know."""
    records = list(records)
    uuids = {r.household for r in records if r.household}
    homes = Household.objects.visible_to(reader).filter(uuid__in=uuids).select_related("village")
    names = {home.uuid: f"{home.village.name} {home.household_no}" for home in homes}
    return [
        {"record": r, "family": names.get(r.household), "code": str(r.household or r.subject)[:8]}
        for r in records
    ]
