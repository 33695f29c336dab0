"""Signing in and out, wrong passwords, a changed one."""

import pytest
from django.test import Client

from accounts.models import Member, Role
from tests.factories import member

PASSWORD = "柳树下的一条长椅-7"
SIGN_IN = "/accounts/sign-in/"


@pytest.fixture
def lan(cast) -> Member:
    """Of whom no second step is asked: test_second_step.py is about that."""
    cast.lan.set_password(PASSWORD)
    cast.lan.is_demo = True
    cast.lan.save()
    return cast.lan


def sign_in(client, password=PASSWORD, username="lan", **fields):
    return client.post(SIGN_IN, {"username": username, "password": password, **fields})


def test_passwords_are_kept_by_argon2id(lan):
    assert lan.password.startswith("argon2$argon2id$")


def test_a_stranger_is_led_to_the_sign_in_page_and_back(lan, client):
    response = client.get("/assign/")
    assert (response.status_code, response.url) == (302, f"{SIGN_IN}?next=/assign/")
    response = sign_in(client, next="/assign/")
    assert (response.status_code, response.url) == (302, "/assign/")
    assert client.get("/assign/").status_code == 200


@pytest.mark.parametrize("role, page", [(Role.TOWN, "/work/"), (Role.STEWARD, "/")])
def test_whoever_asked_for_no_page_begins_with_the_first_of_her_menu(cast, role, page):
    who = member("somebody", role, cast.east, is_demo=True)
    who.set_password(PASSWORD)
    who.save()
    for asked in ({}, {"next": "/"}):
        assert sign_in(Client(), username="somebody", **asked).url == page


def test_nobody_is_led_to_another_site(lan, client):
    assert sign_in(client, next="https://elsewhere.example/").url == "/work/"


def test_signing_out_ends_the_session(lan, client):
    sign_in(client)
    assert client.get("/accounts/sign-out/").status_code == 405
    client.post("/accounts/sign-out/")
    assert client.get("/api/me/").status_code == 401


def test_a_wrong_password_and_an_unknown_name_are_told_the_same(lan, client):
    wrong = sign_in(client, password="not-this-one")
    unknown = sign_in(Client(), password="not-this-one", username="nobody")
    assert wrong.status_code == unknown.status_code == 200

    def errors(response):
        return list(response.context["form"].non_field_errors())

    assert errors(wrong) == errors(unknown) != []


def test_a_member_out_of_office_cannot_sign_in(lan, client):
    Member.objects.filter(pk=lan.pk).update(is_active=False)
    sign_in(client)
    assert client.get("/api/me/").status_code == 401


def test_five_wrong_passwords_lock_the_name_at_that_address_only(lan, client):
    for _ in range(5):
        last = sign_in(client, password="not-this-one")
    assert last.status_code == 429
    assert "15分钟" in last.content.decode()
    assert sign_in(client).status_code == 429  # even with the right one
    # The office behind the same address goes on working, and she herself elsewhere.
    assert sign_in(Client(), username="mei", password="x").status_code == 200
    elsewhere = Client(REMOTE_ADDR="10.9.8.7")
    assert sign_in(elsewhere).status_code == 302


def test_a_new_password_is_checked_and_ends_other_sessions(lan, client):
    other = Client()
    sign_in(client)
    sign_in(other)
    path = "/accounts/password/"

    def change(new, old=PASSWORD):
        return client.post(path, {"old_password": old, "new_password1": new, "new_password2": new})

    for poor in ("short", "1234567890123", "password123"):
        assert change(poor).status_code == 200
    assert change("梧桐树上住着一对喜鹊-9", old="not-mine").status_code == 200
    assert other.get("/api/me/").status_code == 200
    assert change("梧桐树上住着一对喜鹊-9").status_code == 302
    assert client.get("/api/me/").status_code == 200
    assert other.get("/api/me/").status_code == 401


def test_the_cookie_is_guarded_and_goes_with_the_browser(lan, client):
    cookie = sign_in(client).cookies["sessionid"]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    assert cookie["max-age"] == cookie["expires"] == ""


def test_every_answer_is_guarded_by_its_headers(lan, client):
    sign_in(client)
    for path in ("/", "/api/me/", "/accounts/password/", "/no-such-page/", "/healthz"):
        headers = client.get(path).headers
        assert "default-src 'none'" in headers["Content-Security-Policy"]
        assert "unsafe" not in headers["Content-Security-Policy"]
        assert headers["X-Frame-Options"] == "DENY"
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert "no-store" in headers["Cache-Control"] or "no-cache" in headers["Cache-Control"]
