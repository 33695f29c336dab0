"""Compile the designer before somebody waits for it: ``python -m grids.designer.warm``.

numba compiles at the first use, which takes ten seconds and more, and keeps the result in
NUMBA_CACHE_DIR. So a small village is drawn once, in every way the site draws one.
"""

import numpy as np
import shapely

from grids.designer.design import OBJECTIVES, design_grids, rebalance
from grids.designer.units import build_units


def warm() -> None:
    xy = np.column_stack([v.ravel() for v in np.meshgrid(np.arange(6), np.arange(6))]) * 40.0 + 20
    units = build_units(shapely.box(0, 0, 240, 240), xy, np.ones(len(xy)))
    for objective in OBJECTIVES:
        made = design_grids(units, 4, objective=objective, starts=2, iterations=1_000)
    rebalance(units, made.label, iterations=1_000, starts=1)


if __name__ == "__main__":
    warm()
