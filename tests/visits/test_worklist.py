"""The work list: everybody's own, one sentence a line, by day, in pages, at a fixed price."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Role
from core.scope import acting_as
from core.waiting import Waiting, urgency
from tests.factories import colour, household, member
from visits.services import record_visit
from visits.worklist import gathering


def line(days: int | None, text: str, kind: str = "visit-due") -> Waiting:
    day = None if days is None else timezone.localdate() + timedelta(days=days)
    return Waiting(kind=kind, text=text, due_on=day, urgency=urgency(day), path="/")


@pytest.fixture
def told(monkeypatch):
    """`told(*lines)`: the list is made of these."""

    def only(*lines: Waiting):
        monkeypatch.setattr(gathering, "SOURCES", (lambda member, limit: list(lines),))

    return only


def work(client, page: int = 1) -> dict:
    response = client.get(f"/api/work/?page={page}")
    assert response.status_code == 200
    return response.json()


def test_what_is_late_or_due_today_comes_first_then_the_week_then_the_rest(cast, told):
    told(line(None, "g"), line(8, "f"), line(7, "e"), line(1, "d"), line(0, "c"), line(-1, "b"))
    page = gathering.worklist(cast.lan)
    assert [(group, one.text) for group, one in page.lines] == [
        ("now", "b"), ("now", "c"), ("week", "d"), ("week", "e"), ("later", "f"), ("later", "g"),
    ]  # fmt: skip
    assert page.counts == {"now": 2, "week": 2, "later": 2}
    assert not page.more and page.next is None


def test_pages_hold_every_line_once(cast, told):
    told(*(line(i % 3, f"{i:03}") for i in range(95)))
    pages = [gathering.worklist(cast.lan, number) for number in (1, 2, 3, 4)]
    assert [len(page.lines) for page in pages] == [40, 40, 15, 0]
    assert [page.next for page in pages] == [2, 3, None, None]
    said = [one.text for page in pages for _, one in page.lines]
    assert len(set(said)) == 95


def test_whoever_has_more_than_can_be_told_hears_so(cast, told):
    told(*(line(0, f"{i:03}") for i in range(gathering.MOST)))
    assert gathering.worklist(cast.lan).more


def test_a_member_finds_her_own_families_that_are_due_and_nobody_elses(cast, signed_in):
    found = work(signed_in(cast.lan))
    due = [one for one in found["results"] if one["kind"] == "visit-due"]
    assert {one["household"] for one in due} == {str(h.uuid) for h in cast.homes["liu1"][:2]}
    assert {one["group"] for one in due} == {"now"}
    assert found["counts"]["now"] == len(due)


def test_a_visit_takes_the_line_away(cast, signed_in):
    home = cast.homes["liu1"][0]
    with acting_as(cast.lan.pk):
        record_visit(
            household=home, by=cast.lan, kind="visit", result="met", happened_at=timezone.now()
        )
    left = work(signed_in(cast.lan))["results"]
    assert str(home.uuid) not in {one["household"] for one in left if one["kind"] == "visit-due"}


def test_a_household_says_when_its_turn_comes(cast, signed_in):
    home, unassessed = cast.homes["liu1"][0], cast.homes["liu1"][3]
    client, today = signed_in(cast.lan), timezone.localdate()

    def due(one):
        return client.get(f"/api/households/{one.uuid}/due/").json()

    assert due(home) == {"due_on": today.isoformat(), "last_visit_on": None}
    assert due(unassessed) == {"due_on": None, "last_visit_on": None}
    with acting_as(cast.lan.pk):
        record_visit(
            household=home, by=cast.lan, kind="visit", result="met", happened_at=timezone.now()
        )
    cadence = cast.scheme.classes.get(slot=1).cadence_days
    assert due(home) == {
        "due_on": (today + timedelta(days=cadence)).isoformat(),
        "last_visit_on": today.isoformat(),
    }
    assert signed_in(cast.mei).get(f"/api/households/{home.uuid}/due/").status_code == 404


def test_case_workers_and_partners_have_lists_of_their_own(cast, signed_in):
    for role, more in ((Role.CASEWORKER, {}), (Role.PARTNER, {"body": "court"})):
        client = signed_in(member(f"one-{role}", role, cast.area, **more))
        assert work(client)["results"] == []
        assert client.get("/work/").status_code == 200


def test_no_line_names_anybody(cast, signed_in):
    for who in (cast.lan, cast.head, cast.chair):
        for one in work(signed_in(who))["results"]:
            assert "示例" not in one["text"]


def test_every_line_leads_somewhere_that_answers(cast, signed_in):
    client = signed_in(cast.lan)
    for path in {one["path"] for one in work(client)["results"]}:
        assert client.get(path).status_code == 200


def test_a_page_that_is_no_number_is_not_found(cast, signed_in):
    client = signed_in(cast.lan)
    for page in ("0", "-1", "x", "1" * 5000, "²"):
        assert client.get("/api/work/", {"page": page}).status_code == 404


def test_roles_that_answer_for_no_family_have_no_list(cast, signed_in):
    for role in (Role.DISTRICT, Role.STEWARD, Role.SYSADMIN, Role.AUDITOR):
        client = signed_in(member(f"one-{role}", role, cast.area))
        assert client.get("/api/work/").status_code == 403
        assert client.get("/work/").status_code == 403


def test_more_families_cost_no_more_queries(cast, signed_in, system):
    client = signed_in(cast.lan)
    work(client)
    with CaptureQueriesContext(
        connection,
    ) as few:
        work(client)
    for i in range(20):
        home = household(cast.liu, f"9{i:03}", cast.liu1, 113.821, 34.01)
        colour(home, 1, by=cast.lan, decided_by=cast.chair, days=3)
    with CaptureQueriesContext(connection) as many:
        assert len(work(client)["results"]) == 40
    assert len(few) == len(many) <= 20


def test_the_day_is_that_of_the_place_not_of_the_server(cast, told, monkeypatch):
    monkeypatch.setattr(timezone, "localdate", lambda *a: date(2026, 11, 25))
    told(Waiting("visit-due", "x", date(2026, 11, 25), urgency(date(2026, 11, 25)), "/"))
    assert gathering.worklist(cast.lan).counts["now"] == 1
