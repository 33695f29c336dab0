from django.contrib.auth import views as auth
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.messages.views import SuccessMessageMixin
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _


class SignInForm(AuthenticationForm):
    # One sentence for a wrong name, a wrong password and an account that is closed.
    error_messages = {
        "invalid_login": _("账号或密码不对，请再试一次。"),
        "inactive": _("账号或密码不对，请再试一次。"),
    }


class PasswordView(SuccessMessageMixin, auth.PasswordChangeView):
    template_name = "accounts/password.html"
    success_url = reverse_lazy("map")
    success_message = _("新密码已保存。")


sign_in = auth.LoginView.as_view(
    template_name="accounts/sign_in.html",
    authentication_form=SignInForm,
    redirect_authenticated_user=True,
)
sign_out = auth.LogoutView.as_view()
password = PasswordView.as_view()
