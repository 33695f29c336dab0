from django.urls import path

from gis_app.ledgers import views

urlpatterns = [
    path("", views.ledgers, name="ledgers"),
    path("workbook/", views.ledger_workbook, name="ledger-workbook"),
    path("rows/<slug:figure>/", views.ledger_rows, name="ledger-rows"),
]
