"""The way back: into an empty database, all of it or nothing, proven before it counts.

One transaction takes the structure, the rows, the proof that they are the same rows, then policies
and triggers, and the proof that these are the same. Afterwards migrations that are newer than the
backup run, what people had deleted since is deleted again, and row security is audited. Whatever
fails, the database is empty again.
"""

import re
import subprocess
from importlib import import_module
from pathlib import Path

import psycopg2
from django.conf import settings
from django.core.management import call_command
from django.db import connections, transaction
from django.db.migrations.loader import MigrationLoader

from core.errors import Conflict, Invalid
from core.scope import acting_as_system
from gis_app.keeping.backing import FORMAT, feed, read, roles
from gis_app.keeping.description import proof_of_catalogue, proof_of_rows
from gis_app.keeping.programs import address, program
from households.rls import faults
from rights import tombstones
from rights.deleting import delete_again

KEY_TABLE = import_module("core.migrations.0001_scope").KEY_TABLE

# What a database that has only been migrated holds.
OF_NOBODY = ("django_migrations", "django_content_type", "auth_permission", "spatial_ref_sys")

CLEAR = """
DO $clear$
DECLARE
    thing text;
BEGIN
    FOR thing IN
        SELECT format('TABLE %s', c.oid::regclass) FROM pg_class AS c
        WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r'
          AND NOT EXISTS (SELECT FROM pg_depend AS d WHERE d.objid = c.oid AND d.deptype = 'e')
        UNION ALL
        SELECT format('FUNCTION %s', p.oid::regprocedure) FROM pg_proc AS p
        WHERE p.pronamespace = 'public'::regnamespace
          AND NOT EXISTS (SELECT FROM pg_depend AS d WHERE d.objid = p.oid AND d.deptype = 'e')
    LOOP
        EXECUTE 'DROP ' || thing || ' CASCADE';
    END LOOP;
    DROP SCHEMA IF EXISTS sec CASCADE;
END $clear$;
"""


class NotEmpty(Conflict):
    message = "目标数据库里已经有数据。只能恢复到空的数据库，原有的数据没有动。"


class WrongVersion(Invalid):
    """A dump is read by its own major version."""


class TooNew(Invalid):
    message = "这份备份来自更新的五色格，请先升级程序再恢复。"


class OtherRoles(Invalid):
    """Policies and grants name roles."""


class NotTheSame(Invalid):
    message = "恢复出来的内容和备份不一致，已经撤回，数据库还是空的。"

    def __init__(self, reasons: list[str]):
        super().__init__()
        self.reasons = reasons


class NotRestored(Invalid):
    message = "恢复没有完成，已经撤回，数据库还是空的。"


def restore(*, path: Path, passphrase: str, stones: Path | None, dry_run: bool, progress) -> dict:
    """`stones` is the list of what must not come back; None: there is none, somebody has said so."""
    if not path.is_file():
        raise Invalid(f"没有文件“{path}”。")
    if stones is not None and not stones.exists():
        raise tombstones.NoList(
            f"没有找到删除名单“{stones}”。没有它，应本人要求删除的内容会跟着备份回来。"
            "请用 --tombstones 指明；确实没有删除过的，用 --no-tombstones。"
        )
    progress("核对备份文件")
    manifest, dump = read(path, passphrase)
    _check(manifest)
    for _ in dump:  # whole and unchanged, before anything is touched
        pass
    report = {
        "made_at": manifest["made_at"],
        "tables": len(manifest["tables"]),
        "rows": sum(int(told["rows"].split()[0]) for told in manifest["tables"].values()),
        "tombstones": len(tombstones.known(stones)) if stones else 0,
    }
    if dry_run:
        return report | {"deleted_again": 0}
    _load(path, passphrase, manifest, progress)
    try:
        progress("升级表结构，设定权限")
        for connection in connections.all():
            connection.close()
        call_command("migrate", verbosity=0)
        progress("再次删除已经删除过的内容")
        deleted = _delete_again(stones)
        progress("检查行级安全")
        found = faults(settings.TABLES_KEPT_BY_THE_DATABASE)
        if found:
            raise NotRestored(
                "恢复以后行级安全检查没有通过，已经撤回，数据库还是空的："
                + "；".join(f"{fault.what}: {fault.why}" for fault in found)
            )
    except BaseException:
        _clear()
        raise
    return report | {"deleted_again": deleted}


def _check(manifest: dict) -> None:
    owner = connections["owner"]
    with owner.cursor() as cursor:
        cursor.execute("SHOW server_version_num")
        here = int(cursor.fetchone()[0]) // 10000
        cursor.execute("SELECT rolname FROM pg_roles WHERE rolname = ANY (%s)", [manifest["roles"]])
        missing = set(manifest["roles"]) - {name for (name,) in cursor.fetchall()}
    owner.close()
    if manifest["format"] != FORMAT:
        raise TooNew
    if manifest["postgresql"] != here:
        raise WrongVersion(
            f"这份备份来自 PostgreSQL {manifest['postgresql']}，这里是 {here}。"
            f"请在 PostgreSQL {manifest['postgresql']} 上恢复，再升级。"
        )
    known = {f"{app}.{name}" for app, name in MigrationLoader(None).disk_migrations}
    if not set(manifest["migrations"]) <= known:
        raise TooNew
    if missing or manifest["roles"] != roles():
        raise OtherRoles(
            "备份里的数据库角色是"
            + "、".join(manifest["roles"])
            + "，这里没有或不同。请先建立同名的角色。"
        )
    if not _is_empty():
        raise NotEmpty


def _is_empty() -> bool:
    """Asked as the backup role: row security keeps rows even from their owner."""
    try:
        connection = psycopg2.connect("", **_target(settings.BACKUP_DATABASE))
    except psycopg2.OperationalError:
        raise NotRestored("备份角色连不上目标数据库，请检查 DATABASE_BACKUP_URL。") from None
    try:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT quote_ident(schemaname) || '.' || quote_ident(tablename) FROM pg_tables"
                " WHERE schemaname NOT IN ('pg_catalog', 'information_schema')"
                " AND tablename <> ALL (%s)"
                " AND (schemaname, tablename) <> ('sec', 'scope_key')",
                [list(OF_NOBODY)],
            )
            for (table,) in cursor.fetchall():
                cursor.execute(f"SELECT EXISTS (SELECT FROM {table})")
                if cursor.fetchone()[0]:
                    return False
    except psycopg2.errors.InsufficientPrivilege:
        return False  # something stands there that is not ours
    finally:
        connection.close()
    return True


def _target(database: dict) -> dict:
    """The database that the site uses, as this role."""
    names = {"host": "HOST", "port": "PORT", "user": "USER", "password": "PASSWORD"}
    found = {name: database.get(key) or None for name, key in names.items()}
    return found | {"dbname": connections["owner"].settings_dict["NAME"]}


def _load(path: Path, passphrase: str, manifest: dict, progress) -> None:
    """Everything in one transaction of psql; `pg_restore` writes the script, part by part."""
    owner = connections["owner"]
    owner.close()
    psql, env = program("psql", manifest["postgresql"])
    process = subprocess.Popen(
        [psql, "-X", "-q", "-w", "-v", "ON_ERROR_STOP=1", "-v", "VERBOSITY=terse", "-f", "-"],
        env=env | address(owner.settings_dict) | {"PGOPTIONS": "-c client_min_messages=error"},
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
    # Without the COMMIT at the very end, whatever ends this command leaves nothing.
    start = "BEGIN; SET LOCAL lock_timeout = '10s';" + CLEAR
    parts = [
        ("恢复表结构", "pre-data", start, KEY_TABLE),
        ("恢复数据", "data", "", proof_of_rows(manifest["tables"])),
        ("恢复索引和权限", "post-data", "", proof_of_catalogue(manifest["catalogue"])),
    ]
    try:
        for says, section, before, after in parts:
            progress(says)
            _say(process, before)
            _, dump = read(path, passphrase)
            restorer, env = program("pg_restore", manifest["postgresql"])
            if feed([restorer, f"--section={section}", "-f", "-"], env, dump, process.stdin):
                raise BrokenPipeError
            _say(process, after)
        _say(process, "COMMIT;")
    except BrokenPipeError:
        pass  # psql has said why
    told = process.communicate()[1].decode(errors="replace")
    if process.returncode or "ERROR" in told:
        # Other messages could quote a row.
        different = re.findall(r"(?:rows|catalogue) differ: [\w., ]+", told)
        raise NotTheSame(different) if different else NotRestored


def _say(process: subprocess.Popen, sql: str) -> None:
    process.stdin.write(sql.encode() + b"\n")
    process.stdin.flush()


def _clear() -> None:
    owner = connections["owner"]
    with owner.cursor() as cursor:
        cursor.execute(CLEAR)
    owner.close()


def _delete_again(stones: Path | None) -> int:
    """By the list, and by what the backup itself remembers."""
    told = set(tombstones.known(stones)) if stones else set()
    with transaction.atomic(), acting_as_system("restore"):
        deleted = delete_again(told)
        tombstones.keep()
    return deleted
