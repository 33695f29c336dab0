"""Where handed-in and prepared files lie for a while: readable by the server alone."""

import os
import re
import shutil
import time
from collections.abc import Iterable
from pathlib import Path

from django.conf import settings

KEPT_DAYS = 3
_ODD = re.compile(r"[^\w.()（）-]+")


def plain_name(name: str) -> str:
    """What a file was called, as far as it is harmless."""
    name = _ODD.sub("_", name.replace("\\", "/").rpartition("/")[2]).lstrip("._")
    return name[-80:].lstrip("._") or "file"


def folder_of(uuid) -> Path:
    return Path(settings.TRANSFERS_DIR, str(uuid))


def keep(uuid, name: str, chunks: Iterable[bytes]) -> Path:
    folder = folder_of(uuid)
    folder.mkdir(parents=True, mode=0o700)
    path = folder / name
    with open(path, "wb", opener=lambda p, flags: os.open(p, flags | os.O_EXCL, 0o600)) as file:
        for chunk in chunks:
            file.write(chunk)
    return path


def forget(uuid) -> None:
    shutil.rmtree(folder_of(uuid), ignore_errors=True)


def sweep() -> None:
    """Delete what is older than it may be. Called when somebody hands in or asks for a file."""
    oldest = time.time() - KEPT_DAYS * 86400
    for folder in Path(settings.TRANSFERS_DIR).glob("*"):
        try:
            if folder.stat().st_mtime < oldest:
                shutil.rmtree(folder)
        except OSError:  # somebody else was quicker
            continue
