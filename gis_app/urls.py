"""The sitemap. Every name stands in policy.yaml too, or the route does not exist."""

from django.urls import include, path
from django.views.i18n import set_language
from drf_spectacular.views import SpectacularJSONAPIView
from rest_framework.routers import SimpleRouter

from accounts.api import MemberViewSet
from accounts.views.own import session
from boundaries.api import DivisionViewSet
from cases.views import cases_page
from gis_app import access, views
from gis_app.me import my_account
from grids.api import GridViewSet
from households.api.views import HouseholdViewSet
from households.views import colours, fairness, household_page
from visits.worklist.views import household_due, work_list, work_page

router = SimpleRouter()
router.register("divisions", DivisionViewSet, basename="division")
router.register("grids", GridViewSet, basename="grid")
router.register("households", HouseholdViewSet, basename="household")
router.register("members", MemberViewSet, basename="member")

urlpatterns = [
    path("", views.map_page, name="map"),
    path("assign/", views.assign_page, name="assign"),
    path("assign/handover/<int:member>/", views.handover, name="handover"),
    path("accounts/access-log/", access.access_log, name="access-log"),
    path("accounts/who-has-looked/", access.who_has_looked, name="who-has-looked"),
    path("accounts/", include("accounts.urls")),
    path("tiles/<slug:layer>/<int:z>/<int:x>/<int:y>.mvt", views.tile, name="tile"),
    path("cases/", cases_page, name="cases"),
    path("households/<uuid:uuid>/", household_page, name="household"),
    path("colours/", colours, name="colours"),
    path("colours/fairness/", fairness, name="fairness"),
    path("ledgers/", include("gis_app.ledgers.urls")),
    path("rights/", include("rights.urls")),
    path("", include("disputes.urls")),
    path("work/", work_page, name="work"),
    path("api/me/", my_account, name="me"),
    path("api/work/", work_list, name="work-list"),
    path("api/households/<uuid:uuid>/due/", household_due, name="household-due"),
    path("", include("transfers.urls")),
    path("", include("support.urls")),
    path("", include("visits.urls")),
    path("api/", include("cases.urls")),
    path("api/", include("households.api.urls")),
    path("api/", include(router.urls)),
    path("api/session/", session, name="session"),
    path("api/schema/", SpectacularJSONAPIView.as_view(), name="schema"),
    path("api/docs/", views.ApiDocs.as_view(), name="docs"),
    path("i18n/setlang/", set_language, name="set_language"),
    path("healthz", views.healthz, name="healthz"),
    path("readyz", views.readyz, name="readyz"),
]

handler404 = "gis_app.views.not_found"
handler500 = "gis_app.views.server_error"
