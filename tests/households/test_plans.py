"""How the database answers: by index where there are many rows, and in few statements."""

import json

import pytest
from django.db import connection, connections, transaction

from accounts.models import Member
from core.morton import tile_at
from core.scope import acting_as, acting_as_system
from households import scope, versions
from households.models import Household
from households.tiles import LAYERS
from tests.bench.district import District, build

GUARDED = {
    "households_household",
    "households_householdidentity",
    "households_classification",
    "households_householdtally",
}
ROLES = ["member", "village", "town", "district", "steward"]
ZOOMS = [8, 10, 11, 12, 13, 14, 15, 16, 17]


@pytest.fixture(scope="module")
def district(django_db_setup, django_db_blocker):
    """20,000 households, committed and analysed, for this file alone."""
    with django_db_blocker.unblock():
        owner = connections["owner"]
        scope.forget()
        versions.forget()
        with (
            acting_as_system("test"),
            transaction.atomic(using="owner"),
            owner.cursor() as cursor,
        ):
            built = build(cursor, households=20_000)
        with owner.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")
        yield built
        connections["default"].close()
        with owner.cursor() as cursor:
            cursor.execute(
                "SELECT string_agg(format('%I', tablename), ', ') FROM pg_tables"
                " WHERE schemaname = 'public' AND tableowner = current_user"
                " AND tablename NOT IN"
                " ('django_migrations', 'django_content_type', 'auth_permission')"
            )
            cursor.execute(f"TRUNCATE {cursor.fetchone()[0]} RESTART IDENTITY CASCADE")
            cursor.execute("VACUUM ANALYZE")
        owner.close()
        scope.forget()
        versions.forget()


def nodes(plan: dict):
    yield plan
    for child in plan.get("Plans", []):
        yield from nodes(child)


def plan_of(sql: str, params: dict) -> dict:
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (FORMAT JSON) {sql}", params)
        found = cursor.fetchone()[0]
    return (json.loads(found) if isinstance(found, str) else found)[0]["Plan"]


def read_from_end_to_end(plan: dict) -> set[str]:
    return {n["Relation Name"] for n in nodes(plan) if n["Node Type"] == "Seq Scan"} & GUARDED


def place_of(district: District, role: str) -> tuple[float, float]:
    """Where a family lives that this role may see, or the first there is."""
    member = Member.objects.get(pk=district.members[role])
    with acting_as(member.pk):
        home = Household.objects.filter(grid__isnull=False).order_by("pk").first()
    if home is None:
        return float(district.homes.lon[0]), float(district.homes.lat[0])
    return home.point.x, home.point.y


@pytest.mark.parametrize("role", ROLES)
def test_no_tile_reads_a_household_table_from_end_to_end(district, db, role):
    member_id = district.members[role]
    lon, lat = place_of(district, role)
    seen = 0
    with acting_as(member_id), transaction.atomic():
        hers = scope.resolve(member_id)
        for layer in LAYERS:
            for z in ZOOMS:
                query = layer.query(hers, tile_at(lon, lat, z))
                if query is not None:
                    seen += 1
                    plan = plan_of(query.sql, query.params)
                    assert not read_from_end_to_end(plan), f"{layer.name} z{z}"
    assert seen >= len(ZOOMS)


def test_the_guard_sees_a_table_that_is_read_from_end_to_end(district, db):
    with acting_as(district.members["town"]):
        plan = plan_of("SELECT count(*) FROM households_household WHERE proposed", {})
    assert read_from_end_to_end(plan) == {"households_household"}


@pytest.fixture
def chair(district, db, signed_in):
    """The town's chair, whose scope and villages are already known to the process."""
    scope.forget()
    versions.forget()
    client = signed_in(Member.objects.get(pk=district.members["town"]))
    assert client.get("/tiles/divisions/9/417/203.mvt").status_code in (200, 204)
    return client


def test_a_tile_costs_one_statement_beside_the_look_up_of_the_member(
    district, chair, django_assert_num_queries, monkeypatch
):
    monkeypatch.setattr("core.tiles.memory.get", lambda etag: None)
    tile = tile_at(*place_of(district, "town"), 14)
    path = f"/tiles/households/{tile.z}/{tile.x}/{tile.y}.mvt"
    # The member, the tile.
    with django_assert_num_queries(2):
        response = chair.get(path)
    assert response.status_code == 200
    with django_assert_num_queries(1):
        again = chair.get(path, headers={"if-none-match": response["ETag"]})
    assert again.status_code == 304
    monkeypatch.undo()
    chair.get(path)
    with django_assert_num_queries(1):
        assert chair.get(path).status_code == 200


@pytest.mark.parametrize(
    ("path", "statements"),
    [
        ("/api/version/", 4),
        ("/api/areas/{town}/", 11),
        ("/api/areas/{village}/", 11),
        ("/api/areas/{village}/households/?page_size=100", 7),
    ],
)
def test_an_answer_of_the_api_costs_a_known_number_of_statements(
    district, chair, django_assert_num_queries, path, statements
):
    village = district.village_codes[0]
    with django_assert_num_queries(statements):
        response = chair.get(path.format(town=village[:9], village=village))
    assert response.status_code == 200


def test_a_card_costs_a_known_number_of_statements(district, chair, django_assert_num_queries):
    with acting_as(district.members["town"]):
        uuid = Household.objects.order_by("pk").values_list("uuid", flat=True).first()
    with django_assert_num_queries(7):
        assert chair.get(f"/api/households/{uuid}/").status_code == 200
