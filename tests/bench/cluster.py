"""A second, empty cluster with the site's roles, as ops/lib.sh would make it on a new machine."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# Everything that another machine would have: its own folder, hence its own cluster and socket.
_DO = 'set -euo pipefail; . ops/lib.sh; need_cluster; printf "%s" "$SOCKET"'
_END = '. ops/lib.sh; stop_cluster; rm -rf "$SOCKET"; case $PGDATA in /var/lib/wuse-grid/*) rm -rf "${PGDATA%/pg}";; esac'


@contextmanager
def empty_cluster(say) -> Iterator[str]:
    """Yields the folder of its socket."""
    var = Path(tempfile.mkdtemp(prefix="wuse-drill-"))
    drop = ("DATABASE_URL", "DATABASE_OWNER_URL", "DATABASE_BACKUP_URL")
    env = {k: v for k, v in os.environ.items() if k not in drop} | {"WUSE_VAR": str(var)}
    unpacked = ROOT / "var" / "sysroot"
    if unpacked.exists():
        (var / "sysroot").symlink_to(unpacked)
    say("an empty cluster beside this one")
    try:
        made = subprocess.run(
            ["bash", "-c", _DO], cwd=ROOT, env=env, check=True, capture_output=True, text=True
        )
        yield made.stdout.strip()
    finally:
        subprocess.run(["bash", "-c", _END], cwd=ROOT, env=env, check=False, capture_output=True)
        shutil.rmtree(var, ignore_errors=True)
