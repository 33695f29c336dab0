"""A dispute goes step by step, each by whose step it is; and is seen by whoever sees its family."""

from datetime import timedelta

import pytest
from django.contrib.gis.geos import Point
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from accounts.models import Role
from core.errors import NotAllowed, NotFound
from core.scope import acting_as, acting_as_system
from core.states import StepNotPossible
from disputes import errors, services
from disputes.machine import DISPUTE, REFERRAL, WHO
from disputes.models import Dispute, DisputeStep, DisputeText
from households.models import Conflict, Household
from tests.disputes.conftest import WORDS
from tests.factories import member

TODAY = timezone.localdate


def seen_by(who) -> list:
    with acting_as(who.pk), transaction.atomic():
        by_app = set(Dispute.objects.visible_to(who).values_list("pk", flat=True))
        by_database = set(Dispute.objects.values_list("pk", flat=True))
    assert by_app == by_database
    return sorted(by_app)


def test_a_dispute_is_seen_by_whoever_sees_the_family(table):
    found = table.find()
    cast = table.cast
    for who in (cast.lan, cast.head, cast.chair):
        assert seen_by(who) == [found.pk]
    for who in (cast.mei, cast.hua, cast.other_chair, cast.district, table.police, table.worker):
        assert seen_by(who) == []


def test_kin_see_nothing_of_it(table):
    found = table.find()
    with acting_as_system("test"):
        Conflict.objects.create(household=table.home, member=table.cast.head, kind="kin")
    assert seen_by(table.cast.head) == []
    with acting_as_system("test"):
        Conflict.objects.all().delete()
        other = table.cast.homes["liu1"][1]
        Dispute.objects.filter(pk=found.pk).update(state="found")
    # Nor where a person of the kin's family takes part in another family's dispute.
    elsewhere = table.find(household=other, kind="neighbour")
    with acting_as_system("test"):
        Conflict.objects.create(household=table.home, member=table.cast.head, kind="kin")
        assert elsewhere.parties.count() == 1
    assert seen_by(table.cast.head) == []
    assert elsewhere.pk in seen_by(table.cast.lan)


def test_of_a_sealed_family_there_is_none(table):
    found = table.find()
    with acting_as_system("test"):
        Household.objects.filter(pk=table.home.pk).update(protection="sealed")
        found.refresh_from_db()
    assert (found.village_id, found.grid_id) == (None, None)
    for who in (table.cast.lan, table.cast.head, table.cast.chair):
        assert seen_by(who) == []


def test_a_dispute_stands_where_its_family_stands(table):
    found = table.find()
    with acting_as_system("test"):
        Household.objects.filter(pk=table.home.pk).update(grid=table.cast.liu2)
    assert seen_by(table.cast.mei) == [found.pk]
    assert seen_by(table.cast.lan) == []


def test_a_dispute_without_a_family_has_a_point_or_only_a_village(table):
    cast = table.cast
    place = Point(113.829, 34.009, srid=4326)
    with_point = table.find(household=None, village=cast.liu, point=place, parties=[])
    assert with_point.grid == cast.liu1
    somewhere = table.find(household=None, village=cast.liu, parties=[], kind="land")
    assert (somewhere.grid, somewhere.point) == (cast.liu1, None)
    by_the_chair = table.find(
        household=None, village=cast.liu, parties=[], by=cast.head, kind="work"
    )
    assert by_the_chair.grid is None
    assert seen_by(cast.lan) == [with_point.pk, somewhere.pk]
    assert seen_by(cast.head) == [with_point.pk, somewhere.pk, by_the_chair.pk]


@pytest.mark.parametrize(
    "more", [{"village": "tao"}, {"point": Point(113.869, 34.009, srid=4326)}, {}]
)
def test_nobody_enters_one_elsewhere(table, more):
    if "village" in more:
        more = {"village": table.cast.tao}
    elif more:
        more = more | {"village": table.cast.liu}
    with pytest.raises((errors.NotInYourPlace, errors.NowhereToBe)):
        table.find(household=None, parties=[], **more)


def test_an_open_dispute_of_the_kind_is_pointed_at(table):
    first = table.find()
    with pytest.raises(errors.MayBeTheSame) as raised:
        table.find(parties=[])
    assert raised.value.detail["disputes"] == [{"uuid": str(first.uuid), "number": first.number}]
    table.find(parties=[], anyway=True)
    table.find(kind="land", parties=[])


def test_words_show_only_to_whoever_has_logged_the_look(table):
    found, cast = table.find(), table.cast
    for who in (cast.lan, cast.head):
        with acting_as(who.pk), transaction.atomic():
            assert not DisputeText.objects.exists()
            services.open_texts(dispute=found, by=who, route="test")
            assert [one.text for one in DisputeText.objects.all()] == [WORDS]
    # The town knows that there is something, not what.
    with acting_as(cast.chair.pk), transaction.atomic():
        services.open_texts(dispute=found, by=cast.chair, route="test")
        assert not DisputeText.objects.exists()


def test_the_whole_way_leaves_who_and_when(table):
    found, cast = table.find(), table.cast
    table.do(services.mediate, cast.lan, dispute=found)
    table.do(
        services.hold_session, cast.lan, dispute=found, held_on=TODAY(), bodies=["justice"],
        result="agreed",
    )  # fmt: skip
    table.do(services.settle, cast.lan, dispute=found, text="各自修好自家的排水沟")
    table.do(services.follow_up, cast.lan, dispute=found, text="水沟修好了没有再争")
    with pytest.raises(errors.NotHerStep):
        table.do(services.archive, cast.lan, dispute=found)
    done = table.do(services.archive, cast.head, dispute=found)
    assert (done.state, done.due_on) == ("archived", None)
    with acting_as(cast.lan.pk), transaction.atomic():
        steps = list(DisputeStep.objects.values_list("step", "by__username"))
    assert steps == [
        ("find", "lan"), ("mediate", "lan"), ("settle", "lan"), ("follow_up", "lan"),
        ("archive", "head"),
    ]  # fmt: skip


def test_it_does_not_end_before_the_parties_are_told_their_ways(table):
    found, head = table.find(), table.cast.head
    table.do(services.mediate, head, dispute=found)
    with pytest.raises(errors.NoticeOwed):
        table.do(services.end, head, dispute=found, text="双方都不愿意再谈", told=False)
    ended = table.do(services.end, head, dispute=found, text="双方都不愿意再谈", told=True)
    assert ended.state == "ended"


@pytest.mark.parametrize("state", Dispute.State.values)
@pytest.mark.parametrize("step", [step for step in DISPUTE.steps if step != "find"])
def test_no_other_step_is_possible(table, state, step):
    """By service: every step from every state; `refer` and `join` are asked of the same machine."""
    found, head = table.find(), table.cast.head
    _stand(found, state)
    allowed = state in DISPUTE.steps[step].sources
    if allowed:
        done = table.do(services.take_step, head, dispute=found, step=step)
        assert done.state == DISPUTE.steps[step].target
        return
    with pytest.raises(StepNotPossible):
        table.do(services.take_step, head, dispute=found, step=step)


def _stand(found: Dispute, state: str) -> None:
    """Walk to a state the shortest way, as the system."""
    ways = {
        "found": [], "mediation": ["mediation"], "referred": ["referred"],
        "joint": ["mediation", "joint"], "settled": ["mediation", "settled"],
        "ended": ["mediation", "ended"], "followed_up": ["mediation", "ended", "followed_up"],
        "archived": ["mediation", "ended", "followed_up", "archived"],
    }  # fmt: skip
    with acting_as_system("test"):
        for at in ways[state]:
            due = None if at == "archived" else TODAY()
            Dispute.objects.filter(pk=found.pk).update(state=at, due_on=due)


@pytest.mark.parametrize("before", Dispute.State.values)
def test_the_database_lets_through_what_the_machine_does(table, before):
    found = table.find()
    machine = {(s, step.target) for step in DISPUTE.steps.values() for s in step.sources}
    for after in Dispute.State.values:
        if after == before:
            continue
        with acting_as_system("test"), transaction.atomic():
            point = transaction.savepoint()
            _stand(found, before)
            due = None if after == "archived" else TODAY()
            try:
                with transaction.atomic():
                    Dispute.objects.filter(pk=found.pk).update(state=after, due_on=due)
                through = True
            except DatabaseError:
                through = False
            transaction.savepoint_rollback(point)
        assert through == ((before, after) in machine), (before, after)


@pytest.mark.parametrize("role", Role.values)
def test_each_step_is_somebodys(table, role):
    """The wrong role is refused before anything is written, whatever the state."""
    found = table.find()
    who = member(f"some_{role}", role, table.cast.liu)
    for step in DISPUTE.steps:
        if step == "find" or role in WHO[DISPUTE.name][step]:
            continue
        with pytest.raises((NotAllowed, NotFound)):
            table.do(services.take_step, who, dispute=found, step=step)


def test_every_step_has_an_owner():
    for machine in (DISPUTE, REFERRAL):
        assert set(WHO[machine.name]) == set(machine.steps)


def test_a_chair_asks_for_an_end_by_a_day(table):
    found, cast = table.find(), table.cast
    soon = TODAY() + timedelta(days=5)
    table.do(services.supervise, cast.chair, dispute=found, due_on=soon)
    with pytest.raises(errors.AlreadySupervised):
        table.do(services.supervise, cast.head, dispute=found, due_on=soon)
    with pytest.raises(errors.NotHerStep):
        table.do(services.supervise, cast.lan, dispute=found, due_on=soon)
    with acting_as(cast.chair.pk), transaction.atomic():
        assert Dispute.objects.visible_to(cast.chair).supervised().count() == 1


def test_words_that_judge_are_refused(table):
    with pytest.raises(errors.Invalid):
        table.find(text="这户是重点户，要小心")


def test_a_person_that_is_erased_leaves_a_party_without_a_name(table):
    found = table.find()
    with acting_as_system("test"):
        table.wife.delete()
        party = found.parties.get()
    assert (party.person_id, party.part) == (None, "spouse")


def test_a_family_that_is_erased_takes_its_disputes_along(table):
    table.find()
    gone = "DELETE FROM households_{} WHERE {} = %s"
    with acting_as_system("test"), connection.cursor() as cursor:
        for part in ("classification", "householdidentity", "person"):
            cursor.execute(gone.format(part, "household_id"), [table.home.pk])
        cursor.execute(gone.format("household", "id"), [table.home.pk])
        assert not Dispute.objects.exists()
        assert not DisputeText.objects.exists()
