"""Numbers for grids that came without a code. Pure."""

from collections.abc import Collection, Sequence
from statistics import median

from shapely.geometry.base import BaseGeometry

MOST = 999


def reading_order(grids: Sequence[BaseGeometry]) -> list[int]:
    """Positions of `grids` from west to east in rows from north to south, as one reads a page.

    A row starts with the northernmost grid that has none yet and takes every grid whose centre
    lies less than half a grid's height further south; the height is the median of all. Inside a
    row the order is by the centre's longitude. Equal places keep the order given.
    """
    centres = [grid.centroid for grid in grids]
    height = median(grid.bounds[3] - grid.bounds[1] for grid in grids) if grids else 0
    left = sorted(range(len(grids)), key=lambda i: -centres[i].y)
    order: list[int] = []
    while left:
        south = centres[left[0]].y - height / 2
        row = [i for i in left if centres[i].y > south] or left[:1]
        order += sorted(row, key=lambda i: (centres[i].x, -centres[i].y))
        left = left[len(row) :]
    return order


def number(grids: Sequence[BaseGeometry], used: Collection[int]) -> list[int]:
    """A number for each grid, in reading order, after the highest ever used in the village.

    A number is never used again, so that an old sheet of paper cannot mean another place. May
    exceed `MOST`; the caller refuses that.
    """
    first = max(used, default=0) + 1
    numbers = [0] * len(grids)
    for place, position in enumerate(reading_order(grids)):
        numbers[position] = first + place
    return numbers
