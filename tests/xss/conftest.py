"""The hostile world, committed for this folder; a server on it, and a browser."""

import os
import subprocess
import sys

import pytest
from django.conf import settings
from playwright.sync_api import sync_playwright

from households import scope, versions
from tests.committed import empty_database
from tests.e2e.conftest import ROOT, serving
from tests.matrix.world import build
from tests.xss.filling import furnish


@pytest.fixture(scope="package")
def world(django_db_setup, django_db_blocker, tmp_path_factory):
    # Playwright keeps an event loop in this thread; Django would refuse to talk to the database.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    before = settings.TRANSFERS_DIR
    settings.TRANSFERS_DIR = tmp_path_factory.mktemp("transfers")
    scope.forget()
    versions.forget()
    with django_db_blocker.unblock():
        try:
            built = build()
            furnish(built)
            yield built
        finally:
            settings.TRANSFERS_DIR = before
            empty_database()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture(scope="package")
def address(world, tmp_path_factory):
    manage = [sys.executable, "manage.py", "collectstatic", "--noinput", "-v", "0"]
    subprocess.run(manage, cwd=ROOT, env=os.environ | {"WUSE_DEBUG": "0"}, check=True)
    folder = tmp_path_factory.mktemp("server")
    with serving(folder / "server.log", WUSE_TRANSFERS=str(settings.TRANSFERS_DIR)) as found:
        yield found


@pytest.fixture(scope="package")
def browser():
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=os.environ.get("WUSE_CHROMIUM", "/usr/bin/chromium")
        )
        yield chromium
        chromium.close()
