"""A real server on a database of its own, and a browser that forgives nothing.

The server is the one that ./run starts, without DEBUG, static files by their hashed
names. A page fails its test on any console error, page error, or request that leaves the server.
"""

import os
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from time import monotonic, sleep
from urllib.parse import quote

import pytest
from django.conf import settings
from django.db import connections
from playwright.sync_api import sync_playwright

from tests.e2e import district, south
from tests.e2e.pages import PHONE, Pages

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="package")
def people_and_places(django_db_setup, django_db_blocker):
    """The district of district.py, committed, so that server and test see the same rows."""
    # Playwright keeps an event loop in this thread; Django would refuse to talk to the database.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    with django_db_blocker.unblock():
        yield district.build()
        connections["default"].close()
        with connections["owner"].cursor() as cursor:
            cursor.execute(
                "SELECT string_agg(format('%I', tablename), ', ') FROM pg_tables"
                " WHERE schemaname = 'public' AND tablename NOT IN ('django_migrations',"
                " 'spatial_ref_sys', 'django_content_type', 'auth_permission')"
            )
            cursor.execute(f"TRUNCATE {cursor.fetchone()[0]} RESTART IDENTITY CASCADE")
        connections["owner"].close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


@contextmanager
def serving(log: Path, **more: str):
    """The address of a server on the test database; `more` are its environment."""
    database = connections["default"].settings_dict
    url = (
        f"postgres://{database['USER']}:{quote(database['PASSWORD'], safe='')}"
        f"@{quote(database['HOST'], safe='')}:{database['PORT']}/{database['NAME']}"
    )
    env = os.environ | {"DATABASE_URL": url, "WUSE_DEBUG": "0", "WUSE_WORKERS": "1"} | more
    port = _free_port()
    with log.open("w") as out:
        process = subprocess.Popen(
            ["ops/serve", str(port)], cwd=ROOT, env=env, stdout=out, stderr=out
        )  # fmt: skip
    address = f"http://127.0.0.1:{port}"
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    until = monotonic() + 90
    while True:
        try:
            opener.open(f"{address}/healthz", timeout=10)
            break
        except urllib.error.HTTPError:  # behind HTTPS it sends whoever comes by HTTP away
            break
        except OSError:
            assert monotonic() < until and process.poll() is None, log.read_text()
            sleep(0.1)
    yield address
    process.terminate()
    process.wait(10)
    assert "Traceback" not in log.read_text(), log.read_text()


@pytest.fixture(scope="package")
def server(people_and_places, tmp_path_factory):
    """The address of a server on the test database."""
    manage = [sys.executable, "manage.py", "collectstatic", "--noinput", "-v", "0"]
    subprocess.run(manage, cwd=ROOT, env=os.environ | {"WUSE_DEBUG": "0"}, check=True)
    folder = tmp_path_factory.mktemp("server")
    with serving(folder / "server.log", WUSE_TRANSFERS=str(folder / "transfers")) as address:
        yield address


@pytest.fixture(scope="package")
def browser():
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=os.environ.get("WUSE_CHROMIUM", "/usr/bin/chromium")
        )
        chromium.phone = playwright.devices[PHONE]
        yield chromium
        chromium.close()


def session_of(who) -> str:
    store = import_module(settings.SESSION_ENGINE).SessionStore()
    store["_auth_user_id"] = str(who.pk)
    store["_auth_user_backend"] = "django.contrib.auth.backends.ModelBackend"
    store["_auth_user_hash"] = who.get_session_auth_hash()
    store.create()
    return store.session_key


@pytest.fixture
def pages(browser, server, people_and_places):
    """`pages.of("lan")`, `pages.of("lan", phone=True)`: a page whose session is hers."""
    opened = Pages(browser, server, lambda name: session_of(people_and_places.people[name]))
    yield opened
    opened.close()


@pytest.fixture(scope="package")
def south_town(people_and_places):
    south.build(people_and_places)
    return people_and_places


@pytest.fixture
def assign(pages, south_town):
    """`assign("south")`: the page of the third town; whatever was drafted before is gone."""
    south.without_drafts()

    def opened(name="south", path="/assign/", **look):
        return pages.of(name, path=path, **look)

    opened.pages = pages
    return opened
