import math

import numpy as np
import pytest
from django.db import connection

from core.morton import HALF_WORLD_M, Tile, codes


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


def test_codes_of_many_points_are_those_of_the_database(db):
    lonlat = np.random.default_rng(1).uniform((-180, -86), (180, 86), (500, 2))
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT array_agg(sec.morton22(ST_SetSRID(ST_MakePoint(x, y), 4326)) ORDER BY i)"
            " FROM unnest(%s, %s) WITH ORDINALITY AS t (x, y, i)",
            [lonlat[:, 0].tolist(), lonlat[:, 1].tolist()],
        )
        assert codes(lonlat).tolist() == cursor.fetchone()[0]


def test_our_mercator_is_that_of_proj(db):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT max(ST_Distance(sec.mercator(p), ST_Transform(p, 3857))), count(*)"
            " FROM generate_series(-179, 179, 17) AS x, generate_series(-84, 84, 7) AS y,"
            " ST_SetSRID(ST_MakePoint(x + 0.123456, y + 0.654321), 4326) AS p"
        )
        worst_m, n = cursor.fetchone()
    assert worst_m < 1e-6
    assert n > 500
