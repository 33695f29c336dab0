"""The pages that say who has looked."""

import pytest
from django.utils import timezone

from accounts.models import Role
from audit.models import AccessRecord
from audit.services import log_access
from core.scope import acting_as, acting_as_system
from tests.factories import member


@pytest.fixture
def looks(cast):
    """lan looked at a family of hers twice, chair at one in another village."""
    mine, other = cast.homes["liu1"][0], cast.homes["tao1"][0]
    for who, home, reason in (
        (cast.lan, mine, "要打电话约走访"),
        (cast.lan, mine, "核对住址门牌"),
        (cast.chair, other, "核对户主姓名"),
    ):
        with acting_as(who.pk):
            log_access(
                by=who,
                action="reveal",
                tier="S2",
                subject=home.uuid,
                kind="household",
                reason=reason,
            )
    return cast


@pytest.fixture
def steward(cast):
    return member("steward", Role.STEWARD, cast.area)


@pytest.fixture
def auditor(cast):
    return member("auditor", Role.AUDITOR, cast.area)


def test_everybody_reads_her_own_looks_with_the_families_number(looks, signed_in):
    page = signed_in(looks.lan).get("/accounts/access-log/").text
    assert page.count("显示完整信息") == 2
    assert "柳村 0001" in page and "要打电话约走访" in page
    assert "核对户主姓名" not in page
    assert "没有记录" in signed_in(looks.mei).get("/accounts/access-log/").text


def test_the_app_alone_shows_her_own_looks_only(looks, rf):
    from gis_app.access import access_log

    request = rf.get("/accounts/access-log/")
    request.user, request.session = looks.mei, {}
    with acting_as_system("test"):
        assert "没有记录" in access_log(request).text


def test_the_auditor_reads_everybodys_and_no_familys_number(looks, signed_in, auditor):
    page = signed_in(auditor).get("/accounts/access-log/").text
    assert page.count("显示完整信息") == 3 and "示例chair" in page
    home = looks.homes["liu1"][0]
    assert str(home.uuid)[:8] in page and str(home.uuid) not in page
    assert "0001" not in page and "示例户主" not in page


def test_looks_are_shown_by_day_and_page(looks, signed_in):
    client, today = signed_in(looks.lan), timezone.localdate()
    assert "没有记录" not in client.get(f"/accounts/access-log/?day={today}").text
    assert "没有记录" in client.get("/accounts/access-log/?day=2020-01-01").text
    assert client.get("/accounts/access-log/?day=nonsense").status_code == 404
    with acting_as(looks.lan.pk):
        for _ in range(60):
            log_access(
                by=looks.lan, action="read", tier="S3", kind="person",
                subject=looks.homes["liu1"][0].uuid,
            )  # fmt: skip
    page = client.get("/accounts/access-log/?page=2").text
    assert "2 / 2" in page and page.count('class="look"') == 12


def ask(client, **said):
    return client.post("/accounts/who-has-looked/", said)


def test_a_steward_gets_one_familys_list_and_that_is_logged(looks, signed_in, steward):
    home = looks.homes["liu1"][0]
    client = signed_in(steward)
    assert "要打电话约走访" not in client.get("/accounts/who-has-looked/").text
    address = f"https://example.test/#/mine?h={home.uuid}"
    page = ask(client, subject=address, reason="申请编号第七号").text
    assert "要打电话约走访" in page and "核对住址门牌" in page and "核对户主姓名" not in page
    with acting_as_system("test"):
        last = AccessRecord.objects.first()
        assert (last.member, last.action, last.subject) == (steward, "looked", home.uuid)
        assert last.reason == "申请编号第七号"


@pytest.mark.parametrize(
    "said", [{"subject": "", "reason": "申请编号第七号"}, {"subject": "{}", "reason": "看"}]
)
def test_a_steward_who_does_not_say_whom_and_why_gets_nothing(looks, signed_in, steward, said):
    home = looks.homes["liu1"][0]
    answer = ask(signed_in(steward), **said | {"subject": said["subject"].format(home.uuid)})
    assert 'role="alert"' in answer.text and "要打电话约走访" not in answer.text
    with acting_as_system("test"):
        assert not AccessRecord.objects.filter(member=steward).exists()


def test_no_other_role_asks_who_has_looked(looks, signed_in, auditor):
    for who in (looks.lan, looks.chair, looks.district, auditor):
        assert signed_in(who).get("/accounts/who-has-looked/").status_code == 403


def test_a_page_of_looks_costs_a_fixed_number_of_queries(
    looks, signed_in, django_assert_num_queries
):
    client = signed_in(looks.lan)
    client.get("/accounts/access-log/")
    # Session and member; savepoint, count, page, families, her place in the bar, end.
    with django_assert_num_queries(8):
        client.get("/accounts/access-log/")
