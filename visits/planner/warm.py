"""Compile the planner before somebody waits for it: ``python -m visits.planner.warm``."""

import numpy as np

from visits.planner.model import Problem, Shift, Visit
from visits.planner.plan import plan_visits


def warm() -> None:
    travel = np.array([[0, 60], [60, 0]], np.int32)
    day = ((0, 3_600),)
    plan_visits(Problem(travel, (Visit(0, 1, 60, 600, day),), (Shift(0, 0, 0, 3_600),)), turns=10)


if __name__ == "__main__":
    warm()
