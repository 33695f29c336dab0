"""示例县 999001, 8 × 4 km: 西镇 is its western half, 东镇 its eastern. And the real files."""

from pathlib import Path

import shapely

from boundaries.models import Division

DATA = Path(__file__).parents[1] / "data"
OUTLINES = DATA / "boundaries/tianditu_411003_411002_cgcs2000.geojson"
TOWNS = DATA / "codes/china-division-2.7.0_towns.csv"
VILLAGES = DATA / "codes/china-division-2.7.0_villages.csv"
VERMONT = DATA / "zones/vermont_towns.zip"

WEST, EAST = shapely.box(113.80, 34.00, 113.84, 34.04), shapely.box(113.84, 34.00, 113.88, 34.04)
TOWN_FEATURES = [
    ({"code": "999001101", "name": "西镇"}, WEST),
    ({"code": "999001102", "name": "东镇"}, EAST),
]


def names(level, **kwargs):
    rows = Division.objects.current().filter(level=level, **kwargs)
    return dict(rows.values_list("code", "name"))
