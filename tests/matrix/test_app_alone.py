"""The app's own filters, with row security letting everything through: the system is acting.

Where both layers stand, a filter that is taken away changes no answer; these tests notice it.
"""

import pytest
from django.db import transaction

from accounts.models import Member, Role
from cases import services
from cases.models import BreakGlassNotice, Case, CaseAssignment
from core.errors import NotFound
from core.scope import acting_as_system
from grids.drafts.store import may_edit
from grids.models import Grid
from households.models import Conflict
from households.territory import conflicts
from tests.factories import member
from tests.matrix.canaries import layers
from transfers import exporting
from transfers.services import imports_of


@pytest.fixture
def system(cast):
    with acting_as_system("test"):
        yield


@pytest.mark.parametrize("role", ["district", "caseworker", "partner", "steward", "auditor"])
def test_who_answers_for_no_ground_has_no_grids(cast, system, role):
    assert Grid.objects.exists()
    assert not Grid.objects.answered_by(member("nobody", Role(role), cast.area)).exists()


def test_a_chair_edits_her_own_place_and_no_other(cast):
    assert may_edit(cast.head, cast.liu)
    assert not may_edit(cast.head, cast.tao)
    assert not may_edit(cast.head, cast.east)
    assert may_edit(cast.chair, cast.tao)
    assert not may_edit(cast.chair, cast.xing)
    assert not may_edit(cast.lan, cast.liu)


@pytest.mark.parametrize("role", ["caseworker", "partner", "steward", "auditor"])
def test_who_works_in_no_place_knows_no_colleague(cast, system, role):
    someone = member("nobody", Role(role), cast.area)
    assert list(Member.objects.visible_to(someone)) == [someone]


def test_kinship_is_ended_by_the_chair_of_the_place_alone(cast, system):
    declared = Conflict.objects.create(
        household=cast.homes["liu1"][0], member=cast.mei, kind="self"
    )
    # lan answers for the family and sees it; the others do not.
    for by in (cast.lan, cast.mei, cast.other_chair, cast.hua, cast.district):
        with pytest.raises(NotFound):
            conflicts.end(conflict_id=declared.pk, by=by)
    conflicts.end(conflict_id=declared.pk, by=cast.head)


@pytest.fixture
def alone(world):
    """The committed world without row security; what a test writes into it does not stay."""
    with layers("app alone"), transaction.atomic():
        yield world.people
        transaction.set_rollback(True)


def test_imports_and_exports_are_of_whoever_asked(alone):
    for who in ("chair", "other_chair"):
        assert {job.by for job in imports_of(alone[who])} == {alone[who]}
        assert {export.by for export in exporting.exports_for(alone[who])} == {alone[who]}


def test_a_case_worker_follows_no_case_of_her_kin(alone):
    worker = alone["kin_worker"]
    given = CaseAssignment.objects.open().get(member=worker).case
    assert given not in Case.objects.followed_by(worker)
    Conflict.objects.filter(member=worker).delete()
    assert given in Case.objects.followed_by(worker)


def test_broken_glass_is_reviewed_by_whom_it_was_reported_to(alone):
    notice = BreakGlassNotice.objects.filter(reviewed_at=None).first()
    assert notice.recipient != alone["worker"]
    with pytest.raises(NotFound):
        services.review(glass=notice.glass.uuid, remark="看过", by=alone["worker"])
    services.review(glass=notice.glass.uuid, remark="看过", by=notice.recipient)
    notice.refresh_from_db()
    assert notice.remark == "看过"
