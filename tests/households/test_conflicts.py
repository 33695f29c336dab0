"""Who is kin to a family: who may say so and know it, and what follows for who answers for it."""

import pytest
from django.contrib.gis.geos import Point
from django.db import connection, transaction
from django.db.utils import ProgrammingError

from accounts.models import Member
from core.morton import tile_at
from core.scope import acting_as, acting_as_system
from grids.models import Assignment
from households import versions
from households.models import Claim, Conflict, Household, HouseholdIdentity
from households.scope import resolve
from households.tiles.households import HOUSEHOLDS
from tests.cases.worlds import asked_by_id, missing
from tests.factories import STEP, WEST, member
from tests.households.test_territory_edit import Api, key


@pytest.fixture
def chair(signed_in, cast):
    return Api(signed_in(cast.chair))


def declare(cast, who, home, kind="relative"):
    with acting_as_system("test"):
        return Conflict.objects.create(household=home, member=who, kind=kind)


def said(cast, who, home="liu1", kind="relative"):
    return {
        "household": str(cast.homes[home][0].uuid),
        "member": getattr(cast, who).pk,
        "kind": kind,
    }


def test_a_member_declares_her_own_and_from_then_on_sees_nothing_of_it(signed_in, cast):
    lan = Api(signed_in(cast.lan))
    made = lan.send("conflicts/", said(cast, "lan", kind="self"), 201)
    assert (made["member"], made["kind"]) == (cast.lan.pk, "self")
    assert lan.get("conflicts/") == []
    lan.send("conflicts/", said(cast, "lan"), status=404)
    lan.send(f"conflicts/{made['id']}/end/", status=404)
    head = Api(signed_in(cast.head))
    assert head.send("conflicts/", said(cast, "lan"), 422)["code"] == "already_declared"
    head.send(f"conflicts/{made['id']}/end/")
    assert Api(signed_in(cast.lan)).get(f"households/{said(cast, 'lan')['household']}/")


@pytest.mark.parametrize("who", ["lan", "head", "chair"])
def test_row_security_alone_hides_a_family_from_its_kin(cast, who):
    home = cast.homes["liu1"][0]
    declare(cast, getattr(cast, who), home)
    with acting_as_system("test"):
        Claim.objects.create(household=home, member=getattr(cast, who))
    with acting_as(getattr(cast, who).pk):
        assert not Household.objects.filter(pk=home.pk).exists()
        assert not HouseholdIdentity.objects.filter(pk=home.pk).exists()
        assert not home.classifications.exists()
        assert Household.objects.filter(pk=cast.homes["liu1"][1].pk).exists()
    with acting_as(cast.mei.pk if who == "lan" else cast.lan.pk):
        assert Household.objects.filter(grid=cast.liu1).exists() == (who != "lan")


@pytest.mark.parametrize("who", ["lan", "head", "chair"])
def test_the_app_alone_hides_a_family_from_its_kin(cast, who):
    home, other = cast.homes["liu1"][:2]
    declare(cast, getattr(cast, who), home)
    with acting_as_system("test"):
        seen = Household.objects.visible_to(getattr(cast, who))
        assert set(seen.filter(pk__in=[home.pk, other.pk])) == {other}


def test_ended_it_hides_nothing(cast):
    home = cast.homes["liu1"][0]
    declared = declare(cast, cast.lan, home)
    with acting_as_system("test"):
        declared.ended_at = declared.declared_at
        declared.save()
        assert Household.objects.visible_to(cast.lan).filter(pk=home.pk).exists()
    with acting_as(cast.lan.pk):
        assert Household.objects.filter(pk=home.pk).exists()


@pytest.mark.parametrize("who", ["lan", "head", "chair"])
def test_her_kin_asked_for_by_id_is_one_that_never_was(signed_in, cast, who):
    home = cast.homes["liu1"][0]
    client = signed_in(getattr(cast, who))
    declare(cast, getattr(cast, who), home)
    assert asked_by_id(client, cast, home.uuid) == asked_by_id(client, cast, missing())


def test_her_map_has_her_kin_no_longer(signed_in, cast):
    home = cast.homes["liu1"][0]
    tile = tile_at(home.point.x, home.point.y, 18)
    url = f"/tiles/households/{tile.z}/{tile.x}/{tile.y}.mvt"
    client = signed_in(cast.lan)
    before = client.get(url)
    assert before.status_code == 200
    declare(cast, cast.lan, home)
    versions.forget()  # of the last second
    now = client.get(url, headers={"if-none-match": before["ETag"]})
    assert now.status_code == 204
    assert signed_in(cast.head).get(url).status_code == 200


@pytest.mark.parametrize("zoom", [14, 18])
def test_the_app_alone_draws_no_kin(cast, zoom):
    home = cast.homes["liu1"][0]
    tile = tile_at(home.point.x, home.point.y, zoom)
    versions.forget()  # of another test's database

    def drawn():
        with acting_as_system("test"), connection.cursor() as cursor:
            query = HOUSEHOLDS.query(resolve(cast.lan.pk), tile)
            cursor.execute(query.sql, query.params)
            return sum(
                dict(zip([c.name for c in cursor.description], row, strict=True)).get("n", 1)
                for row in cursor.fetchall()
            )

    before = drawn()
    declare(cast, cast.lan, home)
    assert drawn() == before - 1


@pytest.mark.parametrize("who", ["chair", "head"])
def test_a_chair_declares_for_her_members_and_ends_it(signed_in, cast, who):
    api = Api(signed_in(getattr(cast, who)))
    made = api.send("conflicts/", said(cast, "mei"), 201)
    assert api.get("conflicts/")[0]["name"] == cast.mei.name
    api.send(f"conflicts/{made['id']}/end/")


@pytest.mark.parametrize(
    ("who", "whose", "home"),
    [
        ("lan", "mei", "liu1"),  # for somebody else
        ("lan", "lan", "liu2"),  # a family she does not see
        ("head", "hua", "liu1"),  # somebody of another village
        ("head", "lan", "tao1"),  # a family of another village
        ("other_chair", "lan", "liu1"),
    ],
)
def test_nobody_declares_what_is_not_hers_to_say(signed_in, cast, who, whose, home):
    Api(signed_in(getattr(cast, who))).send("conflicts/", said(cast, whose, home), 404)
    with acting_as_system("test"):
        assert not Conflict.objects.exists()


@pytest.mark.parametrize("body", [{}, {"kind": "friend"}, {"household": "x"}, {"member": "lan"}])
def test_nonsense_is_refused(signed_in, cast, body):
    asked = said(cast, "lan") | body if body else {}
    Api(signed_in(cast.lan)).send("conflicts/", asked, 400)


@pytest.mark.parametrize("who", ["district"])
def test_roles_without_families_have_no_such_route(signed_in, cast, who):
    api = Api(signed_in(getattr(cast, who)))
    api.get("conflicts/", 403)
    api.send("conflicts/", said(cast, "lan"), 403)


@pytest.mark.parametrize(
    ("who", "knows"),
    [("lan", False), ("chair", True), ("head", True), ("mei", False), ("hua", False),
     ("other_chair", False), ("district", False)],
)  # fmt: skip
def test_kinship_is_known_to_her_chairs_alone(cast, who, knows):
    declare(cast, cast.lan, cast.homes["liu1"][0])
    # A colleague who supports the grid sees the family, and still not whose kin it is.
    Assignment.objects.create(grid=cast.liu1, member=cast.mei, role="support")
    with acting_as(getattr(cast, who).pk):
        assert Conflict.objects.exists() == knows


def test_the_database_lets_nobody_declare_for_somebody_else(cast):
    with acting_as(cast.lan.pk), pytest.raises(ProgrammingError), transaction.atomic():
        Conflict.objects.create(household=cast.homes["liu1"][0], member=cast.mei, kind="self")


def test_kin_are_never_suggested_though_nearest_and_idle(chair, cast):
    Assignment.objects.filter(grid=cast.liu2).delete()
    # mei is idle and lives next door; lan has a grid already.
    Member.objects.filter(pk=cast.mei.pk).update(
        home=Point(WEST + 2 * STEP + 0.01, 34.01, srid=4326)
    )
    declare(cast, cast.mei, cast.homes["liu2"][3])
    chair.open(cast.liu)
    done = chair.step("suggest", who="people")
    leads = {r["key"]: r["lead"] for r in done["touched"]}
    assert leads[key(cast.liu2)] == cast.lan.pk
    assert leads[key(cast.liu1)] == cast.mei.pk or leads[key(cast.liu1)] == cast.lan.pk


def test_if_nobody_else_is_free_the_grid_stays_without_a_lead_and_it_is_said(chair, cast):
    Assignment.objects.filter(grid=cast.tao1).delete()
    declare(cast, cast.hua, cast.homes["tao1"][0])
    chair.open(cast.tao)
    answer = chair.step("suggest", 422, who="people")
    assert "1 个网格没有合适的人选" in answer["message"]


def test_a_lead_who_is_kin_is_suggested_to_hand_over(chair, cast):
    declare(cast, cast.lan, cast.homes["liu1"][0])
    declare(cast, cast.mei, cast.homes["liu1"][1])
    somebody = member("xin", "member", cast.liu)
    chair.open(cast.liu)
    done = chair.step("suggest", who="people")
    leads = {r["key"]: r["lead"] for r in done["touched"]}
    assert leads[key(cast.liu1)] == somebody.pk
    (note,) = [n for n in done["step"]["notes"] if cast.liu1.name in n]
    assert "亲属" not in note


def test_an_ended_one_no_longer_counts(chair, cast):
    Assignment.objects.filter(grid=cast.tao1).delete()
    made = declare(cast, cast.hua, cast.homes["tao1"][0])
    chair.send(f"conflicts/{made.pk}/end/")
    chair.open(cast.tao)
    done = chair.step("suggest", who="people")
    assert done["touched"][0]["lead"] == cast.hua.pk


def test_by_hand_she_may_be_assigned_and_it_is_told(chair, cast):
    declare(cast, cast.mei, cast.homes["liu1"][0])
    chair.open(cast.liu)
    done = chair.step("assign", keys=[key(cast.liu1)], lead=cast.mei.pk)
    (note,) = done["step"]["notes"]
    assert cast.mei.name in note and "1 户" in note
    preview = chair.get(f"drafts/{chair.draft['id']}/preview/")
    assert [(k["key"], k["member"], k["n"]) for k in preview["kin"]] == [
        (key(cast.liu1), cast.mei.pk, 1)
    ]
    # The draft itself keeps nothing of it: others read drafts too.
    assert chair.get(f"drafts/{chair.draft['id']}/")["steps"][0]["notes"] == []
    chair.act("publish")
    assert Assignment.objects.open().get(grid=cast.liu1, role="lead").member == cast.mei


def test_at_once_by_hand_too(chair, cast):
    declare(cast, cast.mei, cast.homes["liu1"][0])
    body = {"lead": cast.mei.pk, "expected_lead": cast.lan.pk}
    answer = chair.send(f"grids/{cast.liu1.code}/lead/", body, method="put")
    assert len(answer["notes"]) == 1
    back = {"lead": cast.lan.pk, "expected_lead": cast.mei.pk}
    assert chair.send(f"grids/{cast.liu1.code}/lead/", back, method="put")["notes"] == []


def test_a_step_that_brings_no_kin_together_says_nothing(chair, cast):
    declare(cast, cast.mei, cast.homes["liu1"][0])
    chair.open(cast.liu)
    assert chair.step("rename", key=key(cast.liu1), name="新名")["step"]["notes"] == []
    line = [[WEST + STEP * 1.5, 33.99], [WEST + STEP * 1.5, 34.03]]
    assert chair.step("split_line", key=key(cast.liu1), line=line)["step"]["notes"] == []
