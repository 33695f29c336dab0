"""When a session ends, what keeps it alive, and how one ends it from elsewhere."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Session

BACKEND = "django.contrib.auth.backends.ModelBackend"
TILE = "/tiles/divisions/8/208/101.mvt"


@pytest.fixture
def lan(cast, client):
    client.force_login(cast.lan, backend=BACKEND)
    return cast.lan


def row(client) -> Session:
    return Session.objects.get(pk=client.cookies["sessionid"].value)


def age(client, **by):
    """As if the session had begun and been used so long ago."""
    session, by = row(client), timedelta(**by)
    for name in ("used_at", "expire_date"):
        setattr(session, name, getattr(session, name) - by)
    session.save()


def left(client) -> timedelta:
    return row(client).expire_date - timezone.now()


def test_a_session_ends_after_a_quarter_of_an_hour_without_use(lan, client):
    assert timedelta(minutes=14) < left(client) <= timedelta(minutes=15)
    age(client, minutes=14)
    assert client.get("/api/me/").status_code == 200
    age(client, minutes=1, seconds=1)
    assert client.get(TILE).status_code == 401
    assert client.get("/api/me/").status_code == 401


def test_what_somebody_does_prolongs_it(lan, client):
    for ask in (
        lambda: client.get("/accounts/password/"),
        lambda: client.post("/api/session/"),
        lambda: client.get("/api/me/", headers={"X-Active": "1"}),
    ):
        age(client, minutes=10)
        assert left(client) < timedelta(minutes=6)
        ask()
        assert left(client) > timedelta(minutes=14)


@pytest.mark.parametrize("path", ["/api/version/", "/api/session/", "/api/me/", TILE])
def test_what_a_page_asks_by_itself_does_not(lan, client, path):
    age(client, minutes=10)
    assert client.get(path).status_code in (200, 204)
    assert left(client) < timedelta(minutes=6)


def test_a_session_ends_after_a_day_of_work_however_busy(lan, client):
    session = row(client)
    data = session.get_decoded() | {"began": (timezone.now() - timedelta(hours=7.9)).timestamp()}
    session.session_data = session.get_session_store_class()().encode(data)
    session.began_at -= timedelta(hours=7.9)
    session.used_at -= timedelta(minutes=5)
    session.save()
    client.post("/api/session/")
    assert left(client) <= timedelta(minutes=6)
    # Nor does saving it, as a message does.
    store = client.session
    store["said"] = "something"
    store.save()
    assert left(client) <= timedelta(minutes=6)


def test_a_changed_password_does_not_begin_the_day_anew(lan, client):
    store = client.session
    store["began"] = (timezone.now() - timedelta(hours=5)).timestamp()
    store.save()
    store.cycle_key()
    assert Session.objects.get(pk=store.session_key).began_at < timezone.now() - timedelta(hours=4)


def test_using_an_ended_session_does_not_bring_it_back(lan, client):
    store = client.session
    store.load()
    Session.objects.all().delete()
    store.row.used_at -= timedelta(minutes=5)
    store.touch()
    assert not Session.objects.exists()


def test_the_api_says_how_long_is_left_and_to_whom(lan, client):
    said = client.get("/api/session/").json()
    assert said["member"] == lan.pk
    assert 840 < said["seconds_left"] <= 900
    assert said["token"]
    assert Client().get("/api/session/").status_code == 401


def test_a_stricter_profile_has_a_shorter_patience(cast, client, settings):
    settings.PROFILE = "mlps3"
    client.force_login(cast.lan, backend=BACKEND)
    assert left(client) <= timedelta(minutes=10)


def test_signing_in_leaves_the_place_and_the_kind_of_device_and_no_more(cast):
    client = Client(REMOTE_ADDR="10.9.8.7", HTTP_USER_AGENT="X (Linux; Android 11) Mobile Y/1")
    cast.lan.set_password("柳树下的一条长椅-7")
    cast.lan.is_demo = True
    cast.lan.save()
    client.post("/accounts/sign-in/", {"username": "lan", "password": "柳树下的一条长椅-7"})
    client.get("/")
    session = row(client)
    assert (session.member, session.address, session.device) == (cast.lan, "10.9.8.7", "phone")
    assert {f.name for f in Session._meta.fields} == {
        "session_key", "session_data", "expire_date", "member", "began_at", "used_at", "address",
        "device",
    }  # fmt: skip


def test_behind_https_the_address_is_what_the_nearest_proxy_says(rf, settings):
    from accounts.sessions import client_address

    request = rf.get("/", REMOTE_ADDR="127.0.0.1", HTTP_X_FORWARDED_FOR="6.6.6.6, 10.1.2.3")
    assert client_address(request) == "127.0.0.1"  # anybody can write that header
    settings.HTTPS = True
    assert client_address(request) == "10.1.2.3"


def test_ended_from_elsewhere_it_is_refused_at_once_everywhere(lan, client):
    others = [Client(), Client()]
    for other in others:
        other.force_login(lan, backend=BACKEND)
        assert other.get(TILE).status_code in (200, 204)
    page = client.get("/accounts/sessions/")
    assert page.text.count('name="session"') == 2
    assert not any(c.cookies["sessionid"].value in page.text for c in [client, *others])
    name = next(r["name"] for r in page.context["rows"] if r["row"] == row(others[0]))
    client.post("/accounts/sessions/", {"session": name})
    assert [c.get(TILE).status_code for c in others] == [401, others[1].get(TILE).status_code]
    assert others[0].get("/api/me/").status_code == 401
    client.post("/accounts/sessions/", {"all": "1"})
    assert others[1].get(TILE).status_code == 401
    assert others[1].get("/").status_code == 302
    assert client.get("/api/me/").status_code == 200


def test_nobody_ends_the_session_of_somebody_else(cast, lan, client):
    other = Client()
    other.force_login(cast.mei, backend=BACKEND)
    name = other.get("/accounts/sessions/").context["rows"][0]["name"]
    assert client.post("/accounts/sessions/", {"session": name}).status_code == 404
    client.post("/accounts/sessions/", {"all": "1"})
    assert other.get("/api/me/").status_code == 200


def test_signing_out_makes_the_browser_forget(lan, client):
    answer = client.post("/accounts/sign-out/")
    assert answer.headers["Clear-Site-Data"] == '"cache", "storage"'
    assert answer.cookies["sessionid"].value == ""
    assert not Session.objects.exists()


def test_rows_of_ended_sessions_do_not_stay(cast, lan, client):
    age(client, minutes=20)
    Client().force_login(cast.mei, backend=BACKEND)
    assert [s.member for s in Session.objects.all()] == [cast.mei]
