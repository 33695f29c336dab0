from django.urls import path

from visits import api, views

urlpatterns = [
    path("visits/new/<uuid:uuid>/", views.visit_page, name="visit-new"),
    path("api/visits/", api.visits, name="visit-list"),
    path("api/households/<uuid:uuid>/visits/", api.household_visits, name="household-visits"),
    path("api/households/<uuid:uuid>/notes/", api.household_notes, name="household-notes"),
]
