"""Compile planner and roads before somebody waits for them: ``python -m visits.planner.warm``."""

import numpy as np
import shapely

from visits.planner.model import Problem, Shift, Visit
from visits.planner.plan import plan_visits
from visits.roads import graph_of


def warm() -> None:
    travel = np.array([[0, 60], [60, 0]], np.int32)
    day = ((0, 3_600),)
    plan_visits(Problem(travel, (Visit(0, 1, 60, 600, day),), (Shift(0, 0, 0, 3_600),)), turns=10)
    road = [shapely.LineString([(113.8, 34.1), (113.81, 34.1), (113.82, 34.1)])]
    graph_of(road, [{"highway": "track"}]).seconds(
        np.array([(113.8, 34.1), (113.82, 34.1)]), "walk"
    )


if __name__ == "__main__":
    warm()
