"""Imports whose worker runs within the test, and files in a folder of its own."""

import pytest
from django.db import connections

from accounts.models import Role
from core.scope import acting_as
from tests.factories import member
from transfers import services, working


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    settings.TRANSFERS_DIR = tmp_path / "transfers"
    return settings.TRANSFERS_DIR


@pytest.fixture
def at_once(monkeypatch, django_capture_on_commit_callbacks):
    """`with at_once():` what is handed in is worked off when the block ends."""

    def work(job):
        # In the same process: it shares the connection and takes its scope with it.
        with acting_as(None):
            working.work(job.uuid)

    monkeypatch.setattr(services, "start_worker", work)
    return lambda: django_capture_on_commit_callbacks(execute=True)


@pytest.fixture
def steward(cast):
    return member("steward", Role.STEWARD, cast.area)


@pytest.fixture
def admin(cast):
    return member("admin", Role.SYSADMIN)


@pytest.fixture(autouse=True)
def plain_name_again():
    """The worker names the connection, which the tests go on using."""
    yield
    if connections["default"].connection is not None and connections["default"].is_usable():
        with connections["default"].cursor() as cursor:
            cursor.execute("SET application_name = DEFAULT")
