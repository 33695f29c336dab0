"""A visit is recorded in one go, and tells no more to anybody than she may know."""

from datetime import timedelta

import pytest
from django.db import transaction
from django.db.utils import ProgrammingError
from django.utils import timezone

from accounts.models import Role
from cases import services as cases
from cases.models import Case, Concern
from core.errors import NotAllowed
from core.scope import acting_as, acting_as_system
from disputes.models import Dispute
from households.colouring.errors import ProposalWaiting
from households.colouring.services import reasons_for
from households.models import Classification, Conflict, Household
from support.models import Need
from support.services import NewNeed
from tests.factories import member
from visits import errors, services
from visits.models import Visit, VisitNote

WORDS = "孩子最近不太说话"


@pytest.fixture
def home(cast):
    return cast.homes["liu1"][3]


def visited(cast, home, who="lan", **said):
    by = getattr(cast, who)
    said = {"kind": "visit", "result": "met", "happened_at": timezone.now()} | said
    with acting_as(by.pk):
        return services.record_visit(household=home, by=by, **said)


def new_colour(cast):
    with acting_as(cast.lan.pk):
        reason = reasons_for(cast.homes["liu1"][3]).get(text="需要生活上的帮扶").pk
    return services.NewColour(reason=reason, help_offered="每月上门一次", source="seen")


def case_worker(cast, home):
    """Somebody follows the family's case."""
    with acting_as_system("test"):
        worker = member("worker", Role.CASEWORKER, cast.east)
        lead = member("lead", Role.CASEWORKER, cast.area)
    with acting_as(cast.lan.pk):
        cases.raise_concern(household=home.uuid, text="夜里常有哭声", by=cast.lan)
    with acting_as(lead.pk):
        case = Case.objects.led_by(lead).get(household=home)
        cases.assign(case=case.uuid, member=worker.pk, by=lead)
    return worker


def test_everything_goes_in_one_form(cast, home):
    needs = [NewNeed("elders", timezone.localdate()), NewNeed("work", timezone.localdate())]
    visited(
        cast, home, note=WORDS, minutes=20, second=cast.mei.pk, needs=needs,
        proposal=new_colour(cast), concern="夜里常有哭声",
        dispute=services.NewDispute("elders", 1, "轮流照看老人说不拢"),
    )  # fmt: skip
    with acting_as_system("test"):
        assert Dispute.objects.get(household=home).source == "visit"
        visit = Visit.objects.get()
        assert (visit.changed, visit.has_note, visit.second_member) == (True, True, cast.mei)
        assert Need.objects.count() == 2
        assert Classification.objects.get(household=home).status == "proposed"
        assert Concern.objects.get().household_id == home.pk
        assert Household.objects.get(pk=home.pk).protection == "shielded"


def test_what_fails_takes_everything_with_it(cast, home):
    visited(cast, home, proposal=new_colour(cast))
    with pytest.raises(ProposalWaiting):
        visited(
            cast, home, note=WORDS, needs=[NewNeed("elders", timezone.localdate())],
            proposal=new_colour(cast), concern="夜里常有哭声",
        )  # fmt: skip
    with acting_as_system("test"):
        assert Visit.objects.count() == 1
        assert not Need.objects.exists()
        assert not Concern.objects.exists()


def test_a_worry_leaves_no_trace_in_the_visit(cast, home):
    plain, worried = visited(cast, home), visited(cast, home, concern="夜里常有哭声")
    same = ("changed", "has_note", "minutes", "kind", "result", "apart")
    assert [getattr(plain, name) for name in same] == [getattr(worried, name) for name in same]


@pytest.mark.parametrize("result", ["declined", "moved", "nobody_home"])
def test_how_a_visit_ends_changes_nothing_of_the_family(cast, home, result):
    """Above all: to decline is a family's good right."""
    with acting_as_system("test"):
        before = Household.objects.filter(pk=home.pk).values().get()
    visited(cast, home, result=result)
    with acting_as_system("test"):
        assert Household.objects.filter(pk=home.pk).values().get() == before
        assert not Classification.objects.filter(household=home).exists()
        assert not Concern.objects.exists()


@pytest.mark.parametrize("who", ["chair", "district"])
def test_who_does_not_keep_the_family_company_records_no_visit(cast, home, who):
    with pytest.raises(NotAllowed):
        visited(cast, home, who)
    with pytest.raises(ProgrammingError), transaction.atomic(), acting_as(cast.chair.pk):
        Visit.objects.create(
            household=home,
            kind="visit",
            result="met",
            member=cast.chair,
            happened_at=timezone.now(),
        )


def test_the_telephones_time_is_kept_and_the_servers_orders(cast, home):
    yesterday = timezone.now() - timedelta(days=1)
    first, second = visited(cast, home), visited(cast, home, happened_at=yesterday)
    with acting_as(cast.lan.pk):
        newest = Visit.objects.visible_to(cast.lan).newest_first()
        assert list(newest) == [second, first]
        assert newest[0].happened_at == yesterday


@pytest.mark.parametrize("off", [timedelta(minutes=30), -timedelta(days=400)])
def test_a_time_that_cannot_be_is_refused(cast, home, off):
    with pytest.raises(errors.TimeNotPossible):
        visited(cast, home, happened_at=timezone.now() + off)


def test_nobody_dates_back_what_the_server_orders_by(cast, home):
    with pytest.raises(ProgrammingError), transaction.atomic(), acting_as(cast.lan.pk):
        Visit.objects.create(
            household=home, kind="visit", result="met", member=cast.lan,
            happened_at=timezone.now(), recorded_at=timezone.now() - timedelta(hours=1),
        )  # fmt: skip


def test_the_second_visitor_is_a_colleague(cast, home):
    assert visited(cast, home, second=cast.head.pk).second_member == cast.head
    for nobody in (cast.other_chair.pk, cast.hua.pk, cast.lan.pk):
        with pytest.raises(errors.NoSuchColleague):
            visited(cast, home, second=nobody)


def test_a_visit_is_seen_by_all_in_scope_and_its_words_by_few(cast, home):
    visited(cast, home, note=WORDS)
    for who in ("lan", "head", "chair"):
        with acting_as(getattr(cast, who).pk):
            assert Visit.objects.visible_to(getattr(cast, who)).count() == 1
            assert not VisitNote.objects.exists()
    for who, words in (("lan", [WORDS]), ("head", [WORDS]), ("chair", [])):
        by = getattr(cast, who)
        with acting_as(by.pk):
            notes = services.notes_of(household=home, by=by, route="test")
        assert [note["text"] for note in notes["visits"]] == words
    for who in ("mei", "hua", "other_chair", "district"):
        with acting_as(getattr(cast, who).pk):
            assert not Visit.objects.exists()


def test_nothing_of_a_visit_is_changed_afterwards(cast, home):
    visited(cast, home)
    with acting_as(cast.lan.pk):
        assert Visit.objects.update(result="declined") == 0
        assert Visit.objects.all()._raw_delete("default") == 0


def test_kin_and_strangers_to_a_sealed_family_see_no_visit(cast, home):
    visited(cast, home)
    with acting_as_system("test"):
        Conflict.objects.create(household=home, member=cast.head, kind="relative")
    with acting_as(cast.head.pk):
        assert not Visit.objects.exists()
    with acting_as_system("test"):
        Household.objects.filter(pk=home.pk).update(protection="sealed")
    for who in ("lan", "chair"):
        with acting_as(getattr(cast, who).pk):
            assert not Visit.objects.exists()


def test_what_a_case_worker_enters_tells_nobody_that_there_is_a_case(cast, home):
    worker = case_worker(cast, home)
    with acting_as(worker.pk):
        visit = services.record_visit(
            household=home, by=worker, kind="order", result="met", happened_at=timezone.now(),
            note=WORDS, needs=[NewNeed("counsel", timezone.localdate(), WORDS)],
        )  # fmt: skip
        assert list(Visit.objects.visible_to(worker)) == [visit]
        notes = services.notes_of(household=home, by=worker, route="test")
        assert [n["text"] for n in notes["visits"] + notes["needs"]] == [WORDS, WORDS]
    for who in ("lan", "head", "chair"):
        by = getattr(cast, who)
        with acting_as(by.pk):
            assert not Visit.objects.exists()
            assert not Need.objects.exists()
            assert services.notes_of(household=home, by=by, route="test") == {"visits": [], "needs": []}  # fmt: skip
    # The app keeps it apart by itself, too.
    with acting_as_system("test"):
        assert not Visit.objects.visible_to(cast.lan).exists()
        assert not Need.objects.visible_to(cast.lan).exists()


def test_a_visit_after_a_warning_is_the_case_workers(cast, home):
    with pytest.raises(errors.OrdersAreApart):
        visited(cast, home, kind="order")
