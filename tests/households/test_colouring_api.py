"""Colours over HTTP, and what waits for whom."""

from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from core.scope import acting_as, acting_as_system
from core.waiting import Urgency
from households.colouring import waiting
from households.colouring.waiting import waiting_for
from households.models import Classification, Conflict
from tests.households.colours import HELP, object_to, propose, reason, take
from tests.households.test_history import Counting


@pytest.fixture
def home(cast):
    return cast.homes["liu1"][2]


def colour(client, home) -> dict:
    return client.get(f"/api/households/{home.uuid}/colour/").json()


def queue(client) -> list[tuple]:
    answer = client.get("/api/classifications/").json()
    return [(row["household_no"], row["next"]) for row in answer["results"]]


def test_a_proposal_by_phone_is_confirmed_at_a_desk(signed_in, cast, home):
    client = signed_in(cast.lan)
    shown = colour(client, home)
    assert shown["current"] is shown["proposal"] is shown["statement"] is None
    yellow = next(c for c in shown["choices"]["classes"] if c["slot"] == 3)
    said = {"reason": yellow["reasons"][0]["id"], "help_offered": HELP, "source": "told"}
    url = f"/api/households/{home.uuid}/colour/"
    answer = client.post(url, said, "application/json")
    assert answer.status_code == 201, answer.content
    assert answer.json()["choices"] is None and answer.json()["proposal"]["steps"] == []

    client = signed_in(cast.head)
    assert queue(client) == [(home.household_no, "confirm")]
    proposal = colour(client, home)["proposal"]
    assert proposal["steps"] == ["confirm", "refuse"] and proposal["source"] == "家里人说的"
    answer = client.post(
        f"/api/classifications/{proposal['uuid']}/confirm/", {}, "application/json"
    )
    assert answer.json()["current"]["decided_by"] == cast.head.name
    assert queue(client) == []


def test_words_that_judge_come_back_with_others(signed_in, cast, home):
    said = {"reason": reason(3), "help_offered": "教育这个懒" + "汉", "source": "seen"}
    answer = signed_in(cast.lan).post(
        f"/api/households/{home.uuid}/colour/", said, "application/json"
    )
    assert answer.status_code == 422
    (fault,) = answer.json()["detail"]["faults"]
    assert fault["word"] == "懒" + "汉" and "就业" in fault["instead"]


def test_the_familys_own_words_come_first_and_can_be_taken_back(signed_in, cast, home):
    client = signed_in(cast.lan)
    url = f"/api/households/{home.uuid}/statement/"
    assert client.put(url, {"text": "我们过得很好"}, "application/json").status_code == 200
    assert next(iter(colour(client, home))) == "statement"
    assert colour(client, home)["statement"]["text"] == "我们过得很好"
    client.put(url, {"text": ""}, "application/json")
    assert colour(client, home)["statement"] is None


def test_a_good_word_of_a_kind_that_there_is(signed_in, cast, home):
    client = signed_in(cast.head)
    url = f"/api/households/{home.uuid}/good-words/"
    said = {"kind": "neighbours", "text": "冬天帮邻居扫雪"}
    assert client.post(url, said, "application/json").status_code == 201
    assert client.post(url, said | {"kind": "rich"}, "application/json").status_code == 400
    assert colour(client, home)["good_words"][0]["kind"] == "邻里互助"


def test_an_objection_is_answered_by_whoever_had_no_say(signed_in, cast):
    red = cast.homes["liu1"][0]
    client = signed_in(cast.lan)
    row = colour(client, red)["current"]
    assert row["steps"] == ["object"]
    url = f"/api/classifications/{row['uuid']}"
    said = {"words": "我们家已经好了"}
    shown = client.post(f"{url}/object/", said, "application/json").json()
    assert shown["current"]["status"] == "objected" and shown["choices"] is None
    assert client.get(f"/api/households/{red.uuid}/").json()["slot"] == 0
    # The town decided it: so it is the village that looks.
    assert queue(signed_in(cast.chair)) == []
    client = signed_in(cast.head)
    assert queue(client) == [(red.household_no, "review")]
    shown = client.post(f"{url}/withdraw/", {"words": "情况已经好转"}, "application/json").json()
    assert shown["current"] is None
    past = shown["past"][0]
    assert past["objections"][0]["answer"] == "情况已经好转"


def test_nobody_is_asked_to_review_what_she_has_reviewed_before(signed_in, cast):
    yellow = cast.homes["liu1"][1]
    object_to(yellow, cast.lan)
    with acting_as_system("test"):
        row = yellow.classifications.get()
    assert queue(signed_in(cast.head)) == [(yellow.household_no, "review")]
    take("keep", row, cast.head)
    object_to(yellow, cast.lan)
    client = signed_in(cast.head)
    assert queue(client) == [] and colour(client, yellow)["current"]["steps"] == []


def test_each_is_shown_what_waits_for_her_alone(signed_in, cast, home):
    yellow = cast.homes["liu1"][1]
    flipped = propose(yellow, 4, cast.lan)
    red = propose(home, 1, cast.lan)
    assert queue(signed_in(cast.lan)) == []
    assert queue(signed_in(cast.mei)) == queue(signed_in(cast.hua)) == []
    assert queue(signed_in(cast.other_chair)) == []
    assert queue(signed_in(cast.head)) == []
    assert queue(signed_in(cast.chair)) == [
        (yellow.household_no, "second_look"),
        (home.household_no, "confirm"),
    ]
    take("second_look", flipped, cast.chair)
    assert queue(signed_in(cast.head)) == [(yellow.household_no, "confirm")]
    assert red.status == "proposed"


def test_without_row_security_too_no_queue_tells_of_kin_or_of_another_place(cast, home):
    propose(home, 3, cast.lan)
    propose(cast.homes["liu1"][3], 1, cast.lan)
    with acting_as_system("test"):
        for chair in (cast.head, cast.chair):
            (asked,) = waiting.queue(chair)
            its = Classification.objects.get(pk=asked.pk).household
            Conflict.objects.create(household=its, member=chair, kind="self")
            assert waiting.queue(chair) == []
        for other in (cast.other_chair, cast.lan, cast.mei, cast.district):
            assert waiting.queue(other) == []


def test_the_work_list_says_by_when_and_names_nobody(cast, home):
    propose(home, 3, cast.lan)
    with acting_as(cast.head.pk):
        (line,) = waiting_for(cast.head)
    assert line.kind == "colour-confirm" and line.urgency == Urgency.LATER
    assert line.due_on == timezone.localdate() + timedelta(days=7)
    assert line.text == f"柳村 {home.household_no} 户：有一条定色建议等您确认。"
    assert line.path == f"/households/{home.uuid}/"


def test_what_is_overdue_stands_first(cast, home):
    red, yesterday = cast.homes["liu1"][0], timezone.localdate() - timedelta(days=1)
    propose(home, 3, cast.lan)
    with acting_as(cast.lan.pk):
        red.objections.create(
            classification=red.classifications.get(), text="不同意", by=cast.lan, due_on=yesterday
        )
    with acting_as(cast.head.pk):
        first, second = waiting_for(cast.head)
    assert (first.kind, first.urgency) == ("colour-review", Urgency.OVERDUE)
    assert second.kind == "colour-confirm"


def test_a_member_hears_in_time_that_a_colour_runs_out(cast):
    soon = cast.homes["liu1"][0]
    with acting_as_system("test"):
        soon.review_on = timezone.localdate() + timedelta(days=10)
        soon.save()
    with acting_as(cast.lan.pk):
        (line,) = waiting_for(cast.lan)
    assert line.household == str(soon.uuid) and "复核日期" in line.text
    with acting_as(cast.head.pk):
        assert waiting_for(cast.head) == []


def test_the_queue_costs_a_fixed_number_of_queries(cast):
    def cost() -> int:
        with acting_as(cast.head.pk), connection.execute_wrapper(count := Counting()):
            waiting_for(cast.head)
        return count.n

    # What is open, by when objections are due, who decides, what was decided last; the families.
    propose(cast.homes["liu1"][2], 3, cast.lan)
    object_to(cast.homes["liu1"][0], cast.lan)
    assert cost() == 5
    propose(cast.homes["liu1"][3], 3, cast.lan)
    object_to(cast.homes["liu1"][1], cast.lan)
    assert cost() == 5
