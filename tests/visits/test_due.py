"""Whom to visit next: by cadence and last visit; a family that declined is not called on tomorrow."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import Member
from core.scope import acting_as, acting_as_system
from core.waiting import Urgency
from households.models import Claim, Conflict
from visits.due import waiting_for
from visits.models import Visit


def visit(cast, home, days_ago: int, result="met", **fields):
    """One that was recorded some days ago."""
    at = timezone.now() - timedelta(days=days_ago)
    with acting_as_system("test"):
        return Visit.objects.create(
            household=home, kind="visit", result=result, member=cast.lan,
            happened_at=at, recorded_at=at, **fields,
        )  # fmt: skip


def lines(cast, who="lan"):
    member = getattr(cast, who)
    with acting_as(member.pk):
        return waiting_for(member)


def test_a_family_with_a_colour_that_nobody_has_visited_is_due_today(cast):
    """Red every 7 days, yellow every 30; who has no colour is not on the list."""
    red, yellow, *_ = cast.homes["liu1"]
    found = lines(cast)
    assert {line.household for line in found} == {str(red.uuid), str(yellow.uuid)}
    assert {line.due_on for line in found} == {timezone.localdate()}


@pytest.mark.parametrize("days, there", [(3, False), (4, True), (7, True), (20, True)])
def test_the_cadence_of_the_colour_counts_from_the_last_visit(cast, days, there):
    """Of a red family, from 3 days before."""
    red, yellow, *_ = cast.homes["liu1"]
    visit(cast, yellow, 1)
    visit(cast, red, days + 30)
    visit(cast, red, days)
    found = lines(cast)
    assert [line.household for line in found] == ([str(red.uuid)] if there else [])
    if there:
        assert found[0].due_on == timezone.localdate() + timedelta(days=7 - days)
        late = {4: Urgency.LATER, 7: Urgency.SOON, 20: Urgency.OVERDUE}
        assert found[0].urgency == late[days]
        assert found[0].path == f"/visits/new/{red.uuid}/"


@pytest.mark.parametrize(
    "result, seen", [("met", True), ("declined", True), ("moved", True), ("nobody_home", False)]
)
def test_nobody_at_home_means_to_come_again_and_declined_does_not(cast, result, seen):
    red, yellow, *_ = cast.homes["liu1"]
    visit(cast, yellow, 0)
    visit(cast, red, 0, result)
    assert [line.household for line in lines(cast)] == ([] if seen else [str(red.uuid)])


def test_a_case_workers_visit_moves_nobodys_day(cast):
    red, *_ = cast.homes["liu1"]
    before = lines(cast)
    visit(cast, red, 0, apart=True)
    assert lines(cast) == before


def test_without_row_security_too_she_hears_of_no_kin_and_nothing_apart_counts(cast):
    red, yellow, *_ = cast.homes["liu1"]
    visit(cast, red, 0, apart=True)
    with acting_as_system("test"):
        Conflict.objects.create(household=yellow, member=cast.lan, kind="self")
        found = waiting_for(cast.lan)
    assert [line.household for line in found] == [str(red.uuid)]


def test_who_answers_sees_what_is_due_and_nobody_else(cast):
    assert len(lines(cast, "head")) == 4
    assert len(lines(cast, "mei")) == 2
    for who in ("chair", "district"):
        assert lines(cast, who) == []
    with acting_as_system("test"):
        Conflict.objects.create(household=cast.homes["liu1"][0], member=cast.lan, kind="self")
    assert len(lines(cast)) == 1


def test_that_a_family_may_have_moved_the_villages_chair_looks_into(cast):
    plain = cast.homes["liu1"][3]
    visit(cast, plain, 1, "moved")
    moved = [line for line in lines(cast, "head") if line.kind == "visit-moved"]
    assert [line.household for line in moved] == [str(plain.uuid)]
    assert not [line for line in lines(cast) if line.kind == "visit-moved"]
    visit(cast, plain, 0)
    assert not [line for line in lines(cast, "head") if line.kind == "visit-moved"]


def test_a_chair_looks_into_moves_of_her_own_village_and_of_no_kin(cast):
    kin, claimed = cast.homes["liu1"][3], cast.homes["tao1"][3]
    for home in (kin, claimed):
        visit(cast, home, 1, "moved")
    with acting_as_system("test"):
        Claim.objects.create(household=claimed, member=cast.head)
        Conflict.objects.create(household=kin, member=cast.head, kind="self")
    assert not [line for line in lines(cast, "head") if line.kind == "visit-moved"]


def test_no_line_names_anybody(cast):
    assert lines(cast)
    assert not [line for line in lines(cast) if "示例户主" in line.text]


def test_the_list_costs_few_queries(cast, django_assert_num_queries):
    """The county's colours, her grids, claims and families, what is due, who moved."""
    head = Member.objects.get(pk=cast.head.pk)
    with acting_as(head.pk), django_assert_num_queries(6):
        waiting_for(head)
    for who in ("chair", "district"):
        with acting_as(getattr(cast, who).pk), django_assert_num_queries(0):
            assert waiting_for(getattr(cast, who)) == []
