"""Ids of what was deleted at somebody's request, beside the backups.

Inside the database they would be gone with everything else that is newer than the backup that is
restored. A line is ``{"id": …, "kind": …, "on": …}``: a random id, no name, no reason.
"""

import json
import os
from pathlib import Path

from django.conf import settings
from django.db import transaction

from core.errors import Invalid
from core.scope import acting_as_system
from rights.models import Tombstone


class NoList(Invalid):
    """Without it, what people had deleted would come back."""


def known(path: Path) -> dict[str, dict]:
    """Those of a file, by id. A line that was cut off by a crash is written again by `keep`."""
    if not path.exists():
        return {}
    lines = {}
    for line in path.read_text().splitlines():
        try:
            told = json.loads(line)
            lines[told["id"]] = told
        except (ValueError, KeyError, TypeError):
            continue
    return lines


def keep_at_once() -> None:
    """For after a deletion has been committed."""
    with transaction.atomic(), acting_as_system("tombstones"):
        keep()


def keep() -> int:
    """Write into the file what the database has and the file has not; return how many it then holds.

    The database is what counts; called after each deletion and before each backup, so that a crash in
    between loses nothing. In a transaction as the system, for nobody else reads all of them.
    """
    path = Path(settings.TOMBSTONES_FILE)
    before = known(path)
    new = [
        {"id": str(stone.subject), "kind": stone.kind, "on": str(stone.on)}
        for stone in Tombstone.objects.order_by("pk")
        if str(stone.subject) not in before
    ]
    path.parent.mkdir(parents=True, exist_ok=True)
    broken = path.exists() and path.stat().st_size and not path.read_bytes().endswith(b"\n")
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write("\n" * bool(broken) + "".join(json.dumps(told) + "\n" for told in new))
        file.flush()
        os.fsync(file.fileno())
    return len(before) + len(new)
