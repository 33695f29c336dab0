"""Who follows a case reads it; who deals it out sees its number; nobody else anything."""

import pytest
from django.db import connection, transaction
from django.db.utils import ProgrammingError

from audit.errors import AccessNotLogged
from audit.models import AccessRecord
from cases import reading, services
from cases.models import Case, CaseAssignment, Concern, ViolenceRecord
from core.errors import NotAllowed, NotFound
from core.scope import acting_as, acting_as_system
from households.models import Household, HouseholdIdentity, HouseholdPlace


def opened(by, case):
    return services.open_case(case=case.uuid, action="read", route="test", by=by)


def test_without_a_line_in_the_access_log_nothing_is_shown(cast, staff, case):
    with acting_as(staff.worker.pk):
        assert Case.objects.followed_by(staff.worker).exists()
        for model in (HouseholdPlace, Concern, ViolenceRecord):
            assert not model.objects.exists()
        opened(staff.worker, case)
        assert HouseholdPlace.objects.exists()
        assert Concern.objects.exists()
        said = AccessRecord.objects.get()
        assert (said.subject, said.tier, said.kind) == (case.uuid, "S4", "case")


def test_a_read_that_cannot_be_logged_fails(cast, staff, case, monkeypatch):
    monkeypatch.setattr("audit.services._WRITE", "SELECT 1 / 0")
    with acting_as(staff.worker.pk), pytest.raises(AccessNotLogged):
        reading.case(staff.worker, case.uuid, "case-detail")


def test_the_case_worker_reads_the_place_and_the_envelope(cast, staff, case, home):
    with acting_as(staff.worker.pk):
        opened(staff.worker, case)
        assert HouseholdPlace.objects.get().point.coords == home.point.coords
        assert Concern.objects.get().text == "夜里常有哭声"
        assert list(Household.objects.all()) == [home]
        assert HouseholdIdentity.objects.get().contact_name == home.identity.contact_name


@pytest.mark.parametrize("who", ["lead", "other", "stranger", "auditor"])
def test_others_in_case_work_read_neither(cast, staff, case, home, who):
    with acting_as(getattr(staff, who).pk):
        for model in (HouseholdPlace, Concern, Household, HouseholdIdentity, ViolenceRecord):
            assert not model.objects.exists()
    with acting_as_system("test"):
        assert not Case.objects.followed_by(getattr(staff, who)).exists()


def test_who_leads_sees_that_there_is_a_case_and_who_has_it(cast, staff, case):
    with acting_as(staff.lead.pk):
        assert Case.objects.get() == case
        assert CaseAssignment.objects.get().member == staff.worker
    for who in ("other", "stranger", "auditor"):
        with acting_as(getattr(staff, who).pk):
            assert not Case.objects.exists()


def test_a_case_that_is_given_away_is_seen_no_longer(cast, staff, case):
    with acting_as(staff.lead.pk):
        services.assign(case=case.uuid, member=staff.other.pk, by=staff.lead)
    with acting_as(staff.worker.pk):
        assert not Household.objects.exists()
        assert not Case.objects.exists()
    with acting_as(staff.other.pk):
        assert Household.objects.count() == 1


def test_only_who_leads_deals_out_and_only_to_case_workers_of_the_district(cast, staff, case):
    with acting_as(staff.worker.pk), pytest.raises(NotFound):
        services.assign(case=case.uuid, member=staff.worker.pk, by=staff.worker)
    for who in (staff.stranger, cast.lan):
        with acting_as(staff.lead.pk), pytest.raises(services.NotACaseWorker):
            services.assign(case=case.uuid, member=who.pk, by=staff.lead)
    with (
        acting_as(staff.other.pk),
        pytest.raises(ProgrammingError),
        transaction.atomic(),
    ):
        CaseAssignment.objects.create(case=case, member=staff.other, by=staff.other)


def test_the_record_is_written_once_and_by_its_worker(cast, staff, case):
    with acting_as(staff.worker.pk):
        found = opened(staff.worker, case)
        services.write_record(case=found, text="已联系庇护所", by=staff.worker)
        assert ViolenceRecord.objects.get().text == "已联系庇护所"
        assert not ViolenceRecord.objects.update(text="改")
        assert not ViolenceRecord.objects.all().delete()[0]
    with acting_as(staff.other.pk), pytest.raises(NotFound):
        opened(staff.other, case)
    with acting_as(staff.other.pk), pytest.raises(ProgrammingError), transaction.atomic():
        services.write_record(case=case, text="x", by=staff.other)


@pytest.mark.parametrize("protection", ["sealed", "none", "shielded"])
def test_the_case_worker_seals_and_lifts(cast, staff, case, home, protection):
    with acting_as(staff.worker.pk):
        services.protect(
            household=home.uuid, protection=protection, reason="与本人商量过", by=staff.worker
        )
        assert Household.objects.get().protection == protection
    with acting_as(cast.lan.pk):
        assert Household.objects.filter(pk=home.pk).exists() == (protection != "sealed")


def test_a_sealed_family_can_be_unsealed_by_its_worker_alone(cast, staff, case, home):
    with acting_as(staff.worker.pk):
        services.protect(household=home.uuid, protection="sealed", reason="x", by=staff.worker)
        sealed = Household.objects.get()
        assert sealed.uuid != home.uuid
        services.protect(household=sealed.uuid, protection="none", reason="x", by=staff.worker)
        assert Household.objects.get().uuid == home.uuid
    with acting_as(staff.other.pk), pytest.raises(NotFound):
        services.protect(household=home.uuid, protection="sealed", reason="x", by=staff.other)


@pytest.mark.parametrize("protection", ["sealed", "none"])
def test_a_chair_only_shields(cast, home, protection):
    with acting_as(cast.chair.pk), pytest.raises(NotAllowed):
        services.protect(household=home.uuid, protection=protection, reason="x", by=cast.chair)


def test_to_whom_a_case_or_a_notice_belongs_is_not_for_the_app_to_change(db):
    for change in (
        "UPDATE cases_caseassignment SET case_id = 1",
        "UPDATE cases_caseassignment SET member_id = 1",
        "UPDATE cases_breakglassnotice SET recipient_id = 1",
        "UPDATE cases_breakglassnotice SET glass_id = 1",
    ):
        with (
            pytest.raises(ProgrammingError, match="permission denied"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(change)
