from django.contrib.auth import views as auth
from django.urls import reverse_lazy

sign_in = auth.LoginView.as_view(
    template_name="accounts/sign_in.html", redirect_authenticated_user=True
)
sign_out = auth.LogoutView.as_view()
password = auth.PasswordChangeView.as_view(
    template_name="accounts/password.html", success_url=reverse_lazy("map")
)
