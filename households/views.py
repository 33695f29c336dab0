"""The page of one household; and for the county's office those of its colours."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Role
from core.errors import DomainError, NotFound
from core.policy import admitted
from households.colouring import fairness as sheets
from households.colouring import schemes
from households.defaults import FLIP_DAYS
from households.forms import SchemeForm, class_forms, told
from households.models import FairnessFigure
from households.people import home_for


def household_page(request, uuid):
    """It carries the random id alone; what stands on it comes by the API."""
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


def colours(request):
    """The county's scheme as a form: what a new version would change is shown before it is in force."""
    by, data = request.user, request.POST or None
    scheme = schemes.in_force(schemes.county_of(by))
    classes = schemes.as_classes(scheme) if scheme else []
    initial = {
        "based_on": scheme.version if scheme else 0,
        "name": scheme.name if scheme else "",
        "flip_days": scheme.flip_days if scheme else FLIP_DAYS,
    }
    form, made = SchemeForm(data, initial=initial, label_suffix=""), class_forms(classes, data)
    context = {"scheme": scheme, "form": form, "class_forms": made}
    if data and all([form.is_valid(), *(one.is_valid() for one in made)]):
        try:
            context["changes"] = schemes.preview(by, told(made))
            if data.get("do") == "install":
                schemes.change_scheme(**form.cleaned_data, classes=told(made), by=by)
                messages.success(request, _("新的颜色方案已经启用。"))
                return redirect("colours")
        except DomainError as error:
            context["problem"], context["problems"] = error.message, error.detail.get("faults", ())
    wrong = "problem" in context or (data and "changes" not in context)
    return render(request, "colours.html", context, status=422 if wrong else 200)


def fairness(request):
    """The sheet of this quarter, made by whoever asks first; and what stands out in it."""
    by, problem = request.user, ""
    quarter = sheets.make_sheet(by.division if by.role == Role.DISTRICT else by.division.parent)
    if request.method == "POST":
        try:
            sheets.close(
                review=_number(request.POST.get("review")),
                finding=request.POST.get("finding", ""),
                by=by,
            )
        except DomainError as error:
            problem = error.message
        else:
            messages.success(request, _("已记下。"))
            return redirect("fairness")
    figures = FairnessFigure.objects.visible_to(by).filter(quarter=quarter)
    figures = list(figures.select_related("review__closed_by"))
    groups = [
        (label, [f for f in figures if f.kind == kind])
        for kind, label in FairnessFigure.Kind.choices
    ]
    context = {
        "groups": [(label, found) for label, found in groups if found],
        "reviews": [f.review for f in figures if hasattr(f, "review")],
        "counted_on": figures[0].counted_on if figures else None,
        "problem": problem,
    }
    return render(request, "fairness.html", context, status=422 if problem else 200)


def _number(text: str | None) -> int:
    return int(text) if text and text.isdecimal() and len(text) < 10 else 0
