"""Nothing that people wrote stands in the program's log, whatever breaks."""

import io
import logging
import sys

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client

from core.logs import Formatter, said
from households import people

NAME, PHONE = "示例金丝雀", "00098765432"
BACKEND = "django.contrib.auth.backends.ModelBackend"


@pytest.fixture
def lines():
    """What the handler that settings.py configures writes."""
    (handler,) = [h for h in logging.getLogger().handlers if isinstance(h.formatter, Formatter)]
    written = io.StringIO()
    before = handler.setStream(written)
    yield written.getvalue
    handler.setStream(before)


def failing_insert():
    """A row that lacks a column. Row security makes PostgreSQL tell less, so in a table without."""
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TEMPORARY TABLE canary (name text, phone text, born int NOT NULL)"
            " ON COMMIT DROP; INSERT INTO canary VALUES (%s, %s, NULL)",
            [NAME, PHONE],
        )


def test_a_row_that_fails_in_a_request_leaves_no_name_in_the_log(
    signed_in, cast, lines, monkeypatch
):
    monkeypatch.setattr(people, "add_person", lambda **kwargs: failing_insert())
    client = Client(raise_request_exception=False)
    client.force_login(cast.lan, backend=BACKEND)
    path = f"/api/households/{cast.homes['liu1'][0].uuid}/people/"
    body = {"name": NAME, "relation": "child", "birth_year": 2016, "phone": PHONE}
    assert client.post(path, body, content_type="application/json").status_code == 500
    text = lines()
    # Enough to find it: where, which error, which table.
    assert "Internal Server Error" in text and "in failing_insert" in text
    assert "IntegrityError: 23502 canary" in text
    for canary in (NAME, PHONE, "Failing row", "DETAIL", "VALUES ('", "金丝雀"):
        assert canary not in text


def test_the_driver_itself_would_have_said_it(db):
    with (
        pytest.raises(DatabaseError, match=f"Failing row contains .*{NAME}"),
        transaction.atomic(),
    ):
        failing_insert()


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT %s::int",
        "SELECT %s::date",
        "SELECT 1 WHERE FROM %s",
        "SELECT repeat(%s, 1)::uuid",
    ],
)
def test_no_error_of_the_database_tells_its_values(cast, lines, sql):
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql, [NAME + PHONE])
    except DatabaseError as error:
        known = str(error)
        logging.getLogger("django.request").error("broke: %s", error, exc_info=True)
    text = lines()
    assert NAME in known
    assert "test_no_error_of_the_database" in text
    assert NAME not in text and PHONE not in text


def test_what_a_value_could_not_be_read_as_is_not_written(lines):
    try:
        try:
            int(NAME)
        except ValueError as error:
            raise KeyError(PHONE) from error
    except KeyError:
        logging.getLogger("django").exception("broke")
    text = lines()
    assert "ValueError: invalid literal for int() with base 10: '…'" in text
    assert "direct cause" in text and "KeyError: '…'" in text
    assert NAME not in text and PHONE not in text


def test_what_another_handler_kept_of_an_error_is_not_written():
    try:
        raise ValueError(NAME)
    except ValueError:
        record = logging.makeLogRecord({"msg": "broke", "exc_info": sys.exc_info()})
    assert NAME in logging.Formatter().format(record)  # leaves its text on the record
    assert NAME not in Formatter().format(record)


def test_our_own_words_stay_as_they_are(lines):
    logging.getLogger("wuse.access").info("day %s sealed: %s", "2026-11-24", "ab" * 32)
    assert lines() == f"day 2026-11-24 sealed: {'ab' * 32}\n"
    assert said(LookupError("no such layer")) == "LookupError: no such layer"


def test_nothing_of_django_mails_a_request():
    for name in ("django", "django.request", "django.security"):
        assert logging.getLogger(name).handlers == []
