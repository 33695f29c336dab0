"""Where a passphrase comes from: a file, the environment, or whoever sits there. Never the command line."""

import getpass
import os
import sys
from pathlib import Path

from core.errors import Invalid
from core.sealed import SHORTEST_PASSPHRASE

VARIABLE = "WUSE_BACKUP_PASSPHRASE"


class NoPassphrase(Invalid):
    message = f"没有口令。请用 --passphrase-file 指定口令文件，或设置环境变量 {VARIABLE}。"


class TooShort(Invalid):
    message = f"口令至少要有 {SHORTEST_PASSPHRASE} 个字符。"


def passphrase(path: str | None, *, new: bool) -> str:
    """The first line of the file, the variable, or what is typed; a new one is typed twice."""
    if path:
        try:
            lines = Path(path).read_text().splitlines()
        except OSError:
            raise NoPassphrase(f"读不了口令文件“{path}”。") from None
        word = lines[0] if lines else ""
    elif VARIABLE in os.environ:
        word = os.environ[VARIABLE]
    elif sys.stdin.isatty():
        word = getpass.getpass("口令：")
        if new and word != getpass.getpass("再输一次："):
            raise NoPassphrase("两次输入的口令不一样。")
    else:
        raise NoPassphrase
    if new and len(word) < SHORTEST_PASSPHRASE:
        raise TooShort
    return word
