"""A backup: `pg_dump`, sealed while it is written, with what it must come back as.

Everything is read in one snapshot by a role that reads every row and writes none.
"""

import json
import os
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from itertools import chain
from pathlib import Path

import psycopg2
from django.conf import settings
from django.db import connections, transaction
from django.utils import timezone

from core.errors import Conflict, Invalid
from core.scope import acting_as_system
from core.sealed import Damaged, Sealing, opened
from gis_app.keeping.description import LEFT_OUT, WITHOUT_ROWS, describe
from gis_app.keeping.programs import address, program
from rights import tombstones

FORMAT = 1
BLOCK = 1 << 20


class AlreadyThere(Conflict):
    """A backup never overwrites another one."""


class NotReadable(Invalid):
    message = "备份角色连不上数据库，或者没有读取的权限。请检查 DATABASE_BACKUP_URL，再运行 manage.py migrate。"


class DumpFailed(Invalid):
    message = "pg_dump 没有完成，没有留下备份文件。"


def back_up(*, path: Path, passphrase: str, dry_run: bool, progress) -> dict:
    """Write the file, read it back, and only then give it its name; in a dry run take it away."""
    if path.exists():
        raise AlreadyThere(f"“{path}”已经存在，请换一个文件名。")
    if not path.parent.is_dir():
        raise Invalid(f"没有文件夹“{path.parent}”。")
    with transaction.atomic(), acting_as_system("backup"):
        stones = tombstones.keep()
    part = path.with_name(path.name + ".part")
    try:
        manifest = _write(part, passphrase, progress)
        progress("读回核对")
        told, dump = read(part, passphrase)
        _check_dump(told, dump)
        size = part.stat().st_size
        if not dry_run:
            part.rename(path)
    finally:
        part.unlink(missing_ok=True)
    return {
        "file": str(path),
        "bytes": size,
        "tables": len(manifest["tables"]),
        "rows": sum(int(told["rows"].split()[0]) for told in manifest["tables"].values()),
        "tombstones": stones,
        "tombstones_file": str(settings.TOMBSTONES_FILE),
    }


def _write(part: Path, passphrase: str, progress) -> dict:
    try:
        connection = psycopg2.connect(**_parameters(settings.BACKUP_DATABASE))
    except psycopg2.OperationalError:
        raise NotReadable from None
    connection.set_session(isolation_level="REPEATABLE READ", readonly=True)
    try:
        with connection.cursor() as cursor:
            # It waits, idle, while pg_dump reads what it sees.
            cursor.execute("SET idle_in_transaction_session_timeout = 0; SET statement_timeout = 0")
            cursor.execute("SELECT pg_export_snapshot()")
            (snapshot,) = cursor.fetchone()
            manifest = _head(cursor) | describe(cursor, progress)
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            sealing = Sealing(file, passphrase)
            head = json.dumps(manifest).encode()
            sealing.write(len(head).to_bytes(4, "big") + head)
            _dump(manifest["postgresql"], snapshot, sealing, progress)
            sealing.finish()
            file.flush()
            os.fsync(file.fileno())
    except psycopg2.errors.InsufficientPrivilege:
        raise NotReadable from None
    finally:
        connection.close()
    return manifest


def _parameters(database: dict) -> dict:
    named = {"host": "HOST", "port": "PORT", "user": "USER", "password": "PASSWORD"}
    found = {name: database.get(key) or None for name, key in named.items()}
    return found | {"dbname": database["NAME"]}


def _head(cursor) -> dict:
    cursor.execute("SHOW server_version_num")
    major = int(cursor.fetchone()[0]) // 10000
    cursor.execute("SELECT array_agg(app || '.' || name ORDER BY id) FROM public.django_migrations")
    return {
        "format": FORMAT,
        "made_at": timezone.now().isoformat(timespec="seconds"),
        "postgresql": major,
        "roles": roles(),
        "migrations": cursor.fetchone()[0],
    }


def roles() -> list[str]:
    """Policies, grants and owners name them: a database they come back into must know them."""
    named = [connections[alias].settings_dict["USER"] for alias in ("owner", "default")]
    return [*named, settings.BACKUP_DATABASE["USER"]]


def _dump(major: int, snapshot: str, sealing: Sealing, progress) -> None:
    command, env = program("pg_dump", major)
    left_out = [f"--exclude-table={name}" for name in LEFT_OUT]
    without_rows = [f"--exclude-table-data={name}" for name in WITHOUT_ROWS]
    arguments = ["--format=custom", "--compress=3", "--no-comments", "--no-password"]
    process = subprocess.Popen(
        [command, *arguments, *left_out, *without_rows, f"--snapshot={snapshot}"],
        env=env | address(settings.BACKUP_DATABASE),
        stdout=subprocess.PIPE,
        # It would tell names of tables and roles at most; but a sentence is enough.
        stderr=subprocess.DEVNULL,
    )
    written = 0
    while block := process.stdout.read(BLOCK):
        sealing.write(block)
        written += len(block)
        progress("写入 MB", written >> 20)
    if process.wait():
        raise DumpFailed


def read(path: Path, passphrase: str) -> tuple[dict, Iterator[bytes]]:
    """What a backup says of itself, and then the dump; a part that was changed raises when reached."""
    chunks = opened(path, passphrase)
    kept = next(chunks)
    length = int.from_bytes(kept[:4], "big")
    while len(kept) < 4 + length:
        kept += next(chunks, b"") or _cut_off()
    manifest = json.loads(kept[4 : 4 + length])
    return manifest, chain([kept[4 + length :]], chunks)


def _cut_off():
    raise Damaged


def feed(command: list[str], env: dict, dump: Iterator[bytes], out) -> int:
    """Run a program on the dump. It may stop reading early; the rest is read for the proof of it."""
    process = subprocess.Popen(
        command, env=env, stdin=subprocess.PIPE, stdout=out, stderr=subprocess.DEVNULL
    )
    listening = True
    try:
        for chunk in dump:
            if listening:
                try:
                    process.stdin.write(chunk)
                except BrokenPipeError:
                    listening = False
    finally:
        with suppress(BrokenPipeError):
            process.stdin.close()
        code = process.wait()
    return code


def _check_dump(manifest: dict, dump: Iterator[bytes]) -> None:
    command, env = program("pg_restore", manifest["postgresql"])
    if feed([command, "--list"], env, dump, subprocess.DEVNULL):
        raise DumpFailed
