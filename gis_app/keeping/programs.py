"""PostgreSQL's own programs, of the same major version as the server."""

import os
import shutil
import subprocess
from pathlib import Path

from django.conf import settings

from core.errors import Invalid


class NoProgram(Invalid):
    """The distribution's client package is missing, or of another version."""


def program(name: str, major: int) -> tuple[str, dict[str, str]]:
    """Where `pg_dump`, `pg_restore` or `psql` lies, and with which environment it starts."""
    unpacked = settings.VAR_DIR / "sysroot" / "usr" / "lib"
    for root in (unpacked, Path("/usr/lib")):
        path = root / "postgresql" / str(major) / "bin" / name
        if path.exists():
            return str(path), _environment(unpacked if root == unpacked else None)
    found = shutil.which(name)
    if found and _major(found) == major:
        return found, _environment(None)
    raise NoProgram(f"没有找到 {name} {major}。请管理员安装 postgresql-client-{major}。")


def _environment(libraries: Path | None) -> dict[str, str]:
    env = dict(os.environ)
    if libraries:
        own = [str(path) for path in libraries.glob("*-linux-gnu*")]
        env["LD_LIBRARY_PATH"] = ":".join([*own, env.get("LD_LIBRARY_PATH", "")]).rstrip(":")
    return env


def _major(path: str) -> int:
    """``pg_dump (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)`` → 15"""
    told = subprocess.run([path, "--version"], capture_output=True, text=True, check=True).stdout
    return int(told.split("(PostgreSQL)")[1].split()[0].split(".")[0])


def address(database: dict) -> dict[str, str]:
    """How libpq is told where the database is: by its environment, where no list of processes shows it."""
    named = {
        "PGHOST": database.get("HOST"),
        "PGPORT": str(database.get("PORT") or ""),
        "PGUSER": database.get("USER"),
        "PGPASSWORD": database.get("PASSWORD"),
        "PGDATABASE": database.get("NAME"),
    }
    return {name: value for name, value in named.items() if value}
