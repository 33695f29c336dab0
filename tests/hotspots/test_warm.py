"""After warming nothing of the statistics is left to compile."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
KERNELS = {"_permute", "_best", "_most_by_chance", "log_likelihood_ratio"}


def test_every_kernel_is_kept_for_the_next_process(tmp_path):
    environment = os.environ | {"NUMBA_CACHE_DIR": str(tmp_path)}
    warm = [sys.executable, "-m", "hotspots.stats.warm"]
    subprocess.run(warm, cwd=ROOT, env=environment, check=True)
    kept = {file.name.split(".")[1].split("-")[0] for file in tmp_path.rglob("*.nbc")}
    assert kept >= KERNELS
    # A second process adds none: no call of the review meets types that the first did not.
    before = {file.name for file in tmp_path.rglob("*.nbc")}
    subprocess.run(warm, cwd=ROOT, env=environment, check=True)
    assert {file.name for file in tmp_path.rglob("*.nbc")} == before
