"""Pages: plain forms that work on any phone, each of which takes one step and says what went wrong."""

from uuid import UUID

from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import timezone
from rest_framework import serializers as s

from accounts.models import Body, Role
from core.errors import DomainError, Invalid, NotFound
from disputes import guard, notice, reading, referring, services
from disputes.api import shapes
from disputes.api.views import find, hear, home_at, send
from disputes.machine import DISPUTE, REFERRAL, SUPERVISORS, may
from disputes.models import Dispute, Party, Referral, Session, VictimWord

ROWS = 30


def disputes_page(request):
    """The list: open ones, the newest first, as far as the filters go."""
    asked = request.GET
    chosen = {name: asked.get(name, "") for name in ("state", "kind", "supervised", "late")}
    rows = reading.listed(
        request.user,
        state=chosen["state"],
        kind=chosen["kind"],
        supervised=chosen["supervised"] == "1",
        late=chosen["late"] == "1",
    )
    page = Paginator(rows, ROWS).get_page(asked.get("page"))
    told = {
        "rows": [(row := reading.row(one)) | {"note": _where_and_when(row)} for one in page],
        "page": page,
        "chosen": chosen,
        "states": Dispute.State.choices,
        "kinds": Dispute.Kind.choices,
        "may_find": may(request.user.role, DISPUTE, "find"),
    }
    return render(request, "disputes/list.html", told)


def _place(row: dict) -> str:
    number = f"{row['household_no']} 户" if row["household_no"] else ""
    return " ".join(part for part in (row["village"], number) if part)


def _due(row: dict, until: str) -> str:
    if not row["due_on"]:
        return ""
    return f"{'已过期，' if row['late'] else ''}{row['due_on']:%Y-%m-%d} 前{until}"


def _joined(*parts: str) -> str:
    return " · ".join(part for part in parts if part)


def _where_and_when(row: dict) -> str:
    return _joined(_place(row), f"{row['found_on']:%Y-%m-%d}", _due(row, "办下一步"))


def _head(facts: dict) -> str:
    watched = facts["supervised_until"]
    return _joined(
        _place(facts), facts["severity_label"], facts["source_label"], _due(facts, "办下一步"),
        f"督办，{watched:%Y-%m-%d} 前办结" if watched else "",
    )  # fmt: skip


def _sent_and_due(row: dict, *, whole: bool = False) -> str:
    parts = [f"{timezone.localdate(row['sent_at']):%Y-%m-%d} 发出", _due(row, "答复")]
    if whole:
        parts = ["联合调解" if row["joint"] else "转介", row["basis"], *parts, row["rejection"]]
    return _joined(*parts)


def new_page(request):
    """Enter one: of a family, whose card leads here, or of the village."""
    by = request.user
    home = None
    if wanted := request.GET.get("household"):
        try:
            home = home_at(by, wanted)
        except NotFound:
            raise Http404 from None
    told = {"today": timezone.localdate(), "problem": "", "same": [], "sent": request.POST}
    if request.method == "POST":
        try:
            made = find(by, _entered(request.POST, home, by))
            if made["uuid"]:
                return redirect("dispute", uuid=made["uuid"])
            return render(request, "disputes/received.html")
        except DomainError as error:
            told |= {"problem": error.message, "same": error.detail.get("disputes", [])}
    told |= {
        "home": home,
        "where": f"{home.village.name} {home.household_no} 户" if home and home.village else "",
        # What was ticked stays ticked: whether a child takes part decides what is owed.
        "people": [
            {
                "n": (n := str(person.pk)),
                "uuid": person.uuid,
                "relation": person.get_relation_display(),
                "ticked": n in request.POST.getlist("people"),
                "part": request.POST.get(f"part-{n}"),
            }
            for person in (home.people.all() if home else [])
        ],
        "kinds": Dispute.Kind.choices,
        "severities": Dispute.Severity.choices,
        "sources": Dispute.Source.choices,
        "parts": Party.As.choices,
    }
    return render(request, "disputes/new.html", told, status=422 if told["problem"] else 200)


def _entered(sent, home, by) -> dict:
    """The form in the shape of the API: who of the family takes part is ticked, others are named by part."""
    parties = [{"person": sent.get(f"person-{n}"), "part": sent.get(f"part-{n}") or "other"}
               for n in sent.getlist("people")]  # fmt: skip
    parties += [{"part": part} for part in sent.getlist("others")]
    asked = {
        "household": str(home.uuid) if home else None,
        "village": None if home or not by.division_id else by.division.code,
        "kind": sent.get("kind"),
        "severity": sent.get("severity"),
        "source": sent.get("source"),
        "text": sent.get("text"),
        "parties": parties,
        "anyway": sent.get("anyway") == "1",
    }
    if sent.get("violence") == "1":
        asked["violence"] = _hurt(sent)
    return _checked(shapes.DisputeAsked, asked)


def _hurt(sent) -> dict:
    """What disputes/hurt.html asks; a box that is not ticked is not sent."""
    return {
        "needs_protection": sent.get("needs_protection") == "1",
        "reported_on": sent.get("reported_on") or None,
        "why_not_reported": sent.get("why_not_reported", ""),
    }


def _checked(shape: type[s.Serializer], sent) -> dict:
    form = shape(data=sent)
    if not form.is_valid():
        raise Invalid("有的内容没有填好，请检查以后再提交。", fields=form.errors)
    return dict(form.validated_data)


def _filled(sent) -> dict:
    """A form as JSON would say it: what was left empty is not there; several of one name are a list."""
    several = ("bodies", "fields_shown")
    plain = {k: v for k, v in sent.items() if v and k not in several}
    return plain | {k: sent.getlist(k) for k in several if sent.getlist(k)}


def dispute_page(request, uuid):
    """One dispute: what comes next first, then who, what was said, what was done."""
    by = request.user
    try:
        found = services.by_uuid(by, uuid)
        problem = ""
        if request.method == "POST":
            try:
                _act(request, found)
                return _after(by, uuid)
            except NotFound:
                raise
            except DomainError as error:
                problem = error.message
        return _shown(request, services.by_uuid(by, uuid), problem)
    except NotFound:
        raise Http404 from None


def _after(by, uuid):
    """Back to it; or, when it has become the case worker's, to the list."""
    if Dispute.objects.visible_to(by).filter(uuid=uuid).exists():
        return redirect("dispute", uuid=uuid)
    return redirect("disputes")


def _act(request, found: Dispute) -> None:
    """The one thing that was asked, by the name of its form."""
    sent, by, route = _filled(request.POST), request.user, request.resolver_match.view_name
    about = {"dispute": found, "by": by}
    match sent.get("do"):
        case "step":
            services.take(**about, **_checked(shapes.DisputeStepAsked, sent))
        case "session":
            services.hold_session(**about, **_checked(shapes.SessionAsked, sent))
        case "violence":
            services.flag_violence(**about, **_checked(shapes.ViolenceAsked, _hurt(sent)))
        case "victim" | "lead" as who:
            hear(by, found, _checked(shapes.WordAsked, sent | {"of": who}), route)
        case "supervise":
            services.supervise(**about, **_checked(shapes.SupervisionAsked, sent))
        case "refer":
            office = sent.pop("office", "").partition(" ")
            sent |= {"body": office[0], "division": office[2]}
            send(by, found, _checked(shapes.ReferralAsked, sent), route)
        case _:
            raise Invalid("没有这一步。")


def _shown(request, found: Dispute, problem: str):
    by, route = request.user, request.resolver_match.view_name
    facts = reading.dispute(by, found)
    may_refer = {"refer", "join"} & set(facts["open"])
    told = {
        "d": facts,
        "note": _head(facts),
        "problem": problem,
        "sent": request.POST,
        "texts": reading.texts(by, found, route),
        "reads": by.role in reading.READERS,
        "words": reading.words(by, found, route),
        "steps": [
            (name, DISPUTE.steps[name].label) for name in facts["open"] if name in shapes.STEPS
        ],
        "may_sit": "settle" in facts["open"],
        "may_refer": may_refer,
        "may_join": "join" in facts["open"],
        "may_flag": found.household_id and not found.violence and by.role in reading.READERS,
        "may_supervise": by.role in SUPERVISORS
        and facts["state"] != Dispute.State.ARCHIVED
        and not facts["supervised"],
        "offices": [
            (f"{body} {place.code}", f"{Body(body).label}（{place.name}）")
            for body, place in (referring.offices_for(found) if may_refer else [])
        ],
        "fields": [
            (name, label)
            for name, label in referring.FIELDS.items()
            if not found.violence or name in referring.LEAST
        ],
        "results": Session.Result.choices,
        "bodies": Body.choices,
        "hows": Referral.How.choices,
        "alone": VictimWord.How.choices,
        "duties": Referral.Duty.choices,
        "today": timezone.localdate(),
    }
    return render(request, "disputes/dispute.html", told, status=422 if problem else 200)


def notice_page(request, uuid):
    """A4: which other ways the law gives the parties （人民调解法第二十六条）."""
    try:
        found = services.by_uuid(request.user, uuid)
    except NotFound:
        raise Http404 from None
    place = found.village.name if found.village else ""
    about = f"编号：{found.number}　类型：{found.get_kind_display()}　地点：{place}"
    told = {"uuid": uuid, "number": found.number, "about": about, "words": notice,
            "today": timezone.localdate()}  # fmt: skip
    return render(request, "disputes/notice.html", told)


def referrals_page(request):
    """To a partner: what waits for her body, then all else."""
    rows = Referral.objects.visible_to(request.user).select_related("division")
    if request.GET.get("all") != "1":
        rows = rows.waiting()
    page = Paginator(rows, ROWS).get_page(request.GET.get("page"))
    told = {
        "rows": [(row := reading.referral_row(one)) | {"note": _sent_and_due(row)} for one in page],
        "page": page,
        "all": request.GET.get("all") == "1",
    }
    return render(request, "disputes/referrals.html", told)


def referral_page(request, uuid):
    """What was sent to one body, and its answers."""
    by, route, problem = request.user, request.resolver_match.view_name, ""
    try:
        found = referring.by_uuid(by, uuid)
        if request.method == "POST":
            try:
                asked = _checked(shapes.ReferralStepAsked, _filled(request.POST))
                referring.take(referral=found, by=by, route=route, **asked)
                return redirect("referral", uuid=uuid)
            except DomainError as error:
                problem = error.message
        facts = reading.referral(by, referring.by_uuid(by, uuid), route)
    except NotFound:
        raise Http404 from None
    labels = referring.FIELDS | {"asks": "请贵单位做什么"}
    told = {
        "r": facts,
        "note": _sent_and_due(facts, whole=True),
        "problem": problem,
        "packet": [(labels[k], v) for k, v in (facts["packet"] or {}).items()],
        "steps": [(name, REFERRAL.steps[name].label) for name in facts["open"]],
        "rejections": Referral.Rejection.choices,
        "partner": by.role == Role.PARTNER,
    }
    return render(request, "disputes/referral.html", told, status=422 if problem else 200)


def unreported_page(request):
    """For whoever deals out the cases: reports that were owed and not made."""
    if request.method == "POST":
        try:
            guard.see_unreported(flag=UUID(request.POST.get("flag", "")), by=request.user)
        except (NotFound, ValueError):
            raise Http404 from None
        return redirect("disputes-unreported")
    flags = guard.unreported(request.user).select_related("case", "by")
    return render(request, "disputes/unreported.html", {"flags": flags})
