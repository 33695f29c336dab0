"""Who borders whom."""

import numpy as np
import pytest
import shapely

from hotspots.stats.neighbours import from_pairs, k_nearest, queen, within
from tests.hotspots.oracles import CLASSICS, classic, polygons


@pytest.mark.parametrize("name", CLASSICS)
def test_queen_neighbours_are_those_of_libpysal(name):
    _, told, _ = classic(name)
    ours = queen(polygons(name))
    assert ours.ptr.tolist() == told.ptr.tolist() and ours.nbr.tolist() == told.nbr.tolist()


def test_a_corner_is_enough_and_an_island_gets_its_nearest():
    squares = [shapely.box(x, y, x + 1, y + 1) for x, y in ((0, 0), (1, 1), (9, 0), (2, 0))]
    near = queen(np.array(squares, dtype=object), nearest=1)
    assert near.islands.tolist() == [False, False, True, False]
    assert [near.nbr[near.ptr[i] : near.ptr[i + 1]].tolist() for i in range(4)] == [
        [1], [0, 3], [3], [1, 2],
    ]  # fmt: skip


def test_k_nearest_are_mutual_and_not_oneself_even_at_one_point():
    xy = np.array([[0, 0], [0, 0], [0, 0], [5, 0], [50, 0]], float)
    near = k_nearest(xy, 2)
    dense = near.matrix.toarray()
    assert (dense == dense.T).all() and not dense.diagonal().any()
    assert (near.count >= 2).all()


def test_a_band_counts_its_own_edge():
    near = within(np.array([[0, 0], [100, 0], [201, 0]], float), 100, nearest=1)
    assert near.count.tolist() == [1, 2, 1] and near.islands.tolist() == [False, False, True]


def test_sums_around_leave_oneself_out_and_rings_do_not():
    near = from_pairs(3, np.array([[0, 1], [1, 0], [1, 1]]))
    assert near.around(np.array([1.0, 2, 4])).tolist() == [2, 1, 0]
    assert near.ring(np.array([1.0, 2, 4])).tolist() == [3, 3, 4]


def test_one_area_alone_has_no_neighbour():
    assert queen(np.array([shapely.box(0, 0, 1, 1)], dtype=object)).count.tolist() == [0]
