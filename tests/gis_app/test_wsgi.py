"""The short way that tiles take is as guarded as the long one."""

import io
import sys

import pytest
from django.db import OperationalError, connection, connections

from accounts import sessions
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


def test_a_tile_outlives_the_end_of_its_connection(cookie, monkeypatch):
    first = ask(TILE, cookie)
    assert first["status"] in (200, 204)
    # As after a restart of the database: the kept connection fails once, a new one does not.
    proofs = [OperationalError("terminating connection"), sessions._prove]

    def prove(key, member_id):
        proof = proofs.pop(0)
        if isinstance(proof, Exception):
            raise proof
        return proof(key, member_id)

    closed = []
    with monkeypatch.context() as patch:
        patch.setattr(sessions, "_prove", prove)
        patch.setattr(connections["default"], "in_atomic_block", False)
        patch.setattr(connections["default"], "close", lambda: closed.append(True))
        assert ask(TILE, cookie)["body"] == first["body"]
    assert (proofs, closed) == ([], [True])


def test_what_is_prepared_is_prepared_anew_on_another_connection(db):
    def look():
        return connection.fetch_prepared("look (int)", "SELECT $1 + 1", (1,))

    assert look() == look() == (2,)
    connection._prepared.discard("look (int)")
    with connection.cursor() as cursor:
        cursor.execute("DEALLOCATE look")
    assert look() == (2,)
