"""The worker as a process of its own: it ends well, is stopped, or is killed; never half done."""

import os
import signal
import time
from pathlib import Path
from urllib.parse import quote

import pytest
from django.db import connections, transaction

from core.scope import acting_as, acting_as_system
from households.models import Household
from tests.factories import build_cast
from transfers import services
from transfers.models import ImportJob

State = ImportJob.State
HEADER = "户编号,村代码,户主,电话,地址\n"


@pytest.fixture
def chair(committed_db, monkeypatch, settings):
    database = connections["default"].settings_dict
    monkeypatch.setenv(
        "DATABASE_URL",
        f"postgres://{database['USER']}:{quote(database['PASSWORD'], safe='')}"
        f"@{quote(database['HOST'], safe='')}:{database['PORT']}/{database['NAME']}",
    )
    monkeypatch.setenv("WUSE_TRANSFERS", str(settings.TRANSFERS_DIR))
    with acting_as_system("test"), transaction.atomic():
        return build_cast().chair


def handed_in(chair, rows: int) -> ImportJob:
    lines = "".join(f"W{n},999001101201,示例户,0001,示例路{n}号\n" for n in range(rows))
    with acting_as(chair.pk), transaction.atomic():
        return services.hand_in(
            by=chair,
            kind="households",
            name="a.csv",
            chunks=[(HEADER + lines).encode()],
            options={},
        )


def until(job: ImportJob, done, seconds: float = 60):
    """Wait until the job is as `done` wants it."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        with acting_as_system("test"), transaction.atomic():
            job.refresh_from_db()
        if done(job):
            return job
        time.sleep(0.05)
    raise AssertionError(f"{job.state} {job.progress} {job.report}")


def families() -> int:
    with acting_as_system("test"), transaction.atomic():
        return Household.objects.filter(household_no__startswith="W").count()


def workers(job: ImportJob) -> int:
    """The process of a job, by the name of its connections; 0 if there is none."""
    for name in os.listdir("/proc"):
        try:
            if name.isdigit() and str(job.uuid) in Path(f"/proc/{name}/cmdline").read_text():
                return int(name)
        except OSError:
            continue
    return 0


def begin_writing(chair, job):
    with acting_as(chair.pk), transaction.atomic():
        services.write(by=chair, job=job)


def test_a_list_goes_all_the_way_in_a_process_of_its_own(chair):
    job = until(handed_in(chair, 50), lambda job: not job.is_running)
    assert (job.state, families()) == (State.CHECKED, 0), job.report
    begin_writing(chair, job)
    until(job, lambda job: not job.is_running)
    assert (job.state, families()) == (State.DONE, 50)


def test_what_is_stopped_is_taken_back(chair):
    job = until(handed_in(chair, 120_000), lambda job: not job.is_running, 120)
    begin_writing(chair, job)
    until(job, lambda job: "写入" in job.progress)
    with acting_as(chair.pk), transaction.atomic():
        services.stop(by=chair, job=job)
    until(job, lambda job: not job.is_running)
    assert (job.state, families()) == (State.STOPPED, 0), job.report
    assert job.report == ["已停止，什么都没有改。"]


def test_a_worker_that_is_killed_leaves_nothing_half_done(chair):
    job = until(handed_in(chair, 120_000), lambda job: not job.is_running, 120)
    begin_writing(chair, job)
    until(job, lambda job: "写入" in job.progress)
    os.kill(workers(job), signal.SIGKILL)
    # It had spoken, so nobody waits as long as one may take to start.
    end = time.monotonic() + 15
    while time.monotonic() < end and job.is_running:
        with acting_as(chair.pk), transaction.atomic():
            services.settle(job)
        time.sleep(0.2)
    assert (job.state, families()) == (State.STOPPED, 0)


def test_a_job_that_lives_is_not_taken_for_dead(chair, monkeypatch):
    monkeypatch.setattr(services, "STARTS_WITHIN", type(services.STARTS_WITHIN)(0))
    job = handed_in(chair, 120_000)
    until(job, lambda job: job.progress)
    with acting_as(chair.pk), transaction.atomic():
        assert services.settle(job).is_running or job.state == State.CHECKED
    until(job, lambda job: not job.is_running, 120)
    assert job.state == State.CHECKED
