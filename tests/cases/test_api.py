"""Case work over HTTP: who may ask, what she is told, and that it is logged."""

from uuid import uuid4

import pytest

from accounts.models import Role
from audit.models import AccessRecord
from cases.models import BreakGlassNotice, Concern
from core.scope import acting_as_system
from households.models import Household
from tests.factories import member

WHY = "民警来电，今晚需要上门"


def post(client, url, status=201, **body):
    answer = client.post(f"/api/{url}", body, content_type="application/json")
    assert answer.status_code == status, answer.content.decode()
    return answer.json()


def get(client, url, status=200):
    answer = client.get(f"/api/{url}")
    assert answer.status_code == status, answer.content.decode()
    return answer.json()


@pytest.mark.parametrize("who", ["lan", "head", "chair"])
def test_a_worry_is_received_and_nothing_more_is_said(signed_in, cast, home, who):
    client = signed_in(getattr(cast, who))
    for _ in range(2):
        assert post(client, "concerns/", household=str(home.uuid), text="夜里常有哭声") == {
            "message": "已收到。"
        }
    with acting_as_system("test"):
        assert Concern.objects.filter(raised_by=getattr(cast, who)).count() == 2


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({}, 400),
        ({"household": "x", "text": "y"}, 400),
        ({"text": ""}, 422),
        ({"text": " " * 9}, 422),
        ({"text": "长" * 1001}, 422),
        ({"text": ["a"]}, 400),
        ({"text": None}, 400),
    ],
)
def test_a_worry_without_sense_is_refused(signed_in, cast, home, body, status):
    if body and "household" not in body:
        body = body | {"household": str(home.uuid)}
    post(signed_in(cast.lan), "concerns/", status, **body)


@pytest.mark.parametrize("role", ["district", "steward", "sysadmin", "auditor", "partner"])
def test_other_roles_raise_no_worry_and_open_no_case(signed_in, cast, case, home, role):
    client = signed_in(member("someone", role, cast.area))
    post(client, "concerns/", 403, household=str(home.uuid), text="x")
    post(client, f"households/{home.uuid}/protection/", 403, protection="sealed", reason="x")
    get(client, "cases/", 403)
    get(client, f"cases/{case.uuid}/", 403)


@pytest.mark.parametrize("who", ["lan", "head", "chair"])
def test_who_answers_for_the_family_opens_no_case(signed_in, cast, case, who):
    client = signed_in(getattr(cast, who))
    for url in ("cases/", f"cases/{case.uuid}/", f"cases/{case.uuid}/record/", "break-glass/"):
        get(client, url, 403)
    post(client, f"cases/{case.uuid}/break-glass/", 403, reason=WHY)


def test_the_list_tells_of_no_family(signed_in, staff, case, home):
    for who, mine in ((staff.lead, False), (staff.worker, True)):
        told = get(signed_in(who), "cases/")
        (row,) = told["cases"]
        assert (row["number"], row["mine"]) == (case.number, mine)
        assert row["worker"] == {"id": staff.worker.pk, "name": staff.worker.name}
        for secret in (str(home.uuid), "哭声", "柳村"):
            assert secret not in str(told)
    assert get(signed_in(staff.other), "cases/")["cases"] == []


def test_opening_a_case_shows_the_true_place_and_is_logged(signed_in, cast, staff, case, home):
    told = get(signed_in(staff.worker), f"cases/{case.uuid}/")
    family = told["household"]
    assert family["point"] == {"lon": home.point.x, "lat": home.point.y}
    assert family["address"] == home.identity.address
    assert (family["household_no"], family["protection"]) == (home.household_no, "shielded")
    assert family["grid"]["code"] == cast.liu1.code
    assert told["concerns"][0]["raised_by"] == cast.lan.name
    with acting_as_system("test"):
        said = AccessRecord.objects.get()
        assert (said.member, said.subject, said.tier) == (staff.worker, case.uuid, "S4")
        # No link to the family, or whoever reads its list would learn that there is a case.
        assert said.household is None


def test_a_sealed_family_is_told_in_full_to_its_worker(signed_in, cast, staff, case, home):
    client = signed_in(staff.worker)
    post(client, f"households/{home.uuid}/protection/", protection="sealed", reason="已转移")
    family = get(client, f"cases/{case.uuid}/")["household"]
    assert (family["household_no"], family["village"]["name"]) == (home.household_no, "柳村")
    assert family["grid"]["code"] == cast.liu1.code
    assert family["protection"] == "sealed"
    post(client, f"households/{family['uuid']}/protection/", protection="none", reason="已平安")
    with acting_as_system("test"):
        assert Household.objects.get(pk=home.pk).uuid == home.uuid
    records = get(client, f"cases/{case.uuid}/record/")
    assert [r["text"] for r in records] == ["无：已平安", "封存：已转移"]


def test_a_record_is_added_and_read(signed_in, staff, case):
    client = signed_in(staff.worker)
    url = f"cases/{case.uuid}/record/"
    post(client, url, text="已联系庇护所", order_until="2027-03-08")
    post(client, url, 422, text="")
    post(client, url, 400, text="x", order_until="昨天")
    (record,) = get(client, url)
    assert (record["text"], record["order_until"]) == ("已联系庇护所", "2027-03-08")
    with acting_as_system("test"):
        assert AccessRecord.objects.count() == 2


def test_a_missing_case_and_anothers_are_one_answer(signed_in, staff, case):
    client = signed_in(staff.other)
    for verb in ("", "record/"):
        theirs = client.get(f"/api/cases/{case.uuid}/{verb}")
        none = client.get(f"/api/cases/{uuid4()}/{verb}")
        assert (theirs.status_code, theirs.content) == (none.status_code, none.content)
        assert theirs.status_code == 404


def test_the_lead_gives_a_case_away(signed_in, cast, staff, case):
    client = signed_in(staff.lead)
    url = f"cases/{case.uuid}/assign/"
    assert post(client, url, 200, member=staff.other.pk)["name"] == staff.other.name
    post(client, url, 422, member=cast.lan.pk)
    post(client, url, 400, member="x")
    post(signed_in(staff.worker), url, 404, member=staff.worker.pk)


def test_a_broken_glass_is_seen_on_every_page_and_by_its_reviewers(signed_in, cast, staff, case):
    client = signed_in(staff.other)
    post(client, f"cases/{case.uuid}/break-glass/", 422, reason="急")
    until = post(client, f"cases/{case.uuid}/break-glass/", reason=WHY)["until"]
    me = get(client, "me/")
    assert me["break_glass"] == [{"case": case.number, "uuid": str(case.uuid), "until": until}]
    assert f"您正在紧急查看个案 {case.number}" in client.get("/").content.decode()
    get(client, f"cases/{case.uuid}/")
    with acting_as_system("test"):
        assert AccessRecord.objects.get().reason == f"紧急查看：{WHY}"
    for who in (staff.lead, staff.auditor):
        client = signed_in(who)
        assert get(client, "me/")["to_review"] == 1
        assert "有 1 次紧急查看等您复核" in client.get("/").content.decode()
        (glass,) = get(client, "break-glass/")
        assert (glass["case"], glass["by"], glass["reason"]) == (case.number, "示例other", WHY)
        post(client, f"break-glass/{glass['uuid']}/review/", 200, remark="已核对")
        assert get(client, "me/")["to_review"] == 0
    post(signed_in(staff.other), f"break-glass/{glass['uuid']}/review/", 404)
    with acting_as_system("test"):
        assert BreakGlassNotice.objects.filter(reviewed_at=None).count() == 0


def test_a_chair_shields_at_the_familys_wish_and_lifts_nothing(signed_in, cast, home):
    client = signed_in(cast.head)
    url = f"households/{home.uuid}/protection/"
    assert post(client, url, protection="shielded", reason="不想被打扰") == {"message": "已收到。"}
    for protection in ("none", "sealed"):
        post(client, url, 403, protection=protection, reason="x")
    post(client, url, 400, protection="gone", reason="x")
    post(signed_in(cast.lan), url, 403, protection="shielded", reason="x")
    with acting_as_system("test"):
        assert Household.objects.get(pk=home.pk).protection == "shielded"


def test_the_page_is_for_case_work(signed_in, cast, staff):
    for who in (staff.worker, staff.auditor):
        assert signed_in(who).get("/cases/").status_code == 200
    for who in (cast.lan, cast.chair, cast.district, member("admin", Role.SYSADMIN)):
        assert signed_in(who).get("/cases/").status_code == 403
