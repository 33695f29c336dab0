"""Who has looked at a case: its worker knows, a family's list does not."""

from types import SimpleNamespace

import pytest

from accounts.models import Role
from audit.models import AccessRecord
from audit.services import log_access
from cases import services
from core.scope import acting_as, acting_as_system
from gis_app.access import _looks_at, access_log
from tests.factories import member


@pytest.fixture
def looks(cast, staff, case, home):
    """lan looked at the family, other broke the glass of its case, mei looked elsewhere."""
    for who, subject in ((cast.lan, home), (cast.mei, cast.homes["liu2"][0])):
        with acting_as(who.pk):
            log_access(
                by=who, action="reveal", tier="S2", kind="household", subject=subject.uuid,
                reason="要打电话约走访",
            )  # fmt: skip
    with acting_as(staff.other.pk):
        services.break_glass(case=case.uuid, reason="民警来电，今晚需要上门", by=staff.other)
        services.open_case(case=case.uuid, action="read", route="test", by=staff.other)
    return cast


def seen_by(who):
    with acting_as(who.pk):
        return set(AccessRecord.objects.values_list("member__username", flat=True))


def test_row_security_alone_shows_a_case_worker_who_looked_at_her_cases(looks, staff):
    assert seen_by(staff.worker) == {"lan", "other"}
    assert seen_by(staff.stranger) == set()
    assert seen_by(looks.lan) == {"lan"}


def test_the_app_alone_shows_a_case_worker_who_looked_at_her_cases(looks, staff, rf):
    def page_of(who):
        request = rf.get("/accounts/access-log/")
        request.user, request.session = who, {}
        with acting_as_system("test"):
            return access_log(request).text

    page = page_of(staff.worker)
    assert "示例lan（" in page and "示例other（" in page and "示例mei（" not in page
    assert "没有记录" in page_of(staff.stranger)


def test_sealing_does_not_hide_the_looks_of_before(looks, staff, case, home):
    with acting_as(staff.worker.pk):
        services.protect(
            household=home.uuid, protection="sealed", reason="人身安全受到威胁", by=staff.worker
        )
    assert "lan" in seen_by(staff.worker)


def test_the_app_alone_leaves_cases_out_of_a_familys_list(
    looks, staff, home, case, rf, monkeypatch
):
    monkeypatch.setattr("gis_app.access.log_access", lambda **said: None)
    request = rf.get("/")
    request.user = member("steward", Role.STEWARD, looks.area)
    request.resolver_match = SimpleNamespace(view_name="who-has-looked")
    with acting_as_system("test"):
        assert AccessRecord.objects.filter(tier="S4", subject=case.uuid).exists()
        rows = _looks_at(home.uuid, "申请编号第七号", request)
        assert [row["record"].member for row in rows] == [looks.lan]
        assert not _looks_at(case.uuid, "申请编号第七号", request)


def test_a_familys_list_tells_of_no_case(looks, staff, home, case, signed_in):
    steward = member("steward", Role.STEWARD, looks.area)
    client = signed_in(steward)
    for subject in (home.uuid, case.uuid):
        said = {"subject": str(subject), "reason": "申请编号第七号"}
        page = client.post("/accounts/who-has-looked/", said).text
        assert "示例other" not in page and "受保护的记录" not in page
    with acting_as(steward.pk):
        log_access(by=steward, action="looked", tier="S2", kind="case", subject=case.uuid)
        assert not AccessRecord.objects.filter(tier="S4").exists()
