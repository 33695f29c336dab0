"""Peers from wheels, in an environment of their own: never dependencies of the product."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path


def python(name: str, wheels: list[str], say: Callable[[str], None]) -> Path:
    """The interpreter that has them; installed at the first use.

    Raises OSError or subprocess.CalledProcessError where they cannot be had.
    """
    home = Path(os.environ["WUSE_VAR"]) / "peers" / name
    ready = home / "ready"
    if not ready.exists():
        say(
            f"installing {', '.join(wheel.partition('==')[0] for wheel in wheels)} beside the product"
        )
        subprocess.run([sys.executable, "-m", "venv", home], check=True)
        subprocess.run(
            [home / "bin/pip", "install", "-q", "--disable-pip-version-check", *wheels],
            check=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
        )  # fmt: skip
        ready.touch()
    return home / "bin/python"
