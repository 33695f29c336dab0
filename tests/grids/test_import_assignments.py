"""`manage.py import_assignments`: who answers for which grid, from a list."""

import csv
import io
import json
from contextlib import suppress
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import Member, Role
from grids.models import Assignment
from grids.services import Duty, take_up_duties
from tests.factories import member

HEADER = "网格编码,账号,姓名,责任,开始日期"


@pytest.fixture
def roll(tmp_path):
    def write(*rows, header=HEADER):
        path = tmp_path / "assignments.csv"
        path.write_text("\n".join([header, *rows]), encoding="utf-8")
        return path

    return write


def run(path, *options):
    out, err = io.StringIO(), io.StringIO()
    with suppress(SystemExit):
        call_command("import_assignments", path, "--json", *options, stdout=out, stderr=err)
    return json.loads(out.getvalue().splitlines()[-1]), err.getvalue()


def open_parts(grid):
    return set(Assignment.objects.open().filter(grid=grid).values_list("member__username", "role"))


def test_leads_and_supports_are_registered(cast, roll):
    member("ju", Role.MEMBER, cast.xing)
    report, said = run(
        roll(f"{cast.xing1.code},ju,,主责,2024-03-08", f"{cast.liu1.code},mei,,support,")
    )
    assert len(report["new"]) == 2
    assert "新增 2" in said
    assert open_parts(cast.xing1) == {("ju", "lead")}
    assert open_parts(cast.liu1) == {("lan", "lead"), ("mei", "support")}
    started = Assignment.objects.get(grid=cast.xing1).started_at
    assert timezone.localtime(started).isoformat() == "2024-03-08T00:00:00+08:00"


@pytest.mark.parametrize("day", ["2024-03-08", "2024/3/8", "2024年3月8日", "2024-03-08 00:00:00"])
def test_days_are_read_as_offices_write_them(cast, roll, day):
    run(roll(f"{cast.liu1.code},mei,,协同,{day}"))
    started = Assignment.objects.get(grid=cast.liu1, member=cast.mei).started_at
    assert timezone.localtime(started).date().isoformat() == "2024-03-08"


def test_a_name_is_enough_where_one_village_has_one_of_that_name(cast, roll):
    """Another village's namesake does not disturb."""
    Member.objects.filter(pk=cast.hua.pk).update(name=cast.mei.name)
    run(roll(f"{cast.liu1.code},,{cast.mei.name},协同,"))
    assert ("mei", "support") in open_parts(cast.liu1)


def test_the_same_list_twice_changes_nothing(cast, roll):
    path = roll(f"{cast.liu1.code},lan,,主责,", f"{cast.liu1.code},mei,,协同,")
    run(path)
    before = list(Assignment.objects.values())
    report, _ = run(path)
    assert (report["new"], report["unchanged"]) == ([], 2)
    assert list(Assignment.objects.values()) == before


def test_a_trial_run_writes_nothing(cast, roll):
    before = Assignment.objects.count()
    report, _ = run(roll(f"{cast.liu1.code},mei,,协同,"), "--dry-run")
    assert report["new"] == [f"{cast.liu1.code} 协同 mei"]
    assert Assignment.objects.count() == before


def test_a_newer_lead_is_not_overwritten(cast, roll):
    report, _ = run(roll(f"{cast.liu1.code},mei,,主责,", f"{cast.liu2.code},lan,,协同,"))
    (reason,) = report["rejected"]
    assert reason.startswith("第 2 行：")
    assert "已由 示例lan(lan)主责" in reason
    assert open_parts(cast.liu1) == {("lan", "lead")}
    assert ("lan", "support") in open_parts(cast.liu2)


def test_two_leads_for_one_grid_in_the_list_are_both_refused(cast, roll):
    first, second = member("ju", Role.MEMBER, cast.xing), member("li", Role.MEMBER, cast.xing)
    report, _ = run(
        roll(
            f"{cast.xing1.code},{first.username},,主责,",
            f"{cast.xing1.code},{second.username},,主责,",
            f"{cast.liu1.code},mei,,协同,",
        )
    )
    assert len(report["rejected"]) == 2
    assert all("第 2、3 行" in reason for reason in report["rejected"])
    assert open_parts(cast.xing1) == set()


def test_one_person_twice_in_one_grid_is_refused(cast, roll):
    report, _ = run(roll(f"{cast.liu1.code},mei,,协同,", f"{cast.liu1.code},mei,,协同,"))
    assert len(report["reasons"]) == 2


@pytest.mark.parametrize(
    ("row", "why"),
    [
        ("999001101201009,mei,,协同,", "没有网格“999001101201009”"),
        ("9.99E+14,mei,,协同,", "科学计数法"),
        ("{liu1},mei,,组长,", "只能填主责或协同"),
        ("{liu1},mei,,,", "只能填主责或协同"),
        ("{liu1},nobody,,协同,", "没有账号“nobody”"),
        ("{liu1},,,协同,", "账号和姓名都没有填"),
        ("{liu1},mei,别人,协同,", "姓名是示例mei"),
        ("{liu1},gone,,协同,", "已停用"),
        ("{liu1},district,,协同,", "岗位是区妇联"),
        ("{liu1},other_chair,,协同,", "不在同一个乡镇"),
        ("{liu1},lan,,协同,", "已是网格 999001101201001 的主责"),
        ("{liu1},,无此人,协同,", "没有名叫“无此人”的在任执委"),
        ("{liu1},,同名,协同,", "有 2 位“同名”(t1、t2)"),
        ("{liu1},mei,,协同,去年", "开始日期“去年”"),
        ("{liu1},mei,,协同,2024-02-30", "开始日期“2024-02-30”"),
        ("{liu1},mei,,协同,2999-01-01", "还没有到"),
    ],
)
def test_a_bad_row_is_refused_with_its_reason_and_the_others_are_taken(
    cast, roll, tmp_path, row, why
):
    member("gone", Role.MEMBER, cast.liu, is_active=False)
    for username in ("t1", "t2"):
        Member.objects.filter(pk=member(username, Role.MEMBER, cast.liu).pk).update(name="同名")
    rejects = tmp_path / "rejects.csv"
    good = f"{cast.liu2.code},lan,,协同,"
    report, said = run(roll(good, row.format(liu1=cast.liu1.code)), "--rejects", str(rejects))
    assert len(report["new"]) == 1
    (reason,) = report["rejected"]
    assert reason.startswith("第 3 行：")
    assert why in reason
    assert reason in said
    with open(rejects, encoding="utf-8-sig", newline="") as file:
        (rejected,) = csv.DictReader(file)
    assert rejected["行号"] == "3"
    assert why in rejected["拒收原因"]
    assert open_parts(cast.liu1) == {("lan", "lead")}


def test_a_closed_grid_has_nobody(cast, roll):
    cast.liu2.closed_on = timezone.localdate()
    cast.liu2.save()
    report, _ = run(roll(f"{cast.liu2.code},lan,,协同,"))
    assert "没有网格" in report["reasons"][0]


def test_the_database_lets_one_grid_have_one_lead(cast):
    duty = Duty(cast.liu1, cast.mei, Assignment.Role.LEAD, timezone.now())
    with pytest.raises(IntegrityError, match="one_lead_per_grid"), transaction.atomic():
        take_up_duties(duties=[duty])


def test_one_can_ask_who_answered_on_a_day(cast, roll):
    Assignment.objects.filter(grid=cast.liu1).update(
        started_at=timezone.now() - timedelta(days=20), ended_at=timezone.now() - timedelta(days=5)
    )
    start = timezone.localdate() - timedelta(days=4)
    run(roll(f"{cast.liu1.code},mei,,主责,{start}"))

    def lead(days_ago):
        day = timezone.localdate() - timedelta(days=days_ago)
        found = Assignment.objects.on(day).filter(grid=cast.liu1, role="lead")
        return [a.member.username for a in found]

    assert lead(10) == ["lan"]
    assert lead(1) == ["mei"]
