"""Handing in a file, having it checked and written, stopping it. Exports: transfers/exporting.py."""

import subprocess
import sys
from collections.abc import Iterable
from datetime import timedelta

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from accounts.models import Member, Role
from transfers import files
from transfers.errors import (
    FileGone,
    NoPlace,
    NoSuchImport,
    NotAtThisPoint,
    StillRunning,
    TooManyAtOnce,
)
from transfers.models import ImportJob

Kind, State = ImportJob.Kind, ImportJob.State

MOST_AT_ONCE = 3
# A worker needs a while to start, and longer on a busy machine.
STARTS_WITHIN = timedelta(seconds=40)
# How a worker's connections are called, so that the database itself knows whether it lives.
CALLED = "import {}"


def imports_of(member: Member):
    return ImportJob.objects.filter(by=member)


def import_for(member: Member, uuid) -> ImportJob:
    job = imports_of(member).filter(uuid=uuid).first()
    if job is None:
        raise NoSuchImport()
    return settle(job)


@transaction.atomic
def hand_in(
    *, by: Member, kind: str, name: str, chunks: Iterable[bytes], options: dict[str, str]
) -> ImportJob:
    """Keep a file and start to check it. Nothing is written before she has seen what it would do."""
    if by.role != Role.SYSADMIN and by.division_id is None:
        raise NoPlace()
    files.sweep()
    _one_at_a_time(by)
    job = ImportJob(by=by, kind=kind, filename=files.plain_name(name), options=options)
    job.save()
    files.keep(job.uuid, job.filename, chunks)
    _start(job)
    return job


@transaction.atomic
def write(*, by: Member, job: ImportJob) -> None:
    """Import what has been checked."""
    _one_at_a_time(by)
    if not (files.folder_of(job.uuid) / job.filename).exists():
        raise FileGone()
    begun = {"state": State.WRITING, "progress": "", "heard_at": timezone.now()}
    if not imports_of(by).filter(pk=job.pk, state=State.CHECKED).update(**begun):
        raise NotAtThisPoint()
    _start(job)


@transaction.atomic
def stop(*, by: Member, job: ImportJob) -> None:
    """Ask its worker to stop; whatever it has written so far, it takes back."""
    running = imports_of(by).filter(pk=job.pk, state__in=ImportJob.RUNNING)
    if not running.update(stop_asked=True):
        raise NotAtThisPoint()
    with connection.cursor() as cursor:
        # It looks whenever it reports its progress; a long statement is ended from outside.
        cursor.execute(
            "SELECT pg_cancel_backend(pid) FROM pg_stat_activity"
            " WHERE application_name = %s AND state = 'active' AND pid <> pg_backend_pid()",
            (CALLED.format(job.uuid),),
        )


@transaction.atomic
def discard(*, by: Member, job: ImportJob) -> None:
    """Forget the file; the row stays and tells what became of it."""
    if job.is_running:
        raise NotAtThisPoint()
    files.forget(job.uuid)
    imports_of(by).filter(pk=job.pk, state=State.CHECKED).update(state=State.STOPPED)


def settle(job: ImportJob) -> ImportJob:
    """The job as it is: one whose worker is gone (server restarted, process killed) has stopped.

    The database has taken back whatever such a worker had written.
    """
    # Once it has said something it is known by its connections, and may be believed dead at once.
    patience = timedelta(0) if job.progress else STARTS_WITHIN
    if job.is_running and job.heard_at < timezone.now() - patience and not _lives(job):
        gone = ImportJob.objects.filter(pk=job.pk, state=job.state, heard_at=job.heard_at)
        if gone.update(state=State.STOPPED, report=["服务器中途停过，什么都没有改。请重新导入。"]):
            files.forget(job.uuid)
        job.refresh_from_db()
    return job


def _lives(job: ImportJob) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE application_name = %s)",
            (CALLED.format(job.uuid),),
        )
        return cursor.fetchone()[0]


def _one_at_a_time(by: Member) -> None:
    for job in imports_of(by).filter(state__in=ImportJob.RUNNING):
        if settle(job).is_running:
            raise StillRunning()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(DISTINCT application_name) FROM pg_stat_activity"
            " WHERE application_name LIKE 'import %'"
        )
        if cursor.fetchone()[0] >= MOST_AT_ONCE:
            raise TooManyAtOnce()


def _start(job: ImportJob) -> None:
    transaction.on_commit(lambda: start_worker(job))


def start_worker(job: ImportJob) -> None:
    """A process of its own: the site's never opens a file from outside."""
    subprocess.Popen(
        [sys.executable, "manage.py", "work_import", str(job.uuid)],
        cwd=settings.BASE_DIR,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        start_new_session=True,
    )
