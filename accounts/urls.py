from django.urls import path

from accounts.views import own, signing_in, staff

urlpatterns = [
    path("sign-in/", signing_in.sign_in, name="sign-in"),
    path("sign-in/code/", signing_in.code, name="sign-in-code"),
    path("sign-in/password/", signing_in.first_password, name="sign-in-password"),
    path("sign-in/phone/", signing_in.phone, name="sign-in-phone"),
    path("sign-out/", signing_in.sign_out, name="sign-out"),
    path("signed-in-again/", own.signed_in_again, name="signed-in-again"),
    path("password/", own.password, name="password"),
    path("what-i-may-see/", own.what_i_may_see, name="what-i-may-see"),
    path("sessions/", own.sessions, name="sessions"),
    path("second-step/", own.second_step, name="second-step"),
    path("members/", staff.accounts, name="account-list"),
    path("members/new/", staff.new_account, name="account-new"),
    path("members/changes/", staff.changes, name="account-changes"),
    path("members/<int:member>/", staff.account, name="account"),
]
