"""What a design is like, in numbers."""

from dataclasses import dataclass
from math import pi

import numpy as np
import shapely
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components, minimum_spanning_tree

from grids.designer.mesh import Outlines, outlines
from grids.designer.units import Units

# A grid is split by a river when more than this part of its load lies on the lesser side.
RIVER_SHARE = 0.05


@dataclass(frozen=True)
class Metrics:
    max_dev: float  # greatest |load - mean| / mean
    pp_mean: float  # Polsby-Popper of the drawn polygons, 0..1
    pp_min: float
    parts: int  # connected pieces over all grids; as many as grids when all are whole
    count_min: int  # households
    count_max: int
    along_barrier: float  # share of the borders between grids that runs along roads or rivers
    river_cut: int  # grids with load on both sides of a river
    rms_m: float  # root mean square distance of load to its grid's centre
    mst_m: float  # length of the shortest trees that join the buildings of each grid


def polsby_popper(polygons) -> np.ndarray:
    """4π·area / perimeter²: 1 for a circle, 0.785 for a square. Polsby & Popper 1991."""
    return 4 * pi * shapely.area(polygons) / shapely.length(polygons) ** 2


def dissolve(units: Units, label: np.ndarray, k: int) -> Outlines:
    """The polygon of each grid."""
    if units.mesh is not None:
        # Where the load is the area itself, a straightened border would shift it.
        straighten = bool(units.homes.any())
        return outlines(
            units.mesh, label[units.face_unit], k, units.xy, label, straighten=straighten
        )
    polygons = [shapely.union_all(units.polygons[label == g]) for g in range(k)]
    cut = label[units.pairs[:, 0]] != label[units.pairs[:, 1]]
    return Outlines(
        [p if p.geom_type == "MultiPolygon" else shapely.MultiPolygon([p]) for p in polygons],
        float(units.border_m[cut].sum()),
        0.0,
    )


def measure(units: Units, label: np.ndarray, k: int, drawn: Outlines) -> Metrics:
    load = np.bincount(label, units.weight, minlength=k)
    mean = load.mean()
    homes = np.bincount(label, units.homes, minlength=k)
    a, b = units.pairs.T
    same = (label[a] == label[b]) & (units.border_m > 0)
    parts, _ = _pieces(len(units), a[same], b[same])
    dry = same & (units.river < 0.5)
    _, side = _pieces(len(units), a[dry], b[dry])
    across = 0
    for g in range(k):
        mine = label == g
        weight = np.bincount(side[mine], units.weight[mine])
        across += bool(weight.sum() - weight.max() > RIVER_SHARE * weight.sum())
    centre = (
        np.stack(
            [np.bincount(label, units.weight * units.xy[:, i], minlength=k) for i in (0, 1)], axis=1
        )
        / np.maximum(load, 1e-9)[:, None]
    )
    far = ((units.xy - centre[label]) ** 2).sum(axis=1) * units.weight
    hops = np.hypot(*(units.xy[a] - units.xy[b]).T)
    inner = label[a] == label[b]
    tree = minimum_spanning_tree(
        coo_matrix((np.maximum(hops[inner], 1e-6), (a[inner], b[inner])), shape=(len(units),) * 2)
    )
    shape = polsby_popper(np.array(drawn.polygons, dtype=object))
    return Metrics(
        max_dev=float(np.abs(load - mean).max() / mean) if mean else 0.0,
        pp_mean=float(shape.mean()),
        pp_min=float(shape.min()),
        parts=parts,
        count_min=int(homes.min()),
        count_max=int(homes.max()),
        along_barrier=drawn.barrier_m / drawn.inner_m if drawn.inner_m else 0.0,
        river_cut=across,
        rms_m=float(np.sqrt(far.sum() / max(load.sum(), 1e-9))),
        mst_m=float(tree.sum()),
    )


def _pieces(n: int, a: np.ndarray, b: np.ndarray) -> tuple[int, np.ndarray]:
    return connected_components(coo_matrix((np.ones(len(a)), (a, b)), shape=(n, n)), directed=False)
