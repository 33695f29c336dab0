"""The app's own filters, with row security letting everything through: the system is acting.

Where both layers stand, a filter that is taken away changes no answer; these tests notice it.
"""

from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from accounts.models import Member, Role
from cases import services
from cases.models import BreakGlassNotice, Case, CaseAssignment
from core.errors import NotFound
from core.scope import acting_as_system
from disputes import referring
from disputes.models import Dispute, Packet, Party, Referral
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


def test_a_partner_gets_what_her_body_was_sent_and_nothing_of_her_kin(alone, world):
    partner = Member.objects.get(pk=alone["partner"].pk)
    other = member("other_body", Role.PARTNER, world.cast.area, body="court")
    elsewhere = member("elsewhere", Role.PARTNER, world.cast.east, body="police")
    label = "liu1 plain"
    mine = world.objects["referrals"][label]
    for who, sees in ((partner, True), (other, False), (elsewhere, False)):
        found = Referral.objects.visible_to(who)
        assert found.filter(uuid=mine).exists() == sees
    Conflict.objects.create(household=world.homes[label], member=partner, kind="kin")
    assert not Referral.objects.visible_to(partner).filter(uuid=mine).exists()
    assert Referral.objects.visible_to(partner).exists()


def test_a_packet_is_read_till_its_last_day_and_by_its_senders_for_good(alone, world, monkeypatch):
    # Nobody is acting here whose look could be logged.
    monkeypatch.setattr(referring, "log_access", lambda **said: None)
    partner = Member.objects.get(pk=alone["partner"].pk)
    sent = Referral.objects.get(uuid=world.objects["referrals"]["liu1 plain"])
    for days, whom in ((0, {"partner", "head"}), (-1, {"head"})):
        until = timezone.localdate() + timedelta(days=days)
        Packet.objects.filter(referral=sent).update(expires_on=until)
        shown = {
            who.username
            for who in (partner, alone["head"])
            if referring.open_packet(referral=sent, by=who, route="test")
        }
        assert shown == whom


def test_what_is_apart_is_the_case_workers_and_kin_see_no_dispute(alone, world):
    apart = world.objects["disputes"]["liu1 shielded apart"]
    for who in ("lan", "head", "chair", "worker"):
        seen = Dispute.objects.visible_to(alone[who]).filter(uuid=apart).exists()
        assert seen == (who == "worker")
    plain = Dispute.objects.filter(uuid=world.objects["disputes"]["liu1 plain"])
    assert plain.visible_to(alone["head"]).exists()
    # One of her kin takes part in what is another family's.
    Conflict.objects.create(household=world.homes["tao1 plain"], member=alone["head"], kind="kin")
    Party.objects.create(
        dispute=plain.get(), part="other", person=world.homes["tao1 plain"].people.first()
    )
    assert not plain.visible_to(alone["head"]).exists()


def test_broken_glass_is_reviewed_by_whom_it_was_reported_to(alone):
    notice = BreakGlassNotice.objects.filter(reviewed_at=None).first()
    assert notice.recipient != alone["worker"]
    with pytest.raises(NotFound):
        services.review(glass=notice.glass.uuid, remark="看过", by=alone["worker"])
    services.review(glass=notice.glass.uuid, remark="看过", by=notice.recipient)
    notice.refresh_from_db()
    assert notice.remark == "看过"
