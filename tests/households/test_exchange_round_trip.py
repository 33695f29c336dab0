"""Out of one database and into an empty one with the same divisions: nothing is lost."""

import io
import json
from dataclasses import dataclass

import openpyxl
import pytest
import shapely
from django.core.management import call_command

from boundaries.services.outlines import from_django, to_django
from core.scope import acting_as_system
from grids.coverage import tile
from grids.models import Assignment, Grid
from households.models import Household
from households.services import join_to_grids
from tests.factories import SOUTH, STEP, WEST, Cast, grid
from tests.households.exchange import Office

KINDS = ["xlsx", "gpkg", "geojson"]


@dataclass(frozen=True)
class Kept:
    """A grid and its people as one may ask for them."""

    name: str
    target: int | None
    people: frozenset
    homes: int


def crooked(cast: Cast) -> list[shapely.MultiPolygon]:
    """柳村 in three, by borders whose vertices lie at no round number."""
    lon = lambda part: WEST + STEP + part * STEP  # noqa: E731
    cuts = [
        [(lon(0.5123456789), SOUTH), (lon(0.55), SOUTH + 0.0071234567), (lon(0.49), SOUTH + STEP)],
        [(lon(1.2), SOUTH), (lon(1.31415926), SOUTH + 0.0123456789), (lon(1.2), SOUTH + STEP)],
    ]
    east = [shapely.Polygon([*cut, (lon(9), SOUTH + STEP), (lon(9), SOUTH)]) for cut in cuts]
    village = from_django(cast.liu.geom)
    parts = [village - east[0], (village & east[0]) - east[1], village & east[1]]
    return tile(village, parts).grids


@pytest.fixture
def full(cast):
    """Supports in an order, targets, awkward names and borders."""
    with acting_as_system("test"):
        Household.objects.update(grid=None)
        Assignment.objects.all().delete()
        Grid.objects.filter(village=cast.liu).delete()
        grids = [grid(cast.liu, n, to_django(g)) for n, g in enumerate(crooked(cast), 2)]
        for made, name, target in zip(
            grids, ["东片（１组）", "=SUM(A1)", "'西、南,片"], [60, None, 1], strict=True
        ):
            Grid.objects.filter(pk=made.pk).update(name=name, target_households=target)
        for held, lead, supports in (
            (grids[0], cast.lan, [cast.hua, cast.mei]), (grids[1], None, [cast.head]),
            (grids[2], cast.mei, []), (cast.tao1, cast.hua, []),
        ):  # fmt: skip
            for who, role in [(lead, "lead"), *((s, "support") for s in supports)]:
                if who:
                    Assignment.objects.create(grid=held, member=who, role=role)
        join_to_grids(villages=[cast.liu.pk, cast.tao.pk, cast.xing.pk])
    return cast


def kept() -> dict[str, Kept]:
    with acting_as_system("test"):
        return {
            g.code: Kept(
                g.name,
                g.target_households,
                frozenset(g.assignments.open().values_list("member__username", "role")),
                Household.objects.filter(grid=g).count(),
            )
            for g in Grid.objects.current()
        }


def outlines() -> dict[str, shapely.Geometry]:
    return {g.code: from_django(g.geom) for g in Grid.objects.current()}


def emptied() -> None:
    with acting_as_system("test"):
        Household.objects.update(grid=None)
        Assignment.objects.all().delete()
        Grid.objects.all().delete()


def command(name, *args, **options):
    out = io.StringIO()
    call_command(name, *map(str, args), "--json", stdout=out, stderr=io.StringIO(), **options)
    return json.loads(out.getvalue().splitlines()[-1])


def bare(path, tmp_path):
    """Of a file of outlines only codes and ground."""
    body = json.loads(path.read_text())
    for feature in body["features"]:
        feature["properties"] = {"网格编码": feature["properties"]["网格编码"]}
    target = tmp_path / "bare.geojson"
    target.write_text(json.dumps(body, ensure_ascii=False))
    return target


@pytest.mark.parametrize("kind", KINDS)
def test_what_went_out_comes_in_again_the_same(full, kind, tmp_path, signed_in):
    before, drawn = kept(), outlines()
    path = tmp_path / f"全区.{kind}"
    report = command("export_territory", full.area.code, "--to", path)
    assert report["grids"] == len(before) == 5 and path.stat().st_mode & 0o77 == 0
    ground = tmp_path / "ground.geojson"
    command("export_territory", full.area.code, "--to", ground)
    emptied()

    if kind == "xlsx":
        # A workbook has no outlines: those come bare, names and targets by way of a draft.
        command("import_grids", bare(ground, tmp_path))
    else:
        command("import_grids", path)
    report = command("import_assignments", path)
    assert report["rejected"] == []
    if kind == "xlsx":
        for chair, town in ((full.chair, full.east), (full.other_chair, full.west)):
            office = Office(signed_in(chair))
            office.open(town)
            if office.bring(of_town(path, town))["step"]:
                office.act("publish")

    assert kept() == before
    after = outlines()
    assert max(shapely.hausdorff_distance(drawn[c], after[c]) for c in drawn) <= 1e-6
    assert shapely.coverage_is_valid([after[c] for c in after if c.startswith(full.liu.code)])


def of_town(path, town) -> bytes:
    """A town's rows of a workbook of the district; that the grids are new ones is known."""
    book = openpyxl.load_workbook(path)
    page = book.active
    for row in range(page.max_row, 1, -1):
        if not page.cell(row, 1).value.startswith(town.code):
            page.delete_rows(row)
    page.delete_cols([c.value for c in page[1]].index("版本") + 1)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


@pytest.mark.parametrize("kind", ["gpkg", "geojson"])
def test_a_file_into_the_database_it_came_from_changes_nothing(full, kind, tmp_path):
    before, drawn = kept(), outlines()
    path = tmp_path / f"x.{kind}"
    command("export_territory", full.east.code, "--to", path)
    report = command("import_grids", path)
    assert (report["new"], report["changed"], report["vanished"]) == ([], [], [])
    report = command("import_assignments", path)
    assert (report["new"], report["rejected"]) == ([], [])
    assert kept() == before and outlines() == drawn


def test_the_command_says_what_it_cannot_do(full, tmp_path):
    for code, name, word in (
        ("999001999", "x.xlsx", "没有区划"),
        (full.east.code, "x.shp", ".gpkg"),
        (full.east.code, "no/x.xlsx", "写不了"),
    ):
        err = io.StringIO()
        with pytest.raises(SystemExit) as stop:
            call_command("export_territory", code, "--to", str(tmp_path / name), stderr=err)
        assert stop.value.code == 1 and word in err.getvalue()
    call_command("export_territory", full.east.code, "--to", str(tmp_path / "x.xlsx"),
                 "--dry-run", stderr=io.StringIO())  # fmt: skip
    assert not (tmp_path / "x.xlsx").exists()


def test_a_bad_person_in_an_exported_file_refuses_her_grid_only(full, tmp_path):
    path = tmp_path / "x.xlsx"
    command("export_territory", full.east.code, "--to", path)
    with acting_as_system("test"):
        Assignment.objects.all().delete()
    book = openpyxl.load_workbook(path)
    columns = [c.value for c in book.active[1]]
    book.active.cell(2, columns.index("协同账号") + 1).value = "hua、nobody"
    book.save(path)
    report = command("import_assignments", path)
    (reason,) = report["rejected"]
    assert reason.startswith("第 2 行") and "nobody" in reason
    assert len(report["new"]) == 3
