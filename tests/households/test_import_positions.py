"""In which system are a list's coordinates? Judged by where they put families of known villages."""

import numpy as np
import pytest

from boundaries.doctor import CrsUnclear
from boundaries.models import Division, ImportBatch
from core.coords import CrsUnknown, parse_crs
from core.importing import ImportRefused
from households.models import Household
from tests.factories import STEP, WEST
from tests.households.lists import LIU, TAO, load, reasons, row

pytestmark = pytest.mark.usefixtures("cast", "system")


def spread(n=200, inner=0.0):
    """Points all over 柳村 and 桃村, at least `inner` degrees from their edges: true WGS84."""
    rng = np.random.default_rng(5)
    places = []
    for village, west, width in ((LIU, WEST + STEP, 2 * STEP), (TAO, WEST + 3 * STEP, STEP)):
        x = rng.uniform(west + inner, west + width - inner, n)
        y = rng.uniform(34.00 + inner, 34.02 - inner, n)
        places.append((village, np.column_stack([x, y])))
    return places


def rows_in(system: str, places) -> list[dict]:
    return [
        row(f"{village[-3:]}-{i}", village, lon=x, lat=y)
        for village, points in places
        for i, (x, y) in enumerate(parse_crs(system).from_wgs84(points).tolist())
    ]


@pytest.mark.parametrize("name", ["wgs84", "gcj02", "bd09", "epsg:4547", "epsg:4526", "epsg:3857"])
def test_the_system_is_found_by_the_villages(tmp_path, name):
    places = spread()
    report = load(tmp_path, rows_in(name, places), crs="auto")
    assert report.crs == name
    assert report.candidates[0]["misfit_m"] < 1
    assert report.candidates[1]["misfit_m"] > 10
    assert report.outside_village == report.outside_grids == 0
    for village, points in places:
        stored = Household.objects.filter(village__code=village, household_no__contains="-")
        at = {home.household_no: home.point.coords for home in stored}
        found = [at[f"{village[-3:]}-{i}"] for i in range(len(points))]
        assert np.abs(np.array(found) - points).max() < 5e-6  # 0.5 m
    batch = ImportBatch.objects.get()
    assert batch.crs_used == name
    assert "与村界比对" in batch.crs_method


def test_a_close_call_is_refused_with_the_candidates(tmp_path):
    # All well inside their villages, whatever the system.
    rows = rows_in(
        "wgs84", [(LIU, np.array([[WEST + 2 * STEP, 34.01], [WEST + 2.1 * STEP, 34.01]]))]
    )
    with pytest.raises(CrsUnclear, match="--crs") as unclear:
        load(tmp_path, rows, crs="auto")
    names = [candidate["name"] for candidate in unclear.value.detail["candidates"]]
    assert set(names) == {"wgs84", "gcj02", "bd09"}
    assert "WGS84 经纬度 0 米" in unclear.value.message
    assert Household.objects.count() == 16
    assert load(tmp_path, rows, crs="gcj02").new == 2


def test_a_list_that_no_system_brings_home_is_refused(tmp_path):
    # 柳村's families, said to be 桃村's.
    (_, points), _ = spread()
    with pytest.raises(CrsUnclear, match="都与村界不吻合"):
        load(tmp_path, rows_in("wgs84", [(TAO, points - (0.02, 0))]), crs="auto")


def test_a_few_wrong_places_do_not_decide(tmp_path):
    rows = rows_in("gcj02", spread())
    rows[0] |= {"经度": 116.4, "纬度": 39.9}
    rows[1] |= {"经度": rows[1]["纬度"], "纬度": rows[1]["经度"]}
    report = load(tmp_path, rows, crs="auto")
    assert report.crs == "gcj02"
    assert set(reasons(report)) == {2, 3}


def test_columns_swapped_throughout_are_named_row_by_row(tmp_path):
    rows = rows_in("wgs84", spread(20))
    rows = [r | {"经度": r["纬度"], "纬度": r["经度"]} for r in rows]
    with pytest.raises(ImportRefused) as refused:
        load(tmp_path, rows, crs="auto")
    assert "填反了" in refused.value.reasons[0]


def test_where_no_village_is_drawn_the_town_or_district_serves(tmp_path):
    Division.objects.filter(level="village").update(geom=None)
    report = load(tmp_path, rows_in("wgs84", spread()), crs="auto")
    assert report.crs == "wgs84"


def test_where_nothing_is_drawn_we_ask(tmp_path):
    Division.objects.update(geom=None)
    with pytest.raises(CrsUnclear, match="没有任何已知边界"):
        load(tmp_path, rows_in("wgs84", spread(3)), crs="auto")
    assert load(tmp_path, rows_in("wgs84", spread(3)), crs="wgs84").new == 6


def test_a_list_without_positions_needs_no_system(tmp_path):
    report = load(tmp_path, [row("a1")], crs="auto")
    assert (report.crs, report.new) == ("", 1)


def test_an_unknown_system_is_refused_before_anything_is_read(tmp_path):
    with pytest.raises(CrsUnknown):
        load(tmp_path, [row("a1")], crs="epsg:99999")
