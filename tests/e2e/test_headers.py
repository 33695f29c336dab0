"""What the served site says around every answer: over HTTP, for every route of the policy."""

import http.client
import re
from urllib.parse import urlencode, urlsplit

import pytest
from django.urls import get_resolver

from core.policy import policy
from tests.e2e.conftest import serving, session_of
from tests.e2e.district import PASSWORD

GETS = sorted(route for route, method in policy() if method == "GET")


def ask(address, path, *, cookie="", method="GET", body=None, **headers):
    link = http.client.HTTPConnection(urlsplit(address).netloc, timeout=20)
    if cookie:
        headers["Cookie"] = f"sessionid={cookie}"
    link.request(method, path, body, headers)
    answer = link.getresponse()
    answer.read()
    link.close()
    return answer


@pytest.fixture(scope="module")
def path_of(people_and_places):
    """A path for each route, about things that are there where it matters."""
    who = people_and_places.people["lan"]
    known = {
        "layer": "divisions", "z": "8", "x": "208", "y": "101", "code": "999001101201",
        "member": str(who.pk),
    }  # fmt: skip
    resolver = get_resolver()

    def path(route: str) -> str:
        ((pattern, names),) = [(p, n) for p, n in resolver.reverse_dict.getlist(route)[0][0][:1]]
        return "/" + pattern % {name: known.get(name, "1") for name in names}

    return path


def guards(answer, *, document: bool = True):
    csp = answer.getheader("Content-Security-Policy")
    assert "default-src 'none'" in csp
    assert "script-src 'self';" in csp
    assert "unsafe" not in csp
    assert "nonce" not in csp
    assert "frame-ancestors 'none'" in csp
    assert "base-uri 'none'" in csp
    assert answer.getheader("X-Content-Type-Options") == "nosniff"
    assert answer.getheader("Cross-Origin-Resource-Policy") == "same-origin"
    assert answer.getheader("Server") is None or "/" not in answer.getheader("Server")
    if document:
        assert answer.getheader("Cross-Origin-Opener-Policy") == "same-origin"
        assert answer.getheader("Referrer-Policy") == "same-origin"
        assert answer.getheader("X-Frame-Options") == "DENY"
    return csp


@pytest.mark.parametrize("route", GETS)
@pytest.mark.parametrize("name", ["lan", "chair", "sysadmin", None])
def test_every_answer_of_every_route_is_guarded(server, people_and_places, path_of, route, name):
    cookie = session_of(people_and_places.people[name]) if name else ""
    path = path_of(route)
    answer = ask(server, path, cookie=cookie)
    assert answer.status < 500
    csp = guards(answer, document=not path.startswith("/tiles/"))
    assert ("require-trusted-types-for 'script'; trusted-types default" in csp) == (
        route != "docs" or answer.status != 200
    )
    caching = answer.getheader("Cache-Control")
    if path.startswith("/tiles/") and answer.status in (200, 204):
        assert caching == "private, no-cache"
        assert answer.getheader("ETag")
    elif route == "version" and answer.status == 200:
        assert caching == "private, no-cache"
    else:
        assert "no-store" in caching
    if answer.getheader("Content-Type", "").startswith("text/html"):
        assert "charset=utf-8" in answer.getheader("Content-Type")


@pytest.mark.parametrize(
    "path", ["/nowhere/", "/api/nowhere/", "/static/nowhere.js", "/%00", "/admin/"]
)
def test_what_does_not_exist_is_guarded_too(server, path):
    answer = ask(server, path)
    assert answer.status in (400, 404)
    guards(answer)
    assert answer.getheader("Cache-Control") == "no-store"


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "TRACE", "OPTIONS"])
def test_a_method_that_is_not_meant_is_guarded_too(server, method):
    answer = ask(server, "/", method=method)
    assert answer.status in (403, 405)
    guards(answer)


def test_files_of_the_site_are_kept_by_browsers_and_guarded(server, people_and_places):
    page = http.client.HTTPConnection(urlsplit(server).netloc)
    page.request("GET", "/accounts/sign-in/")
    text = page.getresponse().read().decode()
    files = re.findall(r'(?:src|href)="(/static/[^"]+)"', text)
    assert len(files) > 4
    for file in files:
        answer = ask(server, file)
        assert answer.status == 200
        guards(answer, document=False)
        assert "immutable" in answer.getheader("Cache-Control")
        assert answer.getheader("Access-Control-Allow-Origin") is None


@pytest.mark.parametrize(
    "path", ["/", "/assign/", "/accounts/sign-in/", "/accounts/what-i-may-see/"]
)
def test_no_page_holds_a_script_or_a_style_of_its_own(server, people_and_places, path):
    link = http.client.HTTPConnection(urlsplit(server).netloc)
    cookie = "" if "sign-in" in path else session_of(people_and_places.people["chair"])
    link.request("GET", path, headers={"Cookie": f"sessionid={cookie}"})
    text = link.getresponse().read().decode()
    assert not re.search(r"<style|\sstyle=|\son\w+=|javascript:", text)
    for tag in re.findall(r"<script[^>]*>", text):
        assert 'src="/static/' in tag or 'type="application/json"' in tag


def sign_in(address, prefix="", **headers):
    """The cookies of a sign-in, as the server sets them."""
    page = ask(address, "/accounts/sign-in/", **headers)
    csrf = page.getheader("Set-Cookie")
    link = http.client.HTTPConnection(urlsplit(address).netloc)
    name = f"{prefix}csrf" if prefix else "csrftoken"
    value = re.search(rf"{name}=(\w+)", csrf)[1]
    form = urlencode({"username": "mei", "password": PASSWORD, "csrfmiddlewaretoken": value})
    link.request("POST", "/accounts/sign-in/", form, headers | {
        "Content-Type": "application/x-www-form-urlencoded", "Cookie": f"{name}={value}",
    })  # fmt: skip
    answer = link.getresponse()
    assert answer.status == 302
    return answer.headers.get_all("Set-Cookie")


def test_cookies_are_out_of_reach_of_scripts_and_of_other_sites(server):
    cookies = sign_in(server)
    assert len(cookies) == 2
    for cookie in cookies:
        assert "HttpOnly" in cookie
        assert "SameSite=Lax" in cookie
    session = next(c for c in cookies if c.startswith("sessionid="))
    assert "expires" not in session.lower()
    assert "max-age" not in session.lower()


def test_signing_out_over_http_clears_the_site(server, people_and_places):
    cookie = session_of(people_and_places.people["lan"])
    page = ask(server, "/accounts/password/", cookie=cookie)
    token = re.search(r"csrftoken=(\w+)", page.getheader("Set-Cookie"))[1]
    answer = ask(
        server, "/accounts/sign-out/", method="POST",
        **{"X-CSRFToken": token, "Cookie": f"sessionid={cookie}; csrftoken={token}"},
    )  # fmt: skip
    assert answer.status == 302
    assert answer.getheader("Clear-Site-Data") == '"cache", "storage"'
    assert ask(server, "/api/me/", cookie=cookie).status == 401


def test_behind_https_cookies_are_bound_to_this_host(server, people_and_places, tmp_path):
    forwarded = {"X-Forwarded-Proto": "https", "X-Forwarded-For": "10.1.2.3"}
    with serving(tmp_path / "https.log", WUSE_HTTPS="1") as address:
        answer = ask(address, "/accounts/sign-in/", **forwarded)
        assert "max-age=31536000" in answer.getheader("Strict-Transport-Security")
        referer = {"Referer": address.replace("http:", "https:") + "/accounts/sign-in/"}
        cookies = sign_in(address, "__Host-", **forwarded, **referer)
        assert {c.split("=")[0] for c in cookies} == {"__Host-session", "__Host-csrf"}
        for cookie in cookies:
            assert "Secure" in cookie
            assert "Path=/" in cookie
            assert "Domain" not in cookie
