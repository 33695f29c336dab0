"""The way in: password, second step, first password, and the way out."""

from axes.handlers.proxy import AxesProxyHandler
from django.conf import settings
from django.contrib.auth import logout
from django.contrib.auth import views as auth
from django.contrib.auth.forms import AuthenticationForm, SetPasswordForm
from django.contrib.auth.signals import user_login_failed
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts import entering, factor
from accounts.passwords import profile, rules, set_password
from core.policy import menu


class SignInForm(AuthenticationForm):
    # One sentence for a wrong name, a wrong password and an account that is closed.
    error_messages = {
        "invalid_login": _("账号或密码不对，请再试一次。"),
        "inactive": _("账号或密码不对，请再试一次。"),
    }


class SignInView(auth.LoginView):
    template_name = "accounts/sign_in.html"
    authentication_form = SignInForm
    redirect_authenticated_user = True

    def form_valid(self, form):
        member = form.get_user()
        asked = self.get_redirect_url()
        # Whoever asked for the site's bare address asked for no page.
        then = _first_page(member) if asked in ("", reverse("map")) else asked
        entering.begin(self.request, member, then)
        return _onward(self.request, member)


sign_in = SignInView.as_view()


def _first_page(member) -> str:
    """What her menu begins with: for whoever answers for families, what there is to do."""
    return reverse(menu(member.role)["pages"][0]["route"])


def _onward(request, member):
    step = entering.next_step(request, member)
    return redirect(step or entering.finish(request, member))


def _step(route: str):
    """A page of the way in: only for somebody who has come as far as this, and no further."""

    def decorate(view):
        def page(request):
            member = entering.who(request)
            if member is None:
                return redirect("sign-in")
            if entering.next_step(request, member) != route:
                return _onward(request, member)
            return view(request, member)

        return page

    return decorate


@_step("sign-in-code")
def code(request, member):
    wrong = False
    if request.method == "POST":
        credentials = {"username": member.username}
        if not AxesProxyHandler.is_allowed(request, credentials):
            return locked(request)
        if factor.accepts(member, request.POST.get("code", "")):
            entering.passed(request, member, "code")
            return _onward(request, member)
        # Counts like a wrong password: five lock the name at this address.
        user_login_failed.send(__name__, credentials=credentials, request=request)
        wrong = True
    return render(request, "accounts/code.html", {"wrong": wrong})


class FirstPasswordForm(SetPasswordForm):
    def clean(self):
        cleaned = super().clean()
        if self.user.check_password(cleaned.get("new_password1", "")):
            self.add_error("new_password1", _("新密码不能和现在的一样。"))
        return cleaned


@_step("sign-in-password")
def first_password(request, member):
    form = FirstPasswordForm(member, request.POST or None)
    if request.method == "POST" and form.is_valid():
        set_password(member, form.cleaned_data["new_password1"], given=False)
        member.save()
        entering.passed(request, member, "password")
        return _onward(request, member)
    context = {"form": form, "rules": rules(), "given": member.password_given}
    return render(request, "accounts/first_password.html", context)


@_step("sign-in-phone")
def phone(request, member):
    """Bind a phone; it shows the recovery codes once, and then she is in."""
    secret = entering.kept(request, "secret") or factor.new_secret()
    entering.keep(request, secret=secret)
    wrong = False
    if request.method == "POST":
        codes = factor.set_up(member, secret, request.POST.get("code", ""))
        if codes:
            then = entering.finish(request, member)
            return render(request, "accounts/recovery_codes.html", {"codes": codes, "then": then})
        wrong = True
    address = factor.address_of(member, secret)
    context = {"picture": factor.picture_of(address), "secret": secret, "wrong": wrong}
    return render(request, "accounts/phone.html", context)


def locked(request, response=None, credentials=None):
    """AXES_LOCKOUT_CALLABLE: too many wrong passwords or codes."""
    context = {"minutes": profile().lock_minutes}
    return render(request, "accounts/locked.html", context, status=429)


def sign_out(request):
    """End the session, and let the browser forget what it kept of this site."""
    logout(request)
    response = redirect(settings.LOGOUT_REDIRECT_URL)
    # Not "cookies": the session's is gone already, and the chosen language is no secret.
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response
