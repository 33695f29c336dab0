"""Handing in a file on the site: checked, then written; by whom, and how far it reaches."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection

from accounts.models import Member, Role
from boundaries.models import Division
from core.scope import acting_as, acting_as_system
from grids.models import Assignment
from households.models import Household, HouseholdIdentity
from tests.factories import member
from transfers import files, services
from transfers.errors import NotAtThisPoint, StillRunning
from transfers.models import ImportJob

State = ImportJob.State
LIST = "户编号,村代码,户主,电话\n9001,999001101201,示例新户主,00012345678\n9002,999001102201,示例外镇,0001\n"


@pytest.fixture
def handed(signed_in, at_once):
    """`handed(who, kind, text)` uploads a file and is the job when its check has ended."""

    def hand_in(who, kind, content, name="名单.csv", **options):
        client = signed_in(who)
        content = content if isinstance(content, bytes) else content.encode()
        asked = {"encoding": "auto", "crs": "auto"} | options
        with at_once():
            upload = SimpleUploadedFile(name, content)
            response = client.post(f"/imports/new/{kind}/", asked | {"file": upload})
        assert response.status_code == 302, response.content.decode()[:2000]
        uuid = response["Location"].split("/")[2]
        with acting_as_system("test"):
            return ImportJob.objects.get(uuid=uuid)

    return hand_in


def act(client, at_once, job, do):
    with at_once():
        response = client.post(job.get_absolute_url(), {"do": do})
    with acting_as_system("test"):
        job.refresh_from_db()
    return response


def count_of(model, **which):
    with acting_as_system("test"):
        return model.objects.filter(**which).count()


def test_a_list_is_checked_before_anything_is_written(cast, handed):
    before = count_of(Household)
    job = handed(cast.chair, "households", LIST)
    assert job.state == State.CHECKED, job.report
    assert "新增 1 户" in job.report[0]
    assert count_of(Household) == before


def test_what_was_checked_is_written_on_her_word(cast, handed, signed_in, at_once):
    job = handed(cast.chair, "households", LIST)
    act(signed_in(cast.chair), at_once, job, "write")
    assert job.state == State.DONE, job.report
    assert count_of(HouseholdIdentity, contact_name="示例新户主") == 1
    assert not (files.folder_of(job.uuid) / job.filename).exists()


def test_a_town_takes_no_family_of_another_town(cast, handed, signed_in, at_once):
    job = handed(cast.chair, "households", LIST)
    client = signed_in(cast.chair)
    rejects = client.get(f"{job.get_absolute_url()}rejects/").content.decode("utf-8-sig")
    assert ",9002," in rejects and "不在您的任职地里" in rejects and ",9001," not in rejects
    act(client, at_once, job, "write")
    assert count_of(Household, household_no="9002") == 0


def test_nobody_sees_the_import_of_another(cast, handed, signed_in):
    job = handed(cast.chair, "households", LIST)
    client = signed_in(cast.other_chair)
    missing = client.get("/imports/00000000-0000-4000-8000-000000000000/")
    for path in ("", "rejects/"):
        assert client.get(f"{job.get_absolute_url()}{path}").status_code == 404
        assert client.get(f"/imports/{job.uuid}/{path}").status_code == 404
    assert client.post(job.get_absolute_url(), {"do": "write"}).status_code == 404
    assert client.get(f"/api/imports/{job.uuid}/").status_code == 404
    assert missing.status_code == 404
    with acting_as(cast.other_chair.pk):
        assert not ImportJob.objects.exists()


def test_without_its_filter_the_database_hides_the_import_of_another(cast, handed):
    job = handed(cast.chair, "households", LIST)
    with acting_as(cast.other_chair.pk), connection.cursor() as cursor:
        cursor.execute("UPDATE transfers_importjob SET state = 'done' WHERE uuid = %s", [job.uuid])
        assert cursor.rowcount == 0


@pytest.mark.parametrize(
    ("who", "may"),
    [
        ("chair", {"grids", "households", "assignments"}),
        ("district", {"divisions", "grids"}),
        ("steward", {"households"}),
        ("admin", {"members"}),
        ("lan", set()),
        ("head", set()),
    ],
)
def test_each_role_imports_what_the_policy_says(request, cast, signed_in, who, may):
    person = getattr(cast, who, None) or request.getfixturevalue(who)
    client = signed_in(person)
    for kind in ImportJob.Kind.values:
        status = client.get(f"/imports/new/{kind}/").status_code
        assert status == (200 if kind in may else 403), kind
    page = client.get("/imports/")
    assert page.status_code == (200 if may else 403)
    for kind in may:
        assert f"/imports/new/{kind}/" in page.content.decode()


def test_a_hostile_file_is_refused_in_words_and_forgotten(cast, handed):
    job = handed(cast.chair, "households", b"SQLite format 3\x00" + bytes(100), name="名单.xlsx")
    assert job.state == State.REFUSED
    assert "数据库文件" in job.report[0]
    assert not (files.folder_of(job.uuid) / job.filename).exists()


def test_a_vrt_is_refused_and_a_flag_is_no_flag(cast, handed):
    vrt = b"<OGRVRTDataSource><OGRVRTLayer name='x'/></OGRVRTDataSource>"
    job = handed(cast.district, "grids", vrt, name="a.geojson", layer="--faults=/tmp/evil")
    assert job.state == State.REFUSED and "VRT" in job.report[0]


def test_a_name_with_a_path_is_only_a_name(cast, handed):
    job = handed(cast.chair, "households", LIST, name="../../etc/名单 1.csv")
    assert job.filename == "名单_1.csv"
    assert files.plain_name("..\\..\\x\\.bashrc") == "bashrc"
    assert files.plain_name("../..") == "file"


def test_the_district_changes_no_division_of_another_district(cast, handed):
    with acting_as_system("test"):
        Division.objects.create(code="999002", name="邻区", level="district")
    listed = "代码,名称\n999002101,邻区新镇\n"
    job = handed(cast.district, "divisions", listed, level="town", missing="keep")
    assert job.state == State.REFUSED
    assert "不在您任职地里" in job.report[0]
    assert count_of(Division, code="999002101") == 0


def test_the_district_renames_a_village_of_its_own(cast, handed, signed_in, at_once):
    job = handed(
        cast.district,
        "divisions",
        "代码,名称\n999001101201,新柳村\n",
        level="village",
        missing="keep",
    )
    assert job.state == State.CHECKED, job.report
    assert any("柳村 → 新柳村" in line for line in job.report)
    act(signed_in(cast.district), at_once, job, "write")
    assert count_of(Division, name="新柳村") == 1


def test_an_admin_makes_no_powerful_account_alone(cast, admin, handed, signed_in, at_once):
    listed = "账号,姓名,岗位,任职地代码\nnew1,示例甲,执委,999001101201\nnew2,示例乙,审计员,\nadmin,示例丙,执委,999001101201\n"
    job = handed(admin, "members", listed)
    client = signed_in(admin)
    rejects = client.get(f"{job.get_absolute_url()}rejects/").content.decode("utf-8-sig")
    assert "两人办理" in rejects and "另一位系统管理员" in rejects
    assert client.get(f"/imports/{job.uuid}/passwords/").status_code == 404  # not yet
    act(client, at_once, job, "write")
    assert set(
        Member.objects.filter(username__startswith="new").values_list("username", flat=True)
    ) == {"new1"}
    page = client.get(f"/imports/{job.uuid}/passwords/")
    assert "new1" in page.content.decode("utf-8-sig")
    assert client.get(f"/imports/{job.uuid}/passwords/").status_code == 404  # once


def test_a_town_gives_no_grid_of_another_town(cast, handed):
    listed = f"网格编码,账号,责任\n{cast.xing1.code},{cast.lan.username},协同\n"
    job = handed(cast.chair, "assignments", listed)
    assert job.state == State.REFUSED
    assert any("不在您的任职地里" in line for line in job.report)
    assert count_of(Assignment, grid=cast.xing1, member=cast.lan) == 0


def test_a_town_replaces_no_grid_of_another_town(cast, handed):
    ring = "[[[113.0,34.0],[113.1,34.0],[113.1,34.1],[113.0,34.0]]]"
    grid = (
        '{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"grid_code":"%s"},'
        '"geometry":{"type":"Polygon","coordinates":%s}}]}'
    )
    with acting_as_system("test"):
        outline = Division.objects.get(pk=cast.xing.pk).geom
    content = grid % (cast.xing1.code, ring)
    if outline is not None:
        content = grid % (
            cast.xing1.code,
            outline[0].json.split('"coordinates":')[1].rstrip("}").strip(),
        )
    job = handed(cast.chair, "grids", content, name="a.geojson", crs="EPSG:4326")
    assert job.state == State.REFUSED
    assert any("任职地" in line for line in job.report) or outline is None, job.report


def test_a_second_file_waits_for_the_first(cast):
    with acting_as(cast.chair.pk):
        ImportJob.objects.create(
            by=cast.chair, kind="households", filename="a", state=State.WRITING
        )
        with pytest.raises(StillRunning):
            services.hand_in(by=cast.chair, kind="households", name="b", chunks=[], options={})


def test_an_import_whose_worker_is_gone_has_stopped(cast):
    with acting_as(cast.chair.pk):
        job = ImportJob.objects.create(by=cast.chair, kind="households", filename="a")
        assert services.settle(job).state == State.CHECKING
        job.heard_at -= 2 * services.STARTS_WITHIN
        job.save()
        assert services.settle(job).state == State.STOPPED
        assert "什么都没有改" in job.report[0]


def test_what_is_not_checked_is_not_written(cast, handed):
    job = handed(cast.chair, "households", "没有,标题\n1,2\n")
    assert job.state == State.REFUSED
    with acting_as(cast.chair.pk), pytest.raises(NotAtThisPoint):
        (files.folder_of(job.uuid) / job.filename).write_text("x")
        services.write(by=cast.chair, job=job)


def test_too_large_a_request_is_refused_before_it_is_read(cast, signed_in):
    client = signed_in(cast.chair)
    response = client.generic(
        "POST", "/imports/new/households/", b"--x\r\n",
        content_type="multipart/form-data; boundary=x", CONTENT_LENGTH=str(1 << 40),
    )  # fmt: skip
    assert response.status_code == 400


def test_the_passwords_and_files_are_the_servers_alone(cast, handed):
    job = handed(cast.chair, "households", LIST)
    folder = files.folder_of(job.uuid)
    assert folder.stat().st_mode & 0o077 == 0
    assert all(path.stat().st_mode & 0o077 == 0 for path in folder.iterdir())


def test_what_is_three_days_old_is_deleted(cast, handed):
    import os

    job = handed(cast.chair, "households", LIST)
    folder = files.folder_of(job.uuid)
    files.sweep()
    assert folder.exists()
    os.utime(folder, (0, 0))
    files.sweep()
    assert not folder.exists()


def test_an_office_without_a_place_imports_nothing(cast, signed_in, at_once):
    lost = member("lost", Role.STEWARD)
    upload = SimpleUploadedFile("a.csv", LIST.encode())
    response = signed_in(lost).post(
        "/imports/new/households/", {"file": upload, "encoding": "auto", "crs": "auto"}
    )
    assert response.status_code == 422 and "任职地" in response.content.decode()
