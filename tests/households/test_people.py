"""People and what is sensitive about them: masked, logged, and by two layers each alone."""

import pytest
from django.db import DatabaseError, connection, connections, transaction
from django.utils import timezone

from accounts.models import Role
from audit.models import AccessRecord
from audit.services import log_access
from core.errors import NotFound
from core.scope import acting_as, acting_as_system
from households import people
from households.models import Claim, Person, PersonSensitive
from tests.factories import member
from tests.households.test_row_security import SEES

SECRET = {"health": "示例健康情况", "disability": "", "income": "示例收入", "care": ""}


@pytest.fixture
def family(cast):
    """In the first home of every grid an adult and a minor, both with something sensitive."""
    year = timezone.localdate().year
    with acting_as_system("test"):
        for key, homes in cast.homes.items():
            for relation, age in (("head", 40), ("child", 9)):
                person = Person.objects.create(
                    household=homes[0],
                    name=f"示例{key}{relation}",
                    relation=relation,
                    birth_year=year - age,
                    phone="00012345",
                    has_sensitive=True,
                )
                PersonSensitive.objects.create(
                    person=person, written_by=cast.lan, written_at=timezone.now(), **SECRET
                )
    return cast


def person(key, relation="head"):
    with acting_as_system("test"):
        return Person.objects.select_related("household").get(name=f"示例{key}{relation}")


def logged():
    with acting_as_system("test"):
        return [
            (r.member.username, r.action, r.tier, r.subject, r.reason)
            for r in AccessRecord.objects.order_by("pk")
        ]


def open_all(who):
    """Log a look at everybody there is."""
    with acting_as_system("test"):
        everybody = list(Person.objects.values_list("uuid", flat=True))
    for uuid in everybody:
        log_access(by=who, action="read", tier="S3", subject=uuid, kind="person")


@pytest.mark.parametrize("who", SEES)
def test_row_security_alone_shows_only_her_people(family, who):
    with acting_as(getattr(family, who).pk):
        seen = set(Person.objects.values_list("household", flat=True))
    assert seen == {family.homes[key][0].pk for key in SEES[who]}


@pytest.mark.parametrize("who", SEES)
def test_the_app_alone_shows_only_her_people(family, who):
    with acting_as_system("test"):
        for key in family.homes:
            for relation in ("head", "child"):
                one = Person.objects.get(name=f"示例{key}{relation}")
                if key in SEES[who]:
                    assert people.person_for(getattr(family, who), one.uuid) == one
                else:
                    with pytest.raises(NotFound):
                        people.person_for(getattr(family, who), one.uuid)


@pytest.mark.parametrize("who", SEES)
def test_no_sensitive_row_is_selectable_without_a_log_of_this_transaction(family, who):
    actor = getattr(family, who)
    with acting_as(actor.pk):
        assert not PersonSensitive.objects.exists()
        # Logged, but taken back: as if it had not been.
        with pytest.raises(RuntimeError), transaction.atomic():
            open_all(actor)
            raise RuntimeError
        assert not PersonSensitive.objects.exists()


@pytest.mark.parametrize("who", SEES)
def test_even_logged_only_her_own_people_show(family, who):
    actor = getattr(family, who)
    with acting_as(actor.pk):
        open_all(actor)
        seen = set(PersonSensitive.objects.values_list("person__household", flat=True))
    # A town knows that there is something, not what.
    mine = SEES[who] if actor.role in (Role.MEMBER, Role.VILLAGE) else []
    assert seen == {family.homes[key][0].pk for key in mine}


def test_a_log_of_an_earlier_transaction_opens_nothing(committed_db):
    from tests.factories import build_cast

    with transaction.atomic(), acting_as_system("test"):
        cast = build_cast()
        one = Person.objects.create(household=cast.homes["liu1"][0], name="示例", relation="head")
        PersonSensitive.objects.create(
            person=one, written_by=cast.lan, written_at=timezone.now(), **SECRET
        )
    with transaction.atomic(), acting_as(cast.lan.pk):
        log_access(by=cast.lan, action="read", tier="S3", subject=one.uuid, kind="person")
        assert PersonSensitive.objects.exists()
    with transaction.atomic(), acting_as(cast.lan.pk):
        assert not PersonSensitive.objects.exists()


def test_a_sensitive_row_is_read_and_logged_together(family, signed_in):
    one = person("liu1")
    answer = signed_in(family.lan).get(f"/api/people/{one.uuid}/sensitive/")
    assert answer.json()["health"] == SECRET["health"]
    assert logged() == [("lan", "read", "S3", one.uuid, "")]


def test_when_logging_fails_nothing_is_read_and_nothing_kept(committed_db, client):
    from tests.factories import build_cast

    with transaction.atomic(), acting_as_system("test"):
        cast = build_cast()
        one = Person.objects.create(household=cast.homes["liu1"][0], name="示例", relation="head")
        PersonSensitive.objects.create(
            person=one, written_by=cast.lan, written_at=timezone.now(), **SECRET
        )
    client.force_login(cast.lan, backend="django.contrib.auth.backends.ModelBackend")
    home, path = cast.homes["liu1"][0].uuid, f"/api/people/{one.uuid}/sensitive/"
    asked = [
        lambda: client.get(path),
        lambda: client.put(path, SECRET | {"health": "别的"}, content_type="application/json"),
        lambda: client.post(
            f"/api/households/{home}/reveal/",
            {"group": "contact", "reason": "要打电话约走访"},
            content_type="application/json",
        ),
        lambda: client.delete(
            f"/api/people/{one.uuid}/",
            {"reason": "重复登记了一次"},
            content_type="application/json",
        ),
    ]
    app = connections["default"].settings_dict["USER"]
    function = "sec.log_access(bigint, text, text, text, uuid, uuid, text, text)"
    with connections["owner"].cursor() as cursor:
        cursor.execute(f"REVOKE EXECUTE ON FUNCTION {function} FROM PUBLIC, {app}")
        try:
            answers = [ask() for ask in asked]
        finally:
            cursor.execute(f"GRANT EXECUTE ON FUNCTION {function} TO PUBLIC")
    for answer in answers:
        assert (answer.status_code, answer.json()["code"]) == (503, "access_not_logged")
        assert "示例" not in answer.content.decode()
    with transaction.atomic(), acting_as_system("test"):
        assert PersonSensitive.objects.get().health == SECRET["health"]
        assert not AccessRecord.objects.exists()
    assert client.get(path).status_code == 200


def test_the_list_is_masked_and_a_minor_has_no_letter(family, signed_in):
    home = family.homes["liu1"][0]
    answer = signed_in(family.chair).get(f"/api/households/{home.uuid}/people/").json()
    adult, minor = answer["people"]
    assert adult["name"].startswith("示●") and adult["phone"] == "●●●●●●45"
    assert set(minor["name"]) == set(minor["phone"]) == {"●"}
    assert minor["minor"] and minor["has_sensitive"] and "birth_year" not in minor
    assert not logged()


@pytest.mark.parametrize("reason", ["", "   ", "要看", ".....", "，，，，，，"])
def test_nothing_is_shown_in_full_without_a_reason(family, signed_in, reason):
    home = family.homes["liu1"][0]
    answer = signed_in(family.lan).post(
        f"/api/households/{home.uuid}/reveal/",
        {"group": "contact", "reason": reason},
        content_type="application/json",
    )
    assert (answer.status_code, answer.json()["code"]) == (422, "reason_missing")
    assert not logged()


def test_what_is_shown_in_full_is_logged_with_its_reason(family, signed_in):
    home = family.homes["liu1"][0]

    def ask(group):
        return signed_in(family.lan).post(
            f"/api/households/{home.uuid}/reveal/",
            {"group": group, "reason": " 要打电话  约走访 "},
            content_type="application/json",
        )

    why = "要打电话 约走访"
    assert ask("contact").json() == {"contact_name": "示例户主2010001", "phone": "0002010001"}
    assert ask("address").json() == {"address": "柳村示例路0001号"}
    assert logged() == [("lan", "reveal", "S2", home.uuid, why)] * 2
    shown = ask("people").json()["people"]
    assert [one["name"] for one in shown] == ["示例liu1head", "示例liu1child"]
    child = person("liu1", "child")
    assert logged()[2:] == [
        ("lan", "reveal", "S2", home.uuid, why),
        ("lan", "reveal", "S3", child.uuid, why),
    ]
    assert ask("everything").status_code == 400


def test_out_of_scope_and_not_existing_are_the_same(family, signed_in):
    client = signed_in(family.lan)
    foreign, nobody = person("tao1"), "00000000-0000-4000-8000-000000000000"
    for path, there in (
        ("/api/people/{}/sensitive/", foreign.uuid),
        ("/api/households/{}/people/", foreign.household.uuid),
        ("/api/households/{}/timeline/", foreign.household.uuid),
    ):
        one, other = client.get(path.format(there)), client.get(path.format(nobody))
        assert one.status_code == other.status_code == 404
        assert one.content == other.content
    assert not logged()


@pytest.mark.parametrize("who", ["chair", "district"])
def test_no_other_role_reads_what_is_sensitive(family, signed_in, who):
    path = f"/api/people/{person('liu1').uuid}/sensitive/"
    assert signed_in(getattr(family, who)).get(path).status_code == 403


def test_a_village_chair_reads_and_does_not_write(family, signed_in):
    one = person("liu1")
    path = f"/api/people/{one.uuid}/sensitive/"
    client = signed_in(family.head)
    assert client.get(path).json()["income"] == SECRET["income"]
    assert client.put(path, SECRET, content_type="application/json").status_code == 403
    with acting_as(family.head.pk):
        open_all(family.head)
        assert PersonSensitive.objects.filter(person=one).update(health="") == 0


def test_a_member_writes_in_her_own_name_and_it_is_logged(family, signed_in):
    one = person("liu1")
    path = f"/api/people/{one.uuid}/sensitive/"
    nothing = dict.fromkeys(SECRET, "")
    answer = signed_in(family.lan).put(path, nothing, content_type="application/json")
    assert answer.status_code == 200 and answer.json()["written_by"] == "示例lan"
    assert logged() == [("lan", "write", "S3", one.uuid, "")]
    assert person("liu1").has_sensitive is False
    with acting_as(family.lan.pk), pytest.raises(DatabaseError), transaction.atomic():
        open_all(family.lan)
        PersonSensitive.objects.filter(person=one).update(written_by=family.mei)


def test_a_person_is_added_corrected_and_removed(family, signed_in):
    home, client = family.homes["liu1"][2], signed_in(family.lan)
    people_path = f"/api/households/{home.uuid}/people/"
    said = {"name": "示例新人", "relation": "spouse", "birth_year": 1980, "phone": ""}
    made = client.post(people_path, said, content_type="application/json")
    assert made.status_code == 201 and made.json()["name"] == "示●●●"
    path = f"/api/people/{made.json()['uuid']}/"
    client.put(f"{path}sensitive/", SECRET, content_type="application/json")
    assert (
        client.patch(path, {"relation": "child"}, content_type="application/json").json()[
            "relation"
        ]
        == "子女"
    )
    assert client.patch(path, {"birth_year": 9}, content_type="application/json").status_code == 400
    gone = client.delete(path, {"reason": "重复登记了一次"}, content_type="application/json")
    assert gone.status_code == 204
    assert client.get(people_path).json() == {"people": []}
    with acting_as_system("test"):
        assert not PersonSensitive.objects.filter(person__household=home).exists()
        assert PersonSensitive.objects.count() == 8
    assert [entry[1] for entry in logged()] == ["write", "erase"]


def test_nobody_adds_a_person_to_a_family_she_cannot_see(family):
    with acting_as(family.lan.pk), pytest.raises(DatabaseError), transaction.atomic():
        Person.objects.create(household=family.homes["tao1"][0], name="x", relation="other")


def test_a_claim_opens_the_people_of_one_family(family):
    far = family.homes["tao1"][0]
    with acting_as_system("test"):
        Claim.objects.create(household=far, member=family.lan)
    with acting_as(family.lan.pk):
        assert Person.objects.filter(household=far).count() == 2


def test_a_masked_list_costs_one_look_up(family):
    with acting_as(family.lan.pk), connection.execute_wrapper(_count := Counting()):
        people.people_of(family.homes["liu1"][0])
    assert _count.n == 1


class Counting:
    n = 0

    def __call__(self, execute, sql, params, many, context):
        self.n += 1
        return execute(sql, params, many, context)


def test_a_minor_is_one_until_the_year_after_she_turns_eighteen():
    year = timezone.localdate().year
    assert Person(birth_year=year - 18).is_minor(year)
    assert not Person(birth_year=year - 19).is_minor(year)
    assert not Person().is_minor(year)


def test_the_partner_has_no_families(family, signed_in):
    partner = member("partner", Role.PARTNER, family.area)
    assert (
        signed_in(partner).get(f"/api/people/{person('liu1').uuid}/sensitive/").status_code == 403
    )
