"""The API and the pages: what each answers, to whom, and at what cost."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Role
from core.scope import acting_as, acting_as_system
from disputes.models import Dispute
from disputes.waiting import waiting_for
from tests.disputes.conftest import WORDS
from tests.disputes.test_referrals import send, take
from tests.factories import member

JSON = {"content_type": "application/json"}
TODAY = timezone.localdate


def asked(table, **more) -> dict:
    return {
        "household": str(table.home.uuid), "kind": "neighbour", "severity": 1, "source": "told",
        "text": WORDS, "parties": [{"person": str(table.wife.uuid), "part": "spouse"}],
    } | more  # fmt: skip


def test_a_dispute_is_entered_read_and_taken_on(table, signed_in):
    client = signed_in(table.cast.lan)
    made = client.post("/api/disputes/", asked(table), **JSON)
    assert made.status_code == 201
    path = f"/api/disputes/{made.json()['uuid']}/"
    found = client.get(path).json()
    assert found["parties"][0]["name"] == "示●●"
    assert WORDS not in client.get(path).content.decode()
    assert client.get(path + "texts/").json()[0]["text"] == WORDS
    assert client.post(path + "step/", {"step": "mediate"}, **JSON).json()["state"] == "mediation"
    refused = client.post(path + "step/", {"step": "archive"}, **JSON)
    assert refused.status_code == 403
    assert client.post(path + "step/", {"step": "mediate"}, **JSON).status_code == 409
    again = client.post("/api/disputes/", asked(table), **JSON)
    assert (again.status_code, again.json()["code"]) == (409, "may_be_the_same")


def test_of_one_in_which_somebody_is_hurt_nothing_comes_back(table, signed_in):
    client = signed_in(table.cast.lan)
    hurt = {"needs_protection": False}
    made = client.post("/api/disputes/", asked(table, violence=hurt), **JSON)
    assert (made.status_code, made.json()["uuid"]) == (201, None)
    assert client.get("/api/disputes/?state=all").json()["count"] == 0
    with acting_as_system("test"):
        uuid = Dispute.objects.get().uuid
    for path in (f"/api/disputes/{uuid}/", f"/api/disputes/{uuid}/texts/", f"/disputes/{uuid}/"):
        assert client.get(path).status_code == 404


def test_the_town_reads_that_there_is_one_and_not_what_happened(table, signed_in):
    found = table.find()
    client = signed_in(table.cast.chair)
    assert client.get(f"/api/disputes/{found.uuid}/").status_code == 200
    assert client.get(f"/api/disputes/{found.uuid}/texts/").status_code == 403
    page = client.get(f"/disputes/{found.uuid}/")
    assert page.status_code == 200
    assert WORDS not in page.content.decode()
    assert (
        client.post(f"/disputes/{found.uuid}/", {"do": "step", "step": "mediate"}).status_code
        == 422
    )


def test_the_district_sees_no_dispute(table, signed_in):
    found = table.find()
    client = signed_in(table.cast.district)
    for path in ("/api/disputes/", f"/api/disputes/{found.uuid}/", "/disputes/"):
        assert client.get(path).status_code == 403


def test_the_pages_take_the_whole_way(table, signed_in):
    client = signed_in(table.cast.lan)
    new = f"/disputes/new/?household={table.home.uuid}"
    assert "登记纠纷" in client.get(new).content.decode()
    sent = {
        "kind": "land", "severity": "1", "source": "visit", "text": WORDS,
        "people": [str(table.wife.pk)], f"person-{table.wife.pk}": str(table.wife.uuid),
        f"part-{table.wife.pk}": "spouse", "others": ["neighbour"],
    }  # fmt: skip
    path = client.post(new, sent)["Location"]
    assert client.post(new, sent).status_code == 422  # it may be the same
    assert WORDS in client.get(path).content.decode()
    assert client.post(path, {"do": "step", "step": "mediate"}).status_code == 302
    session = {"do": "session", "held_on": str(TODAY()), "bodies": ["police"], "result": "agreed"}
    assert client.post(path, session).status_code == 302
    settle = {"do": "step", "step": "settle", "text": "各自修好自家的排水沟"}
    assert client.post(path, settle).status_code == 302
    assert client.get(path + "notice/").status_code == 200


def test_a_partner_answers_on_her_page(table, signed_in):
    referral = send(table, table.find())
    client = signed_in(table.police)
    assert str(referral.uuid) in client.get("/referrals/").content.decode()
    path = f"/referrals/{referral.uuid}/"
    assert WORDS in client.get(path).content.decode()
    for step in ("receive", "accept"):
        assert client.post(path, {"step": step}).status_code == 302
    assert client.post(path, {"step": "finish"}).status_code == 422
    assert client.post(path, {"step": "finish", "text": "双方已经说清楚了"}).status_code == 302
    assert client.get("/disputes/").status_code == 403
    assert client.get(f"/referrals/{send_elsewhere(table).uuid}/").status_code == 404


def send_elsewhere(table):
    return send(table, table.find(kind="land"), body="court")


@pytest.mark.parametrize("rows", [1, 40])
def test_the_list_costs_the_same_however_long(table, signed_in, rows):
    _many(table, rows)
    client = signed_in(table.cast.head)
    client.get("/api/disputes/")
    for path, most in (("/api/disputes/?page_size=30", 9), ("/disputes/", 9)):
        with CaptureQueriesContext(
            connection,
        ) as caught:
            assert client.get(path).status_code == 200
        assert len(caught) <= most, [q["sql"][:120] for q in caught]


def _many(table, rows: int) -> None:
    with acting_as_system("test"):
        Dispute.objects.bulk_create(
            Dispute(
                household=table.home, village=table.cast.liu, grid=table.cast.liu1, kind="land",
                severity=1, source="visit", found_on=TODAY(), found_by=table.cast.lan, due_on=TODAY(),
            )
            for _ in range(rows)
        )  # fmt: skip


def test_the_work_list_has_a_line_for_each_next_step(table):
    found = table.find(severity=3)
    referral = send(table, found)
    with acting_as(table.police.pk):
        assert [line.kind for line in waiting_for(table.police)] == ["referral-sent"]
    take(table, referral, "receive")
    take(table, referral, "reject", reason="not_ours")
    with acting_as(table.cast.head.pk):
        lines = waiting_for(table.cast.head)
    assert [line.kind for line in lines] == ["dispute-rejected"]
    for line in lines:
        assert "示例" not in line.text
        assert line.path == f"/disputes/{found.uuid}/"


def test_nobody_elses_work_list_has_any(table):
    table.find(severity=3)
    for who in (table.cast.mei, table.cast.district, table.worker, member("aud", Role.AUDITOR)):
        with acting_as(who.pk):
            assert waiting_for(who) == []
    with acting_as(table.cast.lan.pk):
        assert [line.kind for line in waiting_for(table.cast.lan)] == ["dispute-found"]


def test_flagged_from_its_page_it_is_the_case_workers_with_nothing_ticked(table, signed_in):
    path = f"/disputes/{table.find().uuid}/"
    client = signed_in(table.cast.lan)
    assert client.post(path, {"do": "violence"}).status_code == 302
    assert client.get(path).status_code == 404


def test_what_was_ticked_stays_ticked(table, signed_in):
    """A child takes part: were its tick lost with the first answer, no report would be owed."""
    client, child = signed_in(table.cast.lan), table.child
    sent = {
        "kind": "children", "severity": "3", "source": "told", "text": WORDS, "violence": "1",
        "people": [child.pk], f"person-{child.pk}": str(child.uuid), f"part-{child.pk}": "child",
    }  # fmt: skip
    answer = client.post(f"/disputes/new/?household={table.home.uuid}", sent)
    assert answer.status_code == 422
    page = answer.content.decode()
    assert f'name="people" value="{child.pk}" checked' in page
    assert '<option value="3" selected' in page
    assert '<option value="child" selected' in page
    path = f"/disputes/{table.find().uuid}/"
    sent = {"do": "violence", "needs_protection": "1", "why_not_reported": "没有"}
    answer = client.post(path, sent)
    assert answer.status_code == 422
    assert 'name="needs_protection" value="1" checked' in answer.content.decode()


def test_the_case_worker_gets_the_address_of_what_she_has_entered(table, signed_in):
    table.find(violence=True)
    table.give_case()
    client = signed_in(table.worker)
    sent = asked(table, violence={"needs_protection": False})
    made = client.post("/api/disputes/", sent, **JSON).json()
    assert client.get(f"/api/disputes/{made['uuid']}/").status_code == 200


def test_what_makes_no_sense_is_answered_in_words(table, signed_in):
    """An id that is none, somebody twice, a form without a name, a day to come, no day at all."""
    assert signed_in(table.lead).post("/disputes/unreported/", {"flag": "abc"}).status_code == 404
    lan = signed_in(table.cast.lan)
    assert lan.get("/disputes/new/?household=abc").status_code == 404
    one = {"person": str(table.wife.uuid), "part": "spouse"}
    sent = asked(table, parties=[one, one])
    assert lan.post("/api/disputes/", sent, **JSON).json()["message"] == "同一个人只登记一次。"
    form = {"kind": "land", "severity": "1", "source": "told", "text": WORDS, "people": ["1"]}
    assert lan.post(f"/disputes/new/?household={table.home.uuid}", form).status_code == 302
    tomorrow = str(TODAY() + timedelta(days=1))
    hurt = {"needs_protection": True, "reported_on": tomorrow}
    assert lan.post("/api/disputes/", asked(table, violence=hurt), **JSON).status_code == 422
    with acting_as_system("test"):
        path = f"/api/disputes/{Dispute.objects.get().uuid}/"
    assert lan.post(path + "step/", {"step": "mediate"}, **JSON).status_code == 200
    sat = {"held_on": tomorrow, "result": "agreed"}
    assert lan.post(path + "sessions/", sat, **JSON).status_code == 422


def test_a_word_without_its_day_is_none(table, signed_in):
    found = table.find(violence=True)
    table.give_case()
    with acting_as_system("test"):
        party = str(found.parties.get().uuid)
    said = {"of": "victim", "agrees": True, "party": party, "how": "alone"}
    path = f"/api/disputes/{found.uuid}/words/"
    client = signed_in(table.worker)
    assert client.post(path, said, **JSON).status_code == 422
    assert client.post(path, said | {"said_on": str(TODAY())}, **JSON).status_code == 201


def test_the_town_takes_no_dispute_away_from_the_village(table, signed_in):
    path = f"/disputes/{table.find().uuid}/"
    answer = signed_in(table.cast.chair).post(path, {"do": "violence"})
    assert answer.status_code == 422
    assert "这一步由别的岗位办理。" in answer.content.decode()
    with acting_as_system("test"):
        assert not Dispute.objects.get().apart
