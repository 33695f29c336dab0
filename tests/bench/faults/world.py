"""A site and its database, and how they are killed and come back."""

import http.client
import json
import os
import signal
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode
from uuid import UUID

import psycopg2
from django.db import connections

from tests.bench.cluster import ROOT, Cluster
from tests.bench.server import free_port

# Whoever may write from a page: the cookie and its word are the same (django.middleware.csrf).
TOKEN = "f" * 32
# What a supervisor (systemd's RestartSec) waits before it starts again what has died.
PAUSE_S = 0.5
# Answers in a row that make a site one that is back: each process and thread should have had its turn.
IN_A_ROW = 24
READ = ("/readyz", "/api/version/", "/tiles/grids/11/1670/818.mvt")


@dataclass(frozen=True)
class Answer:
    """`status` 0: none came."""

    status: int
    body: bytes = b""
    location: str = ""

    @property
    def done(self) -> bool:
        return 200 <= self.status < 400

    @property
    def unsure(self) -> bool:
        """Did it happen? Whoever asked cannot know."""
        return self.status == 0 or self.status >= 500

    def json(self) -> dict:
        return json.loads(self.body)


@dataclass
class World:
    cluster: Cluster
    port: int = field(default_factory=free_port)
    site: subprocess.Popen | None = None

    def __post_init__(self):
        self.socket, self.data = self.cluster.start()

    # ------------------------------------------------------------ asking

    def ask(self, method: str, path: str, cookie: str = "", **sent) -> Answer:
        """One request on a connection of its own. `sent`: body and headers."""
        headers = {"Cookie": f"{cookie}; csrftoken={TOKEN}", "X-CSRFToken": TOKEN}
        headers |= sent.pop("headers", {})
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            line.request(method, path, headers=headers, **sent)
            answer = line.getresponse()
            return Answer(answer.status, answer.read(), answer.headers.get("Location", ""))
        except (OSError, http.client.HTTPException):
            return Answer(0)
        finally:
            line.close()

    def post(self, path: str, cookie: str, said: dict, key: UUID) -> Answer:
        headers = {"Content-Type": "application/json", "Idempotency-Key": str(key)}
        return self.ask("POST", path, cookie, body=json.dumps(said).encode(), headers=headers)

    def press(self, path: str, cookie: str, **fields: str) -> Answer:
        """A button on a page."""
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        return self.ask("POST", path, cookie, body=urlencode(fields).encode(), headers=headers)

    def sql(self, statement: str, *values) -> list[tuple]:
        """As the superuser, whom row security does not bind."""
        database = psycopg2.connect(host=self.socket, user="postgres", dbname="wuse")
        try:
            with database.cursor() as cursor:
                cursor.execute(statement, values)
                return cursor.fetchall()
        finally:
            database.close()

    # ------------------------------------------------------------ living and dying

    def start_site(self) -> None:
        log = (self.cluster.var / "site.log").open("ab")
        command = [str(ROOT / "ops" / "serve"), str(self.port)]
        self.site = subprocess.Popen(command, cwd=ROOT, stdout=log, stderr=log)

    def end(self) -> None:
        if self.site:
            self.site.terminate()
            self.site.wait(20)

    def back(self, cookie: str, since: float) -> float:
        """Wait until signed-in requests are answered as if nothing had been; seconds since the kill."""
        in_a_row = 0
        first = 0.0
        while in_a_row < IN_A_ROW:
            if time.monotonic() - since > 120:
                raise RuntimeError("the site does not come back")
            good = all(self.ask("GET", path, cookie).status in (200, 204) for path in READ)
            if good and not in_a_row:
                first = time.monotonic() - since
            in_a_row = in_a_row + 1 if good else 0
            if not good:
                time.sleep(0.05)
        return first

    def kill_processes(self) -> None:
        """The processes that answer; the one above them starts others."""
        _kill(_below(self.site.pid))

    def kill_server(self) -> None:
        """All of the site's; something outside starts it again."""
        _kill([self.site.pid, *_below(self.site.pid)])
        self.site.wait(20)
        time.sleep(PAUSE_S)
        self.start_site()

    def kill_database(self) -> None:
        """The postmaster and every process of its own, at the same moment."""
        first = int((self.data / "postmaster.pid").read_text().split()[0])
        _kill([first, *_below(first)])
        # A dead process that nobody has taken notice of yet looks to pg_ctl like one that lives.
        while Path(f"/proc/{first}").exists():
            time.sleep(0.05)
        connections.close_all()
        time.sleep(PAUSE_S)
        self.cluster.start()

    def kill_worker(self) -> None:
        """The process that reads the file of an import: known by the import's number, ours alone."""
        jobs = [row[0] for row in self.sql("SELECT uuid::text FROM transfers_importjob")]
        _kill(pid for pid in _all() if any(f"work_import {job}" in _command(pid) for job in jobs))


FAULTS = {
    "processes": World.kill_processes,
    "server": World.kill_server,
    "database": World.kill_database,
    "worker": World.kill_worker,
}


def _kill(pids) -> None:
    for pid in pids:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            continue


def _all() -> list[int]:
    return [int(name) for name in os.listdir("/proc") if name.isdigit()]


def _command(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ")
    except OSError:
        return ""


def _below(pid: int) -> list[int]:
    """Every process that this one has started, and theirs."""
    above: dict[int, list[int]] = {}
    for one in _all():
        try:
            # The name in brackets may hold blanks.
            parent = int(Path(f"/proc/{one}/stat").read_text().rpartition(")")[2].split()[1])
        except OSError:
            continue
        above.setdefault(parent, []).append(one)
    found, open_ = [], [pid]
    while open_:
        mine = above.get(open_.pop(), [])
        found += mine
        open_ += mine
    return found
