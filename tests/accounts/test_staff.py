"""Accounts are made and changed by system admins, the powerful ones by two; all of it is kept."""

import re

import pytest
from django.db import Error, connection, transaction
from django.test import Client

from accounts import factor, staff
from accounts.models import Member, Role, RoleChange, Session
from accounts.staff import Kind, State
from core.errors import Conflict, Invalid, NotAllowed
from core.scope import acting_as, acting_as_system
from tests.factories import member

BACKEND = "django.contrib.auth.backends.ModelBackend"


@pytest.fixture
def qin(cast):
    with acting_as_system("test"):
        return member("qin", Role.SYSADMIN)


@pytest.fixture
def bai(cast):
    with acting_as_system("test"):
        return member("bai", Role.SYSADMIN)


@pytest.fixture
def as_qin(qin, client):
    client.force_login(qin, backend=BACKEND)
    return client


def one_time(response) -> str:
    return re.search(r'class="one-time">([\w-]+)<', response.text)[1]


def fresh(who: Member) -> Member:
    return Member.objects.get(pk=who.pk)


NEW = {"username": "juan", "name": "示例juan", "role": "member"}


def test_a_new_account_has_a_password_shown_once_that_must_be_changed(cast, as_qin):
    answer = as_qin.post("/accounts/members/new/", NEW | {"division": cast.liu.pk})
    password = one_time(answer)
    juan = Member.objects.get(username="juan")
    assert juan.is_active
    assert juan.password_given
    assert juan.check_password(password)
    assert password not in as_qin.get(f"/accounts/members/{juan.pk}/").text
    her = Client()
    form = {"username": "juan", "password": password}
    assert her.post("/accounts/sign-in/", form).url == "/accounts/sign-in/password/"
    (change,) = juan.changes.all()
    assert (change.kind, change.state, change.asked_by.username) == ("created", "done", "qin")


def test_a_place_that_does_not_fit_the_role_is_refused_in_words(cast, as_qin):
    for place in ("", cast.east.pk):
        form = NEW | {"role": "village", "division": place}
        answer = as_qin.post("/accounts/members/new/", form)
        assert answer.status_code == 422
        assert "任职地要选村" in answer.text
    assert not Member.objects.filter(username="juan").exists()
    answer = as_qin.post(
        "/accounts/members/new/", NEW | {"username": "lan", "division": cast.liu.pk}
    )
    assert "已经有人用" in answer.text


@pytest.mark.parametrize("role", ["caseworker", "steward", "sysadmin", "auditor"])
def test_a_guarded_role_opens_only_when_another_admin_agrees(cast, as_qin, qin, bai, role):
    answer = as_qin.post("/accounts/members/new/", NEW | {"role": role})
    juan = Member.objects.get(username="juan")
    assert answer.url == f"/accounts/members/{juan.pk}/"
    assert not juan.is_active
    assert not juan.has_usable_password()
    change = juan.changes.get()
    as_qin.post("/accounts/members/changes/", {"change": change.pk, "do": "agree"})
    assert not fresh(juan).is_active
    as_bai = Client()
    as_bai.force_login(bai, backend=BACKEND)
    answer = as_bai.post("/accounts/members/changes/", {"change": change.pk, "do": "agree"})
    assert fresh(juan).is_active
    assert fresh(juan).check_password(one_time(answer))
    change.refresh_from_db()
    assert (change.asked_by, change.decided_by, change.state) == (qin, bai, "done")


def test_raising_somebody_waits_and_closes_her_sessions_when_it_comes(cast, as_qin, qin, bai):
    her = Client()
    her.force_login(cast.lan, backend=BACKEND)
    path = f"/accounts/members/{cast.lan.pk}/"
    as_qin.post(path, {"do": "post", "role": "steward", "division": cast.liu.pk})
    assert fresh(cast.lan).role == Role.MEMBER
    assert her.get("/api/me/").status_code == 200
    with acting_as(bai.pk):
        staff.decide(by=bai, change=cast.lan.changes.get(), agree=True)
    assert fresh(cast.lan).role == Role.STEWARD
    assert her.get("/api/me/").status_code == 401


def test_a_refused_or_withdrawn_change_changes_nothing(cast, qin, bai):
    for end in (
        lambda change: staff.decide(by=bai, change=change, agree=False),
        lambda change: staff.withdraw(by=qin, change=change),
    ):
        change = staff.ask(by=qin, member=cast.lan, kind=Kind.POST, role=Role.AUDITOR).change
        end(change)
        assert fresh(cast.lan).role == Role.MEMBER
        with pytest.raises(Conflict):
            staff.decide(by=bai, change=change, agree=True)
    states = cast.lan.changes.values_list("state", flat=True)
    assert list(states) == ["withdrawn", "refused"]


def test_nobody_changes_her_own_account(cast, as_qin, qin, bai):
    assert as_qin.post(f"/accounts/members/{qin.pk}/", {"do": "password"}).status_code == 422
    with pytest.raises(NotAllowed):
        staff.ask(by=qin, member=qin, kind=Kind.LEFT)
    change = staff.ask(by=bai, member=qin, kind=Kind.PASSWORD).change
    with pytest.raises(NotAllowed):
        staff.decide(by=qin, change=change, agree=True)
    assert not qin.changes.exclude(pk=change.pk).exists()


def test_one_admin_alone_cannot_take_over_an_account(cast, qin):
    """A new password without the phone opens nothing, and the phone takes two."""
    secret = factor.new_secret()
    totp = next(factor.yield_hotp_counters_from_time())
    factor.set_up(cast.chair, secret, factor.format_hotp_value(factor.hotp_value(secret, totp)))
    assert staff.ask(by=qin, member=cast.chair, kind=Kind.PASSWORD).password
    assert staff.ask(by=qin, member=cast.chair, kind=Kind.FACTOR).change.state == State.PENDING
    assert factor.is_set_up(cast.chair)


def test_leaving_is_at_once_and_coming_back_brings_a_new_password(cast, qin):
    her = Client()
    her.force_login(cast.lan, backend=BACKEND)
    with acting_as(qin.pk):
        staff.ask(by=qin, member=cast.lan, kind=Kind.LEFT)
    assert her.get("/tiles/divisions/8/208/101.mvt").status_code == 401
    assert not Session.objects.filter(member=cast.lan).exists()
    with acting_as(qin.pk):
        password = staff.ask(by=qin, member=cast.lan, kind=Kind.BACK).password
    assert fresh(cast.lan).check_password(password)


def test_what_is_already_so_or_still_open_is_no_change(cast, qin):
    with pytest.raises(Conflict):
        staff.ask(by=qin, member=cast.lan, kind=Kind.POST, role="member", division=cast.liu)
    with pytest.raises(Conflict):
        staff.ask(by=qin, member=cast.lan, kind=Kind.BACK)
    with pytest.raises(Conflict):
        staff.ask(by=qin, member=cast.lan, kind=Kind.FACTOR)
    with pytest.raises(Invalid):
        staff.ask(by=qin, member=cast.lan, kind=Kind.POST, role="town", division=cast.liu)
    staff.ask(by=qin, member=cast.lan, kind=Kind.POST, role="steward")
    with pytest.raises(Conflict):
        staff.ask(by=qin, member=cast.lan, kind=Kind.PASSWORD)


def test_the_database_itself_lets_nobody_raise_herself_or_anybody_alone(cast, qin):
    def refused(sql, *params):
        with pytest.raises(Error), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql, params)
        return True

    with acting_as(cast.lan.pk):
        assert refused("UPDATE accounts_member SET role = 'town' WHERE id = %s", cast.lan.pk)
    for role in ("caseworker", "steward", "sysadmin", "auditor"):
        assert refused("UPDATE accounts_member SET role = %s WHERE id = %s", role, cast.lan.pk)
    row = (
        "INSERT INTO accounts_rolechange (member_id, kind, role_before, role, asked_by_id, asked_at,"
        " state, decided_by_id, decided_at) VALUES (%s, 'post', 'member', 'steward', %s, now(), 'done',"
        " %s, now())"
    )
    assert refused(row, cast.lan.pk, qin.pk, None)
    assert refused(row, cast.lan.pk, qin.pk, qin.pk)
    assert refused(row, cast.lan.pk, qin.pk, cast.lan.pk)
    assert refused(row, cast.lan.pk, cast.lan.pk, qin.pk)


def test_the_record_can_be_neither_altered_nor_deleted(cast, qin):
    change = staff.ask(by=qin, member=cast.lan, kind=Kind.PASSWORD).change
    for act in (
        lambda: RoleChange.objects.filter(pk=change.pk).update(kind="left"),
        lambda: RoleChange.objects.filter(pk=change.pk).delete(),
    ):
        with pytest.raises(Error), transaction.atomic():
            act()
    open_one = staff.ask(by=qin, member=cast.mei, kind=Kind.POST, role="steward").change
    with pytest.raises(Error), transaction.atomic():
        RoleChange.objects.filter(pk=open_one.pk).update(role="auditor")


def test_only_admins_open_the_pages_and_an_auditor_reads_the_record(cast, as_qin, qin):
    staff.ask(by=qin, member=cast.lan, kind=Kind.POST, role="steward")
    with acting_as_system("test"):
        auditor = member("auditor", Role.AUDITOR)
    paths = ["/accounts/members/", "/accounts/members/new/", f"/accounts/members/{cast.lan.pk}/"]
    changes = "/accounts/members/changes/"
    for who, allowed in ((cast.chair, []), (cast.district, []), (auditor, [changes])):
        other = Client()
        other.force_login(who, backend=BACKEND)
        for path in [*paths, changes]:
            assert other.get(path).status_code == (200 if path in allowed else 403)
            assert other.post(path).status_code in (403, 405)
    other = Client()
    other.force_login(auditor, backend=BACKEND)
    assert 'name="do"' not in other.get(changes).text


def test_accounts_are_found_by_name_and_come_in_pages(cast, as_qin):
    Member.objects.bulk_create(
        Member(username=f"many{i:03}", name=f"示例{i:03}", role="partner") for i in range(120)
    )
    assert "1 / 3" in as_qin.get("/accounts/members/").text
    found = as_qin.get("/accounts/members/", {"q": "many07"})
    assert found.text.count('scope="row"') == 10
    assert as_qin.get("/accounts/members/", {"q": "没有这个人"}).text.count('scope="row"') == 0


def test_a_list_imported_at_the_server_is_recorded_too(cast):
    from accounts.services import Listed, enrol_members

    her = Client()
    her.force_login(cast.lan, backend=BACKEND)
    listed = [
        Listed("new", "示例new", Role.SYSADMIN, None),
        Listed("lan", cast.lan.name, Role.VILLAGE, cast.liu),
        Listed("mei", cast.mei.name, Role.MEMBER, cast.liu),
    ]
    with acting_as_system("test"):
        enrol_members(listed=listed, with_passwords=True)
    kept = RoleChange.objects.values_list("member__username", "kind", "asked_by", "role_before")
    assert set(kept) == {("new", "created", None, "sysadmin"), ("lan", "post", None, "member")}
    assert her.get("/api/me/").status_code == 401
    assert Member.objects.get(username="new").password_given
