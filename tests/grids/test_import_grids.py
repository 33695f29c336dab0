"""`manage.py import_grids`: from a file to grids whose families have found them."""

import io
import json

import numpy as np
import pyogrio
import pytest
import shapely
from django.contrib.gis.geos import Point as GeosPoint
from django.core.management import CommandError, call_command
from django.utils import timezone
from shapely.geometry import box, mapping

from boundaries.models import Division, ImportBatch
from boundaries.services.outlines import from_django, to_django
from core.coords import parse_crs
from grids.models import Assignment, Grid
from households.management.commands import import_grids
from households.models import Household
from tests.factories import SOUTH, STEP, WEST, division

LIU, TAO = "999001101201", "999001101202"
HALVES = [
    (WEST + STEP, SOUTH, WEST + 2 * STEP, SOUTH + STEP),
    (WEST + 2 * STEP, SOUTH, WEST + 3 * STEP, SOUTH + STEP),
]

pytestmark = pytest.mark.usefixtures("system")


@pytest.fixture
def write(tmp_path):
    """`write((bounds or shape, code, …))` is the path of a GeoJSON file."""

    def make(*features, name="grids.geojson"):
        content = {
            "type": "FeatureCollection",
            "features": [
                {
                    "type": "Feature",
                    "properties": {"网格编码": code} | dict(more[0] if more else {}),
                    "geometry": mapping(box(*shape) if isinstance(shape, tuple) else shape),
                }
                for shape, code, *more in features
            ],
        }
        path = tmp_path / name
        path.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
        return path

    return make


def run(path, *options):
    out, err = io.StringIO(), io.StringIO()
    try:
        call_command("import_grids", path, "--json", *options, stdout=out, stderr=err)
        status = 0
    except SystemExit as end:
        status = end.code
    report = json.loads(out.getvalue().splitlines()[-1])
    assert report["ok"] is (status == 0)
    return report, err.getvalue()


def state():
    grids = Grid.objects.order_by("pk").values_list(
        "pk", "code", "name", "geom", "coarse_3857", "target_households", "opened_on", "closed_on"
    )
    homes = Household.objects.order_by("pk").values_list("pk", "grid")
    parts = Assignment.objects.order_by("pk").values_list("pk", "ended_at")
    return list(grids), list(homes), list(parts)


def thirds():
    return [
        (WEST + STEP * (1 + i * 2 / 3), SOUTH, WEST + STEP * (1 + (i + 1) * 2 / 3), SOUTH + STEP)
        for i in range(3)
    ]


def test_a_split_village_gets_a_third_grid_and_families_move(cast, write):
    west, middle, east = thirds()
    report, said = run(
        write((west, f"{LIU}001"), (middle, f"{LIU}003", {"名称": "中片"}), (east, f"{LIU}002"))
    )
    assert report["new"] == [f"{LIU}003"]
    assert report["changed"] == [f"{LIU}001", f"{LIU}002"]
    assert report["vanished"] == []
    grid = Grid.objects.get(code=f"{LIU}003")
    assert (grid.name, grid.village, grid.opened_on) == ("中片", cast.liu, timezone.localdate())
    for home in Household.objects.filter(village=cast.liu):
        assert home.grid.geom.covers(home.point)
    assert report["households_moved"] == Household.objects.filter(grid=grid).count() > 0
    # The code is the identity: rows and who answers for them stay.
    assert Grid.objects.get(code=f"{LIU}001").pk == cast.liu1.pk
    assert Assignment.objects.open().filter(grid=cast.liu1, member=cast.lan).exists()
    assert "新增 1，改动 2，停用 0，不变 0" in said


def test_the_result_is_an_exact_coverage_of_the_village(cast, write):
    run(write(*[(shape, LIU) for shape in thirds()]))
    grids = [from_django(g.geom) for g in Grid.objects.current().filter(village=cast.liu)]
    assert len(grids) == 3
    assert shapely.coverage_is_valid(grids)
    whole = from_django(cast.liu.geom)
    # Up to a millimetre along the border of 11 km.
    assert shapely.union_all(grids).symmetric_difference(whole).area < 1e-9


def test_simplified_outlines_are_drawn_and_keep_touching(cast, write):
    run(write(*[(shape, LIU) for shape in thirds()]))
    coarse = list(Grid.objects.current().values_list("coarse_3857", flat=True))
    assert all(coarse)
    assert shapely.coverage_is_valid([from_django(outline) for outline in coarse])


def test_the_same_file_twice_changes_nothing(cast, write):
    path = write(*[(shape, LIU) for shape in thirds()])
    run(path)
    after_once = state()
    report, said = run(path)
    assert state() == after_once
    assert (report["new"], report["changed"], report["vanished"]) == ([], [], [])
    assert report["unchanged"] == 3
    assert "不变 3" in said


def test_an_export_rounded_to_six_decimals_changes_nothing(cast, write):
    crooked = shapely.Polygon(
        [(WEST + STEP, SOUTH), (WEST + 1.7123456 * STEP, SOUTH),
         (WEST + 2.31415926 * STEP, SOUTH + STEP), (WEST + STEP, SOUTH + STEP)]
    )  # fmt: skip
    whole = from_django(cast.liu.geom)
    run(write((crooked, f"{LIU}001"), (whole - crooked, f"{LIU}002")))
    before = state()
    exported = [
        (shapely.set_precision(from_django(g.geom), 1e-6), g.code)
        for g in Grid.objects.current().filter(village=cast.liu)
    ]
    report, _ = run(write(*exported))
    assert report["unchanged"] == 2
    assert state() == before


def test_a_vanished_grid_is_closed_its_families_rejoined_its_assignment_ended(cast, write):
    families = Household.objects.filter(village=cast.liu, grid__isnull=False).count()
    report, _ = run(write((from_django(cast.liu.geom), f"{LIU}001")))
    assert report["vanished"] == [cast.liu2.code]
    cast.liu2.refresh_from_db()
    assert cast.liu2.closed_on == timezone.localdate()
    assert not Household.objects.filter(grid=cast.liu2).exists()
    assert Household.objects.filter(grid=cast.liu1).count() == families
    ended = Assignment.objects.get(grid=cast.liu2)
    assert ended.ended_at is not None
    assert Assignment.objects.open().filter(grid=cast.liu1).exists()


def test_an_assignment_that_was_to_begin_later_ends_before_it_began(cast, write):
    later = timezone.now() + timezone.timedelta(days=9)
    Assignment.objects.filter(grid=cast.liu2).update(started_at=later)
    run(write((from_django(cast.liu.geom), f"{LIU}001")))
    assert Assignment.objects.get(grid=cast.liu2).ended_at == later


def test_villages_that_are_not_in_the_file_are_untouched(cast, write):
    before = Grid.objects.get(pk=cast.tao1.pk).geom
    run(write(*[(shape, LIU) for shape in thirds()]))
    cast.tao1.refresh_from_db()
    assert cast.tao1.geom == before
    assert cast.tao1.closed_on is None
    assert Household.objects.filter(grid=cast.tao1).count() == 4


def test_grids_under_a_villages_old_code_are_closed_by_its_new_ones(cast, write):
    """A recoded village is a new row; its old grids would lie under the new ones for ever."""
    Division.objects.filter(pk=cast.liu.pk).update(valid_to=timezone.localdate())
    renewed = division("999001101209", "柳村", cast.east, geom=cast.liu.geom)
    report, _ = run(write(*[(shape, renewed.code) for shape in HALVES]))
    assert report["new"] == [f"{renewed.code}001", f"{renewed.code}002"]
    assert report["vanished"] == [cast.liu1.code, cast.liu2.code]
    assert not Household.objects.filter(grid__in=[cast.liu1, cast.liu2]).exists()
    assert not Assignment.objects.open().filter(grid__in=[cast.liu1, cast.liu2]).exists()


def test_a_new_name_or_target_alone_changes_no_outline(cast, write):
    before = Grid.objects.get(pk=cast.liu1.pk).geom
    report, _ = run(
        write(
            (HALVES[0], f"{LIU}001", {"名称": "河西", "目标户数": 70}),
            (HALVES[1], f"{LIU}002"),
        )
    )
    assert report["changed"] == [f"{LIU}001"]
    cast.liu1.refresh_from_db()
    assert (cast.liu1.name, cast.liu1.target_households, cast.liu1.geom) == ("河西", 70, before)
    # A list without names does not take them away.
    run(write((HALVES[0], f"{LIU}001"), (HALVES[1], f"{LIU}002")))
    cast.liu1.refresh_from_db()
    assert (cast.liu1.name, cast.liu1.target_households) == ("河西", 70)


def test_a_trial_run_tells_the_difference_and_writes_nothing(cast, write):
    before = state()
    report, said = run(write(*[(shape, LIU) for shape in thirds()]), "--dry-run")
    assert len(report["new"]) == 1
    assert report["dry_run"] is True
    assert state() == before
    assert not ImportBatch.objects.exists()
    assert "什么都没有写入" in said


def test_faults_are_told_and_drawn_and_nothing_is_changed(cast, write, tmp_path):
    before = state()
    path, out = write((thirds()[0], f"{LIU}001"), (HALVES[1], f"{LIU}002")), tmp_path / "out.json"
    report, said = run(path, "--faults", str(out))
    assert report["code"] == "import_refused"
    (reason,) = report["reasons"]
    assert reason in said
    assert "没有划进任何网格" in reason
    (feature,) = json.loads(out.read_text())["features"]
    assert feature["properties"]["kind"] == "gap"
    assert feature["properties"]["reason"] == reason
    assert state() == before
    assert not ImportBatch.objects.exists()


def test_without_faults_the_faults_file_is_empty(cast, write, tmp_path):
    """Else that of the last attempt would be taken for this one's."""
    out = tmp_path / "out.json"
    out.write_text("old")
    run(write((HALVES[0], f"{LIU}001"), (HALVES[1], f"{LIU}002")), "--faults", str(out))
    assert json.loads(out.read_text())["features"] == []


def test_an_old_map_of_faults_does_not_outlive_a_refusal(cast, write, tmp_path):
    out = tmp_path / "out.json"
    out.write_text("old")
    run(write((HALVES[0], "1")), "--faults", str(out))
    assert json.loads(out.read_text())["features"] == []


def test_the_faults_never_overwrite_the_file_that_is_read(cast, write, tmp_path):
    path = write((HALVES[0], f"{LIU}001"))
    before = path.read_text()
    report, _ = run(path, "--faults", str(path))
    assert report["code"] == "file_not_usable"
    assert path.read_text() == before
    report, _ = run(path, "--faults", str(tmp_path))
    assert report["code"] == "file_not_usable"


def test_one_faulty_village_keeps_the_good_one_out_too(cast, write):
    before = state()
    run(
        write(
            *[(shape, LIU) for shape in thirds()],
            (box(WEST + 3 * STEP, SOUTH, WEST + 3.5 * STEP, SOUTH + STEP), TAO),
        )
    )
    assert state() == before


def test_grids_over_those_of_another_village_are_refused_in_chinese(cast, write):
    """Where two villages' own outlines overlap, only the database sees it."""
    wider = from_django(cast.liu.geom).union(
        box(WEST + 3 * STEP, SOUTH, WEST + 3.2 * STEP, SOUTH + STEP)
    )
    Division.objects.filter(pk=cast.liu.pk).update(geom=to_django(shapely.MultiPolygon([wider])))
    before = state()
    report, _ = run(write((wider, f"{LIU}001")))
    assert report["code"] == "grids_overlap"
    assert f"{LIU}001" in report["message"]
    assert cast.tao1.code in report["message"]
    assert state() == before


@pytest.mark.parametrize("datum", ["gcj02", "bd09"])
def test_shifted_coordinates_are_recognised_and_corrected(cast, write, datum):
    """As exported from a consumer map that says nothing of its datum."""
    shapes = [shapely.transform(box(*bounds), parse_crs(datum).from_wgs84) for bounds in HALVES]
    report, _ = run(write((shapes[0], f"{LIU}001"), (shapes[1], f"{LIU}002")))
    assert report["crs"] == datum
    assert report["unchanged"] == 2


def test_a_shapefile_in_gauss_kruger_and_gbk_is_read(cast, tmp_path):
    """As a surveying office hands it over: EPSG:4547, Chinese fields, ten bytes a name."""
    flat = [shapely.transform(box(*b), parse_crs("EPSG:4547").from_wgs84) for b in HALVES]
    path = tmp_path / "网格.shp"
    pyogrio.raw.write(
        path,
        shapely.to_wkb(flat),
        [np.array([f"{LIU}001", f"{LIU}002"], dtype=object), np.array(["西片", ""], dtype=object)],
        ["网格编码", "网格名称"],
        geometry_type="Polygon",
        crs="EPSG:4547",
        driver="ESRI Shapefile",
        encoding="gbk",
    )
    report, _ = run(path)
    assert report["crs"] == "epsg:4547"
    assert (report["changed"], report["unchanged"]) == ([f"{LIU}001"], 1)
    assert Grid.objects.get(code=f"{LIU}001").name == "西片"


def test_the_import_is_recorded(cast, write):
    path = write(*[(shape, LIU) for shape in thirds()])
    run(path)
    batch = ImportBatch.objects.get()
    assert (batch.kind, batch.filename) == ("grids", path.name)
    assert batch.crs_used == "wgs84"
    assert batch.counts["new"] == 1


def test_a_household_on_the_edge_of_two_grids_belongs_to_the_lower_code(cast, write):
    home = Household.objects.filter(village=cast.liu).first()
    Household.objects.filter(pk=home.pk).update(
        point=GeosPoint(WEST + 1.5 * STEP, SOUTH + STEP / 2, srid=4326)
    )
    quarter = (WEST + STEP, SOUTH, WEST + 1.5 * STEP, SOUTH + STEP)
    rest = (WEST + 1.5 * STEP, SOUTH, WEST + 3 * STEP, SOUTH + STEP)
    run(write((quarter, f"{LIU}004"), (rest, f"{LIU}003")))
    assert Household.objects.get(pk=home.pk).grid.code == f"{LIU}003"


@pytest.mark.parametrize("last_step", ["join_to_grids", "record_batch"])
def test_an_import_killed_at_the_end_leaves_nothing_behind(cast, write, monkeypatch, last_step):
    before = state()

    def killed(**_):
        raise KeyboardInterrupt

    monkeypatch.setattr(import_grids, last_step, killed)
    with pytest.raises(CommandError, match="什么都没有改"):
        call_command("import_grids", write(*[(shape, LIU) for shape in thirds()]))
    assert state() == before


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"not a map", b'{"type": "FeatureCollection", "features": []}'],
)
def test_a_file_that_is_no_map_is_refused_in_one_sentence(cast, tmp_path, content):
    path = tmp_path / "grids.geojson"
    path.write_bytes(content)
    report, _ = run(path)
    assert report["message"].endswith("。")


def test_a_bow_tie_is_refused_by_its_number(cast, write):
    bow_tie = shapely.Polygon([(113.82, 34), (113.84, 34.02), (113.84, 34), (113.82, 34.02)])
    report, _ = run(write((HALVES[0], f"{LIU}001"), (bow_tie, f"{LIU}002")))
    (reason,) = report["reasons"]
    assert "第 2 个要素" in reason
    assert "相交" in reason
