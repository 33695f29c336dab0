"""Whatever runs outside the transaction of a request has no scope, and sees no family."""

import threading

import pytest
from django.db import connection, transaction
from django.http import HttpResponse, StreamingHttpResponse
from django.test import Client
from django.urls import path

from core.scope import acting_as, acting_as_system
from gis_app.urls import urlpatterns as site
from households.models import Household
from tests.factories import build_cast

BACKEND = "django.contrib.auth.backends.ModelBackend"
seen: dict[str, int] = {}


def streaming(request):
    """Rows are asked for after the view has returned, when its transaction is over."""
    seen["within"] = Household.objects.count()

    def rows():
        seen["streamed"] = Household.objects.count()
        yield b"done"

    return StreamingHttpResponse(rows())


def afterwards(request):
    seen["within"] = Household.objects.count()
    transaction.on_commit(lambda: seen.update(committed=Household.objects.count()))
    return HttpResponse("done")


def worker(request):
    seen["within"] = Household.objects.count()

    def work():
        try:
            with transaction.atomic():
                seen["thread"] = Household.objects.count()
        finally:
            connection.close()

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    return HttpResponse("done")


def injected(request):
    """Somebody else's subject, written into the setting by whoever can inject SQL."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('wuse.scope', %s, true)", ["s:import|9999999999|00"])
        cursor.execute("SELECT count(*) FROM households_household")
        seen["injected"] = cursor.fetchone()[0]
    return HttpResponse("done")


def careless(request):
    """A view of the system's own pages that asks for families, as no such view should."""
    seen["careless"] = Household.objects.count()
    return HttpResponse("done")


# Under names that the policy knows, with scope "own"; the last with scope "none".
urlpatterns = [
    path("streaming/", streaming, name="map"),
    path("afterwards/", afterwards, name="me"),
    path("worker/", worker, name="search"),
    path("injected/", injected, name="access-log"),
    path("careless/", careless, name="sessions"),
    *site,
]
handler404 = "gis_app.views.not_found"


@pytest.fixture
def lan(committed_db):
    """Signed in, and committed: transactions of requests must truly end."""
    seen.clear()
    with transaction.atomic(), acting_as_system("test"):
        cast = build_cast()
    client = Client()
    client.force_login(cast.lan, backend=BACKEND)
    yield client
    with transaction.atomic(), acting_as(cast.lan.pk):
        assert Household.objects.count() == 4


@pytest.mark.urls(__name__)
def test_a_streamed_answer_has_no_scope_once_the_view_has_returned(lan):
    assert lan.get("/streaming/").getvalue() == b"done"
    assert seen == {"within": 4, "streamed": 0}


@pytest.mark.urls(__name__)
def test_what_runs_on_commit_has_no_scope(lan):
    assert lan.get("/afterwards/").status_code == 200
    assert seen == {"within": 4, "committed": 0}


@pytest.mark.urls(__name__)
def test_a_thread_of_ones_own_has_no_scope(lan):
    assert lan.get("/worker/").status_code == 200
    assert seen == {"within": 4, "thread": 0}


@pytest.mark.urls(__name__)
def test_an_injected_scope_gains_no_row(lan):
    assert lan.get("/injected/").status_code == 200
    assert seen == {"injected": 0}


@pytest.mark.urls(__name__)
def test_a_view_whose_rule_grants_no_family_finds_none(lan):
    assert lan.get("/careless/").status_code == 200
    assert seen == {"careless": 0}
