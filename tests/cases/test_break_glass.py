"""Opening another's case: with a reason, for three hours, in front of witnesses."""

from datetime import timedelta

import pytest
from django.db import connection, connections, transaction
from django.db.utils import IntegrityError, ProgrammingError
from django.utils import timezone

from accounts.models import Role
from audit.models import AccessRecord
from cases import services
from cases.models import BreakGlass, BreakGlassNotice, Case
from core.errors import NotFound
from core.scope import acting_as, acting_as_system
from households.models import Household, HouseholdPlace
from tests.factories import build_cast, member

WHY = "民警来电，今晚需要上门"


def broken(staff, case, who="other", why=WHY):
    with acting_as(getattr(staff, who).pk):
        return services.break_glass(case=case.uuid, reason=why, by=getattr(staff, who))


def test_it_opens_the_case_for_three_hours(cast, staff, case, home):
    until = broken(staff, case)
    assert timedelta(hours=2.9) < until - timezone.now() <= timedelta(hours=3)
    with acting_as(staff.other.pk):
        services.open_case(case=case.uuid, action="read", route="test", by=staff.other)
        assert AccessRecord.objects.get().reason == f"紧急查看：{WHY}"
        assert HouseholdPlace.objects.get().point.coords == home.point.coords
        assert Case.objects.followed_by(staff.other).get() == case


def test_it_ends_by_itself(committed_db):
    # Committed, because only the owner of the database can let three hours pass.
    with acting_as_system("test"), transaction.atomic():
        cast = build_cast()
        worker = member("worker", Role.CASEWORKER, cast.east)
    with acting_as(cast.lan.pk), transaction.atomic():
        home = cast.homes["liu1"][0]
        services.raise_concern(household=home.uuid, text="夜里常有哭声", by=cast.lan)
    with acting_as_system("test"), transaction.atomic():
        case = Case.objects.get()
    with acting_as(worker.pk), transaction.atomic():
        services.break_glass(case=case.uuid, reason=WHY, by=worker)
        assert Household.objects.exists()
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            "UPDATE cases_breakglass SET started_at = started_at - interval '3 hours',"
            " until = until - interval '3 hours'"
        )
    with acting_as(worker.pk), transaction.atomic():
        assert not Household.objects.exists()
        assert not HouseholdPlace.objects.exists()
    with acting_as_system("test"), transaction.atomic():
        assert not Case.objects.followed_by(worker).exists()


def test_those_who_review_it_are_told_at_once(cast, staff, case):
    broken(staff, case)
    with acting_as_system("test"):
        told = set(BreakGlassNotice.objects.values_list("recipient", flat=True))
    assert told == {staff.lead.pk, staff.auditor.pk}
    for who in (staff.lead, staff.auditor):
        with acting_as(who.pk):
            glass = BreakGlass.objects.visible_to(who).get()
            assert glass.reason == WHY
            services.review(glass=glass.uuid, remark="已核对", by=who)
            assert BreakGlassNotice.objects.get().reviewed_at
    for who in (staff.worker, staff.stranger, cast.chair):
        with acting_as(who.pk):
            assert not BreakGlass.objects.exists()


@pytest.mark.parametrize("why", ["", "急", "          ", "九个字符不够长吧啊"])
def test_without_a_reason_it_stays_shut(cast, staff, case, why):
    with pytest.raises(services.ReasonTooShort):
        broken(staff, case, why=why)
    with acting_as_system("test"):
        assert not BreakGlass.objects.exists()


def test_a_short_reason_is_refused_by_the_database_too(cast, staff, case):
    with (
        acting_as(staff.other.pk),
        pytest.raises(IntegrityError),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("SELECT sec.break_glass(%s, '急')", [case.uuid])


@pytest.mark.parametrize("who", ["stranger", "auditor"])
def test_another_district_and_other_roles_find_no_case(cast, staff, case, who):
    with pytest.raises(NotFound):
        broken(staff, case, who)


@pytest.mark.parametrize("who", ["lan", "chair", "district"])
def test_row_security_alone_opens_it_to_no_other_role(cast, staff, case, who):
    with pytest.raises(NotFound), acting_as(getattr(cast, who).pk):
        services.break_glass(case=case.uuid, reason=WHY, by=getattr(cast, who))


def test_nobody_writes_herself_a_longer_one(cast, staff, case):
    with acting_as(staff.other.pk), pytest.raises(ProgrammingError), transaction.atomic():
        BreakGlass.objects.create(
            case=case,
            member=staff.other,
            reason=WHY,
            started_at=timezone.now(),
            until=timezone.now() + timedelta(hours=3),
        )


def test_it_opens_one_case_and_no_other_family(cast, staff, case):
    broken(staff, case)
    with acting_as(staff.other.pk):
        assert Household.objects.count() == 1
