from django.urls import path

from transfers import api, views
from transfers.models import ImportJob

urlpatterns = [
    path("imports/", views.imports, name="import-list"),
    *(
        path(f"imports/new/{kind}/", views.new_import, {"kind": kind}, name=f"import-{kind}")
        for kind in ImportJob.Kind.values
    ),
    path("imports/<uuid:uuid>/", views.one_import, {"families": False}, name="import"),
    path(
        "imports/<uuid:uuid>/families/",
        views.one_import,
        {"families": True},
        name="import-of-families",
    ),
    path(
        "imports/<uuid:uuid>/rejects/",
        views.import_rejects,
        {"families": False},
        name="import-rejects",
    ),
    path(
        "imports/<uuid:uuid>/families/rejects/",
        views.import_rejects,
        {"families": True},
        name="import-rejected-families",
    ),
    path("imports/<uuid:uuid>/passwords/", views.import_passwords, name="import-passwords"),
    path("api/imports/<uuid:uuid>/", api.import_progress, name="import-progress"),
    path("exports/", views.exports, name="export-list"),
    path("exports/<uuid:uuid>/", views.one_export, name="export"),
    path("exports/<uuid:uuid>/file/", views.export_file, name="export-file"),
]
