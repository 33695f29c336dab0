"""The worker of an import: the command of its kind, held to what its member may touch.

One transaction holds all that it writes and the word that it is done; so there is no half of it, and
none that says so without having happened. Progress goes out by a second connection.
"""

import logging
from contextlib import closing
from importlib import import_module

import psycopg2
from django.core.management.base import CommandError
from django.db import OperationalError, connection, connections, transaction

from core.commands import Progress
from core.errors import DomainError
from core.importing import ImportCommand
from core.scope import acting_as_system, signed
from transfers import files
from transfers.models import ImportJob
from transfers.services import CALLED

log = logging.getLogger("wuse.imports")

Kind, State = ImportJob.Kind, ImportJob.State
REJECTS, PASSWORDS = "rejects.csv", "passwords.csv"
# Lines of a report that a page shows.
SHOWN = 300
_COMMANDS = {
    Kind.DIVISIONS: "boundaries.management.commands.import_divisions",
    Kind.GRIDS: "households.management.commands.import_grids",
    Kind.HOUSEHOLDS: "households.management.commands.import_households",
    Kind.MEMBERS: "accounts.management.commands.import_members",
    Kind.ASSIGNMENTS: "grids.management.commands.import_assignments",
}
_WITH_REJECTS = {Kind.HOUSEHOLDS, Kind.MEMBERS, Kind.ASSIGNMENTS}


class Stopped(Exception):
    """Somebody asked for it."""


class _OnlyChecked(Exception):
    """Takes back what a check has written."""


def work(uuid) -> None:
    with acting_as_system("import"):
        with transaction.atomic():  # outside one there is no scope, and row security shows nothing
            job = ImportJob.objects.select_related("by__division").get(uuid=uuid)
        if not job.is_running:
            return
        _name(connection, job)
        try:
            with closing(connections.create_connection("default")) as aside:
                _name(aside, job)
                _do(job, Progress(lambda line: _tell(aside, job, line)))
        except Stopped:
            _end(job, State.STOPPED, ["已停止，什么都没有改。"])
        except (OperationalError, psycopg2.OperationalError):
            with transaction.atomic():
                asked = ImportJob.objects.filter(pk=job.pk, stop_asked=True).exists()
            said = "已停止" if asked else "数据库中途断开"
            _end(job, State.STOPPED, [f"{said}，什么都没有改。"])
        except Exception:
            log.exception("import %s", job.uuid)
            _end(job, State.STOPPED, ["系统没能读完这个文件，什么都没有改。请联系系统管理员。"])


def _do(job: ImportJob, progress: Progress) -> None:
    """Check or write, and say so in the same transaction."""
    checking = job.state == State.CHECKING
    command = import_module(_COMMANDS[job.kind]).Command()
    command.by = job.by
    try:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SET LOCAL statement_timeout = 0")
            lines = []
            try:
                with transaction.atomic():
                    report = _run(command, job, checking, progress)
                    lines = list(command.describe(report))
                    if checking:
                        raise _OnlyChecked
            except _OnlyChecked:
                pass
            progress("即将完成")
            _say(job, State.CHECKED if checking else State.DONE, lines)
    except DomainError as error:
        reasons = [f"· {reason}" for reason in getattr(error, "reasons", [])]
        _end(job, State.REFUSED, [error.message, *reasons])
    except CommandError as error:
        _end(job, State.REFUSED, [str(error)])
    else:
        if not checking:
            (files.folder_of(job.uuid) / job.filename).unlink(missing_ok=True)


def _run(command: ImportCommand, job: ImportJob, checking: bool, progress: Progress) -> dict:
    folder = files.folder_of(job.uuid)
    flags = [f"--{name.replace('_', '-')}={value}" for name, value in job.options.items() if value]
    if job.kind in _WITH_REJECTS:
        (folder / REJECTS).unlink(missing_ok=True)
        flags.append(f"--rejects={folder / REJECTS}")
    if job.kind == Kind.MEMBERS:
        flags.append(f"--passwords={folder / PASSWORDS}")
    if checking:
        flags.append("--dry-run")
    parser = command.create_parser("manage.py", job.kind)
    options = vars(parser.parse_args([*flags, "--", str(folder / job.filename)]))
    return command.work(options, progress)


def _name(database, job: ImportJob) -> None:
    with database.cursor() as cursor:
        cursor.execute("SET application_name = %s", (CALLED.format(job.uuid),))


def _tell(aside, job: ImportJob, line: str) -> None:
    with aside.cursor() as cursor:
        # Two statements sent together are one transaction, and it carries the scope.
        cursor.execute(
            "SELECT set_config('wuse.scope', %s, true);"
            " UPDATE transfers_importjob SET progress = left(%s, 200), heard_at = now()"
            " WHERE id = %s RETURNING stop_asked",
            (signed("s:import"), line, job.pk),
        )
        row = cursor.fetchone()
    if row and row[0]:
        raise Stopped


@transaction.atomic
def _say(job: ImportJob, state: str, lines: list[str]) -> None:
    folder, spoken = files.folder_of(job.uuid), []
    for line in lines:
        spoken.append(for_the_page(line.replace(f"{folder}/", "")))
    if len(spoken) > SHOWN:
        spoken = [*spoken[:SHOWN], f"……还有 {len(spoken) - SHOWN} 行没有显示。"]
    ImportJob.objects.filter(pk=job.pk).update(state=state, report=spoken, progress="")


def _end(job: ImportJob, state: str, lines: list[str]) -> None:
    """Nothing has been written; a file that is of no use goes."""
    _say(job, state, lines)
    folder = files.folder_of(job.uuid)
    for name in (job.filename, PASSWORDS):
        (folder / name).unlink(missing_ok=True)


# A page has fields where the command has flags.
_FIELDS = {
    "请加 --missing end": "请重新上传，“文件里没有的”选“停用”",
    "--layer": "“图层”",
    "--encoding": "“文字编码”",
    "--crs": "“坐标系”",
    "--code-field": "“代码列”",
    "--name-field": "“名称列”",
    "--parent-field": "“上级代码列”",
    "请先用 import_divisions --level village 导入": "请先导入",
    "请先用 --level village 导入": "请先导入村级的",
    "请先用 --level town 导入": "请先导入乡镇级的",
    "请先用 import_members 建立": "请系统管理员先建立",
    "请运行 load_demo --remove 清空": "请系统管理员先清空",
}


def for_the_page(line: str) -> str:
    for flag, words in _FIELDS.items():
        line = line.replace(flag, words)
    return line.strip()
