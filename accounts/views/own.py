"""What everybody does with her own account: password, second step, sessions."""

import hashlib

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.forms import PasswordChangeForm
from django.http import Http404
from django.middleware.csrf import get_token
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers as s
from rest_framework.decorators import api_view
from rest_framework.response import Response

from accounts import factor
from accounts.models import Session
from accounts.passwords import rules, set_password
from core.policy import deeds, reach

# What kinds of data there are: docs/privacy.md.
TIERS = {
    "S0": _("公开的信息"),
    "S1": _("家庭的索引：编号、位置、颜色"),
    "S2": _("身份和联系方式"),
    "S3": _("敏感的情况：健康、残疾、收入、未成年人、纠纷"),
    "S4": _("家庭暴力和人身保护"),
}


def password(request):
    form = PasswordChangeForm(request.user, request.POST or None)
    if request.method == "POST" and form.is_valid():
        set_password(request.user, form.cleaned_data["new_password1"], given=False)
        request.user.save()
        update_session_auth_hash(request, request.user)
        messages.success(request, _("新密码已保存。"))
        return redirect("map")
    return render(request, "accounts/password.html", {"form": form, "rules": rules()})


def what_i_may_see(request):
    """The policy in words, tier by tier, for the reader's role."""
    role, families = request.user.role, reach(request.user.role)
    own = [left for deed in deeds() if (left := deed.for_role(role))]
    tiers = []
    for tier, title in TIERS.items():
        # For whoever sees no family, what others see families in is public geography.
        within = {"S0": ("S0", "S1"), "S1": ()} if families is None else {}
        rows = [deed for deed in own if deed.tier in within.get(tier, (tier,))]
        tiers.append({"title": title, "deeds": rows})
    context = {"families": families, "tiers": tiers}
    return render(request, "accounts/what_i_may_see.html", context)


def sessions(request):
    """Her sessions: where, since when, last used. Each can be ended from here, at once."""
    own = Session.objects.filter(member=request.user, expire_date__gt=timezone.now())
    here = request.session.session_key
    if request.method == "POST":
        others = own.exclude(pk=here)
        if "all" not in request.POST:
            chosen = [s.pk for s in others if _name_of(s) == request.POST.get("session")]
            if not chosen:
                raise Http404
            others = others.filter(pk__in=chosen)
        others.delete()
        messages.success(request, _("已经结束，那里要重新登录才能使用。"))
        return redirect("sessions")
    rows = [{"name": _name_of(s), "row": s, "here": s.pk == here} for s in own.order_by("-used_at")]
    return render(request, "accounts/sessions.html", {"rows": rows})


def _name_of(session: Session) -> str:
    """A name that may stand in a page: whoever knows it cannot make the cookie of it."""
    return hashlib.sha256(session.pk.encode()).hexdigest()[:20]


def second_step(request):
    """See, renew or set up the second step. Everything but looking asks for a code."""
    member = request.user
    context = {"set_up": factor.is_set_up(member)}
    if request.method == "POST":
        said = request.POST.get("code", "")
        match request.POST.get("do"):
            case "codes" if context["set_up"] and factor.accepts(member, said):
                codes = factor.new_recovery_codes(member)
                return render(request, "accounts/recovery_codes.html", {"codes": codes})
            case "renew" if not context["set_up"] or factor.accepts(member, said):
                request.session["new_phone"] = factor.new_secret()
            case "bind" if "new_phone" in request.session:
                codes = factor.set_up(member, request.session["new_phone"], said)
                if codes:
                    del request.session["new_phone"]
                    return render(request, "accounts/recovery_codes.html", {"codes": codes})
                context["wrong"] = True
            case _:
                context["wrong"] = True
        if secret := request.session.get("new_phone"):
            picture = factor.picture_of(factor.address_of(member, secret))
            return render(
                request, "accounts/new_phone.html", context | {"secret": secret, "picture": picture}
            )
    request.session.pop("new_phone", None)
    context["left"] = factor.recovery_codes_left(member)
    return render(request, "accounts/second_step.html", context)


def signed_in_again(request):
    """Where one lands who signed in beside a page that waits for it."""
    return render(request, "accounts/signed_in_again.html")


class SessionShape(s.Serializer):
    member = s.IntegerField()
    seconds_left = s.IntegerField(help_text="不使用还能保持多少秒")
    token = s.CharField(help_text="下一次写入要带的 X-CSRFToken")


@extend_schema(request=None, responses=SessionShape)
@api_view(["GET", "POST"])
def session(request):
    """How long the session holds without use; a POST is a use."""
    left = request._request.session.row.expire_date - timezone.now()
    return Response(
        {
            "member": request.user.pk,
            "seconds_left": max(0, int(left.total_seconds())),
            "token": get_token(request._request),
        }
    )
