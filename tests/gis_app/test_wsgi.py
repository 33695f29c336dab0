"""The short way that tiles take is as guarded as the long one."""

import io
import sys

import pytest

from gis_app.wsgi import application


def ask(path, cookie="", method="GET"):
    answer = {}

    def start(status, headers, exc_info=None):
        answer["status"], answer["headers"] = int(status[:3]), dict(headers)

    environ = {
        "REQUEST_METHOD": method, "PATH_INFO": path, "SCRIPT_NAME": "", "QUERY_STRING": "",
        "SERVER_NAME": "127.0.0.1", "SERVER_PORT": "80", "HTTP_HOST": "127.0.0.1",
        "HTTP_COOKIE": cookie, "SERVER_PROTOCOL": "HTTP/1.1", "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http", "wsgi.input": io.BytesIO(), "wsgi.errors": sys.stderr,
        "wsgi.multithread": True, "wsgi.multiprocess": True, "wsgi.run_once": False,
    }  # fmt: skip
    answer["body"] = b"".join(application(environ, start))
    return answer


TILE = "/tiles/divisions/10/836/407.mvt"


@pytest.fixture
def cookie(cast, signed_in, settings):
    return f"{settings.SESSION_COOKIE_NAME}={signed_in(cast.lan).session.session_key}"


@pytest.fixture(autouse=True)
def quiet_signals(monkeypatch):
    """A request's end would close the connection that holds the test's transaction."""
    from django.core import signals

    monkeypatch.setattr(signals.request_started, "receivers", [])
    monkeypatch.setattr(signals.request_finished, "receivers", [])
    for signal in (signals.request_started, signals.request_finished):
        signal.sender_receivers_cache.clear() if signal.use_caching else None


def test_a_stranger_is_refused(db):
    for cookie in ("", "sessionid=" + "x" * 32, "sessionid=", "nonsense"):
        answer = ask(TILE, cookie)
        assert (answer["status"], answer["headers"]["Content-Type"]) == (401, "application/json")


def test_a_member_gets_her_tile_with_the_headers_that_guard_it(cookie):
    answer = ask(TILE, cookie)
    assert answer["status"] in (200, 204)
    headers = answer["headers"]
    assert headers["Cache-Control"] == "private, no-cache"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "Set-Cookie" not in headers


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS"])
def test_a_tile_is_only_read(cookie, method):
    assert ask(TILE, cookie, method)["status"] == 405


@pytest.mark.parametrize("path", ["/tiles/", "/tiles/nothing", "/tiles/grids/1/2/0.mvt"])
def test_what_is_no_tile_is_a_404(cookie, path):
    assert ask(path, cookie)["status"] == 404


def test_everything_else_takes_the_long_way(db):
    answer = ask("/")
    assert answer["status"] == 302
    assert answer["headers"]["X-Frame-Options"] == "DENY"
