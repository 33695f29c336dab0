"""Needs: who enters, who reads what, and that nothing goes but by the table."""

from datetime import timedelta
from decimal import Decimal
from itertools import product

import pytest
from django.db import connection, transaction
from django.db.utils import ProgrammingError
from django.utils import timezone

from core.errors import Invalid, NotAllowed, NotFound
from core.scope import acting_as, acting_as_system
from core.states import StepNotPossible
from households.models import Conflict, Household, Person
from support import errors, services
from support.machine import NEED
from support.models import ACTIONS, Help, Need, NeedText
from support.waiting import waiting_for

WORDS = "老人夜里要人照看"


@pytest.fixture
def home(cast):
    return cast.homes["liu1"][0]


def recorded(cast, home, who="lan", **said):
    by = getattr(cast, who)
    said = {"kind": "elders", "due_on": timezone.localdate(), "text": WORDS} | said
    with acting_as(by.pk):
        return services.record_need(household=home, by=by, **said)


def read(cast, who, home):
    """The texts that somebody gets to see once she has logged the look."""
    by = getattr(cast, who)
    with transaction.atomic(), acting_as(by.pk):
        services.open_family(household=home, by=by, route="test")
        return list(services.texts_of(Need.objects.all()).values())


@pytest.mark.parametrize("who", ["lan", "head"])
def test_a_need_is_seen_by_all_in_scope_and_its_words_by_few(cast, home, who):
    recorded(cast, home, who)
    for reader in ("lan", "head", "chair"):
        with acting_as(getattr(cast, reader).pk):
            assert Need.objects.visible_to(getattr(cast, reader)).count() == 1
            # Without the log, nobody reads a word.
            assert not NeedText.objects.exists()
    assert read(cast, "lan", home) == read(cast, "head", home) == [WORDS]
    # The town knows that there is one.
    assert read(cast, "chair", home) == []
    for stranger in ("mei", "hua", "other_chair", "district"):
        with acting_as(getattr(cast, stranger).pk):
            assert not Need.objects.exists()


@pytest.mark.parametrize("who", ["chair", "district"])
def test_who_does_not_keep_the_family_company_enters_no_need(cast, home, who):
    with pytest.raises(NotAllowed):
        recorded(cast, home, who)
    with pytest.raises(ProgrammingError), transaction.atomic(), acting_as(cast.chair.pk):
        Need.objects.create(
            household=home, kind="elders", due_on=timezone.localdate(), opened_by=cast.chair
        )


def test_kin_see_no_need(cast, home):
    recorded(cast, home)
    with acting_as_system("test"):
        Conflict.objects.create(household=home, member=cast.head, kind="self")
    with acting_as(cast.head.pk):
        assert not Need.objects.exists()
        assert not Need.objects.visible_to(cast.head).exists()
    assert read(cast, "head", home) == []


def test_of_a_sealed_family_no_need_is_seen(cast, home):
    need = recorded(cast, home)
    with acting_as_system("test"):
        Household.objects.filter(pk=home.pk).update(protection="sealed")
    for who in ("lan", "head", "chair"):
        with acting_as(getattr(cast, who).pk):
            assert not Need.objects.exists()
            with pytest.raises(NotFound):
                services.need_for(getattr(cast, who), need.uuid)


def test_a_need_of_a_person_is_of_one_of_the_family(cast, home):
    with acting_as_system("test"):
        hers = Person.objects.create(household=home, name="例一", relation="parent")
        other = Person.objects.create(household=cast.homes["liu1"][1], name="例二", relation="head")
    assert recorded(cast, home, person=hers.uuid).person == hers
    with pytest.raises(errors.NotOfThisFamily):
        recorded(cast, home, person=other.uuid)
    # With her goes what was written of her.
    with acting_as_system("test"):
        hers.delete()
        assert not Need.objects.exists()
        assert not NeedText.objects.exists()


@pytest.mark.parametrize("days", [-1, services.FURTHEST_DAYS + 1])
def test_a_need_has_a_day_that_can_be_kept(cast, home, days):
    with pytest.raises(errors.DayNotPossible):
        recorded(cast, home, due_on=timezone.localdate() + timedelta(days=days))


def test_words_that_judge_are_not_kept(cast, home):
    with pytest.raises(Invalid):
        recorded(cast, home, text="这是问题家庭")
    with acting_as(cast.lan.pk):
        assert not Need.objects.exists()


STEPS = {
    "help": lambda need, by: services.give_help(
        need=need, by=by, kind="counsel", given_on=timezone.localdate()
    ),
    "meet": lambda need, by: services.meet(need=need, by=by),
    "end": lambda need, by: services.end(need=need, why="elsewhere", by=by),
}
LEADS_TO = {"open": [], "met": ["meet"], "ended": ["end"]}


@pytest.mark.parametrize("state, step", list(product(Need.State.values, STEPS)))
def test_no_step_goes_but_by_the_table(cast, home, state, step):
    need = recorded(cast, home)
    with acting_as(cast.lan.pk):
        for before in LEADS_TO[state]:
            STEPS[before](need, cast.lan)
        need = services.need_for(cast.lan, need.uuid)
        assert need.state == state
        if state in NEED.steps[step].sources:
            STEPS[step](need, cast.lan)
            need.refresh_from_db()
            assert need.state == NEED.steps[step].target
        else:
            with pytest.raises(StepNotPossible):
                STEPS[step](need, cast.lan)
            need.refresh_from_db()
            assert need.state == state
    assert {*STEPS, "record"} == set(NEED.steps)


def test_the_database_opens_no_need_again(cast, home):
    need = recorded(cast, home)
    with acting_as(cast.lan.pk):
        services.meet(need=need, by=cast.lan)
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE support_need SET state = 'open', closed_by_id = NULL, closed_at = NULL"
            )
            assert cursor.rowcount == 0
            cursor.execute("UPDATE support_need SET state = 'ended', ended_because = 'moved'")
            assert cursor.rowcount == 0


def test_the_app_may_not_change_whose_a_need_is(cast, home):
    recorded(cast, home)
    with pytest.raises(ProgrammingError), transaction.atomic(), acting_as(cast.lan.pk):
        Need.objects.update(household=cast.homes["liu1"][1])


def test_why_a_need_ends_is_said(cast, home):
    need = recorded(cast, home)
    with acting_as(cast.lan.pk), pytest.raises(errors.WhyMissing):
        services.end(need=need, why="", by=cast.lan)


@pytest.mark.parametrize(
    "said, kept",
    [
        ({"kind": "money", "amount": Decimal("300")}, {"amount": Decimal("300")}),
        ({"kind": "goods", "goods": "棉被一床", "amount": Decimal("1")}, {"goods": "棉被一床", "amount": None}),
        ({"kind": "honour", "honour": "courtyard", "outcome": "helped"}, {"honour": "courtyard", "outcome": "helped"}),
        ({"kind": "job", "goods": "x"}, {"goods": ""}),
    ],
)  # fmt: skip
def test_a_help_keeps_what_belongs_to_its_kind(cast, home, said, kept):
    need = recorded(cast, home)
    with acting_as(cast.lan.pk):
        services.give_help(need=need, by=cast.lan, given_on=timezone.localdate(), **said)
        made = Help.objects.get()
    assert {name: getattr(made, name) for name in kept} == kept


@pytest.mark.parametrize("kind", ["money", "goods", "honour"])
def test_a_help_says_how_much_what_or_which(cast, home, kind):
    need = recorded(cast, home)
    with acting_as(cast.lan.pk), pytest.raises(errors.HelpNotClear):
        services.give_help(need=need, by=cast.lan, kind=kind, given_on=timezone.localdate())


def test_a_help_lies_not_ahead(cast, home, tomorrow):
    need = recorded(cast, home)
    with acting_as(cast.lan.pk), pytest.raises(errors.GivenLater):
        services.give_help(need=need, by=cast.lan, kind="job", given_on=tomorrow)


def test_every_kind_belongs_to_one_of_the_five_actions():
    assert set(ACTIONS) == set(Need.Kind)
    assert set(ACTIONS.values()) == set(Need.Action)


def test_a_need_waits_for_whoever_keeps_the_family_company(cast, home):
    today = timezone.localdate()
    recorded(cast, home)
    recorded(cast, home, due_on=today + timedelta(days=3), text="")
    recorded(cast, home, due_on=today + timedelta(days=30), text="")
    for who in ("lan", "head"):
        with acting_as(getattr(cast, who).pk):
            lines = waiting_for(getattr(cast, who))
        assert [line.due_on for line in lines] == [today, today + timedelta(days=3)]
        assert all(WORDS not in line.text and "示例户主" not in line.text for line in lines)
    for who in ("mei", "chair"):
        with acting_as(getattr(cast, who).pk):
            assert waiting_for(getattr(cast, who)) == []


def test_an_event_counts_who_came_and_names_nobody(cast):
    today = timezone.localdate()
    said = {"kind": "training", "title": "月嫂培训", "held_on": today, "women": 30, "men": 2}
    with acting_as(cast.head.pk):
        made = services.record_event(division=cast.liu, by=cast.head, **said)
        with pytest.raises(errors.NotYourPlace):
            services.record_event(division=cast.tao, by=cast.head, **said)
        ahead = said | {"held_on": today + timedelta(days=1)}
        with pytest.raises(errors.HeldLater):
            services.record_event(division=cast.liu, by=cast.head, **ahead)
    for who, sees in (("lan", True), ("chair", True), ("district", True), ("hua", False), ("other_chair", False)):  # fmt: skip
        member = getattr(cast, who)
        with acting_as(member.pk):
            assert (made in type(made).objects.visible_to(member)) == sees
