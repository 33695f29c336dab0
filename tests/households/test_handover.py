"""The hand-over sheet: what a member answers for on a day, by number only, and who takes it over."""

from datetime import timedelta

import pytest
from django.utils import timezone
from django.utils.html import strip_tags

from accounts.models import Role
from core.scope import acting_as_system
from grids.models import Assignment
from households.models import Claim
from households.territory.duties import assign_lead, take_leave
from tests.factories import member
from tests.households.test_territory_edit import Api, key, lon


def sheet(client, who, **asked):
    return client.get(f"/assign/handover/{who.pk}/", asked)


def words(answer):
    """The text of the page without its tags, spaces run together."""
    assert answer.status_code == 200, answer.status_code
    return " ".join(strip_tags(answer.text.split("<main")[1]).split())


def test_it_lists_grids_and_families_by_number_and_says_who_is_to_sign(signed_in, cast):
    with acting_as_system("test"):
        Assignment.objects.create(grid=cast.liu2, member=cast.lan, role="support")
        Claim.objects.create(household=cast.homes["tao1"][2], member=cast.lan)
    text = words(sheet(signed_in(cast.chair), cast.lan))
    assert "交接单" in text and "示例lan" in text and "柳村" in text
    assert "999001101201001" in text and "柳村第1网格" in text and "主责" in text
    assert "0001 0002 0003 0004" in text
    assert "柳村第2网格" in text and "协同" in text
    assert "桃村 0003" in text  # claimed
    today = timezone.localdate()
    assert f"{today.year}年{today.month}月{today.day}日" in text
    assert "移交人" in text and "接收人" in text


def test_it_tells_no_name_no_telephone_and_no_colour(signed_in, cast):
    page = sheet(signed_in(cast.chair), cast.lan).text
    for word in ["示例户主", "000201", "示例路", "每月上门", "红", "class-1", "mark-1", "密切关注"]:
        assert word not in page


def test_a_grid_that_goes_to_nobody_yet_leaves_a_line_to_write_on(signed_in, cast):
    page = sheet(signed_in(cast.chair), cast.lan).text
    assert page.count('class="blank"') >= 1
    assert "示例mei" not in page


def test_a_draft_says_who_takes_over(signed_in, cast):
    chair = Api(signed_in(cast.chair))
    chair.open(cast.east)
    chair.step("assign", keys=[key(cast.liu1)], lead=cast.mei.pk)
    text = words(sheet(chair.client, cast.lan, draft=chair.draft["id"]))
    assert "草稿" in text and "示例mei" in text


def test_a_draft_that_divides_the_grid_says_who_takes_which_part(signed_in, cast):
    chair = Api(signed_in(cast.chair))
    chair.open(cast.east)
    line = [[lon(0.5), 33.9], [lon(0.5), 34.1]]
    parts = chair.step("split_line", key=key(cast.liu1), line=line)["touched"]
    new = sorted(row["key"] for row in parts if row["key"].startswith("n"))
    chair.step("assign", keys=[new[0]], lead=cast.mei.pk)
    chair.step("assign", keys=[new[1]], lead=cast.hua.pk)
    text = words(sheet(chair.client, cast.lan, draft=chair.draft["id"]))
    assert "示例mei" in text and "示例hua" in text


def test_looking_back_it_says_who_has_taken_over_since(signed_in, cast):
    yesterday = timezone.localdate() - timedelta(days=1)
    with acting_as_system("test"):
        Assignment.objects.update(started_at=timezone.now() - timedelta(days=9))
    assign_lead(code=cast.liu1.code, lead=cast.mei.pk, expected_lead=cast.lan.pk, by=cast.chair)
    client = signed_in(cast.chair)
    assert "柳村第1网格" not in words(sheet(client, cast.lan))
    text = words(sheet(client, cast.lan, on=yesterday.isoformat()))
    assert "柳村第1网格" in text and "0001 0002 0003 0004" in text and "示例mei" in text


def test_a_grid_divided_since_is_told_as_it_was_with_those_who_have_its_parts(signed_in, cast):
    yesterday = timezone.localdate() - timedelta(days=1)
    with acting_as_system("test"):
        Assignment.objects.update(started_at=timezone.now() - timedelta(days=9))
        for grid in (cast.liu1, cast.liu2, cast.tao1):
            grid.opened_on = yesterday - timedelta(days=9)
            grid.save(update_fields=["opened_on"])
    chair = Api(signed_in(cast.chair))
    chair.open(cast.east)
    line = [[lon(0.5), 33.9], [lon(0.5), 34.1]]
    parts = chair.step("split_line", key=key(cast.liu1), line=line)["touched"]
    new = sorted(row["key"] for row in parts if row["key"].startswith("n"))
    chair.step("assign", keys=[new[0]], lead=cast.mei.pk)
    chair.step("assign", keys=[new[1]], lead=cast.hua.pk)
    chair.act("publish")
    text = words(sheet(chair.client, cast.lan, on=yesterday.isoformat()))
    assert "999001101201001" in text and "0001 0002 0003 0004" in text
    assert "示例mei" in text and "示例hua" in text


def test_a_cover_is_told_with_its_last_day(signed_in, cast):
    last = timezone.localdate() + timedelta(days=3)
    take_leave(
        member=cast.lan.pk,
        from_on=timezone.localdate(),
        to_on=last,
        cover=cast.mei.pk,
        by=cast.chair,
    )
    text = words(sheet(signed_in(cast.chair), cast.mei))
    assert f"代管最后一天 {last.year}年{last.month}月{last.day}日" in text


def test_families_elsewhere_are_for_the_chair_there_to_list(signed_in, cast):
    with acting_as_system("test"):
        Assignment.objects.filter(grid=cast.tao1).delete()
        Assignment.objects.create(grid=cast.tao1, member=cast.lan, role="lead")
    text = words(sheet(signed_in(cast.head), cast.lan))
    assert "桃村第1网格" in text and "户编号请由乡镇列出" in text
    assert "0001 0002 0003 0004" in text  # 柳村's, not 桃村's
    assert text.count("0001") == 1


@pytest.mark.parametrize(
    ("reader", "subject", "status"),
    [
        ("chair", "lan", 200),
        ("head", "lan", 200),
        ("lan", "lan", 200),
        ("other_chair", "lan", 404),
        ("head", "hua", 404),
        ("lan", "mei", 404),
        ("chair", "district", 404),
        ("district", "lan", 403),
    ],
)
def test_chairs_see_the_sheets_of_their_people_and_everybody_her_own(
    signed_in, cast, reader, subject, status
):
    answer = sheet(signed_in(getattr(cast, reader)), getattr(cast, subject))
    assert answer.status_code == status


def test_who_has_left_her_post_can_still_hand_over(signed_in, cast):
    with acting_as_system("test"):
        cast.lan.is_active = False
        cast.lan.save(update_fields=["is_active"])
    assert "柳村第1网格" in words(sheet(signed_in(cast.chair), cast.lan))


@pytest.mark.parametrize("asked", [{"on": "x"}, {"on": "2999-01-01"}, {"draft": "x"}, {"draft": 9}])
def test_an_odd_address_is_not_found(signed_in, cast, asked):
    assert sheet(signed_in(cast.chair), cast.lan, **asked).status_code == 404


def test_a_member_reads_her_own_sheet_of_today_only(signed_in, cast):
    yesterday = timezone.localdate() - timedelta(days=1)
    assert sheet(signed_in(cast.lan), cast.lan, on=yesterday.isoformat()).status_code == 404


@pytest.mark.parametrize("name", ["lan", "nobody"])
def test_the_database_is_asked_as_often_for_one_grid_as_for_three(
    signed_in, cast, django_assert_num_queries, name
):
    nobody = member("nobody", Role.MEMBER, cast.liu)
    with acting_as_system("test"):
        for grid in (cast.liu1, cast.liu2, cast.tao1):
            Assignment.objects.create(grid=grid, member=nobody, role="support")
    client = signed_in(cast.chair)
    with django_assert_num_queries(11):
        sheet(client, {"lan": cast.lan, "nobody": nobody}[name])
