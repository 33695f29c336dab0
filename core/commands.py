"""What every command that writes shares: how it speaks, how it ends.

Exit codes: 0 done · 1 refused, with reasons · 2 wrong use (argparse's own). Progress and reasons go
to stderr; with ``--json`` the last line of stdout is one JSON object.
"""

import json
import sys
import time

from django.core.management.base import BaseCommand, CommandError
from django.db import connection, transaction

from core.errors import DomainError
from core.scope import acting_as_system

# Seconds between two lines of progress: enough to see that it lives, few enough to read.
PROGRESS_EVERY_S = 1.0


class Progress:
    """Lines such as ``写入 12000/250000(4%)`` on stderr, at most one a second."""

    def __init__(self, write):
        self._write = write
        self._last = 0.0

    def __call__(self, what: str, done: int | None = None, total: int | None = None) -> None:
        now = time.monotonic()
        if done is not None and done != total and now - self._last < PROGRESS_EVERY_S:
            return
        self._last = now
        self._write(
            what
            if done is None
            else f"{what} {done}/{total}({min(100, 100 * done // total)}%)"
            if total
            else f"{what} {done}"
        )


class SpokenCommand(BaseCommand):
    """A command that says what it does and why not.

    A subclass gives `work(options, progress) -> dict`; the dict is the report.
    """

    # How a sentence begins that says why nothing was done.
    refused: str
    requires_system_checks = []

    def add_arguments(self, parser):
        parser.add_argument("--dry-run", action="store_true", help="只检查和比较，不写入")
        parser.add_argument("--json", action="store_true", help="最后一行输出一个 JSON 对象")

    def work(self, options: dict, progress: Progress) -> dict:
        raise NotImplementedError

    def describe(self, report: dict) -> list[str]:
        """The report as Chinese lines for people."""
        raise NotImplementedError

    def carry_out(self, options: dict, progress: Progress) -> dict:
        return self.work(options, progress)

    def handle(self, *args, **options):
        progress = Progress(lambda line: self.stderr.write(line))
        try:
            report = self.carry_out(options, progress)
        except DomainError as error:
            reasons = getattr(error, "reasons", [])
            for reason in reasons:
                self.stderr.write(f"  · {reason}")
            self.stderr.write(f"{self.refused}：{error.message}")
            if options["json"]:
                self._print_json(
                    {"ok": False, "code": error.code, "message": error.message, "reasons": reasons}
                )
            raise SystemExit(1) from None
        except KeyboardInterrupt:
            raise CommandError("已停止，什么都没有改。", returncode=1) from None
        for line in self.describe(report):
            self.stderr.write(line)
        if options["dry_run"]:
            self.stderr.write("这是试运行，什么都没有写入。")
        if options["json"]:
            self._print_json({"ok": True, "dry_run": options["dry_run"], **report})

    def _print_json(self, content: dict) -> None:
        self.stdout.write(json.dumps(content, ensure_ascii=False, default=str))
        sys.stdout.flush()


class SystemCommand(SpokenCommand):
    """A command that writes in one transaction, as the system.

    Whatever its `work` raises, nothing stays half done. ``--dry-run`` runs all of it and rolls back.
    """

    purpose: str

    def carry_out(self, options, progress):
        with transaction.atomic(), acting_as_system(self.purpose):
            with connection.cursor() as cursor:
                cursor.execute("SET LOCAL statement_timeout = 0")
            report = self.work(options, progress)
            if options["dry_run"]:
                transaction.set_rollback(True)
        return report
