"""`manage.py import_members`: a county's first accounts, from its own list."""

import csv
import io
import json
import stat
from contextlib import suppress

import numpy as np
import pytest
from django.contrib.auth import authenticate
from django.contrib.gis.geos import Point
from django.core.management import call_command

from accounts.models import Member, Role
from core.coords import wgs84_to_gcj02

HEADER = "账号,姓名,岗位,任职地代码"


@pytest.fixture
def roll(tmp_path):
    def write(*rows, header=HEADER, encoding="utf-8"):
        path = tmp_path / "members.csv"
        path.write_text("\n".join([header, *rows]), encoding=encoding)
        return path

    return write


def run(path, *options):
    out, err = io.StringIO(), io.StringIO()
    with suppress(SystemExit):
        call_command("import_members", path, "--json", *options, stdout=out, stderr=err)
    return json.loads(out.getvalue().splitlines()[-1]), err.getvalue()


def read(path):
    with open(path, encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_a_countys_first_accounts_come_from_a_list(cast, roll):
    report, said = run(
        roll(
            "admin1,示例管,系统管理员,",
            "office1,示例区办,区妇联,999001",
            "zhen1,示例镇长,乡镇妇联主席,999001101",
            "cun1,示例村长,village,999001101201",
            "wei1,示例执委,执委,999001101202",
        )
    )
    assert report["new"] == ["admin1", "office1", "zhen1", "cun1", "wei1"]
    assert "新增 5" in said
    assert Member.objects.get(username="admin1").role == Role.SYSADMIN
    office = Member.objects.get(username="office1")
    assert (office.role, office.division, office.name) == (Role.DISTRICT, cast.area, "示例区办")
    assert Member.objects.get(username="cun1").division == cast.liu
    assert Member.objects.get(username="wei1").division == cast.tao


def test_the_first_system_administrator_needs_no_division(db, roll):
    report, _ = run(roll("admin1,示例管,系统管理员,"))
    assert report["ok"]
    assert Member.objects.get().role == Role.SYSADMIN


def test_without_passwords_nobody_can_sign_in_to_a_new_account(cast, roll):
    run(roll("wei1,示例执委,执委,999001101201"))
    assert not Member.objects.get(username="wei1").has_usable_password()


def test_first_passwords_work_and_only_the_owner_can_read_them(cast, roll, tmp_path, rf):
    out = tmp_path / "passwords.csv"
    path = roll("wei1,示例执委,执委,999001101201", "wei2,示例执委二,执委,999001101201")
    report, said = run(path, "--passwords", str(out))
    rows = read(out)
    assert [r["账号"] for r in rows] == ["wei1", "wei2"]
    assert rows[0]["初始密码"] != rows[1]["初始密码"]
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    member = authenticate(rf.post("/"), username="wei1", password=rows[0]["初始密码"])
    assert member.username == "wei1"
    assert rows[0]["初始密码"] not in said + json.dumps(report)


def test_a_password_file_is_never_overwritten(cast, roll, tmp_path):
    out = tmp_path / "passwords.csv"
    out.write_text("old")
    report, _ = run(roll("wei1,示例执委,执委,999001101201"), "--passwords", str(out))
    assert not report["ok"]
    assert out.read_text() == "old"
    assert not Member.objects.filter(username="wei1").exists()


def test_a_password_somebody_has_chosen_is_not_touched(cast, roll, tmp_path):
    cast.lan.set_password("a-password-of-hers")
    cast.lan.save()
    out = tmp_path / "passwords.csv"
    run(roll("lan,示例lan,执委,999001101201"), "--passwords", str(out))
    cast.lan.refresh_from_db()
    assert cast.lan.check_password("a-password-of-hers")
    assert not out.exists()


def test_the_same_list_twice_changes_nothing(cast, roll):
    path = roll("wei1,示例执委,执委,999001101201")
    run(path)
    before = list(Member.objects.values())
    report, _ = run(path)
    assert (report["new"], report["changed"], report["unchanged"]) == ([], [], 1)
    assert list(Member.objects.values()) == before


def test_a_changed_row_changes_its_account_and_is_named(cast, roll):
    report, _ = run(roll("hua,示例花,村妇联主席,999001101202"))
    assert report["changed"] == ["hua"]
    cast.hua.refresh_from_db()
    assert (cast.hua.name, cast.hua.role) == ("示例花", Role.VILLAGE)


def test_a_trial_run_writes_neither_accounts_nor_passwords(cast, roll, tmp_path):
    out = tmp_path / "passwords.csv"
    before = Member.objects.count()
    report, _ = run(roll("wei1,示例执委,执委,999001101201"), "--dry-run", "--passwords", str(out))
    assert report["new"] == ["wei1"]
    assert Member.objects.count() == before
    assert not out.exists()


@pytest.mark.parametrize(
    ("row", "why"),
    [
        (",示例,执委,999001101201", "账号“”"),
        ("two words,示例,执委,999001101201", "账号“two words”"),
        ("a1,,执委,999001101201", "姓名"),
        ("a1,示例,主任,999001101201", "没有“主任”这个岗位"),
        ("a1,示例,执委,", "村(社区)或乡镇的代码"),
        ("a1,示例,执委,999001", "村(社区)或乡镇的代码"),
        ("a1,示例,村妇联主席,999001101", "村(社区)的代码"),
        ("a1,示例,乡镇妇联主席,999001101201", "乡镇的代码"),
        ("a1,示例,执委,999001101999", "999001101999 不在现有区划里"),
        ("a1,示例,执委,9.99001E+11", "科学计数法"),
        ("ok1,示例,执委,999001101201", "与第 2 行重复"),
        ("gone,示例,执委,999001101201", "已停用"),
    ],
)
def test_a_bad_row_is_refused_with_its_reason_and_the_others_are_taken(
    cast, roll, tmp_path, row, why
):
    Member.objects.create(username="gone", name="示例", role=Role.AUDITOR, is_active=False)
    rejects = tmp_path / "rejects.csv"
    report, said = run(roll("ok1,示例,执委,999001101201", row), "--rejects", str(rejects))
    assert report["new"] == ["ok1"]
    (reason,) = report["rejected"]
    assert reason.startswith("第 3 行：")
    assert why in reason
    assert reason in said
    (rejected,) = read(rejects)
    assert rejected["行号"] == "3"
    assert why in rejected["拒收原因"]
    assert not Member.objects.filter(username="a1").exists()
    assert not Member.objects.get(username="gone").is_active


def test_a_list_of_bad_rows_only_is_refused_as_a_whole(cast, roll):
    report, _ = run(roll("a1,示例,主任,"))
    assert not report["ok"]
    assert len(report["reasons"]) == 1


@pytest.mark.parametrize(
    ("header", "why"),
    [("账号,姓名", "缺少列：岗位"), ("账号,username,姓名,岗位", "有两列都是“账号”")],
)
def test_a_list_with_the_wrong_columns_is_refused(cast, roll, header, why):
    report, _ = run(roll("a,b,c,d", header=header))
    assert why in report["message"]


def test_the_rejects_never_overwrite_the_list(cast, roll):
    path = roll("a1,示例,主任,", "ok1,示例,执委,999001101201")
    before = path.read_text()
    report, _ = run(path, "--rejects", str(path))
    assert not report["ok"]
    assert path.read_text() == before


def test_columns_nobody_knows_are_named_and_ignored(cast, roll):
    path = roll("示例,wei1,x,执委,999001101201", header="姓名,账号,生日,岗位,任职地代码")
    report, _ = run(path)
    assert report["new"] == ["wei1"]
    assert report["notes"] == ["没有用到的列：生日。"]


def test_a_list_in_gb18030_with_full_width_digits_is_read(cast, roll):
    wide = "999001101201".translate({ord("0") + n: 0xFF10 + n for n in range(10)})
    run(roll(f"wei1,示例执委,执委,{wide}", encoding="gb18030"))
    member = Member.objects.get(username="wei1")
    assert (member.name, member.division) == ("示例执委", cast.liu)


WITH_HOME = HEADER + ",经度,纬度"


def home_of(username):
    return Member.objects.get(username=username).home


def test_a_home_comes_with_the_list_and_only_if_the_list_has_such_columns(cast, roll):
    run(roll("wei1,示例执委,执委,999001101201,113.83,34.01", header=WITH_HOME))
    assert home_of("wei1").coords == (113.83, 34.01)
    again, _ = run(roll("wei1,示例执委,执委,999001101201,113.83,34.01", header=WITH_HOME))
    assert again["unchanged"] == 1
    run(roll("wei1,示例新名,执委,999001101201"))
    assert home_of("wei1").coords == (113.83, 34.01)
    taken_back, _ = run(roll("wei1,示例新名,执委,999001101201,,", header=WITH_HOME))
    assert taken_back["changed"] == ["wei1"]
    assert home_of("wei1") is None


def test_a_home_from_a_consumer_map_is_put_right(cast, roll):
    at = wgs84_to_gcj02(np.array([[113.83, 34.01]]))[0].round(6)
    run(roll(f"wei1,示例,执委,999001101201,{at[0]},{at[1]}", header=WITH_HOME), "--crs", "gcj02")
    assert home_of("wei1").coords == pytest.approx((113.83, 34.01), abs=2e-6)


@pytest.mark.parametrize(
    ("home", "why"),
    [
        ("113.83,", "要么都填"),
        ("东边,34.01", "要么都填"),
        ("34.01,113.83", "不是地球上的一点"),
        ("nan,34.01", "不是地球上的一点"),
        ("113.83,44.01", "千米"),
    ],
)
def test_a_home_that_cannot_be_hers_is_refused(cast, roll, home, why):
    row = f"a1,示例,执委,999001101201,{home}"
    report, _ = run(roll("ok1,示例,执委,999001101201,,", row, header=WITH_HOME))
    assert report["new"] == ["ok1"]
    assert why in report["rejected"][0]


@pytest.mark.parametrize(
    ("who", "knows"),
    [
        ("chair", {"lan", "mei", "hua"}),
        ("head", {"lan", "mei"}),
        ("lan", {"lan"}),
        ("district", set()),
        ("other_chair", set()),
    ],
)
def test_only_chairs_in_scope_and_she_herself_know_where_she_lives(cast, who, knows):
    Member.objects.filter(role=Role.MEMBER).update(home=Point(113.83, 34.01, srid=4326))
    seen = Member.objects.homes_visible_to(getattr(cast, who))
    assert {m.username for m in seen} == knows


def test_the_list_of_colleagues_says_nothing_of_homes(cast, signed_in):
    Member.objects.update(home=Point(113.83, 34.01, srid=4326))
    answer = signed_in(cast.chair).get("/api/members/")
    assert "113.83" not in answer.content.decode()
