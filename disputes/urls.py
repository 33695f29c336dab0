from django.urls import path

from disputes import views as pages
from disputes.api import views

urlpatterns = [
    path("disputes/", pages.disputes_page, name="disputes"),
    path("disputes/new/", pages.new_page, name="dispute-new"),
    path("disputes/unreported/", pages.unreported_page, name="disputes-unreported"),
    path("disputes/<uuid:uuid>/", pages.dispute_page, name="dispute"),
    path("disputes/<uuid:uuid>/notice/", pages.notice_page, name="dispute-notice"),
    path("referrals/", pages.referrals_page, name="referrals"),
    path("referrals/<uuid:uuid>/", pages.referral_page, name="referral"),
    path("api/disputes/", views.disputes, name="dispute-list"),
    path("api/disputes/<uuid:uuid>/", views.dispute, name="dispute-detail"),
    path("api/disputes/<uuid:uuid>/texts/", views.texts, name="dispute-texts"),
    path("api/disputes/<uuid:uuid>/step/", views.step, name="dispute-step"),
    path("api/disputes/<uuid:uuid>/sessions/", views.sessions, name="dispute-sessions"),
    path("api/disputes/<uuid:uuid>/violence/", views.violence, name="dispute-violence"),
    path("api/disputes/<uuid:uuid>/words/", views.words, name="dispute-words"),
    path("api/disputes/<uuid:uuid>/supervision/", views.supervision, name="dispute-supervision"),
    path("api/disputes/<uuid:uuid>/referrals/", views.referrals, name="dispute-referrals"),
    path("api/referrals/", views.referral_list, name="referral-list"),
    path("api/referrals/<uuid:uuid>/", views.referral, name="referral-detail"),
    path("api/referrals/<uuid:uuid>/step/", views.referral_step, name="referral-step"),
]
