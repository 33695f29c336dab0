import math

import pytest
from django.db import connection

from core.morton import HALF_WORLD_M, Tile


def tile_of(lon, lat, z):
    """The XYZ tile of a point, by the textbook formula."""
    n = 2**z
    phi = math.radians(lat)
    return Tile(
        z,
        int((lon + 180) / 360 * n),
        int((1 - math.log(math.tan(phi) + 1 / math.cos(phi)) / math.pi) / 2 * n),
    )


@pytest.mark.parametrize("z", range(23))
@pytest.mark.parametrize("lon, lat", [(113.82, 34.13), (-0.001, 0.001), (-179.9, -84), (0, 0)])
def test_a_tile_holds_the_code_of_its_points_and_no_other_tile_does(db, lon, lat, z):
    with connection.cursor() as cursor:
        cursor.execute("SELECT sec.morton22(ST_SetSRID(ST_MakePoint(%s, %s), 4326))", [lon, lat])
        code = cursor.fetchone()[0]
    tile = tile_of(lon, lat, z)
    first, last = tile.qk
    assert first <= code <= last
    if z:
        neighbour = Tile(z, tile.x ^ 1, tile.y)
        assert not neighbour.qk[0] <= code <= neighbour.qk[1]


def test_bounds_of_the_world_tile():
    world = (-HALF_WORLD_M, -HALF_WORLD_M, HALF_WORLD_M, HALF_WORLD_M)
    assert Tile(0, 0, 0).bounds_m == world
    assert Tile(1, 1, 0).bounds_m == (0, 0, HALF_WORLD_M, HALF_WORLD_M)


def test_tiles_outside_the_world_do_not_exist():
    assert Tile(0, 0, 0).exists
    assert not Tile(1, 2, 0).exists
    assert not Tile(23, 0, 0).exists
    assert not Tile(2, 0, -1).exists
