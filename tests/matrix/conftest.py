"""The world of the matrix, committed once for all of this folder and cleared away afterwards."""

import pytest
from django.conf import settings

from households import scope, versions
from tests.committed import empty_database
from tests.matrix.cells import Asker
from tests.matrix.disputed import disputed
from tests.matrix.oracle import Oracle
from tests.matrix.visited import visited
from tests.matrix.world import build


@pytest.fixture(scope="package")
def world(django_db_setup, django_db_blocker, tmp_path_factory):
    before = settings.TRANSFERS_DIR, settings.STATIC_ROOT
    settings.TRANSFERS_DIR = tmp_path_factory.mktemp("transfers")
    settings.STATIC_ROOT = tmp_path_factory.mktemp("static")
    scope.forget()
    versions.forget()
    with django_db_blocker.unblock():
        try:
            yield disputed(visited(build()))
        finally:
            settings.TRANSFERS_DIR, settings.STATIC_ROOT = before
            empty_database()


@pytest.fixture
def asker(world):
    return Asker(world, Oracle())
