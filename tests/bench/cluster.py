"""A second, empty cluster with the site's roles, as ops/lib.sh would make it on a new machine."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# Everything that another machine would have: its own folder, hence its own cluster and socket.
_START = '. ops/lib.sh; need_database; printf "%s\\n%s" "$SOCKET" "$PGDATA"'
_END = '. ops/lib.sh; stop_cluster; rm -rf "$SOCKET"; case $PGDATA in /var/lib/wuse-grid/*) rm -rf "${PGDATA%/pg}";; esac'
# What has nothing to do with data, and takes long to make.
_SHARED = ("sysroot", "static", "numba")


@dataclass(frozen=True)
class Cluster:
    var: Path

    @property
    def env(self) -> dict[str, str]:
        """For a process that is to use this cluster and no other."""
        drop = ("DATABASE_URL", "DATABASE_OWNER_URL", "DATABASE_BACKUP_URL", "WUSE_SITE_OWNER_URL")
        return {k: v for k, v in os.environ.items() if k not in drop} | {"WUSE_VAR": str(self.var)}

    def start(self) -> tuple[str, Path]:
        """Unless it runs; the folders of its socket and of its data."""
        made = subprocess.run(
            ["bash", "-c", _START], cwd=ROOT, env=self.env, capture_output=True, text=True
        )
        if made.returncode:
            raise RuntimeError(made.stderr)
        socket, data = made.stdout.splitlines()
        return socket, Path(data)

    def remove(self) -> None:
        subprocess.run(["bash", "-c", _END], cwd=ROOT, env=self.env, capture_output=True)
        shutil.rmtree(self.var, ignore_errors=True)


@contextmanager
def empty_cluster(say) -> Iterator[Cluster]:
    cluster = Cluster(Path(tempfile.mkdtemp(prefix="wuse-drill-")))
    for name in _SHARED:
        if (made := ROOT / "var" / name).exists():
            (cluster.var / name).symlink_to(made)
    say("an empty cluster beside this one")
    try:
        cluster.start()
        yield cluster
    finally:
        cluster.remove()
