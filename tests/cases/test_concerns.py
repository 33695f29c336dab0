"""A worry goes in and does not come out; it shields at once."""

import pytest
from django.db import transaction
from django.db.utils import ProgrammingError

from cases import services
from cases.models import Case, CaseAssignment, Concern, ViolenceRecord
from core.errors import NotFound
from core.scope import acting_as, acting_as_system
from households.models import Household, HouseholdPlace

EVERYBODY = ["lan", "mei", "head", "chair", "other_chair", "district"]


def raised(cast, who, home):
    with acting_as(getattr(cast, who).pk):
        services.raise_concern(household=home.uuid, text="夜里常有哭声", by=getattr(cast, who))


@pytest.mark.parametrize("who", ["lan", "head", "chair"])
def test_a_worry_shields_at_once_and_opens_one_case(cast, home, who):
    raised(cast, who, home)
    raised(cast, who, home)
    with acting_as_system("test"):
        assert Household.objects.get(pk=home.pk).protection == "shielded"
        assert Case.objects.get().household_id == home.pk
        assert Concern.objects.count() == 2


def test_a_worry_that_fails_shields_nobody(cast, home):
    with pytest.raises(RuntimeError), transaction.atomic(), acting_as(cast.lan.pk):
        services.raise_concern(household=home.uuid, text="夜里常有哭声", by=cast.lan)
        raise RuntimeError
    with acting_as_system("test"):
        assert Household.objects.get(pk=home.pk).protection == "none"
        assert not Concern.objects.exists()


def test_nobody_raises_a_worry_about_a_family_she_cannot_find(cast, home):
    for who in ("mei", "hua", "other_chair"):
        with pytest.raises(NotFound), transaction.atomic():
            raised(cast, who, home)
        # Nor past the app: row security alone.
        with (
            acting_as(getattr(cast, who).pk),
            pytest.raises(ProgrammingError),
            transaction.atomic(),
        ):
            Concern.objects.bulk_create(
                [Concern(household=home, text="x", raised_by=getattr(cast, who))]
            )


def test_nobody_raises_a_worry_in_anothers_name(cast, home):
    with acting_as(cast.lan.pk), pytest.raises(ProgrammingError), transaction.atomic():
        Concern.objects.bulk_create([Concern(household=home, text="x", raised_by=cast.mei)])


@pytest.mark.parametrize("who", EVERYBODY)
def test_whoever_raised_it_cannot_read_it_back_nor_see_that_there_is_a_case(cast, case, who):
    with acting_as(getattr(cast, who).pk):
        for model in (Concern, Case, CaseAssignment, ViolenceRecord, HouseholdPlace):
            assert not model.objects.exists()


@pytest.mark.parametrize("who", EVERYBODY)
def test_the_app_alone_shows_no_case_to_those_who_answer_for_a_place(cast, case, who):
    with acting_as_system("test"):
        someone = getattr(cast, who)
        assert not Case.objects.followed_by(someone).exists()
        assert not Case.objects.led_by(someone).exists()


def test_a_worry_and_a_wish_to_be_left_alone_look_alike(cast, staff):
    worried, private = cast.homes["liu1"][2:4]
    with acting_as(cast.head.pk):
        services.raise_concern(household=worried.uuid, text="夜里常有哭声", by=cast.head)
        services.protect(
            household=private.uuid, protection="shielded", reason="不想被打扰", by=cast.head
        )
    looks = []
    for home in (worried, private):
        with acting_as(cast.lan.pk):
            row = Household.objects.filter(pk=home.pk).values(
                "protection", "point", "qk", "grid", "slot", "lapsed", "proposed"
            )
            looks.append(row.get())
        with acting_as(staff.lead.pk):
            seen = Case.objects.get(household_id=home.pk)
            looks[-1]["district"] = seen.district_id
    assert looks[0] == looks[1]
