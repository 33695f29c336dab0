"""The coordinate doctor on the real outline of 建安区， and on invented parts of it."""

import json
from pathlib import Path

import numpy as np
import pytest
import shapely
from shapely.geometry import shape

from boundaries.doctor import CrsUnclear, place
from core.coords import parse_crs
from core.geofile.layer import Declared, Feature, Layer

DATA = Path(__file__).parents[1] / "data"
OUTLINES = DATA / "boundaries/tianditu_411003_411002_cgcs2000.geojson"
NOTHING = Declared("none")
DATUMS = ["wgs84", "gcj02", "bd09", "EPSG:4547", "EPSG:4526"]


@pytest.fixture(scope="module")
def outlines():
    features = json.loads(OUTLINES.read_text())["features"]
    return {f["properties"]["district_adcode"]: shape(f["geometry"]) for f in features}


@pytest.fixture(scope="module")
def district(outlines):
    return outlines[411003]


@pytest.fixture(scope="module")
def towns(district):
    """Eighteen invented towns that fill the district."""
    west, south, east, north = district.bounds
    spread = np.random.default_rng(7).random((18, 2))
    seeds = shapely.MultiPoint((west, south) + spread * (east - west, north - south))
    cells = shapely.get_parts(shapely.voronoi_polygons(seeds, extend_to=district))
    return [c for c in shapely.intersection(cells, district) if not c.is_empty]


def layer(shapes, declared=NOTHING):
    return Layer("test", "t", (), [Feature(i + 1, {}, g) for i, g in enumerate(shapes)], declared)


def drawn_in(name, shapes, swapped=False):
    """The same shapes as a file in that system would hold them."""

    def write(lonlat):
        xy = parse_crs(name).from_wgs84(lonlat)
        return xy[:, ::-1] if swapped else xy

    return [shapely.transform(g, write) for g in shapes]


def off_m(placement, truth):
    """The largest distance in metres between a vertex and where it belongs."""
    got, want = (shapely.get_coordinates(g) for g in (placement.geometries, truth))
    return float(np.abs((got - want) * (92_300, 110_950)).max())


def used(name):
    return {"EPSG:4547": "epsg:4547", "EPSG:4526": "epsg:4526"}.get(name, name)


@pytest.mark.parametrize("name", DATUMS)
@pytest.mark.parametrize("declared", [NOTHING, Declared("epsg", 4326), Declared("epsg", 4490)])
def test_the_district_outline_is_recognised_in_every_datum(district, name, declared):
    placement = place(layer(drawn_in(name, [district]), declared), reference=district)
    assert placement.used == used(name)
    assert off_m(placement, [district]) < 0.5
    best, second = placement.candidates[:2]
    assert best.misfit_m < 1
    assert second.misfit_m > 100


@pytest.mark.parametrize(
    "epsg", [4525, 4527, 4546, 4548, 4497, 4498]
)  # zones 37 and 39 with and without number, and the 6° zones
def test_the_district_outline_is_recognised_in_every_zone_around(district, epsg):
    name = f"epsg:{epsg}"
    placement = place(layer(drawn_in(name, [district])), reference=district)
    assert placement.used == name
    assert off_m(placement, [district]) < 0.5


@pytest.mark.parametrize("name", DATUMS)
def test_a_neighbour_in_the_same_file_does_not_confuse(outlines, name):
    both = [outlines[411002], outlines[411003]]
    placement = place(layer(drawn_in(name, both)), reference=outlines[411003])
    assert placement.used == used(name)
    assert off_m(placement, both) < 0.5


@pytest.mark.parametrize("name", DATUMS)
def test_towns_that_fill_the_district_are_recognised(district, towns, name):
    assert place(layer(drawn_in(name, towns)), reference=district).used == used(name)


@pytest.mark.parametrize("name", DATUMS)
def test_an_outline_drawn_otherwise_than_ours_is_recognised(district, name):
    """Real outlines of one place differ by tens of metres, here up to 100 east and 100 north."""
    rough = shapely.transform(
        shapely.segmentize(district, 0.004),
        lambda p: p + 100 * np.sin(p * 1e5) / (92_300, 110_950),
    ).buffer(0)
    placement = place(layer(drawn_in(name, [rough])), reference=district)
    assert placement.used == used(name)


@pytest.mark.parametrize("name", ["wgs84", "gcj02", "bd09"])
def test_one_town_at_the_edge_is_recognised_or_asked_about_but_never_shifted_wrongly(
    district, towns, name
):
    recognised = 0
    for town in towns:
        try:
            placement = place(layer(drawn_in(name, [town])), reference=district)
        except CrsUnclear:
            continue
        recognised += 1
        assert placement.used == name
    assert recognised >= 8


@pytest.mark.parametrize("name", ["wgs84", "gcj02"])
def test_a_town_set_back_from_the_edge_by_as_much_as_a_shift_is_not_shifted(district, name):
    """Its own edge runs beside the district's: a straight stretch would seem to fit after a shift."""
    inner = district.buffer(-0.006)
    west, south, east, north = district.bounds
    for x in np.arange(west, east, 0.04):
        for y in np.arange(south, north, 0.04):
            town = inner & shapely.box(x, y, x + 0.04, y + 0.04)
            if town.is_empty:
                continue
            try:
                placement = place(layer(drawn_in(name, [town])), reference=district)
            except CrsUnclear:
                continue
            assert placement.used == name


@pytest.mark.parametrize("name", ["wgs84", "gcj02", "bd09"])
def test_parts_in_the_middle_prove_nothing_and_are_asked_about(district, name):
    middle = shapely.box(113.65, 34.08, 113.68, 34.10)
    assert district.contains(middle.buffer(0.03))
    with pytest.raises(CrsUnclear, match=r"没有沿着已知边界.*--crs") as refusal:
        place(layer(drawn_in(name, [middle])), reference=district)
    assert {c["name"] for c in refusal.value.detail["candidates"]} == {"wgs84", "gcj02", "bd09"}


@pytest.mark.parametrize("name", ["EPSG:4547", "EPSG:4526"])
def test_parts_in_the_middle_lie_in_one_zone_only(district, name):
    middle = shapely.box(113.65, 34.08, 113.68, 34.10)
    assert place(layer(drawn_in(name, [middle])), reference=district).used == used(name)


def test_a_shift_between_two_datums_is_a_close_call(district):
    halfway = shapely.transform(district, lambda p: (p + parse_crs("gcj02").from_wgs84(p)) / 2)
    with pytest.raises(CrsUnclear, match="请用 --crs 指定"):
        place(layer([halfway]), reference=district)
    assert place(layer([halfway]), crs="gcj02", reference=district).used == "gcj02"


@pytest.mark.parametrize("name", DATUMS)
def test_swapped_axes_are_found_and_said(district, name):
    placement = place(layer(drawn_in(name, [district], swapped=True)), reference=district)
    assert placement.used == f"{used(name)}(yx)"
    assert "已对调" in placement.method
    assert off_m(placement, [district]) < 0.5


def test_swapped_axes_are_found_when_the_system_is_given(district):
    drawn = layer(drawn_in("EPSG:4547", [district], swapped=True))
    assert off_m(place(drawn, crs="EPSG:4547", reference=district), [district]) < 0.5
    assert off_m(place(drawn, crs="EPSG:4547"), [district]) < 0.5


@pytest.mark.parametrize(
    ("declared", "name"),
    [
        (Declared("epsg", 4547), "EPSG:4547"),
        (Declared("epsg", 4526), "EPSG:4526"),
        (Declared("epsg", 3857), "EPSG:3857"),
        (Declared("epsg", 32649), "EPSG:32649"),
        (Declared("gcj02"), "gcj02"),
        (Declared("bd09"), "bd09"),
    ],
)
@pytest.mark.parametrize("known", [True, False])
def test_a_true_declaration_is_followed(district, declared, name, known):
    drawn = layer(drawn_in(name, [district]), declared)
    placement = place(drawn, reference=district if known else None)
    assert placement.used == name.lower()
    assert "声明" in placement.method
    assert off_m(placement, [district]) < 0.5


def test_a_true_declaration_is_enough_for_parts_in_the_middle(district):
    middle = shapely.box(113.65, 34.08, 113.68, 34.10)
    drawn = layer(drawn_in("gcj02", [middle]), Declared("gcj02"))
    assert place(drawn, reference=district).used == "gcj02"


@pytest.mark.parametrize(
    ("declared", "name"),
    [
        (Declared("epsg", 4548), "EPSG:4547"),
        (Declared("epsg", 4547), "EPSG:4526"),
        (Declared("epsg", 3857), "EPSG:4547"),
        (Declared("gcj02"), "wgs84"),
        (Declared("bd09"), "gcj02"),
    ],
)
def test_a_declaration_that_contradicts_the_place_is_refused(district, declared, name):
    with pytest.raises(CrsUnclear, match=r"与已知边界矛盾.*--crs") as refusal:
        place(layer(drawn_in(name, [district]), declared), reference=district)
    assert refusal.value.detail["candidates"][0]["name"] == used(name)


def test_an_unknown_declaration_is_tested_strictly(district):
    xian80 = shapely.transform(district, lambda p: p + np.array([90, 40]) / (92_300, 110_950))
    odd = Declared("unknown", text="Xian 1980")
    with pytest.raises(CrsUnclear, match="不吻合"):
        place(layer([xian80], odd), reference=district)
    assert place(layer([district], odd), reference=district).used == "wgs84"
    with pytest.raises(CrsUnclear, match="Xian 1980"):
        place(layer([district], odd))


def test_a_file_from_elsewhere_is_refused_with_the_distance(district):
    with pytest.raises(CrsUnclear, match=r"不在已知边界之内.*公里"):
        place(layer([shapely.box(116, 39, 116.5, 39.5)]), reference=district)
    with pytest.raises(CrsUnclear, match=r"GCJ-02.*不在已知边界之内"):
        place(layer([shapely.box(116, 39, 116.5, 39.5)]), crs="gcj02", reference=district)


def test_without_anything_known_degrees_are_taken_as_wgs84_and_said_to_be_unverified(district):
    placement = place(layer([district]))
    assert placement.used == "wgs84"
    assert "未经核对" in placement.method
    assert placement.shift_m == 0


def test_without_anything_known_latitude_first_is_seen(district):
    placement = place(layer(drawn_in("wgs84", [district], swapped=True)))
    assert off_m(placement, [district]) < 1e-6
    assert "已对调" in placement.method


def test_without_anything_known_plane_coordinates_are_asked_about(district):
    drawn = layer(drawn_in("EPSG:4526", [district]))
    with pytest.raises(CrsUnclear, match=r"平面坐标.*--crs"):
        place(drawn)
    assert off_m(place(drawn, crs="EPSG:4526"), [district]) < 0.5
    with pytest.raises(CrsUnclear, match="不可能是"):
        place(drawn, crs="EPSG:4326")


def test_the_shift_is_recorded(district):
    assert 550 < place(layer(drawn_in("gcj02", [district])), reference=district).shift_m < 650
    assert place(layer(drawn_in("EPSG:4547", [district])), reference=district).shift_m is None


def test_features_without_a_usable_shape_keep_their_place_in_the_list(district):
    features = [
        Feature(1, {}, None),
        Feature(2, {}, district),
        Feature(3, {}, district, problem="坐标不是数"),
    ]
    placement = place(Layer("test", "t", (), features, NOTHING), reference=district)
    assert [g is not None for g in placement.geometries] == [False, True, False]


def test_a_bow_tie_among_good_features_does_not_break_the_doctor(district):
    bow_tie = shapely.Polygon([(113.6, 34), (113.7, 34.1), (113.7, 34), (113.6, 34.1)])
    placement = place(layer([district, bow_tie]), reference=district)
    assert placement.used == "wgs84"
