"""Borders that come back from QGIS: moved, drawn anew, or refused with the place named."""

import contextlib
import json
import random

import numpy as np
import pyogrio
import pytest
import shapely

from core.coords import wgs84_to_gcj02
from core.errors import DomainError
from core.scope import acting_as, acting_as_system
from grids.drafts import store
from grids.models import Assignment, Grid, GridLineage
from households.models import Household
from households.territory.exchange.export import export
from households.territory.exchange.importing import import_file
from tests.factories import SOUTH, STEP
from tests.households.exchange import CODE, LEAD, SAME, Gpkg, furnished, geojson, move_vertex
from tests.households.test_territory_edit import key, lon
from tests.territory_play import Player, furnish


@pytest.fixture
def chair(signed_in, cast):
    return furnished(signed_in(cast.chair), cast)


def test_a_vertex_moved_in_two_grids_moves_their_border_and_the_families(chair, cast, tmp_path):
    chair.open(cast.east)
    package = Gpkg(chair.file(cast.east, "gpkg"), tmp_path)
    # The northern end of the border between 柳村's grids, west past the last two families of the first.
    north = [cast.liu1.geom.extent[2], cast.liu1.geom.extent[3]]
    south = [cast.liu1.geom.extent[2], cast.liu1.geom.extent[1]]
    for code in (cast.liu1.code, cast.liu2.code):
        i = package.at(code)
        package.shapes[i] = move_vertex(package.shapes[i], north, [lon(0.5), north[1]])
    before = chair.get(f"territory/{cast.liu.code}/outlines/")
    answer = chair.bring(package.saved(tmp_path, layer="网格", layer_options={"FID": "fid"}))
    assert answer["step"]["title"] == "按文件导入：2 个网格改边界"
    rows = chair.rows(cast.east)
    assert [c for c in rows if rows[c]["changed"]] == [cast.liu1.code, cast.liu2.code]
    assert [rows[c]["n"] for c in (cast.liu1.code, cast.liu2.code)] == [3, 5]
    assert chair.get(f"territory/{cast.liu.code}/outlines/") == before
    chair.act("publish")
    with acting_as_system("test"):
        homes = Household.objects.filter(village=cast.liu)
        held = [homes.filter(grid=g).count() for g in (cast.liu1, cast.liu2)]
        grids = Grid.objects.filter(village=cast.liu).order_by("code")
        shapes = [shapely.from_wkb(bytes(g.geom.wkb)) for g in grids]
    assert held == [3, 5]
    assert shapely.coverage_is_valid(shapes)
    assert shapes[0].equals(package.shapes[0]) and south[1] == SOUTH


def test_geojson_moves_only_the_border_that_was_moved(chair, cast):
    """Its six decimals are no edit: what nobody moved stays to the last bit."""
    chair.open(cast.east)
    line = [[lon(1.5) + 0.00012345678, 33.99], [lon(1.5) - 0.0003141592, 34.03]]
    chair.step("split_line", key=key(cast.liu2), line=line)
    body = geojson(chair.file(cast.east, "geojson"))
    north = [round(cast.liu1.geom.extent[2], 6), round(cast.liu1.geom.extent[3], 6)]
    features = [f for f in body["features"] if f["properties"]["村名"] == "柳村"]
    for f in features:
        shape = move_vertex(shapely.geometry.shape(f["geometry"]), north, [lon(0.9), north[1]])
        f["geometry"] = shapely.geometry.mapping(shape)
    chair.bring(json.dumps(body).encode(), name="网格.geojson")
    assert chair.steps()[-1]["title"] == "按文件导入：2 个网格改边界"
    chair.act("publish")
    shapes = [
        shapely.from_wkb(bytes(g.geom.wkb))
        for g in Grid.objects.current().filter(village=cast.liu).order_by("code")
    ]
    assert shapely.coverage_is_valid(shapes) and len(shapes) == 3


def test_a_grid_drawn_anew_and_one_that_went(chair, cast, tmp_path):
    """柳村's first grid is divided, its second goes to the eastern half."""
    chair.open(cast.east)
    package = Gpkg(chair.file(cast.east, "gpkg"), tmp_path)
    package.drop(cast.liu2.code)
    i = package.at(cast.liu1.code)
    whole = shapely.box(lon(0), SOUTH, lon(2), SOUTH + STEP)
    east = shapely.box(lon(0.5), SOUTH - 1, lon(3), SOUTH + STEP + 1)
    package.shapes[i] = shapely.MultiPolygon([whole.difference(east)])
    package.shapes.append(shapely.MultiPolygon([whole.intersection(east)]))
    for column, values in package.data.items():
        values.append(
            {"名称": "东片", LEAD: cast.hua.name}.get(
                column, "" if isinstance(values[0], str) else float("nan")
            )
        )
    answer = chair.bring(package.saved(tmp_path), name="x.gpkg")
    assert answer["step"]["title"] == "按文件导入：1 个网格改边界，新增 1 个网格，去掉 1 个网格"
    assert answer["removed"] == [key(cast.liu2)]
    chair.act("publish")
    new = Grid.objects.current().get(village=cast.liu, name="东片")
    assert new.code == f"{cast.liu.code}003"
    assert Assignment.objects.open().get(grid=new).member == cast.hua
    shares = dict(GridLineage.objects.filter(child=new).values_list("parent", "share"))
    assert {pk: round(share, 2) for pk, share in shares.items()} == {
        cast.liu1.pk: 0.5,
        cast.liu2.pk: 1,
    }
    with acting_as_system("test"):
        assert Household.objects.filter(grid=new).count() == 6


def hole(package, cast):
    package.shapes[package.at(cast.liu1.code)] = shapely.MultiPolygon(
        [shapely.box(lon(0), SOUTH, lon(0.9), SOUTH + STEP)]
    )
    return "没有划进任何网格"


def overlap(package, cast):
    package.shapes[package.at(cast.liu1.code)] = shapely.MultiPolygon(
        [shapely.box(lon(0), SOUTH, lon(1.1), SOUTH + STEP)]
    )
    return "重叠"


def beyond(package, cast):
    package.shapes[package.at(cast.liu1.code)] = shapely.MultiPolygon(
        [shapely.box(lon(0), SOUTH - 0.001, lon(1), SOUTH + STEP)]
    )
    return "之外"


def missing(package, cast):
    package.drop(cast.liu2.code)
    return f"少了柳村的网格 {cast.liu2.code}"


def knot(package, cast):
    ring = [(lon(0), SOUTH), (lon(1), SOUTH + STEP), (lon(1), SOUTH), (lon(0), SOUTH + STEP)]
    package.shapes[package.at(cast.liu1.code)] = shapely.MultiPolygon([shapely.Polygon(ring)])
    return "相交"


def elsewhere(package, cast):
    package.data[CODE][package.at(cast.liu1.code)] = ""
    package.data["村代码"][0] = cast.xing.code
    package.shapes[0] = shapely.MultiPolygon([shapely.box(lon(-1), SOUTH, lon(0), SOUTH + STEP)])
    return "不在这份草稿的范围里"


@pytest.mark.parametrize("spoil", [hole, overlap, beyond, missing, knot, elsewhere])
def test_ground_that_is_not_tiled_gets_a_sentence_and_changes_nothing(chair, cast, tmp_path, spoil):
    chair.open(cast.east)
    package = Gpkg(chair.file(cast.east, "gpkg", draft=False), tmp_path)
    word = spoil(package, cast)
    answer = chair.bring(package.saved(tmp_path), 422)
    assert answer["code"] == "file_refused"
    assert any(word in reason for reason in answer["detail"]["reasons"]), answer
    assert chair.steps() == []


def test_a_border_that_the_draft_moved_too_is_not_overwritten(chair, cast, tmp_path):
    chair.open(cast.east)
    package = Gpkg(chair.file(cast.east, "gpkg", draft=False), tmp_path)
    chair.step("merge", keys=[key(cast.liu1), key(cast.liu2)])
    north = [cast.liu1.geom.extent[2], cast.liu1.geom.extent[3]]
    for i in (0, 1):
        package.shapes[i] = move_vertex(package.shapes[i], north, [lon(0.9), north[1]])
    (reason,) = chair.bring(package.saved(tmp_path), 422)["detail"]["reasons"]
    assert "从这份草稿导出" in reason


def test_a_file_from_elsewhere_asks_for_its_system(chair, cast, tmp_path):
    chair.open(cast.east)
    package = Gpkg(chair.file(cast.east, "gpkg"), tmp_path)
    package.shapes = [shapely.transform(s, lambda xy: xy * 1000) for s in package.shapes]
    (reason,) = chair.bring(package.saved(tmp_path), 422)["detail"]["reasons"]
    assert "EPSG:4326" in reason and "--crs" not in reason


def test_coordinates_of_a_consumer_map_are_brought_home(chair, cast, tmp_path):
    """Drawn over a picture that is 580 m off, and saved so; nothing else was edited."""
    chair.open(cast.east)
    package = Gpkg(chair.file(cast.east, "gpkg"), tmp_path)
    package.shapes = [shapely.transform(s, wgs84_to_gcj02) for s in package.shapes]
    assert chair.bring(package.saved(tmp_path))["message"] == SAME


def test_of_several_layers_ours_is_read(chair, cast, tmp_path):
    chair.open(cast.east)
    package = Gpkg(chair.file(cast.east, "gpkg"), tmp_path)
    package.data["名称"][2] = "桃园"
    package.saved(tmp_path, layer="网格")
    pyogrio.raw.write(
        tmp_path / "edited.gpkg", np.array([shapely.box(0, 0, 1, 1).wkb], object), [], np.array([]),
        layer="草图", driver="GPKG", crs="EPSG:4326", geometry_type="Polygon", append=True,
    )  # fmt: skip
    chair.bring((tmp_path / "edited.gpkg").read_bytes())
    assert chair.rows(cast.east)[cast.tao1.code]["name"] == "桃园"


@pytest.mark.parametrize("seed", range(4))
def test_whatever_the_chair_has_done_goes_out_and_in_without_a_change(cast, tmp_path, seed):
    """Drafts and territory after random splits, merges, moves and publishings."""
    rng = random.Random(seed)
    with acting_as_system("test"):
        furnish(cast, rng)
    player = Player(cast, rng)
    player.play(12)
    with acting_as(cast.chair.pk):
        for move in ("split", "move", "assign", "support"):
            with contextlib.suppress(DomainError):
                getattr(player, move)()
        draft = player.draft or store.open_draft(scope=cast.east, title="x", by=cast.chair)
        for shown in (draft, None):
            for kind in ("xlsx", "gpkg", "geojson"):
                path = tmp_path / f"x.{kind}"
                path.write_bytes(export(cast.chair, cast.east, shown, kind).content)
                done = import_file(
                    draft_id=draft.pk, expected_version=draft.version, path=path, by=cast.chair
                )
                assert done.taken is None, (kind, done.message)
