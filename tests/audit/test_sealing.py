"""Each way of tampering is found. It is done as the owner, who can do anything to the tables."""

import datetime
import uuid

import pytest
from django.core.management import call_command
from django.db import connections, transaction
from django.utils import timezone

from accounts.models import Role
from audit.models import AccessDay
from audit.services import log_access, seal_access_log
from audit.verifying import faults
from core.scope import acting_as, acting_as_system
from tests.factories import member

TODAY = timezone.localdate()
DAYS = [TODAY - datetime.timedelta(days=ago) for ago in (5, 4, 3)]


def owner(sql):
    """Do this as the owner, past the guards that hold her back by default."""
    with connections["owner"].cursor() as cursor:
        cursor.execute("ALTER TABLE audit_accessrecord NO FORCE ROW LEVEL SECURITY")
        try:
            cursor.execute(sql)
        finally:
            cursor.execute("ALTER TABLE audit_accessrecord FORCE ROW LEVEL SECURITY")


@pytest.fixture
def log(committed_db):
    """Four records on each of three days, sealed, and the days since without any."""
    who = member("anna", Role.AUDITOR)
    owner("ALTER SEQUENCE audit_accessrecord_id_seq RESTART")
    for _ in range(12):
        with transaction.atomic(), acting_as(who.pk):
            log_access(
                by=who,
                action="read",
                tier="S3",
                subject=uuid.uuid4(),
                kind="person",
                reason="核对，“电话”",
            )
    owner(
        f"UPDATE audit_accessrecord SET day = '{DAYS[0]}'::date + ((id - 1) / 4)::int,"
        f" at = '{DAYS[0]} 10:00+08'::timestamptz + make_interval(days => ((id - 1) / 4)::int)"
    )
    with acting_as_system("test"):
        seal_access_log()
    return who


def found(noted=None):
    with transaction.atomic(), acting_as_system("test"):
        return list(faults(noted or {}))


def test_an_untouched_log_is_found_whole(log, capsys):
    assert found() == []
    assert AccessDay.objects.get(day=DAYS[1]).count == 4
    call_command("verify_access_log")
    assert AccessDay.objects.order_by("day").last().digest in capsys.readouterr().out


TAMPERING = {
    "deleted": ("DELETE FROM audit_accessrecord WHERE id = 6", "现在是 3 条"),
    "edited": ("UPDATE audit_accessrecord SET reason = '别的' WHERE id = 6", "被改动过"),
    "of another member": (
        "WITH m AS (INSERT INTO accounts_member (username, password, name, role, is_active,"
        " password_given, password_set_at, is_demo) VALUES ('x', '', 'x', 'auditor', true, false,"
        " now(), false) RETURNING id) UPDATE audit_accessrecord SET member_id = m.id FROM m"
        " WHERE audit_accessrecord.id = 6",
        "被改动过",
    ),
    "inserted": (
        "INSERT INTO audit_accessrecord (at, day, member_id, role, action, tier, kind, subject,"
        " reason, route, transaction) SELECT at, day, member_id, role, action, tier, kind,"
        " gen_random_uuid(), '', '', 1 FROM audit_accessrecord WHERE id = 6",
        "现在是 5 条",
    ),
    "reordered": (
        "UPDATE audit_accessrecord AS r SET subject = o.subject FROM audit_accessrecord AS o"
        " WHERE (r.id, o.id) IN ((6, 7), (7, 6))",
        "被改动过",
    ),
    "moved to another day": (
        f"UPDATE audit_accessrecord SET day = '{DAYS[2]}' WHERE id = 6",
        "现在是 3 条",
    ),
    "a day's seal taken away": (
        f"DELETE FROM audit_accessday WHERE day = '{DAYS[1]}'",
        f"{DAYS[1]}：这一天的封存不见了。",
    ),
    "the first day taken away": (
        f"DELETE FROM audit_accessday WHERE day = '{DAYS[0]}';"
        f" DELETE FROM audit_accessrecord WHERE day = '{DAYS[0]}'",
        f"{DAYS[1]}：记录或封存被改动过。",
    ),
    "a whole day swapped out": (
        f"DELETE FROM audit_accessrecord WHERE day = '{DAYS[1]}';"
        " UPDATE audit_accessday SET count = 0, digest = sec.access_digest(day, (SELECT digest"
        f" FROM audit_accessday WHERE day = '{DAYS[0]}')) WHERE day = '{DAYS[1]}'",
        f"{DAYS[2]}：记录或封存被改动过。",
    ),
}


@pytest.mark.parametrize("how", TAMPERING)
def test_tampering_is_found(log, how, capsys):
    sql, sentence = TAMPERING[how]
    owner(sql)
    assert any(sentence in fault for fault in found()), found()
    with pytest.raises(SystemExit):
        call_command("verify_access_log")
    assert sentence in capsys.readouterr().err


def test_sealing_everything_anew_is_found_by_a_digest_noted_elsewhere(log):
    noted = {DAYS[2]: AccessDay.objects.get(day=DAYS[2]).digest}
    owner("DELETE FROM audit_accessrecord WHERE id = 6; DELETE FROM audit_accessday")
    with acting_as_system("test"):
        seal_access_log()
    assert found() == []
    assert found(noted) == [f"{DAYS[2]}：封存的指纹和记下的不一样。"]


def test_the_last_days_taken_away_are_found_by_a_digest_noted_elsewhere(log):
    noted = {DAYS[2]: AccessDay.objects.get(day=DAYS[2]).digest}
    owner(f"DELETE FROM audit_accessday WHERE day >= '{DAYS[2]}'")
    assert f"{DAYS[2]}：记下的封存不见了。" in found(noted)


def test_today_stays_open_and_a_day_is_sealed_once(log):
    with acting_as_system("test"):
        assert seal_access_log() == []
    assert not AccessDay.objects.filter(day__gte=TODAY).exists()


def test_a_day_in_which_a_transaction_is_still_open_is_not_sealed(committed_db):
    """Its record would come after the seal."""
    who = member("anna", Role.AUDITOR)
    today = TODAY - datetime.date(2000, 1, 1)
    with transaction.atomic(), acting_as(who.pk):
        log_access(by=who, action="read", tier="S3", subject=uuid.uuid4(), kind="person")
        with connections["owner"].cursor() as cursor:
            cursor.execute(
                "SELECT pg_try_advisory_xact_lock(sec.access_day_lock(), %s)", [today.days]
            )
            assert cursor.fetchone() == (False,)
