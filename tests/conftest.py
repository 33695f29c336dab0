"""The test database, made by its owner and used by the runtime role; and the cast.

Row security binds the runtime role only, so tests that ran as the owner would prove nothing.
"""

import os
from datetime import timedelta

import pytest
from django.db import connections
from django.utils import timezone

from core.scope import acting_as_system
from tests.committed import empty_database
from tests.factories import Cast, build_cast


@pytest.fixture(autouse=True)
def plain_static_files(settings):
    """Templates name static files without a manifest: `collectstatic` has its own check."""
    backend = "django.contrib.staticfiles.storage.StaticFilesStorage"
    settings.STORAGES = settings.STORAGES | {"staticfiles": {"BACKEND": backend}}


@pytest.fixture(scope="session")
def django_db_setup(django_db_blocker):
    """Create the test database as its owner and point the runtime connection at it."""
    owner, app = connections["owner"], connections["default"]
    before = app.settings_dict["NAME"]
    name = os.environ.get("WUSE_TEST_DB", f"test_{before}")
    owner.settings_dict["TEST"]["NAME"] = name
    with django_db_blocker.unblock():
        if template := os.environ.get("WUSE_TEST_TEMPLATE"):
            _copy(owner, template, name)
        else:
            owner.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
        owner.close()
        app.close()
        app.settings_dict["NAME"] = name
        yield
        app.close()
        owner.creation.destroy_test_db(before, verbosity=0)


def _copy(owner, template: str, name: str) -> None:
    """A database that is migrated already, with something taken away: tests/matrix/mutants.py."""
    with owner._nodb_cursor() as cursor:
        cursor.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        cursor.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    owner.close()
    owner.settings_dict["NAME"] = name
    if mutation := os.environ.get("WUSE_TEST_MUTATION"):
        with owner.cursor() as cursor:
            cursor.execute(mutation)


@pytest.fixture
def committed_db(django_db_setup, django_db_blocker):
    """For tests in which several connections must see each other's rows: emptied afterwards."""
    with django_db_blocker.unblock():
        yield
        empty_database()


@pytest.fixture
def system():
    """Act as the system, for arranging rows and for counting what is really there."""
    with acting_as_system("test"):
        yield


@pytest.fixture
def cast(db) -> Cast:
    """Two towns, three villages, their grids and families; chair, lan, mei, hua and the others."""
    with acting_as_system("test"):
        return build_cast()


@pytest.fixture
def tomorrow():
    return timezone.localdate() + timedelta(days=1)


@pytest.fixture
def signed_in(client):
    """`signed_in(member)` is a client whose session is hers."""

    def sign_in(member):
        client.force_login(member, backend="django.contrib.auth.backends.ModelBackend")
        return client

    return sign_in
