"""The desk's pages: for stewards, and for each only what her requests open."""

import pytest
from django.utils import timezone

from accounts.models import Role
from audit.models import AccessRecord
from core.scope import acting_as, acting_as_system
from households.models import Household, HouseholdIdentity, Person
from rights.models import Request
from tests.factories import member


def said(cast, home, **more) -> dict:
    return {
        "kind": "access", "village": cast.liu.code, "household_no": home.household_no,
        "applicant": "示例甲", "standing": "self", "proof": "看过身份证原件", "wish": "想看看",
        "received_on": str(timezone.localdate()),
    } | more  # fmt: skip


def page(client, path) -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_request_is_taken_in_and_worked_on(cast, steward, home, signed_in):
    client = signed_in(steward)
    assert "没有申请" in page(client, "/rights/")
    answer = client.post("/rights/new/", said(cast, home))
    assert answer.status_code == 302
    text = page(client, answer.url)
    assert "查阅、复制" in text and "还有15个工作日" in text and "收到申请" in text
    copy = client.get(f"{answer.url}copy/")
    assert copy.headers["Cache-Control"] == "no-store"
    assert "00011" in copy.content.decode() and "红色" not in copy.content.decode()
    client.post(answer.url, {"do": "close", "answer-state": "done", "answer-answer": "当面交给她"})
    assert "已办理" in page(client, answer.url)
    assert client.get(f"{answer.url}copy/").status_code == 404


def test_what_does_not_match_is_said_in_one_sentence(cast, steward, home, signed_in):
    client = signed_in(steward)
    answers = []
    for wrong in ({"applicant": "示例别人"}, {"household_no": "9999"}, {"village": "999001999999"}):
        answer = client.post("/rights/new/", said(cast, home, **wrong))
        assert answer.status_code == 422
        answers.append("没有找到这户，或者姓名对不上" in answer.content.decode())
    assert all(answers)


def test_the_sheet_explains_and_labels_nobody(cast, steward, home, asks, signed_in):
    request = asks("explanation")
    text = page(signed_in(steward), f"/rights/{request.uuid}/sheet/")
    assert "15 个工作日" in text and "每月上门陪伴一次" in text
    for label in ("红色", "黄色", "绿色", "重点"):
        assert label not in text


def test_a_correction_over_the_page(cast, steward, home, asks, signed_in):
    request = asks("correction")
    client, path = signed_in(steward), f"/rights/{request.uuid}/"
    assert "00011" in page(client, path)
    with acting_as_system("test"):
        wife = Person.objects.get(name="示例甲")
    fields = {"name": "示例甲", "relation": "spouse", "birth_year": "1986", "phone": "00088"}
    form = {f"p{wife.uuid}-{name}": value for name, value in fields.items()}
    assert client.post(path, form | {"do": "person", "whose": str(wife.uuid)}).status_code == 302
    form[f"p{wife.uuid}-birth_year"] = "20"
    wrong = client.post(path, form | {"do": "person", "whose": str(wife.uuid)})
    assert wrong.status_code == 200 and "出生年份" in wrong.content.decode()
    with acting_as_system("test"):
        wife.refresh_from_db()
        assert (wife.birth_year, wife.phone) == (1986, "00088")


def test_a_person_of_another_family_is_not_corrected(cast, steward, home, asks, signed_in):
    with acting_as_system("test"):
        other = Person.objects.create(
            household=cast.homes["liu2"][0], name="示例丁", relation="head"
        )
    request = asks("correction")
    fields = {"name": "改", "relation": "head", "birth_year": "", "phone": ""}
    form = {f"p{other.uuid}-{name}": value for name, value in fields.items()}
    client = signed_in(steward)
    answer = client.post(
        f"/rights/{request.uuid}/", form | {"do": "person", "whose": str(other.uuid)}
    )
    assert answer.status_code == 422
    with acting_as_system("test"):
        assert Person.objects.get(pk=other.pk).name == "示例丁"


def test_a_deletion_wants_to_be_meant(cast, steward, home, asks, signed_in):
    request = asks("deletion")
    client, path = signed_in(steward), f"/rights/{request.uuid}/"
    form = {"do": "delete", "deletion-whole": "yes", "deletion-answer": "已按要求删除"}
    client.post(path, form)
    with acting_as_system("test"):
        assert Household.objects.filter(pk=home.pk).exists()
    assert client.post(path, form | {"deletion-sure": "on"}).status_code == 302
    assert "已删除全户" in page(client, path)
    with acting_as_system("test"):
        assert not Household.objects.filter(pk=home.pk).exists()


def test_a_restriction_is_set_and_lifted_even_after_the_request_is_closed(
    cast, steward, home, asks, signed_in
):
    request = asks("restriction")
    client, path = signed_in(steward), f"/rights/{request.uuid}/"
    client.post(path, {"do": "restrict"})
    assert "正在限制使用" in page(client, path)
    with acting_as(cast.lan.pk):
        assert not HouseholdIdentity.objects.filter(household=home).exists()
    client.post(path, {"do": "close", "answer-state": "done", "answer-answer": "先限制使用"})
    client.post(path, {"do": "lift"})
    with acting_as(cast.lan.pk):
        assert HouseholdIdentity.objects.filter(household=home).exists()


def test_the_card_of_a_disputed_family_shows_no_particulars(cast, steward, home, asks, signed_in):
    request = asks("restriction")
    signed_in(steward).post(f"/rights/{request.uuid}/", {"do": "restrict"})
    card = signed_in(cast.lan).get(f"/api/households/{home.uuid}/").json()
    assert card["identity"] is None and card["colour"] is None


@pytest.mark.parametrize("path", ["", "copy/", "sheet/"])
def test_another_desks_request_is_not_found(cast, asks, signed_in, path):
    request = asks("access")
    client = signed_in(member("elsewhere", Role.STEWARD, cast.west))
    assert client.get(f"/rights/{request.uuid}/{path}").status_code == 404


@pytest.mark.parametrize("who", ["lan", "head", "chair", "district"])
def test_the_desk_is_for_stewards(cast, asks, signed_in, who):
    request = asks("access")
    client = signed_in(getattr(cast, who))
    for path in ("", "new/", f"{request.uuid}/", f"{request.uuid}/copy/", f"{request.uuid}/sheet/"):
        assert client.get(f"/rights/{path}").status_code == 403
    assert client.post("/rights/new/", {}).status_code == 403


def test_every_look_stands_in_the_access_log(cast, steward, home, asks, signed_in):
    request = asks("access")
    client = signed_in(steward)
    client.get(f"/rights/{request.uuid}/copy/")
    client.get(f"/rights/{request.uuid}/copy/")
    with acting_as_system("test"):
        looks = AccessRecord.objects.filter(member=steward, kind="household")
        assert looks.count() == 2
        assert Request.objects.get().steps.count() == 3


def test_an_unknown_button_does_nothing(cast, steward, asks, signed_in):
    request = asks("access")
    assert signed_in(steward).post(f"/rights/{request.uuid}/", {"do": "x"}).status_code == 404


def test_an_objection_takes_the_colour_away_at_once(cast, steward, home, asks, signed_in):
    client, path = signed_in(steward), f"/rights/{asks('access').uuid}/"
    assert client.post(path, {"do": "object", "objection-words": ""}).status_code == 200
    said = {"do": "object", "objection-words": "我们家不需要这个颜色"}
    assert client.post(path, said).status_code == 302
    assert "记下家庭对颜色的异议" in page(client, path)
    with acting_as_system("test"):
        assert Household.objects.get(pk=home.pk).slot == 0
        objection = home.objections.get()
        assert (objection.by, objection.classification.status) == (steward, "objected")
    assert client.post(path, said).status_code == 422
    # It is in the copy that the family gets, and no colour with it.
    copy = page(client, f"{path}copy/")
    assert "我们家不需要这个颜色" in copy and "红色" not in copy
