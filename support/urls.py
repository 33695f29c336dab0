from django.urls import path

from support import api, views

urlpatterns = [
    path("events/", views.events_page, name="events"),
    path("api/events/", api.events, name="event-list"),
    path("api/households/<uuid:uuid>/needs/", api.needs, name="need-list"),
    path("api/needs/<uuid:uuid>/step/", api.need_step, name="need-step"),
    path("api/needs/<uuid:uuid>/help/", api.need_help, name="need-help"),
]
