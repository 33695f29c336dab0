from django.urls import path, re_path

from households.api import views

AREA = r"areas/(?P<code>\d{6}|\d{9}|\d{12}|\d{15})/"

urlpatterns = [
    path("me/", views.my_account, name="me"),
    path("version/", views.version, name="version"),
    path("schemes/current/", views.scheme, name="current-scheme"),
    path("search/", views.find, name="search"),
    re_path(rf"^{AREA}$", views.area, name="area"),
    re_path(rf"^{AREA}households/$", views.area_households, name="area-households"),
]
