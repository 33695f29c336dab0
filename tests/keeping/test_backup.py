"""A backup comes back whole, and whatever is wrong with it changes nothing."""

import json
import os

import psycopg2
import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connections, transaction

from audit.models import AccessRecord
from audit.services import log_access
from core.scope import acting_as, acting_as_system
from core.sealed import CHUNK
from gis_app.keeping import backing
from gis_app.keeping.description import describe
from households.models import Household, IndexChange, Protection
from rights.models import Tombstone
from tests.factories import build_cast


def told(capsys) -> dict:
    return json.loads(capsys.readouterr().out.splitlines()[-1])


def refusal(capsys, command, *args, **options) -> str:
    with pytest.raises(SystemExit) as stop:
        call_command(command, *args, json=True, **options)
    assert stop.value.code == 1
    answer = told(capsys)
    assert answer["ok"] is False
    return answer["message"]


def described() -> dict:
    parameters = backing._parameters(settings.BACKUP_DATABASE)
    connection = psycopg2.connect(**parameters)
    with connection.cursor() as cursor:
        found = describe(cursor, lambda *said: None)
    connection.close()
    return found


def tables_here() -> int:
    with connections["owner"].cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_tables WHERE schemaname IN ('public', 'sec')")
        return cursor.fetchone()[0]


@pytest.fixture
def people(site):
    """The cast, with a shielded family, an access record, and history."""
    with acting_as_system("test"), transaction.atomic():
        cast = build_cast()
        Household.objects.filter(pk=cast.homes["liu1"][2].pk).update(protection=Protection.SHIELDED)
    with acting_as(cast.lan.pk), transaction.atomic():
        log_access(by=cast.lan, action="read", tier="S3", kind="household",
                   subject=cast.homes["liu1"][0].uuid)  # fmt: skip
        cast.homes["liu1"][0].identity.phone = "00099"
        cast.homes["liu1"][0].identity.save()
    return cast


@pytest.fixture
def backup(people, tmp_path, capsys):
    path = tmp_path / "backup"
    call_command("backup", path, json=True)
    capsys.readouterr()
    return path


def test_what_comes_back_is_the_same_to_the_row_and_to_the_grant(backup, empty, capsys):
    before = described()
    assert before["tables"]["public.households_household"]["rows"].startswith("16 ")
    with empty():
        call_command("restore", backup, json=True)
        report = told(capsys)
        assert report["ok"] and report["deleted_again"] == 0
        assert described() == before
        call_command("rls_audit")
        with acting_as_system("test"), transaction.atomic():
            assert Household.objects.count() == 16
            assert AccessRecord.objects.count() == 1
            assert Household.objects.filter(protection="shielded").count() == 1


def test_after_a_restore_the_site_goes_on(backup, people, empty):
    with empty():
        call_command("restore", backup)
        with acting_as(people.lan.pk), transaction.atomic():
            assert Household.objects.visible_to(people.lan).count() == 4
            assert Household.objects.count() == 4
        with transaction.atomic():
            assert not Household.objects.exists()
        with acting_as(people.mei.pk), transaction.atomic():
            home = Household.objects.first()
            home.identity.phone = "00098"
            home.identity.save()


def test_nobody_is_signed_in_after_a_restore(people, tmp_path, empty):
    from tests.e2e.conftest import session_of

    with transaction.atomic():
        session_of(people.lan)
    call_command("backup", tmp_path / "backup")
    with empty():
        call_command("restore", tmp_path / "backup")
        with connections["owner"].cursor() as cursor:
            cursor.execute("SELECT count(*) FROM accounts_session")
            assert cursor.fetchone()[0] == 0


def test_what_was_deleted_after_the_backup_does_not_come_back(backup, people, empty, capsys):
    gone, kept = people.homes["liu1"][0], people.homes["liu1"][1]
    stones = settings.TOMBSTONES_FILE
    line = {"id": str(gone.uuid), "kind": "household", "on": "2026-01-02"}
    stones.write_text(json.dumps(line) + "\n" + '{"id": "cut')
    with empty():
        call_command("restore", backup, json=True)
        assert told(capsys)["deleted_again"] == 1
        with acting_as_system("test"), transaction.atomic():
            found = set(Household.objects.values_list("uuid", flat=True))
            assert gone.uuid not in found and kept.uuid in found
            assert not IndexChange.objects.filter(household=gone.pk).exists()
            assert Tombstone.objects.filter(subject=gone.uuid).exists()
        assert stones.read_text().count(str(gone.uuid)) == 1


def test_without_the_list_of_deletions_nothing_is_restored(backup, empty, capsys):
    settings.TOMBSTONES_FILE.unlink()
    with empty():
        assert "删除名单" in refusal(capsys, "restore", backup, tombstones=settings.TOMBSTONES_FILE)
        assert tables_here() == 1  # of PostGIS
        call_command("restore", backup, no_tombstones=True)


def test_another_passphrase_changes_nothing(backup, empty, capsys, monkeypatch):
    monkeypatch.setenv("WUSE_BACKUP_PASSPHRASE", "something else entirely")
    with empty():
        assert refusal(capsys, "restore", backup) == "口令不对，或者文件开头被改动过。"
        assert tables_here() == 1


def test_a_cut_or_edited_file_changes_nothing(backup, empty, capsys):
    whole = backup.read_bytes()
    assert len(whole) > CHUNK
    edited = bytearray(whole)
    edited[len(whole) - 50] ^= 1
    with empty():
        for content in (whole[:-1], whole[: len(whole) // 2], bytes(edited)):
            backup.write_bytes(content)
            assert refusal(capsys, "restore", backup) == "文件不完整，或者被改动过。"
            assert tables_here() == 1
        backup.write_bytes(b"PK\x03\x04 something else")
        assert refusal(capsys, "restore", backup) == "这不是五色格的备份文件。"


def test_a_database_that_holds_something_is_not_touched(backup, people, capsys):
    assert "已经有数据" in refusal(capsys, "restore", backup)
    with acting_as_system("test"), transaction.atomic():
        assert Household.objects.count() == 16


def test_a_database_that_was_only_migrated_counts_as_empty(backup, empty):
    before = described()
    with empty():
        call_command("migrate", verbosity=0)
        call_command("restore", backup)
        assert described() == before


HEADS = {
    "another PostgreSQL": ({"postgresql": 14}, "PostgreSQL 14"),
    "a newer site": ({"migrations": ["households.9999_later"]}, "更新的五色格"),
    "a later format": ({"format": 2}, "更新的五色格"),
    "other roles": ({"roles": ["somebody", "else", "here"]}, "数据库角色"),
}


def test_a_backup_that_does_not_fit_changes_nothing(people, tmp_path, empty, capsys, monkeypatch):
    head = backing._head
    with monkeypatch.context() as patched:
        patched.setattr(backing, "_check_dump", lambda *_: None)
        patched.setattr(backing, "_dump", lambda *_: None)
        for what, (change, _) in HEADS.items():
            patched.setattr(backing, "_head", lambda cursor, change=change: head(cursor) | change)
            call_command("backup", tmp_path / what)
    with empty():
        for what, (_, sentence) in HEADS.items():
            assert sentence in refusal(capsys, "restore", tmp_path / what)
        assert tables_here() == 1


FORGED = {
    "rows": ("tables", "public.households_claim", {"columns": "id", "rows": "1 2 3"}),
    "policies": ("catalogue", "policies", "1 abc"),
    "grants": ("catalogue", "grants", "1 abc"),
    "functions": ("catalogue", "functions", "1 abc"),
}


def test_a_difference_in_any_row_policy_or_grant_ends_the_restore(
    people, tmp_path, empty, capsys, monkeypatch
):
    real = backing.describe
    with monkeypatch.context() as patched:
        for what, (part, name, other) in FORGED.items():

            def forged(cursor, progress, part=part, name=name, other=other):
                found = real(cursor, progress)
                found[part][name] = other
                return found

            patched.setattr(backing, "describe", forged)
            call_command("backup", tmp_path / what)
    capsys.readouterr()
    with empty():
        for what, (part, name, _) in FORGED.items():
            with pytest.raises(SystemExit):
                call_command("restore", tmp_path / what, json=True)
            answer = told(capsys)
            kind = "rows" if part == "tables" else part
            assert "不一致" in answer["message"] and answer["reasons"] == [f"{kind} differ: {name}"]
            assert tables_here() == 1


def test_a_restore_whose_audit_fails_leaves_nothing(backup, empty, capsys, monkeypatch):
    from gis_app.keeping import restoring
    from households.rls import Fault

    monkeypatch.setattr(restoring, "faults", lambda kept: [Fault("a table", "is open")])
    with empty():
        assert "行级安全检查没有通过" in refusal(capsys, "restore", backup)
        assert tables_here() == 1


def test_trying_writes_nothing(people, tmp_path, empty, capsys):
    call_command("backup", tmp_path / "tried", dry_run=True, json=True)
    assert told(capsys)["dry_run"] and not (tmp_path / "tried").exists()
    call_command("backup", tmp_path / "backup")
    capsys.readouterr()
    with empty():
        call_command("restore", tmp_path / "backup", dry_run=True, json=True)
        assert told(capsys)["rows"] > 16
        assert tables_here() == 1


def test_a_backup_overwrites_none_and_is_its_owners_alone(backup, capsys):
    assert os.stat(backup).st_mode & 0o777 == 0o600
    assert os.stat(settings.TOMBSTONES_FILE).st_mode & 0o777 == 0o600
    before = backup.read_bytes()
    assert "已经存在" in refusal(capsys, "backup", backup)
    assert backup.read_bytes() == before
    assert not list(backup.parent.glob("*.part"))


def test_no_name_stands_in_the_file(backup, people):
    content = backup.read_bytes()
    for word in ("示例户主", "柳村", "PGDMP", "households_household"):
        assert word.encode() not in content


def test_a_passphrase_is_long_and_comes_from_a_file_or_the_environment(
    site, tmp_path, capsys, monkeypatch
):
    monkeypatch.delenv("WUSE_BACKUP_PASSPHRASE")
    assert "没有口令" in refusal(capsys, "backup", tmp_path / "backup")
    (tmp_path / "word").write_text("short\n")
    assert "12 个字符" in refusal(
        capsys, "backup", tmp_path / "backup", passphrase_file=tmp_path / "word"
    )
    (tmp_path / "word").write_text("long enough for this\nsecond line\n")
    call_command("backup", tmp_path / "backup", passphrase_file=tmp_path / "word")


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE households_household SET slot = 0",
        "INSERT INTO households_claim (household_id, member_id, started_at) VALUES (1, 1, now())",
        "DELETE FROM audit_accessrecord",
        "SELECT key FROM sec.scope_key",
        "SELECT sec.erase_again('{}')",
    ],
)
def test_the_backup_role_reads_rows_and_nothing_more(site, statement):
    connection = psycopg2.connect(**backing._parameters(settings.BACKUP_DATABASE))
    with pytest.raises(psycopg2.Error), connection.cursor() as cursor:
        cursor.execute("SET default_transaction_read_only = off")
        cursor.execute(statement)
    connection.close()
