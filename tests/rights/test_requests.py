"""A steward sees a family by its request alone: while it is open, while it is hers."""

from datetime import date, timedelta

import pytest
from django.db import DatabaseError, ProgrammingError, connection, transaction
from django.utils import timezone

from accounts.models import Role
from audit.models import AccessRecord
from core.scope import acting_as, acting_as_system
from households.models import (
    Claim,
    Classification,
    Conflict,
    Household,
    HouseholdIdentity,
    Person,
    PersonSensitive,
    Protection,
)  # fmt: skip
from rights import services
from rights.copying import access_copy
from rights.errors import (
    AlreadyClosed,
    LaterThanToday,
    NoPlace,
    NoSuchFamily,
    NoSuchRequest,
    NothingSaid,
    WrongKind,
)  # fmt: skip
from rights.models import Request, Restriction, Step, due
from tests.factories import member


def seen(who) -> set[int]:
    with acting_as(who.pk), transaction.atomic():
        return set(Household.objects.values_list("pk", flat=True))


def words(copy) -> str:
    return "\n".join(f"{a}：{b}" for s in copy["sections"] for a, b in s["facts"])


@pytest.mark.parametrize(
    "received, last",
    [("2026-01-05", "2026-01-26"), ("2026-01-09", "2026-01-30"), ("2026-01-10", "2026-01-30")],
)
def test_fifteen_working_days_are_counted_from_the_day_after(received, last):
    assert due(date.fromisoformat(received)) == date.fromisoformat(last)


def test_without_a_request_a_steward_sees_no_family(cast, steward, home):
    assert seen(steward) == set()
    with acting_as(steward.pk):
        for model in (HouseholdIdentity, Person, PersonSensitive, Claim, Classification):
            assert not model.objects.exists()


def test_an_open_request_shows_its_steward_that_family_and_no_other(cast, steward, home, asks):
    request = asks("access")
    assert seen(steward) == {home.pk}
    assert (request.number, request.state) == (f"{timezone.localdate():%Y}-{request.pk:05}", "open")
    with acting_as(steward.pk):
        assert HouseholdIdentity.objects.get().household_id == home.pk
        assert Person.objects.count() == 3
        # What is sensitive shows only once the look is logged.
        assert not PersonSensitive.objects.exists()
        # Nor does she write the row itself, or any other part than those that she corrects.
        assert Household.objects.update(slot=0) == 0


def test_a_closed_request_shows_nothing_any_more(steward, home, asks):
    request = asks("access")
    with acting_as(steward.pk):
        services.close(request=request, state="done", answer="已经当面交给她", by=steward)
        with pytest.raises(AlreadyClosed):
            services.close(request=request, state="done", answer="再答复一次", by=steward)
    assert seen(steward) == set()


def test_a_colleague_sees_the_request_and_not_the_family_until_she_takes_it_over(
    cast, steward, colleague, home, asks
):
    request = asks("access")
    elsewhere = member("elsewhere", Role.STEWARD, cast.west)
    assert seen(colleague) == set()
    with acting_as(colleague.pk):
        assert services.request_for(colleague, request.uuid) == request
        with pytest.raises(NoSuchRequest):
            access_copy(request=request, by=colleague)
    with acting_as(elsewhere.pk), pytest.raises(NoSuchRequest):
        services.request_for(elsewhere, request.uuid)
    with acting_as(colleague.pk):
        services.take_over(request=request, by=colleague)
        assert [s.text for s in Step.objects.all()][-1] == "由示例colleague接手。"
    assert (seen(colleague), seen(steward)) == ({home.pk}, set())


@pytest.mark.parametrize("who", ["lan", "head", "chair", "district"])
def test_nobody_else_knows_of_a_request(cast, asks, who):
    asks("access")
    with acting_as(getattr(cast, who).pk):
        for model in (Request, Step, Restriction):
            assert not model.objects.exists()


@pytest.mark.parametrize(
    "wrong",
    [
        {"applicant": "示例别人"},
        {"household_no": "9999"},
        {"village": "999001102201"},
        {"village": "000000000000"},
    ],
)
def test_a_family_that_does_not_match_is_not_found(cast, asks, wrong):
    with pytest.raises(NoSuchFamily):
        asks("access", **wrong)
    with acting_as_system("test"):
        assert not Request.objects.exists()


def test_outside_her_place_of_work_there_is_nobody(cast, home, asks):
    with pytest.raises(NoSuchFamily):
        asks("access", by=member("west", Role.STEWARD, cast.west))


def test_a_steward_without_a_place_of_work_is_told_what_is_missing(asks):
    with pytest.raises(NoPlace):
        asks("access", by=member("nowhere", Role.STEWARD))


def test_a_sealed_family_is_answered_like_one_that_never_was(cast, steward, home, asks):
    with acting_as_system("test"):
        for protection in (Protection.SHIELDED, Protection.SEALED):
            Household.objects.filter(pk=home.pk).update(protection=protection)
    with pytest.raises(NoSuchFamily):
        asks("access")


def test_a_family_that_is_sealed_later_is_gone_for_her(cast, steward, home, asks):
    request = asks("access")
    with acting_as_system("test"):
        for protection in (Protection.SHIELDED, Protection.SEALED):
            Household.objects.filter(pk=home.pk).update(protection=protection)
    assert seen(steward) == set()
    with acting_as(steward.pk), pytest.raises(services.NotFound):
        access_copy(request=request, by=steward)


def test_her_own_kin_is_for_a_colleague(cast, steward, home, asks):
    with acting_as_system("test"):
        Conflict.objects.create(household=home, member=steward, kind="relative")
    with pytest.raises(NoSuchFamily):
        asks("access")


def test_only_a_steward_takes_requests_in(cast, home, asks):
    with pytest.raises(NoSuchFamily):
        asks("access", by=cast.chair)


def test_tomorrow_is_no_day_on_which_something_was_received(asks):
    with pytest.raises(LaterThanToday):
        asks("access", received_on=timezone.localdate() + timedelta(days=1))


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE rights_request SET household_id = household_id + 1",
        "UPDATE rights_request SET kind = 'deletion'",
        "INSERT INTO rights_request SELECT 99999, gen_random_uuid(), kind, household_id + 1,"
        " household_uuid, null, applicant, standing, proof, wish, received_on, due_on, 'open', '',"
        " null, division_id, steward_id FROM rights_request",
        "INSERT INTO rights_tombstone (subject, kind, \"on\") VALUES (gen_random_uuid(), 'person', now())",
        "DELETE FROM rights_tombstone",
    ],
)
def test_row_security_lets_her_point_no_request_at_another_family(steward, asks, statement):
    asks("access")
    with (
        acting_as(steward.pk),
        pytest.raises(DatabaseError),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)


def test_steps_are_not_rewritten(steward, asks):
    asks("access")
    with acting_as(steward.pk):
        assert Step.objects.update(text="") == 0
        assert Step.objects.all().delete()[0] == 0


def test_a_copy_holds_what_is_hers_and_not_what_is_others(cast, steward, home, asks):
    with acting_as_system("test"):
        Claim.objects.create(household=home, member=cast.mei)
        reason = home.classifications.get().reason.text
    request = asks("access")
    with acting_as(steward.pk):
        copy = access_copy(request=request, by=steward)
    said = words(copy)
    for own in (
        "示例甲",
        "00011",
        "示例健康说明",
        "柳村",
        home.household_no,
        "示例lan",
        "每月上门陪伴一次",
    ):
        assert own in said
    # The husband's name and number, the child's name; no colour, and not why.
    for others in (reason, "示例乙", "00012", "示例丙", "红色", "黄色"):
        assert others not in said
    with acting_as_system("test"):
        looks = AccessRecord.objects.filter(member=steward)
        assert {(r.tier, r.kind, r.action) for r in looks} == {
            ("S2", "household", "export"), ("S3", "person", "export"),
        }  # fmt: skip
        assert all(request.number in r.reason for r in looks)


def test_a_guardian_gets_what_is_kept_about_the_child_unless_the_family_is_protected(
    steward, home, asks
):
    request = asks("access", standing="guardian")
    with acting_as(steward.pk):
        assert "示例丙" in words(access_copy(request=request, by=steward))
    with acting_as_system("test"):
        Household.objects.filter(pk=home.pk).update(protection=Protection.SHIELDED)
    with acting_as(steward.pk):
        assert "示例丙" not in words(access_copy(request=request, by=steward))


def test_a_copy_tells_neither_the_place_of_a_protected_family_nor_that_there_is_a_case(
    cast, steward, home, asks
):
    from audit.services import log_access

    worker = member("worker", Role.CASEWORKER, cast.area)
    with acting_as(worker.pk):
        log_access(by=worker, action="read", tier="S2", kind="household", subject=home.uuid)
    with acting_as_system("test"):
        address = home.identity.address
        Household.objects.filter(pk=home.pk).update(protection=Protection.SHIELDED)
    request = asks("access")
    with acting_as(steward.pk):
        said = words(access_copy(request=request, by=steward))
    assert address not in said and "示例worker" not in said and "个案" not in said


def test_a_look_that_cannot_be_logged_is_none(steward, asks, monkeypatch):
    from audit.errors import AccessNotLogged

    request = asks("access")
    monkeypatch.setattr("audit.services._WRITE", "SELECT 1/0")
    with acting_as(steward.pk), pytest.raises(AccessNotLogged), transaction.atomic():
        access_copy(request=request, by=steward)


def test_a_correction_changes_what_was_wrong_and_says_so(cast, steward, home, asks):
    request = asks("correction")
    with acting_as(steward.pk):
        wife = Person.objects.get(name="示例甲")
        services.correct(request=request, whose=wife, fields={"phone": "00077", "name": "示例甲"}, by=steward)  # fmt: skip
        services.correct(request=request, whose=None, fields={"members": 4}, by=steward)
        assert [s.text for s in Step.objects.all()][1:] == [
            "更正了一位家人的电话。",
            "更正了这户的人口。",
        ]
    with acting_as(cast.lan.pk):
        assert Person.objects.get(name="示例甲").phone == "00077"
        assert HouseholdIdentity.objects.get(household=home).members == 4


def test_a_request_is_for_one_thing(steward, asks):
    request = asks("access")
    with acting_as(steward.pk):
        for do in (
            lambda: services.restrict(request=request, by=steward),
            lambda: services.correct(request=request, whose=None, fields={}, by=steward),
            lambda: services.delete(request=request, whole=True, answer="已经删除了", by=steward),
        ):
            with pytest.raises(WrongKind):
                do()


def test_what_is_disputed_is_not_used_until_it_is_settled(cast, steward, home, asks):
    request = asks("restriction")

    def lan_sees():
        with acting_as(cast.lan.pk):
            return [
                m.objects.filter(household=home).count()
                for m in (HouseholdIdentity, Person, Classification)
            ]

    before = lan_sees()
    assert 0 not in before
    with acting_as(steward.pk):
        services.restrict(request=request, by=steward)
        assert HouseholdIdentity.objects.filter(household=home).exists()
    assert lan_sees() == [0, 0, 0]
    with acting_as(cast.lan.pk):
        assert Household.objects.filter(pk=home.pk).exists()
        assert Person.objects.filter(household=home).update(name="改") == 0
        # Nor is anything put beside it; by statements that read nothing back.
        colour = cast.scheme.classes.first().pk
        for write in (
            f"INSERT INTO households_person (uuid, household_id, name, relation, phone)"
            f" VALUES (gen_random_uuid(), {home.pk}, '示例新', '', '')",
            f"INSERT INTO households_classification (household_id, colour_class_id, status,"
            f" help_offered, proposed_at) VALUES ({home.pk}, {colour}, 'proposed', '', now())",
            f"UPDATE households_householdidentity SET household_id = {home.pk}",
        ):
            with (
                pytest.raises(ProgrammingError, match="not_while_disputed"),
                transaction.atomic(),
                connection.cursor() as cursor,
            ):
                cursor.execute(write)
    with acting_as(steward.pk):
        services.lift(request=request, by=steward)
    assert lan_sees() == before


def test_an_answer_says_something(steward, asks):
    request = asks("access")
    with acting_as(steward.pk), pytest.raises(NothingSaid):
        services.close(request=request, state="refused", answer="……。", by=steward)


@pytest.mark.parametrize("how", ["sealed", "kin"])
def test_the_app_alone_keeps_a_family_from_her_too(steward, home, asks, how):
    """Row security put aside: asked as the system."""
    request = asks("access")
    with acting_as_system("test"):
        if how == "kin":
            Conflict.objects.create(household=home, member=steward, kind="relative")
        else:
            for protection in (Protection.SHIELDED, Protection.SEALED):
                Household.objects.filter(pk=home.pk).update(protection=protection)
    with acting_as_system("test"), pytest.MonkeyPatch.context() as patched:
        patched.setattr(services, "log_access", lambda **said: None)
        with pytest.raises(services.NotFound):
            services.home_of(request, steward)
