"""The classic data sets with what esda, spdep and pygeoda say of them. See tests/data/README.md."""

import csv
import json
from functools import cache
from pathlib import Path

import numpy as np
import shapely
from pyproj import Transformer

from hotspots.stats.neighbours import Neighbours, from_pairs

DATA = Path(__file__).resolve().parents[1] / "data"
CLASSICS = ("columbus_CRIME", "sids2_SIDR74", "stl_HR8893")


@cache
def classic(name: str) -> tuple[np.ndarray, Neighbours, dict]:
    told = json.loads((DATA / "hotspots" / f"{name}.expected.json").read_text())
    number = {code: i for i, code in enumerate(told["ids"])}
    pairs = [(i, number[b]) for i, near in enumerate(told["neighbors"]) for b in near]
    return np.array(told["values"]), from_pairs(told["n"], np.array(pairs)), told["expected"]


def polygons(name: str) -> np.ndarray:
    layer = json.loads((DATA / "hotspots" / f"{name}.geojson").read_text())
    shapes = [shapely.from_geojson(json.dumps(f["geometry"])) for f in layer["features"]]
    return np.array(shapes, dtype=object)


def robberies() -> np.ndarray:
    """206 in Memphis, January 2019, metres of UTM 15N; some share their point."""
    layer = json.loads((DATA / "events/memphis_robberies_jan.geojson").read_text())
    degrees = np.array([f["geometry"]["coordinates"] for f in layer["features"]])
    return np.c_[Transformer.from_crs(4326, 32615, always_xy=True).transform(*degrees.T)]


def column(file: str, *names: str) -> np.ndarray:
    with (DATA / "events" / file).open() as rows:
        return np.array([[float(row[n]) for n in names] for row in csv.DictReader(rows)])


def memphis_grid() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Count, Gi* and lower left corner of 789 cells of 1,000 m."""
    rows = column(
        "memphis_jan_grid1000m_gistar_expected.csv",
        "count",
        "gistar_z",
        "q_bh",
        "cell_x0",
        "cell_y0",
    )
    return rows[:, 0], rows[:, 1:3], rows[:, 3:]


def lattice(rows: int, columns: int, side_m: float = 500.0) -> tuple[np.ndarray, Neighbours]:
    """Centres of a chessboard and its queen neighbours."""
    y, x = np.divmod(np.arange(rows * columns), columns)
    pairs = [
        (a, b)
        for a in range(rows * columns)
        for dy, dx in ((0, 1), (1, 0), (1, 1), (1, -1))
        if 0 <= x[a] + dx < columns and (b := a + dy * columns + dx) < rows * columns
    ]
    return np.c_[x, y] * side_m, from_pairs(rows * columns, np.array(pairs))
