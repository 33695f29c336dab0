"""Whatever the code forgets, the database lets no two grids share ground."""

import time
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.contrib.gis.geos import MultiPolygon, Polygon
from django.db import IntegrityError, connection, connections, transaction
from django.utils import timezone

from grids.models import Grid
from tests.factories import SOUTH, STEP, WEST, box, division, grid

HALF_A_METRE = 0.5 / 92_400  # of longitude at 34° N


def check_now():
    """What a commit does: a test's transaction never commits."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS grids_do_not_overlap IMMEDIATE")
        cursor.execute("SET CONSTRAINTS grids_do_not_overlap DEFERRED")


def refuses():
    return pytest.raises(IntegrityError, match="overlaps grid")


def test_grids_that_touch_are_accepted(cast):
    check_now()


def test_a_grid_over_another_one_is_refused_with_both_codes(cast):
    grid(cast.xing, 2, box(WEST + STEP / 2, SOUTH, STEP))
    with pytest.raises(IntegrityError) as refusal:
        check_now()
    assert cast.xing.code + "002" in str(refusal.value)
    assert cast.xing1.code in str(refusal.value) or cast.liu1.code in str(refusal.value)
    assert refusal.value.__cause__.diag.constraint_name == "grids_do_not_overlap"


def test_a_grid_inside_another_one_is_refused(cast):
    grid(cast.liu, 3, box(WEST + 1.2 * STEP, SOUTH + 0.005, 0.005, 0.005))
    with refuses():
        check_now()


@pytest.mark.parametrize(("shift", "refused"), [(0.8, False), (1.2, True)])
def test_a_strip_up_to_half_a_metre_wide_is_tolerated(cast, shift, refused):
    east = WEST + 2 * STEP + shift * HALF_A_METRE
    wider = Polygon.from_bbox((WEST + STEP, SOUTH, east, SOUTH + STEP))
    Grid.objects.filter(pk=cast.liu1.pk).update(geom=MultiPolygon(wider, srid=4326))
    if refused:
        with refuses():
            check_now()
    else:
        check_now()


def test_a_closed_grid_gives_its_ground_free(cast):
    Grid.objects.filter(pk=cast.liu1.pk).update(closed_on=timezone.localdate())
    grid(cast.liu, 3, cast.liu1.geom)
    check_now()


def test_a_closed_grid_does_not_reopen_over_its_successor(cast):
    Grid.objects.filter(pk=cast.liu1.pk).update(closed_on=timezone.localdate())
    grid(cast.liu, 3, cast.liu1.geom)
    check_now()
    Grid.objects.filter(pk=cast.liu1.pk).update(closed_on=None)
    with refuses():
        check_now()


def test_a_border_moves_between_two_grids_one_after_the_other(cast):
    middle = STEP / 2
    Grid.objects.filter(pk=cast.liu1.pk).update(geom=box(WEST + STEP, SOUTH, STEP + middle))
    Grid.objects.filter(pk=cast.liu2.pk).update(
        geom=box(WEST + 2 * STEP + middle, SOUTH, STEP - middle)
    )
    check_now()


def test_a_grid_redrawn_twice_is_judged_as_it_stands_at_the_end(cast):
    before = cast.liu1.geom
    Grid.objects.filter(pk=cast.liu1.pk).update(geom=box(WEST + STEP, SOUTH, 2 * STEP))
    Grid.objects.filter(pk=cast.liu1.pk).update(geom=before)
    check_now()


def test_of_two_editors_at_once_one_is_refused(committed_db):
    """Neither sees the other's grid before both commit; two villages, so that nothing else waits."""
    town = division("999001101", "东镇", division("999001", "示例区"))
    villages = [division(f"99900110120{n}", f"示例{n}村", town) for n in (1, 2)]
    drawn = Barrier(2)

    def draw(village):
        try:
            with transaction.atomic():
                grid(village, 1, box(WEST, SOUTH))
                drawn.wait(timeout=10)
            return "kept"
        except IntegrityError as error:
            return error.__cause__.diag.constraint_name
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(draw, villages)) == ["grids_do_not_overlap", "kept"]
    assert Grid.objects.count() == 1


def test_a_district_of_grids_is_checked_in_seconds(db):
    """Each touches eight others; one transaction."""
    area = division("999001", "示例区")
    village = division("999001101201", "柳村", division("999001101", "东镇", area))
    side, step = 31, 0.003
    Grid.objects.bulk_create(
        Grid(
            village=village,
            code=f"{village.code}{n:03}",
            name="示例网格",
            geom=box(WEST + step * (n % side), SOUTH + step * (n // side), step, step),
        )
        for n in range(961)
    )
    start = time.perf_counter()
    check_now()
    # 961 grids took 0.2 s; a check of each against all others would take minutes.
    assert time.perf_counter() - start < 5
