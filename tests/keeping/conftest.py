"""A second, empty database of the same cluster, into which a backup comes back."""

import os
from contextlib import contextmanager

import pytest
from django.conf import settings
from django.db import connections

from core import sealed

WORD = "correct horse battery"


@contextmanager
def _pointing_at(name: str):
    """The site's roles, all three, at another database."""
    places = [connections["default"].settings_dict, connections["owner"].settings_dict]
    places.append(settings.BACKUP_DATABASE)
    before = [place["NAME"] for place in places]
    for alias in ("default", "owner"):
        connections[alias].close()
    for place in places:
        place["NAME"] = name
    try:
        yield
    finally:
        for alias in ("default", "owner"):
            connections[alias].close()
        for place, old in zip(places, before, strict=True):
            place["NAME"] = old


@pytest.fixture(autouse=True)
def kept_apart(monkeypatch, tmp_path, settings):
    """Cheap guesses, a passphrase, and a list of tombstones of this test's own."""
    monkeypatch.setattr(sealed, "COST", 4)
    monkeypatch.setenv("WUSE_BACKUP_PASSPHRASE", WORD)
    settings.TOMBSTONES_FILE = tmp_path / "tombstones"


@pytest.fixture
def site(committed_db):
    """The test database, with all three roles pointing at it."""
    owner = connections["owner"].settings_dict
    with _pointing_at(connections["default"].settings_dict["NAME"]):
        yield owner["NAME"]


@pytest.fixture
def empty(site):
    """`with empty() as name`: the site is then an empty database."""
    name = f"{os.environ.get('WUSE_TEST_DB', 'test_wuse')}_restored"

    def sql(statement):
        owner = connections["owner"]
        with owner.cursor() as cursor:
            cursor.execute(statement)
        owner.close()

    @contextmanager
    def elsewhere():
        sql(f'DROP DATABASE IF EXISTS "{name}"')
        sql(f'CREATE DATABASE "{name}"')
        try:
            with _pointing_at(name):
                yield name
        finally:
            sql(f'DROP DATABASE "{name}"')

    return elsewhere
