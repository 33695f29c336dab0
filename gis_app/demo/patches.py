"""Putting pieces of ground together: what borders what, and which pieces belong to a whole."""

from dataclasses import dataclass

import numpy as np
import shapely

# Vertices are compared as whole numbers of this part of a degree.
GRID_DEGREES = 1e-6


@dataclass(frozen=True)
class Borders:
    """Pairs of pieces (i < j) that share an edge, and how long it is, in degrees."""

    i: np.ndarray
    j: np.ndarray
    length: np.ndarray

    def between(self, whole: np.ndarray) -> "Borders":
        """The borders between wholes, where `whole[p]` is the whole of piece p."""
        a, b = whole[self.i], whole[self.j]
        n = int(whole.max()) + 1
        pairs, which = np.unique(np.minimum(a, b) * n + np.maximum(a, b), return_inverse=True)
        length = np.bincount(which, self.length)
        apart = pairs // n != pairs % n
        return Borders(pairs[apart] // n, pairs[apart] % n, length[apart])


def borders(pieces: np.ndarray) -> Borders:
    """What borders what in an exact coverage.

    Neighbours have their common vertices in common, so a segment that occurs twice is a border and
    no geometry needs computing.
    """
    rings, piece_of_ring = shapely.get_rings(pieces, return_index=True)
    xy, ring = shapely.get_coordinates(rings, return_index=True)
    joined = ring[1:] == ring[:-1]
    whole = np.round(xy / GRID_DEGREES).astype(np.int64)
    vertices, vertex = np.unique(whole, axis=0, return_inverse=True)
    vertex = vertex.ravel()
    a, b = vertex[:-1][joined], vertex[1:][joined]
    segment = np.minimum(a, b) * len(vertices) + np.maximum(a, b)
    owner = piece_of_ring[ring[:-1][joined]]
    length = np.hypot(*(xy[1:] - xy[:-1])[joined].T)
    order = np.argsort(segment, kind="stable")
    first = order[:-1][segment[order][1:] == segment[order][:-1]]
    second = order[1:][segment[order][1:] == segment[order][:-1]]
    return Borders(
        np.minimum(owner[first], owner[second]), np.maximum(owner[first], owner[second]),
        length[first],
    ).between(np.arange(len(pieces)))  # fmt: skip


def components(n: int, i: np.ndarray, j: np.ndarray) -> np.ndarray:
    """For each of n nodes the lowest node that links i–j lead to."""
    lowest = np.arange(n)
    while True:
        before = lowest.copy()
        least = np.minimum(lowest[i], lowest[j])
        np.minimum.at(lowest, i, least)
        np.minimum.at(lowest, j, least)
        lowest = lowest[lowest]
        if np.array_equal(before, lowest):
            return lowest


def gather_strays(
    whole: np.ndarray, area: np.ndarray, near: Borders, kin: np.ndarray | None = None
) -> np.ndarray:
    """Give every piece that is cut off from the bulk of its whole to the neighbour it touches most.

    A piece goes to a whole w of the same `kin[w]` if it touches one.
    Returns the whole of each piece; afterwards every whole is in one piece.
    """
    whole = whole.copy()
    for _ in range(20):
        same = whole[near.i] == whole[near.j]
        part = components(len(whole), near.i[same], near.j[same])
        size = np.bincount(part, area, minlength=len(whole))
        # The bulk of each whole: its largest part, the first one of equals.
        order = np.lexsort((part, -size[part], whole))
        firsts = order[np.unique(whole[order], return_index=True)[1]]
        bulk = np.full(int(whole.max()) + 1, -1)
        bulk[whole[firsts]] = part[firsts]
        stray = part != bulk[whole]
        if not stray.any():
            return whole
        best = {}
        for i, j, length in zip(near.i, near.j, near.length, strict=True):
            for piece, other in ((i, j), (j, i)):
                if stray[piece] and not stray[other]:
                    related = kin is None or kin[whole[piece]] == kin[whole[other]]
                    best[piece] = max(best.get(piece, (False, 0.0, -1)), (related, length, other))
        for piece, (_, _, other) in sorted(best.items()):
            whole[piece] = whole[other]
    return whole
    return whole


def unions(pieces: np.ndarray, whole: np.ndarray) -> np.ndarray:
    """The wholes 0…n-1, each the exact union of its pieces."""
    order = np.argsort(whole, kind="stable")
    starts = np.flatnonzero(np.diff(whole[order], prepend=-1))
    return np.array(
        [shapely.coverage_union_all(group) for group in np.split(pieces[order], starts[1:])]
    )
