"""Compile the statistics before somebody waits for them: ``python -m hotspots.stats.warm``.

As grids/designer/warm.py: every kernel is called once, with the types of a real review.
"""

import numpy as np

from hotspots.stats.autocorrelation import local_by_permutation
from hotspots.stats.neighbours import k_nearest
from hotspots.stats.review import Areas, Disputes, review
from hotspots.stats.scan import scan_spacetime


def warm() -> None:
    xy = np.column_stack([v.ravel() for v in np.meshgrid(np.arange(6), np.arange(6))]) * 500.0
    near = k_nearest(xy)
    area = np.r_[np.repeat(np.arange(36), 2), np.full(40, 14)]
    minor, days_left = np.ones(len(area), bool), np.zeros(len(area), np.int64)
    homes = np.full(36, 80.0)
    review(Areas(homes, xy, near, homes), Disputes(area, minor, days_left), seed=1, sims=19)
    counts = np.bincount(area, minlength=36).astype(float)
    scan_spacetime(np.c_[counts, counts], np.full((36, 2), counts.mean()), xy, seed=1, sims=9)
    local_by_permutation(counts, near, sims=9, seed=1)


if __name__ == "__main__":
    warm()
