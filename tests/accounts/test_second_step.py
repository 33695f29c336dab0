"""Between the password and the session: a code, a password of one's own, a phone to bind."""

import re
import time

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.test import Client

from accounts import factor
from accounts.models import Session

PASSWORD = "柳树下的一条长椅-7"
NEW = "梧桐树上住着一对喜鹊-9"
SIGN_IN = "/accounts/sign-in/"
CODE, FIRST, PHONE = (f"{SIGN_IN}{step}/" for step in ("code", "password", "phone"))


@pytest.fixture
def now(monkeypatch):
    """The clock that codes are made by: `now(seconds)` moves it."""
    at = [1_800_000_015]

    def move(seconds):
        at[0] += seconds

    monkeypatch.setattr(time, "time", lambda: at[0])
    move.at = at
    return move


def code_at(secret, seconds) -> str:
    return format_hotp_value(hotp_value(secret, int(seconds) // 30))


@pytest.fixture
def lan(cast):
    cast.lan.set_password(PASSWORD)
    cast.lan.save()
    return cast.lan


@pytest.fixture
def bound(lan, monkeypatch):
    """lan with a phone; her secret and her recovery codes."""
    secret = factor.new_secret()
    codes = factor.set_up(lan, secret, code_at(secret, time.time() - 30))
    return lan, secret, codes


def begin(client, password=PASSWORD, **fields):
    return client.post(SIGN_IN, {"username": "lan", "password": password, **fields})


def signed_in(client) -> bool:
    return client.get("/api/me/").status_code == 200


def test_codes_are_those_of_rfc_6238():
    # Appendix B, SHA-1, the last six of eight digits.
    import base64

    secret = base64.b32encode(b"12345678901234567890").decode()
    for seconds, code in ((59, "287082"), (1111111109, "081804"), (20000000000, "353130")):
        assert code_at(secret, seconds) == code


def test_a_password_alone_opens_nothing(bound, client):
    assert begin(client).url == CODE
    assert client.get("/").status_code == 302
    assert client.get("/api/me/").status_code == 401
    assert client.get("/tiles/divisions/8/208/101.mvt").status_code == 401
    assert Session.objects.get().member_id is None


def test_the_code_opens_under_a_new_key_and_leads_where_she_was_going(bound, client):
    _, secret, _ = bound
    begin(client, next="/assign/")
    before = client.cookies["sessionid"].value
    answer = client.post(CODE, {"code": code_at(secret, time.time())})
    assert answer.url == "/assign/"
    assert client.cookies["sessionid"].value != before
    assert signed_in(client)
    assert not Session.objects.filter(pk=before).exists()


def test_a_code_is_good_once(now, bound, client):
    _, secret, _ = bound
    code = code_at(secret, now.at[0])
    begin(client)
    assert client.post(CODE, {"code": code}).status_code == 302
    other = Client()
    begin(other)
    assert other.post(CODE, {"code": code}).status_code == 200
    assert not signed_in(other)
    now(30)
    assert other.post(CODE, {"code": code_at(secret, now.at[0])}).status_code == 302


def test_a_code_that_is_too_old_or_of_another_phone_is_refused(bound, client):
    _, secret, _ = bound
    begin(client)
    for code in (
        code_at(secret, time.time() - 120),
        code_at(factor.new_secret(), 59),
        "",
        "x" * 12,
    ):
        assert client.post(CODE, {"code": code}).status_code == 200
    assert not signed_in(client)


def test_a_recovery_code_opens_once(bound, client):
    lan, _, codes = bound
    assert len(set(codes)) == 10
    begin(client)
    assert client.post(CODE, {"code": codes[3]}).status_code == 302
    assert signed_in(client)
    assert factor.recovery_codes_left(lan) == 9
    other = Client()
    begin(other)
    assert other.post(CODE, {"code": codes[3]}).status_code == 200
    assert not signed_in(other)


def test_five_wrong_codes_lock_the_name_at_that_address(bound, client):
    _, secret, _ = bound
    begin(client)
    for _ in range(5):
        last = client.post(CODE, {"code": "000000"})
    assert last.status_code == 429
    assert "15分钟" in last.text
    assert client.post(CODE, {"code": code_at(secret, time.time())}).status_code == 429
    assert begin(Client()).status_code == 429


def test_a_right_password_does_not_forgive_wrong_codes(bound, client):
    for _ in range(4):
        begin(client)
        client.post(CODE, {"code": "000000"})
    begin(client)
    assert client.post(CODE, {"code": "000000"}).status_code == 429


def test_whoever_has_no_phone_yet_must_bind_one(lan, client):
    assert begin(client).url == PHONE
    page = client.get(PHONE)
    secret = re.search(r'class="secret">(\w+)<', page.text)[1]
    assert "data:image/svg+xml;base64," in page.text
    assert not signed_in(client)
    assert client.post(PHONE, {"code": "000000"}).status_code == 200
    assert not factor.is_set_up(lan)
    answer = client.post(PHONE, {"code": code_at(secret, time.time())})
    assert answer.text.count("<li><code>") == 10
    assert signed_in(client)
    # The next time it is asked for.
    assert begin(Client()).url == CODE


def test_only_the_demo_goes_without(lan, client):
    type(lan).objects.filter(pk=lan.pk).update(is_demo=True)
    assert begin(client).url == "/work/"
    assert signed_in(client)


def test_a_given_password_must_be_changed_first_and_to_another(bound, client):
    lan, secret, _ = bound
    type(lan).objects.filter(pk=lan.pk).update(password_given=True)
    begin(client)
    assert client.post(CODE, {"code": code_at(secret, time.time())}).url == FIRST

    def choose(new):
        return client.post(FIRST, {"new_password1": new, "new_password2": new})

    for poor in ("short", "123456789012", PASSWORD):
        assert choose(poor).status_code == 200
    assert not signed_in(client)
    assert choose(NEW).url == "/work/"
    assert signed_in(client)
    lan.refresh_from_db()
    assert lan.check_password(NEW)
    assert not lan.password_given


def test_no_step_can_be_left_out(bound, client):
    type(bound[0]).objects.filter(pk=bound[0].pk).update(password_given=True)
    begin(client)
    for path in (FIRST, PHONE):
        assert client.get(path).url == CODE
        assert (
            client.post(path, {"code": "1", "new_password1": NEW, "new_password2": NEW}).url == CODE
        )
    assert not signed_in(client)


def test_without_a_password_there_is_no_second_step(bound, client):
    for path in (CODE, FIRST, PHONE):
        assert client.get(path).url == SIGN_IN


def test_the_steps_wait_for_ten_minutes_and_not_for_a_changed_password(bound, client, monkeypatch):
    lan, secret, _ = bound
    begin(client)
    lan.set_password(NEW)
    lan.save()
    assert client.post(CODE, {"code": code_at(secret, time.time())}).url == SIGN_IN


def test_secrets_lie_encrypted_in_the_database(bound):
    _, secret, codes = bound
    kept = " ".join(str(a.data) for a in Authenticator.objects.all())
    assert secret not in kept
    assert not any(code in kept for code in codes)


def test_she_renews_codes_and_phone_with_a_code(bound, client, now):
    lan, secret, codes = bound
    client.force_login(lan, backend="django.contrib.auth.backends.ModelBackend")
    path = "/accounts/second-step/"
    assert "10" in client.get(path).text
    assert "恢复码" in client.post(path, {"do": "codes", "code": codes[0]}).text
    assert not factor.accepts(lan, codes[1])  # the old sheet is worth nothing
    now(60)
    page = client.post(path, {"do": "renew", "code": "000000"})
    assert "new_phone" not in client.session
    page = client.post(path, {"do": "renew", "code": code_at(secret, now.at[0])})
    new = re.search(r'class="secret">(\w+)<', page.text)[1]
    client.post(path, {"do": "bind", "code": code_at(new, now.at[0])})
    now(60)
    assert not factor.accepts(lan, code_at(secret, now.at[0]))
    assert factor.accepts(lan, code_at(new, now.at[0]))


def test_a_demo_account_may_bind_a_phone_too(cast, client):
    client.force_login(cast.mei, backend="django.contrib.auth.backends.ModelBackend")
    path = "/accounts/second-step/"
    page = client.post(path, {"do": "renew"})
    new = re.search(r'class="secret">(\w+)<', page.text)[1]
    assert client.post(path, {"do": "bind", "code": code_at(new, time.time())}).status_code == 200
    assert factor.is_set_up(cast.mei)
