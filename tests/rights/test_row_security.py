"""Row security of the desk alone: the statements are such as a view with a hole in it might send."""

import re

import pytest
from django.db import DatabaseError, ProgrammingError, connection, transaction

from accounts.models import Role
from core.scope import acting_as, acting_as_system
from rights import services
from rights.models import Request, Restriction, Tombstone
from tests.factories import member

ALL = ("lan", "head", "chair", "other_chair", "district")


def touched(who, statement: str) -> int:
    """How many rows it reaches; one that row security refuses reaches none."""
    try:
        with acting_as(who.pk), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
            count = cursor.rowcount
            transaction.set_rollback(True)
    except ProgrammingError as error:
        if not re.search("row-level security|permission denied", str(error)):
            raise
        return 0
    return count


@pytest.fixture
def others(cast):
    """Everybody whose desk it is not, another steward among them."""
    return [getattr(cast, name) for name in ALL] + [member("elsewhere", Role.STEWARD, cast.west)]


@pytest.fixture
def restricted(steward, asks):
    request = asks("restriction")
    with acting_as(steward.pk):
        services.restrict(request=request, by=steward)
    return request


def test_a_restriction_is_known_to_its_desk_alone(steward, colleague, others, restricted):
    for who in (steward, colleague):
        with acting_as(who.pk):
            assert Restriction.objects.count() == 1
    for who in others:
        with acting_as(who.pk):
            assert not Restriction.objects.exists(), who


def test_a_restriction_is_lifted_by_its_desk_alone(steward, others, restricted):
    lift = "UPDATE rights_restriction SET until = now()"
    assert [touched(who, lift) for who in others] == [0] * len(others)
    assert touched(steward, lift) == 1


def test_nobody_deletes_a_restriction(steward, others, restricted):
    for who in (steward, *others):
        assert touched(who, "DELETE FROM rights_restriction") == 0


def test_a_restriction_is_laid_on_the_family_that_asked_and_by_its_desk(
    cast, steward, others, home, asks
):
    request = asks("restriction")

    def lay(family):
        return (
            "INSERT INTO rights_restriction (household_id, request_id, since)"
            f" VALUES ({family.pk}, {request.pk}, now())"
        )

    assert touched(steward, lay(home)) == 1
    assert touched(steward, lay(cast.homes["liu1"][1])) == 0
    assert [touched(who, lay(home)) for who in others] == [0] * len(others)


def test_an_answer_that_was_given_stays(steward, others, asks):
    request = asks("access")
    change = "UPDATE rights_request SET answer = '改过'"
    assert touched(steward, change) == 1
    assert [touched(who, change) for who in others] == [0] * len(others)
    with acting_as(steward.pk):
        services.close(request=request, state="refused", answer="不属于本区办理", by=steward)
    assert touched(steward, change) == 0


def test_a_request_stays_what_it_was_when_it_was_taken_in(cast, steward, asks):
    request = asks("access")
    for change in ({"division": cast.west}, {"household": cast.homes["liu1"][1]}):
        with (
            acting_as(steward.pk),
            pytest.raises(DatabaseError, match="stays what it was"),
            transaction.atomic(),
        ):
            Request.objects.filter(pk=request.pk).update(**change)


def test_what_was_deleted_is_known_to_the_system_alone(steward, others, asks):
    request = asks("deletion")
    with acting_as(steward.pk):
        services.delete(request=request, whole=True, answer="已经全部删除", by=steward)
    for who in (steward, *others):
        with acting_as(who.pk):
            assert not Tombstone.objects.exists(), who
    with acting_as_system("test"):
        assert Tombstone.objects.exists()
