"""Ways along roads, against Dijkstra written out and roads whose lengths are known."""

import heapq
from pathlib import Path

import numpy as np
import pyogrio
import pytest
import shapely

from visits.planner.distance import SPEED, straight_metres, ways_between
from visits.roads import NotRoads, graph_of, read_roads

BAYREUTH = Path(__file__).parents[1] / "data/roads/north-bayreuth.osm.gz"
# 0.01 degrees of latitude.
STEP = 1_111.949


@pytest.fixture(scope="module")
def bayreuth():
    return read_roads(BAYREUTH)


def by_hand(graph, mode, source):
    """Seconds from one point to all others, with nothing left out of the graph."""
    ways = {}
    for (a, b), there, back in zip(graph.pieces, graph.forth[mode], graph.back[mode], strict=True):
        ways.setdefault(int(a), []).append((int(b), there))
        ways.setdefault(int(b), []).append((int(a), back))
    best, queue = {source: 0.0}, [(0.0, source)]
    while queue:
        cost, a = heapq.heappop(queue)
        if cost > best[a]:
            continue
        for b, more in ways.get(a, ()):
            if cost + more < best.get(b, np.inf):
                best[b] = cost + more
                heapq.heappush(queue, (cost + more, b))
    return best


@pytest.mark.parametrize("mode", SPEED)
def test_ways_are_those_of_dijkstra_on_the_whole_graph(bayreuth, mode):
    ends = np.random.default_rng(3).choice(len(bayreuth.points), 60, replace=False)
    ours = bayreuth.between(ends, mode)
    for k in range(6):
        best = by_hand(bayreuth, mode, int(ends[k]))
        theirs = np.array([best.get(int(end), np.inf) for end in ends])
        assert np.array_equal(np.isinf(ours[k]), np.isinf(theirs))
        there = np.isfinite(theirs)
        assert ours[k][there] == pytest.approx(theirs[there], rel=1e-9)
    assert np.isinf(ours).any() and np.isfinite(ours).sum() > 1_000


def test_where_no_road_leads_the_line_is_taken_and_the_pair_named(bayreuth):
    low, high = bayreuth.points.min(axis=0), bayreuth.points.max(axis=0)
    points = np.random.default_rng(1).uniform(low, high, (80, 2))
    ways = ways_between(points, "walk", roads=bayreuth)
    assert ways.note == "unreachable" and ways.guessed
    line = straight_metres(points)
    for a, b in ways.guessed:
        assert ways.seconds[a, b] == pytest.approx(line[a, b] * 1.35 / 1.2, abs=1)
    by_road = np.isfinite(bayreuth.seconds(points, "walk"))
    # No way is shorter than the straight line, but for what the globe is rounder than a plane.
    assert (ways.seconds[by_road] >= line[by_road] / SPEED["walk"] * 0.99 - 1).all()
    assert (ways.seconds.diagonal() == 0).all()


def test_roads_of_another_continent_serve_nobody(bayreuth):
    homes = np.array([[113.80, 34.10], [113.81, 34.11]])
    assert np.isinf(bayreuth.seconds(homes, "walk")[0, 1])
    assert ways_between(homes, "walk", roads=bayreuth).note == "roads_elsewhere"
    assert ways_between(homes[:1], "walk", roads=bayreuth).note is None


OSM = """<osm version="0.6">
<node id="1" lat="0.00" lon="10"/><node id="2" lat="0.01" lon="10"/><node id="3" lat="0.02" lon="10"/>
<node id="4" lat="0.02" lon="10.01"/><node id="5" lat="0.00" lon="10.01"/><node id="6" lat="1" lon="1"/>
<node id="7" lat="1.01" lon="1"/>
<way id="1"><nd ref="1"/><nd ref="2"/><nd ref="3"/><tag k="highway" v="residential"/>
  <tag k="oneway" v="yes"/></way>
<way id="2"><nd ref="3"/><nd ref="4"/><tag k="highway" v="motorway"/></way>
<way id="3"><nd ref="4"/><nd ref="5"/><tag k="highway" v="steps"/></way>
<way id="4"><nd ref="5"/><nd ref="1"/><tag k="highway" v="service"/><tag k="access" v="private"/>
  <tag k="foot" v="yes"/></way>
<way id="5"><nd ref="6"/><nd ref="7"/><tag k="highway" v="track"/></way>
<way id="6"><nd ref="3"/><nd ref="6"/><tag k="railway" v="rail"/></way>
</osm>"""


@pytest.fixture
def square(tmp_path):
    (tmp_path / "square.osm").write_text(OSM)
    return read_roads(tmp_path / "square.osm")


def ways(graph, mode):
    """Metres between nodes 1, 3, 4 and 6, by the speed of residential roads."""
    at = np.array([[10, 0], [10, 0.02], [10.01, 0.02], [1, 1]])
    return graph.seconds(at, mode)


def test_on_foot_neither_one_way_nor_steps_stop_anybody(square):
    found = ways(square, "walk")
    assert found[0, 1] == pytest.approx(2 * STEP / 1.2, rel=1e-4)
    assert found[1, 0] == found[0, 1]
    # Not along the motorway: round by the steps and through the yard, which is open on foot.
    assert found[0, 2] == pytest.approx(3 * STEP / 1.2, rel=1e-4)
    assert np.isinf(found[0, 3])


def test_by_car_one_ways_hold_and_private_ways_are_shut(square):
    found = ways(square, "car")
    assert found[0, 1] == pytest.approx(2 * STEP / 7, rel=1e-4)
    assert np.isinf(found[1, 0])
    assert found[0, 2] == pytest.approx(2 * STEP / 7 + STEP / 25, rel=1e-3)


def test_by_electric_bicycle_nobody_climbs_steps(square):
    found = ways(square, "ebike")
    assert found[0, 1] == found[1, 0] == pytest.approx(2 * STEP / 4.2, rel=1e-4)
    assert np.isinf(found[0, 2])


def test_a_geopackage_gives_the_same_roads(tmp_path, square):
    lines = [shapely.LineString([(10, 0), (10, 0.01), (10, 0.02)])]
    pyogrio.raw.write(
        tmp_path / "roads.gpkg", shapely.to_wkb(lines), [np.array(["residential"], object)],
        fields=["highway"], crs="EPSG:4326", geometry_type="LineString", layer="roads",
    )  # fmt: skip
    found = read_roads(tmp_path / "roads.gpkg").seconds(np.array([[10, 0], [10, 0.02]]), "walk")
    assert found[0, 1] == pytest.approx(ways(square, "walk")[0, 1])


@pytest.mark.parametrize("name", ["junk.osm", "empty.osm", "rivers.gpkg", "missing.osm"])
def test_a_file_without_roads_is_refused(tmp_path, name):
    path = tmp_path / name
    if name == "junk.osm":
        path.write_bytes(b"\x00\x01 no map")
    elif name == "empty.osm":
        path.write_text('<osm version="0.6"></osm>')
    elif name == "rivers.gpkg":
        pyogrio.raw.write(
            path, shapely.to_wkb([shapely.LineString([(0, 0), (1, 1)])]),
            [np.array(["Rhein"], object)], fields=["name"], crs="EPSG:4326",
            geometry_type="LineString", layer="rivers",
        )  # fmt: skip
    with pytest.raises(NotRoads, match="没有找到道路"):
        read_roads(path)


def test_two_ways_between_the_same_crossings_and_a_ring():
    lines = [
        shapely.LineString([(0, 0), (0, 0.01)]),
        shapely.LineString([(0, 0), (0.01, 0.005), (0, 0.01)]),
        shapely.LineString([(0, 0.01), (0, 0.02)]),
        shapely.LineString([(0, 0.02), (0.01, 0.02), (0.01, 0.03), (0, 0.02)]),
    ]
    found = graph_of(np.array(lines), [{"highway": "residential"}] * 4).seconds(
        np.array([[0, 0], [0, 0.02]]), "walk"
    )
    assert found[0, 1] == pytest.approx(2 * STEP / 1.2, rel=1e-4)


@pytest.mark.parametrize("tag", [{"oneway": "-1"}, {"junction": "roundabout"}, {"oneway": "no"}])
def test_some_ways_are_one_way_without_saying_yes(tag):
    line = shapely.LineString([(0, 0), (0, 0.01)])
    graph = graph_of(np.array([line]), [{"highway": "residential"} | tag])
    found = graph.seconds(np.array([[0, 0], [0, 0.01]]), "car")
    open_ = {"-1": (False, True), "no": (True, True), None: (True, False)}[tag.get("oneway")]
    assert (np.isfinite(found[0, 1]), np.isfinite(found[1, 0])) == open_


def test_straight_lines_are_nearly_right():
    from pyproj import Geod

    points = np.array([[113.8, 34.1], [113.9, 34.2], [114.1, 34.0]])
    globe = Geod(ellps="WGS84")
    found = straight_metres(points)
    for a in range(3):
        for b in range(3):
            true = globe.inv(*points[a], *points[b])[2]
            assert found[a, b] == pytest.approx(true, rel=4e-3, abs=0.01)
