"""Visits, needs, help and events over HTTP: one form, kept once, in few queries."""

import uuid

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from core.scope import acting_as, acting_as_system
from households.models import Person
from support.models import Event, Help, Need
from visits.models import Visit

JSON = {"content_type": "application/json"}


@pytest.fixture
def home(cast):
    return cast.homes["liu1"][3]


def the_visit(home, **said):
    return {
        "household": str(home.uuid), "kind": "visit", "result": "met",
        "happened_at": timezone.now().isoformat(),
    } | said  # fmt: skip


def sent(client, name, body, *args):
    return client.post(reverse(name, args=args), body, **JSON)


def test_nothing_changed_is_one_short_write(cast, home, signed_in, django_assert_max_num_queries):
    client = signed_in(cast.lan)
    sent(client, "visit-list", the_visit(home))
    with django_assert_max_num_queries(8):
        answer = sent(client, "visit-list", the_visit(home))
    assert answer.status_code == 201, answer.content
    assert answer.json()["household"] == str(home.uuid)
    assert not answer.json()["changed"]


def test_the_same_visit_sent_twice_is_kept_once(cast, home, signed_in):
    client, key = signed_in(cast.lan), {"HTTP_IDEMPOTENCY_KEY": str(uuid.uuid4())}
    visit = the_visit(home, needs=[{"kind": "work", "due_on": str(timezone.localdate())}])
    for _ in range(2):
        assert client.post(reverse("visit-list"), visit, **JSON, **key).status_code == 201
    with acting_as(cast.lan.pk):
        assert Visit.objects.count() == Need.objects.count() == 1


def test_all_of_the_form_arrives(cast, home, signed_in):
    client = signed_in(cast.lan)
    need = {"kind": "elders", "due_on": str(timezone.localdate()), "text": "夜里要人照看"}
    visit = the_visit(home, note="孩子最近不太说话", needs=[need], second=cast.mei.pk, minutes=30)
    assert sent(client, "visit-list", visit).status_code == 201
    (came,) = client.get(reverse("household-visits", args=[home.uuid])).json()["results"]
    assert (came["second"], came["minutes"], came["has_note"]) == (cast.mei.name, 30, True)
    (mine,) = client.get(reverse("visit-list")).json()["results"]
    assert mine["household"] == str(home.uuid)
    (kept,) = client.get(reverse("need-list", args=[home.uuid])).json()["needs"]
    assert (kept["kind_label"], kept["action"]) == ("照护老人", "家庭关爱")
    assert "夜里要人照看" not in str(kept)
    notes = client.get(reverse("household-notes", args=[home.uuid])).json()
    assert [n["text"] for n in notes["visits"] + notes["needs"]] == [visit["note"], need["text"]]


def test_what_is_wrong_in_one_part_keeps_nothing(cast, home, signed_in):
    client = signed_in(cast.lan)
    visit = the_visit(home, needs=[{"kind": "elders", "due_on": "2020-01-01"}])
    assert sent(client, "visit-list", visit).status_code == 422
    with acting_as(cast.lan.pk):
        assert not Visit.objects.exists()


def test_the_town_reads_that_somebody_came_and_no_word(cast, home, signed_in):
    sent(signed_in(cast.lan), "visit-list", the_visit(home, note="孩子最近不太说话"))
    client = signed_in(cast.chair)
    assert len(client.get(reverse("household-visits", args=[home.uuid])).json()["results"]) == 1
    assert client.get(reverse("household-notes", args=[home.uuid])).status_code == 403
    assert sent(client, "visit-list", the_visit(home)).status_code == 403


def test_a_need_is_helped_and_met(cast, home, signed_in):
    client, today = signed_in(cast.lan), str(timezone.localdate())
    with acting_as_system("test"):
        who = Person.objects.create(household=home, name="例一", relation="parent")
    asked = {"kind": "living", "due_on": today, "person": str(who.uuid)}
    need = sent(client, "need-list", asked, home.uuid).json()
    assert need["person"] == str(who.uuid)
    given = {"kind": "money", "amount": "300.00", "given_on": today, "outcome": "helped"}
    assert sent(client, "need-help", given, need["uuid"]).json()["amount"] == "300.00"
    met = sent(client, "need-step", {"step": "meet"}, need["uuid"])
    assert (met.json()["state"], len(met.json()["helps"])) == ("met", 1)
    # Nothing follows.
    assert (
        sent(client, "need-step", {"step": "end", "why": "moved"}, need["uuid"]).status_code == 409
    )
    assert sent(client, "need-help", given, need["uuid"]).status_code == 409
    with acting_as_system("test"):
        assert Help.objects.count() == 1


def test_the_needs_of_a_family_cost_the_same_however_many(cast, home, signed_in):
    client, today = signed_in(cast.lan), str(timezone.localdate())
    asked = []
    for more in (1, 6):
        for _ in range(more):
            need = sent(client, "need-list", {"kind": "work", "due_on": today}, home.uuid).json()
            sent(client, "need-help", {"kind": "job", "given_on": today}, need["uuid"])
        with CaptureQueriesContext(connection) as queries:
            needs = client.get(reverse("need-list", args=[home.uuid])).json()["needs"]
        asked.append(len(queries))
    assert len(needs) == 7
    assert asked[0] == asked[1]


def test_events_are_told_of_her_place(cast, signed_in):
    said = {
        "division": cast.liu.code, "kind": "training", "title": "月嫂培训",
        "held_on": str(timezone.localdate()), "women": 30, "men": 2,
    }  # fmt: skip
    client = signed_in(cast.head)
    assert sent(client, "event-list", said).status_code == 201
    other = sent(client, "event-list", said | {"division": cast.tao.code})
    nowhere = sent(client, "event-list", said | {"division": "999009"})
    assert (other.status_code, other.content) == (nowhere.status_code, nowhere.content)
    assert other.status_code == 404
    told = signed_in(cast.chair).get(reverse("event-list")).json()["results"]
    assert [(one["title"], one["women"], one["place"]) for one in told] == [
        ("月嫂培训", 30, "柳村")
    ]
    assert signed_in(cast.hua).get(reverse("event-list")).json()["results"] == []


def test_the_page_of_events_takes_one_and_says_what_is_wrong(cast, signed_in):
    client = signed_in(cast.head)
    said = {
        "kind": "talk", "title": "反家暴法宣讲", "division": cast.liu.pk,
        "held_on": str(timezone.localdate()), "women": 12, "men": 3,
    }  # fmt: skip
    assert client.post(reverse("events"), said).status_code == 302
    page = client.get(reverse("events")).content.decode()
    assert "反家暴法宣讲" in page
    assert "妇女 12 人，男性 3 人" in page
    late = client.post(reverse("events"), said | {"held_on": "2099-01-01"})
    assert late.status_code == 422
    assert "日期不能晚于今天" in late.content.decode()
    with acting_as_system("test"):
        assert Event.objects.count() == 1


def test_the_form_knows_the_family_by_number_alone(cast, home, signed_in):
    page = signed_in(cast.lan).get(reverse("visit-new", args=[home.uuid])).content.decode()
    assert home.household_no in page
    assert "示例户主" not in page
    assert "告诫书查访" not in page
    for stranger in (cast.mei, cast.hua):
        assert signed_in(stranger).get(reverse("visit-new", args=[home.uuid])).status_code == 404
