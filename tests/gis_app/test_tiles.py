"""The tiles as a reader gets them: decoded, and compared with what she may see."""

import gzip

import pytest
from django.db import connection, transaction

from boundaries.models import Division
from core.morton import tile_at
from core.scope import acting_as_system
from households import scope, versions
from households.models import Claim, Household
from households.tiles import LAYERS
from tests.factories import build_cast
from tests.mvt import decode

LON, LAT = 113.83, 34.01  # inside 柳村's first grid


@pytest.fixture(autouse=True)
def fresh_memory():
    scope.forget()
    versions.forget()


def url(layer, z, lon=LON, lat=LAT):
    tile = tile_at(lon, lat, z)
    return f"/tiles/{layer}/{tile.z}/{tile.x}/{tile.y}.mvt"


def fetch(client, layer, z, **headers):
    response = client.get(url(layer, z), headers={"accept-encoding": "gzip"} | headers)
    if response.status_code != 200:
        return response, []
    assert response["Content-Type"] == "application/vnd.mapbox-vector-tile"
    (decoded,) = decode(gzip.decompress(response.content))
    assert (decoded.name, decoded.version, decoded.extent) == (layer, 2, 4096)
    return response, decoded.features


@pytest.mark.parametrize("layer", ["divisions", "grids", "households"])
def test_a_tile_is_a_401_to_a_stranger_and_not_a_redirect(client, db, layer):
    response = client.get(url(layer, 14))
    assert response.status_code == 401
    assert response.json()["code"] == "not_signed_in"


@pytest.mark.parametrize(
    "path", ["/tiles/nothing/1/0/0.mvt", "/tiles/grids/1/2/0.mvt", "/tiles/grids/40/0/0.mvt"]
)
def test_what_is_no_tile_is_a_404(signed_in, cast, path):
    assert signed_in(cast.lan).get(path).status_code == 404


def test_an_empty_tile_is_a_204(signed_in, cast):
    response = signed_in(cast.lan).get("/tiles/households/14/0/0.mvt")
    assert response.status_code == 204
    assert response.content == b""


def test_the_fields_of_each_layer_are_what_was_reviewed(signed_in, cast):
    assert {layer.name: layer.fields for layer in LAYERS} == {
        "divisions": (
            "code", "name", "level", "state",
            "n", "c0", "c1", "c2", "c3", "c4", "c5", "lapsed",
        ),
        "grids": (
            "code", "name", "led", "mine", "state",
            "n", "c0", "c1", "c2", "c3", "c4", "c5", "lapsed",
        ),
        "households": (
            "code", "name", "n", "c0", "c1", "c2", "c3", "c4", "c5", "lapsed",
            "uuid", "slot", "proposed",
        ),
    }  # fmt: skip
    client = signed_in(cast.chair)
    for layer in LAYERS:
        for z in (8, 10, 11, 12, 13, 14, 15, 16, 18):
            for feature in fetch(client, layer.name, z)[1]:
                assert set(feature.properties) <= set(layer.fields)
                assert feature.id is not None


SEES = {"lan": 4, "mei": 4, "head": 8, "chair": 12, "other_chair": 0, "hua": 0, "district": 0}


@pytest.mark.parametrize("who", SEES)
@pytest.mark.parametrize("z", [10, 12, 13, 14])
def test_a_reader_counts_her_own_families_and_no_others(signed_in, cast, who, z):
    client = signed_in(getattr(cast, who))
    found = 0
    for x in {tile_at(113.80 + i / 400, LAT, z).x for i in range(33)}:
        tile = f"/tiles/households/{z}/{x}/{tile_at(LON, LAT, z).y}.mvt"
        response = client.get(tile, headers={"accept-encoding": "gzip"})
        if response.status_code == 200:
            (layer,) = decode(gzip.decompress(response.content))
            found += sum(f.properties["n"] for f in layer.features)
    everybody = SEES | {"other_chair": 4, "hua": 4}
    assert found == everybody[who]


def test_points_carry_an_id_a_slot_and_flags(signed_in, cast):
    home = cast.homes["liu1"][0]
    tile = tile_at(home.point.x, home.point.y, 17)
    client = signed_in(cast.lan)
    response = client.get(
        f"/tiles/households/17/{tile.x}/{tile.y}.mvt", headers={"accept-encoding": "gzip"}
    )
    (layer,) = decode(gzip.decompress(response.content))
    (feature,) = layer.features
    assert feature.properties == {
        "uuid": str(home.uuid), "slot": 1, "lapsed": 0, "proposed": 0,
    }  # fmt: skip


def test_a_claimed_family_is_drawn_once(signed_in, cast):
    with acting_as_system("test"):
        Claim.objects.create(household=cast.homes["liu1"][0], member=cast.lan)
    _, features = fetch(signed_in(cast.lan), "households", 14)
    assert sum(f.properties["n"] for f in features) == 4


def test_grid_figures_are_only_for_those_in_scope(signed_in, cast):
    _, features = fetch(signed_in(cast.lan), "grids", 12)
    by_code = {f.properties["code"]: f.properties for f in features}
    mine, other = by_code[cast.liu1.code], by_code[cast.liu2.code]
    assert (mine["state"], mine["mine"], mine["led"]) == ("ok", 1, 1)
    assert (mine["n"], mine["c0"], mine["c1"], mine["c3"]) == (4, 2, 1, 1)
    assert (other["state"], other["mine"], other["led"]) == ("denied", 0, 1)
    assert "n" not in other and "c1" not in other
    assert by_code[cast.xing1.code]["led"] == 0


def test_the_district_office_reads_released_figures_of_towns_and_nothing_below(signed_in, cast):
    client = signed_in(cast.district)
    _, features = fetch(client, "divisions", 12)
    by_code = {f.properties["code"]: f.properties for f in features}
    east = by_code[cast.east.code]
    # 12 families: 6 unassessed → 5; 3 red and 3 yellow: fewer than five, hidden.
    assert (east["state"], east["n"], east["c0"], east["c1"]) == ("ok", 10, 5, -1)
    assert by_code[cast.liu.code]["state"] == "denied"
    _, features = fetch(client, "grids", 12)
    for feature in features:
        assert feature.properties["state"] == "denied"
        assert feature.properties["n"] == 4
        assert "c1" not in feature.properties
    for z in (10, 12, 14, 17):
        assert fetch(client, "households", z)[0].status_code == 204


def test_a_member_reads_only_her_part_of_a_village(signed_in, cast):
    _, features = fetch(signed_in(cast.lan), "divisions", 12)
    by_code = {f.properties["code"]: f.properties for f in features}
    assert (by_code[cast.liu.code]["state"], by_code[cast.liu.code]["n"]) == ("part", 4)
    assert by_code[cast.tao.code]["state"] == "denied"


def test_an_unchanged_tile_is_a_304_and_a_changed_colour_shows(signed_in, cast):
    client = signed_in(cast.lan)
    response, _ = fetch(client, "households", 14)
    etag = response["ETag"]
    assert response["Cache-Control"] == "private, no-cache"
    assert fetch(client, "households", 14, **{"if-none-match": etag})[0].status_code == 304
    with acting_as_system("test"):
        Household.objects.filter(pk=cast.homes["liu1"][0].pk).update(
            slot=0, review_on=None, lapsed=True
        )
    versions.forget()  # a second later
    response, features = fetch(client, "households", 14, **{"if-none-match": etag})
    assert response.status_code == 200
    assert sum(f.properties["c1"] for f in features) == 0
    assert sum(f.properties["lapsed"] for f in features) == 1


def test_two_readers_never_share_an_etag(signed_in, cast):
    tags = {fetch(signed_in(who), "households", 14)[0]["ETag"] for who in (cast.lan, cast.head)}
    assert len(tags) == 2


def test_a_change_in_one_village_leaves_tiles_of_another_alone(signed_in, cast):
    client = signed_in(cast.chair)
    before = fetch(client, "grids", 17)[0]["ETag"]
    with acting_as_system("test"):
        Household.objects.filter(grid=cast.tao1).update(lapsed=False)
        versions.forget()
        assert fetch(client, "grids", 17)[0]["ETag"] == before
        Household.objects.filter(grid=cast.liu1).update(lapsed=False)
    versions.forget()
    assert fetch(client, "grids", 17)[0]["ETag"] != before


def test_a_colour_whose_time_is_over_lapses_when_the_day_turns(signed_in, cast, monkeypatch):
    from datetime import timedelta

    from django.utils import timezone

    later = timezone.localdate() + timedelta(days=31)
    monkeypatch.setattr(timezone, "localdate", lambda *a: later)
    _, features = fetch(signed_in(cast.lan), "households", 14)
    assert sum(f.properties["lapsed"] for f in features) == 2
    assert sum(f.properties["c0"] for f in features) == 4


def test_a_tile_without_gzip_is_plain(signed_in, cast):
    response = signed_in(cast.lan).get(url("grids", 12))
    assert "Content-Encoding" not in response
    assert decode(response.content)[0].name == "grids"


def test_the_grids_of_a_village_without_outline_have_their_figures(signed_in, cast):
    with acting_as_system("test"):
        Division.objects.filter(pk=cast.liu.pk).update(geom=None)
    client = signed_in(cast.lan)
    by_code = {f.properties["code"]: f.properties for f in fetch(client, "grids", 14)[1]}
    assert by_code[cast.liu1.code]["n"] == 4
    assert sum(f.properties["n"] for f in fetch(client, "households", 14)[1]) == 4


def test_without_a_transaction_around_it_a_tile_has_its_scope_and_leaves_none(committed_db, client):
    with acting_as_system("test"), transaction.atomic():
        cast = build_cast()
        Claim.objects.create(household=cast.homes["tao1"][0], member=cast.lan)
    client.force_login(cast.lan, backend="django.contrib.auth.backends.ModelBackend")
    assert not connection.in_atomic_block
    found = fetch(client, "households", 14)[1]
    assert sum(f.properties["n"] for f in found) == 4
    claimed = cast.homes["tao1"][0].point
    tile = tile_at(claimed.x, claimed.y, 17)
    response = client.get(f"/tiles/households/17/{tile.x}/{tile.y}.mvt")
    assert [f.properties["uuid"] for f in decode(response.content)[0].features] == [
        str(cast.homes["tao1"][0].uuid)
    ]
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(current_setting('wuse.scope', true), '')")
        assert cursor.fetchone()[0] == ""
    assert Household.objects.count() == 0
