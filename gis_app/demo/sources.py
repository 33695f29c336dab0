"""What is real in the demo: the district's outline, and the codes and names below it."""

import csv
import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import shapely

DATA = Path(__file__).parent / "data"


@dataclass(frozen=True)
class County:
    code: str
    name: str
    outline: shapely.Polygon  # lon, lat
    town_codes: list[str]
    town_names: list[str]
    town_places: np.ndarray  # t × 2, lon, lat: near which each town is put
    village_codes: list[str]
    village_names: list[str]
    town_of_village: np.ndarray  # v, index into the towns


def _rows(filename: str) -> list[dict]:
    with (DATA / filename).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def read_county() -> County:
    """建安区 as it is published: see data/README.md for the sources."""
    feature = json.loads((DATA / "district.geojson").read_text(encoding="utf-8"))
    towns, villages = _rows("towns.csv"), _rows("villages.csv")
    position = {town["code"]: i for i, town in enumerate(towns)}
    return County(
        code=feature["properties"]["code"],
        name=feature["properties"]["name"],
        outline=shapely.from_geojson(json.dumps(feature["geometry"])),
        town_codes=[town["code"] for town in towns],
        town_names=[town["name"] for town in towns],
        town_places=np.array([[float(t["lon"]), float(t["lat"])] for t in towns]),
        village_codes=[village["code"] for village in villages],
        village_names=[village["name"] for village in villages],
        town_of_village=np.array([position[v["code"][:9]] for v in villages]),
    )
