"""Accounts, for system admins: find, make, change, close; agree to what another one asked for."""

from django import forms
from django.core.paginator import Paginator
from django.core.validators import RegexValidator
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext_lazy as _

from accounts import factor, staff
from accounts.models import GUARDED, Member, Role, RoleChange
from boundaries.models import Division
from core.errors import DomainError

PAGE = 50
Kind, State = RoleChange.Kind, RoleChange.State


class PlaceField(forms.ModelChoiceField):
    """The county's places, each below its town."""

    def __init__(self, **kwargs):
        places = Division.objects.current().select_related("parent").order_by("code")
        super().__init__(queryset=places.defer("geom", "coarse_3857"), required=False, **kwargs)

    def label_from_instance(self, place):
        return f"{place.parent.name} · {place.name}" if place.level == "village" else place.name


class PostForm(forms.Form):
    role = forms.ChoiceField(label=_("岗位"), choices=Role.choices)
    division = PlaceField(label=_("任职地"), empty_label=_("不需要"))


class AccountForm(PostForm):
    username = forms.CharField(
        label=_("账号"),
        max_length=60,
        validators=[RegexValidator(r"^[\w.@+-]+$", _("账号只用文字、数字和 . @ + - _。"))],
    )
    name = forms.CharField(label=_("姓名"), max_length=40)
    field_order = ["username", "name", "role", "division"]


def accounts(request):
    text = request.GET.get("q", "").strip()[:40]
    found = Member.objects.select_related("division").order_by("username")
    page = Paginator(found.called(text) if text else found, PAGE).get_page(request.GET.get("page"))
    waiting = RoleChange.objects.filter(state=State.PENDING).count()
    return render(request, "accounts/list.html", {"page": page, "q": text, "waiting": waiting})


def new_account(request):
    form = AccountForm(request.POST or None)
    problem = ""
    if request.method == "POST" and form.is_valid():
        try:
            return _told(request, staff.create_account(by=request.user, **form.cleaned_data))
        except DomainError as error:
            problem = error.message
    context = {"form": form, "problem": problem}
    return render(request, "accounts/new.html", context, status=422 if problem else 200)


def account(request, member: int):
    who = get_object_or_404(Member.objects.select_related("division"), pk=member)
    form = PostForm(initial={"role": who.role, "division": who.division_id})
    problem = ""
    if request.method == "POST":
        kind = request.POST.get("do")
        post = {}
        if kind == Kind.POST:
            form = PostForm(request.POST)
            post = form.cleaned_data if form.is_valid() else None
        if (
            kind in (Kind.POST, Kind.LEFT, Kind.BACK, Kind.PASSWORD, Kind.FACTOR)
            and post is not None
        ):
            try:
                return _told(request, staff.ask(by=request.user, member=who, kind=kind, **post))
            except DomainError as error:
                problem = error.message
    context = {
        "who": who,
        "own": who.pk == request.user.pk,
        "form": form,
        "problem": problem,
        "guarded": who.role in GUARDED,
        "has_phone": factor.is_set_up(who),
        "changes": _with_names(who.changes.all())[:PAGE],
    }
    return render(request, "accounts/account.html", context, status=422 if problem else 200)


def changes(request):
    """What waits for a second admin, and what was done: everything, newest first."""
    problem = ""
    if request.method == "POST":
        change = get_object_or_404(RoleChange, pk=request.POST.get("change"))
        try:
            match request.POST.get("do"):
                case "withdraw":
                    staff.withdraw(by=request.user, change=change)
                    return redirect("account-changes")
                case "agree" | "refuse" as said:
                    agree = said == "agree"
                    done = staff.decide(by=request.user, change=change, agree=agree)
                    return _told(request, done) if done.password else redirect("account-changes")
        except DomainError as error:
            problem = error.message
    everything = _with_names(RoleChange.objects.all())
    page = Paginator(everything.exclude(state=State.PENDING), PAGE)
    context = {
        "waiting": everything.filter(state=State.PENDING),
        "page": page.get_page(request.GET.get("page")),
        "may_decide": request.user.role == Role.SYSADMIN,
        "problem": problem,
    }
    return render(request, "accounts/changes.html", context, status=422 if problem else 200)


def _with_names(found):
    return found.select_related(
        "member", "division", "division_before", "asked_by", "decided_by"
    )  # fmt: skip


def _told(request, done: staff.Outcome):
    """The one time that a password is shown; else back to the account."""
    if done.password is None:
        return redirect("account", done.change.member_id)
    context = {"who": done.change.member, "password": done.password}
    return render(request, "accounts/one_time.html", context)
