"""Who borders whom: queen contiguity, k nearest, a band of metres.

Areas are numbered 0…n−1 in the order given; geometry is in a projected system, in metres.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import scipy.sparse as sparse
import shapely
from scipy.spatial import cKDTree

NEAREST = 4


@dataclass(frozen=True)
class Neighbours:
    """Neighbours of i: `nbr[ptr[i]:ptr[i + 1]]`, ascending, without i.

    `islands`: areas that border none and were given their nearest instead.
    """

    ptr: np.ndarray
    nbr: np.ndarray
    islands: np.ndarray

    @property
    def n(self) -> int:
        return len(self.ptr) - 1

    @property
    def count(self) -> np.ndarray:
        return np.diff(self.ptr)

    @cached_property
    def matrix(self) -> sparse.csr_array:
        ones = np.ones(len(self.nbr))
        return sparse.csr_array((ones, self.nbr, self.ptr), shape=(self.n, self.n))

    def around(self, x: np.ndarray) -> np.ndarray:
        """Sum of `x` over the neighbours, without the area itself."""
        return self.matrix @ x

    def ring(self, x: np.ndarray) -> np.ndarray:
        """Sum of `x` over the area and its neighbours."""
        return x + self.matrix @ x


def from_pairs(n: int, pairs: np.ndarray, islands: np.ndarray | None = None) -> Neighbours:
    """Of unordered pairs (i, j); a pair named twice, or an area paired with itself, counts once or not."""
    pairs = np.asarray(pairs, np.int64).reshape(-1, 2)
    pairs = pairs[pairs[:, 0] != pairs[:, 1]]
    both = np.unique(np.concatenate([pairs, pairs[:, ::-1]]), axis=0)
    ptr = np.zeros(n + 1, np.int64)
    np.cumsum(np.bincount(both[:, 0], minlength=n), out=ptr[1:])
    return Neighbours(ptr, both[:, 1].copy(), np.zeros(n, bool) if islands is None else islands)


def queen(polygons: np.ndarray, nearest: int = NEAREST) -> Neighbours:
    """Areas that share a border or a corner; an island gets its `nearest` by centre.

    Valid for a coverage without gaps or overlaps: where borders miss each other by a centimetre,
    neighbours are lost. Needs shapely polygons.
    """
    polygons = np.asarray(polygons, dtype=object)
    pairs = shapely.STRtree(polygons).query(polygons, predicate="intersects").T
    centre = shapely.centroid(polygons)
    return _with_islands(
        len(polygons), pairs, np.c_[shapely.get_x(centre), shapely.get_y(centre)], nearest
    )


def k_nearest(xy: np.ndarray, k: int = NEAREST) -> Neighbours:
    """The `k` nearest by centre, made mutual: if i is near j, j counts i as a neighbour too."""
    return from_pairs(len(xy), _nearest_pairs(xy, np.arange(len(xy)), k))


def within(xy: np.ndarray, metres: float, nearest: int = NEAREST) -> Neighbours:
    """All whose centres are at most `metres` apart; who has none gets its `nearest`."""
    pairs = cKDTree(xy).query_pairs(metres, output_type="ndarray")
    return _with_islands(len(xy), pairs, np.asarray(xy, float), nearest)


def _with_islands(n: int, pairs: np.ndarray, xy: np.ndarray, nearest: int) -> Neighbours:
    alone = from_pairs(n, pairs).count == 0
    more = _nearest_pairs(xy, np.flatnonzero(alone), nearest)
    return from_pairs(n, np.concatenate([pairs, more]), alone)


def _nearest_pairs(xy: np.ndarray, of: np.ndarray, k: int) -> np.ndarray:
    k = min(k, len(xy) - 1)
    if not len(of) or k < 1:
        return np.empty((0, 2), np.int64)
    # One more than asked for: the nearest of all is usually the area itself, but not where
    # several share a centre.
    _, found = cKDTree(xy).query(np.asarray(xy)[of], k=k + 1)
    keep = found != of[:, None]
    keep[keep.all(axis=1), -1] = False
    return np.c_[np.repeat(of, k), found[keep]]
