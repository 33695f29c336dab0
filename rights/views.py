"""The rights desk: a list of requests, one request and what is done with it, and two sheets to print."""

from django.core.paginator import Paginator
from django.db import transaction
from django.db.models import Case, When
from django.http import Http404
from django.shortcuts import redirect, render

from core.errors import DomainError, NotFound
from households.models import HouseholdIdentity, Person
from rights import services
from rights.copying import access_copy, explanation
from rights.forms import (
    AnswerForm,
    DeletionForm,
    HouseholdForm,
    NewRequestForm,
    ObjectionForm,
    PersonForm,
)
from rights.models import Request, Restriction

PAGE = 50


def desk(request):
    """Open ones first, the most urgent on top."""
    found = Request.objects.visible_to(request.user).select_related("division", "steward")
    found = found.order_by(Case(When(state=Request.State.OPEN, then=0), default=1), "due_on", "-pk")
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    return render(request, "rights/desk.html", {"page": page})


def new(request):
    form = NewRequestForm(request.POST or None)
    problem = ""
    if request.method == "POST" and form.is_valid():
        try:
            made = services.file_request(**form.cleaned_data, by=request.user)
        except DomainError as error:
            problem = error.message
        else:
            return redirect("rights-request", made.uuid)
    context = {"form": form, "problem": problem}
    return render(request, "rights/new.html", context, status=422 if problem else 200)


def one(request, uuid):
    found = _found(request, uuid)
    problem, forms = "", {}
    if request.method == "POST":
        try:
            with transaction.atomic():
                forms = _do(request, found)
        except DomainError as error:
            problem = error.message
        else:
            if not any(form.errors for form in forms.values()):
                return redirect("rights-request", uuid)
        found = _found(request, uuid)
    context = _context(request, found) | forms | {"problem": problem}
    return render(request, "rights/request.html", context, status=422 if problem else 200)


def copy(request, uuid):
    """The access copy, to be printed and handed over."""
    found = _found(request, uuid)
    try:
        content = access_copy(request=found, by=request.user)
    except NotFound:
        raise Http404 from None
    return render(request, "rights/copy.html", {"asked": found, "copy": content})


def sheet(request, uuid):
    """What we keep of a family and why, in plain words, to be printed and handed over."""
    found = _found(request, uuid)
    try:
        content = explanation(request=found, by=request.user)
    except NotFound:
        raise Http404 from None
    return render(request, "rights/sheet.html", {"asked": found, "copy": content})


def _found(request, uuid) -> Request:
    try:
        return services.request_for(request.user, uuid)
    except NotFound:
        raise Http404 from None


def _do(request, found: Request) -> dict:
    """One of the page's buttons. Forms that need another look come back."""
    by, post = request.user, request.POST
    match post.get("do"):
        case "take":
            services.take_over(request=found, by=by)
        case "restrict":
            services.restrict(request=found, by=by)
        case "lift":
            services.lift(request=found, by=by)
        case "household":
            form = HouseholdForm(post, prefix="household")
            if not form.is_valid():
                return {"household_form": form}
            services.correct(request=found, whose=None, fields=form.cleaned_data, by=by)
        case "person":
            home = services.home_of(found, by)
            whose = Person.objects.filter(household=home, uuid=post.get("whose")).first()
            form = PersonForm(post, prefix=f"p{post.get('whose')}")
            if whose is None:
                raise services.NoSuchRequest
            if not form.is_valid():
                return {"wrong_form": form}
            services.correct(request=found, whose=whose, fields=form.cleaned_data, by=by)
        case "object":
            form = ObjectionForm(post, prefix="objection")
            if not form.is_valid():
                return {"objection_form": form}
            services.object_to_colour(request=found, words=form.cleaned_data["words"], by=by)
        case "delete":
            form = DeletionForm(post, prefix="deletion")
            if not form.is_valid():
                return {"deletion_form": form}
            whole = form.cleaned_data["whole"] == "yes"
            services.delete(request=found, whole=whole, answer=form.cleaned_data["answer"], by=by)
        case "close":
            form = AnswerForm(post, prefix="answer")
            if not form.is_valid():
                return {"answer_form": form}
            services.close(request=found, **form.cleaned_data, by=by)
        case _:
            raise Http404
    return {}


def _context(request, found: Request) -> dict:
    hers = found.is_open and found.steward_id == request.user.pk
    context = {
        "asked": found,
        "hers": hers,
        "steps": found.steps.select_related("by"),
        "restricted": Restriction.objects.filter(request=found, until=None).exists(),
        "answer_form": AnswerForm(prefix="answer"),
        "deletion_form": DeletionForm(prefix="deletion"),
        "objection_form": ObjectionForm(prefix="objection"),
    }
    if hers and found.kind == Request.Kind.CORRECTION:
        context |= _to_correct(request, found)
    return context


def _to_correct(request, found: Request) -> dict:
    try:
        home = services.home_of(found, request.user)
    except NotFound:
        return {}
    identity = HouseholdIdentity.objects.filter(household=home).first()
    said = {name: getattr(identity, name, "") for name in services.IDENTITY}
    return {
        "household_form": HouseholdForm(initial=said, prefix="household"),
        "people": [
            (
                person,
                PersonForm(
                    initial={name: getattr(person, name) for name in services.PERSON},
                    prefix=f"p{person.uuid}",
                ),
            )
            for person in home.people.all()
        ],
    }
