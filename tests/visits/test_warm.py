"""After warming nothing of the planner is left to compile."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
KERNELS = {"search", "refresh", "take_out", "way", "sort", "soonest", "latest", "_chains"}


def test_every_kernel_is_kept_for_the_next_process(tmp_path):
    environment = os.environ | {"NUMBA_CACHE_DIR": str(tmp_path)}
    subprocess.run(
        [sys.executable, "-m", "visits.planner.warm"], cwd=ROOT, env=environment, check=True
    )
    kept = {file.name.split(".")[1].split("-")[0] for file in tmp_path.rglob("*.nbc")}
    assert kept >= KERNELS
