"""The access log: written by the acting member only, read by role, never changed."""

import uuid

import pytest
from django.db import DatabaseError, connection, transaction

from accounts.models import Role
from audit.errors import AccessNotLogged
from audit.models import AccessRecord
from audit.services import log_access
from core.scope import acting_as, acting_as_system
from tests.factories import member

FAMILY = uuid.UUID(int=7)


def look(who, subject=FAMILY, **more):
    said = {"action": "read", "tier": "S3", "kind": "household", "reason": "核对电话号码"} | more
    with acting_as(who.pk):
        log_access(by=who, subject=subject, **said)


def seen_by(who):
    with acting_as(who.pk):
        return set(AccessRecord.objects.values_list("member__username", flat=True))


@pytest.fixture
def auditor(cast):
    return member("auditor", Role.AUDITOR, cast.area)


@pytest.fixture
def steward(cast):
    return member("steward", Role.STEWARD, cast.area)


def test_a_record_says_who_when_what_for_and_no_content(cast, system):
    look(cast.lan, route="person-sensitive")
    record = AccessRecord.objects.get()
    assert (record.member, record.role, record.action) == (cast.lan, "member", "read")
    assert (record.subject, record.household, record.tier) == (FAMILY, FAMILY, "S3")
    assert (record.reason, record.route) == ("核对电话号码", "person-sensitive")


def test_nobody_logs_in_the_name_of_another(cast):
    with acting_as(cast.lan.pk), pytest.raises(AccessNotLogged), transaction.atomic():
        log_access(by=cast.mei, action="read", tier="S3", subject=FAMILY, kind="household")
    with pytest.raises(AccessNotLogged), transaction.atomic():
        log_access(by=cast.lan, action="read", tier="S3", subject=FAMILY, kind="household")


def test_nobody_out_of_office_logs(cast):
    cast.lan.is_active = False
    cast.lan.save()
    with pytest.raises(AccessNotLogged), transaction.atomic():
        look(cast.lan)


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO audit_accessrecord (at, day, member_id, role, action, tier, kind, subject,"
        " reason, route, transaction) SELECT now(), now(), id, role, 'read', 'S3', 'person',"
        " gen_random_uuid(), '', '', 1 FROM accounts_member LIMIT 1",
        "UPDATE audit_accessrecord SET reason = ''",
        "DELETE FROM audit_accessrecord",
        "TRUNCATE audit_accessrecord",
        "INSERT INTO audit_accessday VALUES (now(), 0, null, null, '')",
        "DELETE FROM audit_accessday",
    ],
)
def test_the_runtime_role_cannot_write_the_log(cast, system, statement):
    look(cast.lan)
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_everybody_reads_her_own_and_the_auditor_all(cast, auditor):
    look(cast.lan)
    look(cast.chair)
    assert seen_by(cast.lan) == {"lan"}
    assert seen_by(cast.chair) == {"chair"}
    assert seen_by(cast.mei) == set()
    assert seen_by(auditor) == {"lan", "chair"}


def test_without_a_scope_there_are_no_records(cast):
    look(cast.lan)
    assert not AccessRecord.objects.exists()


def test_a_steward_reads_one_subject_and_only_once_that_is_logged(cast, steward):
    look(cast.lan)
    look(cast.mei, uuid.UUID(int=8))
    look(cast.chair, uuid.UUID(int=9), kind="person", household=FAMILY)
    assert seen_by(steward) == set()
    look(steward, action="looked", tier="S2")
    assert seen_by(steward) == {"lan", "chair", "steward"}


def test_what_another_member_opened_opens_nothing_to_me(cast, steward):
    look(cast.lan)
    with acting_as(steward.pk), connection.cursor() as cursor:
        cursor.execute("SELECT sec.opened()")
        assert cursor.fetchone() == ([],)


def test_a_rollback_to_a_savepoint_takes_the_look_back(cast, system):
    with pytest.raises(RuntimeError), transaction.atomic():
        look(cast.lan)
        raise RuntimeError
    with acting_as(cast.lan.pk), connection.cursor() as cursor:
        cursor.execute("SELECT sec.opened()")
        assert cursor.fetchone() == ([],)
    with acting_as_system("test"):
        assert not AccessRecord.objects.exists()
