from django.urls import path

from rights import views

urlpatterns = [
    path("", views.desk, name="rights"),
    path("new/", views.new, name="rights-new"),
    path("<uuid:uuid>/", views.one, name="rights-request"),
    path("<uuid:uuid>/copy/", views.copy, name="rights-copy"),
    path("<uuid:uuid>/sheet/", views.sheet, name="rights-sheet"),
]
