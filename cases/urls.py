from django.urls import path

from cases import api

urlpatterns = [
    path("concerns/", api.concerns, name="concern-list"),
    path("households/<uuid:uuid>/protection/", api.protection, name="household-protection"),
    path("cases/", api.cases, name="case-list"),
    path("cases/<uuid:uuid>/", api.case, name="case-detail"),
    path("cases/<uuid:uuid>/record/", api.record, name="case-record"),
    path("cases/<uuid:uuid>/assign/", api.assign, name="case-assign"),
    path("cases/<uuid:uuid>/break-glass/", api.break_glass, name="case-break-glass"),
    path("break-glass/", api.glasses, name="break-glass-list"),
    path("break-glass/<uuid:uuid>/review/", api.review, name="break-glass-review"),
]
