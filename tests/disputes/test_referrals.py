"""Other bodies see what was chosen for them, answer for themselves, and nothing else moves."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from audit.models import AccessRecord
from cases.models import Case
from cases.services import raise_concern
from core.errors import NotFound
from core.scope import acting_as, acting_as_system
from core.states import StepNotPossible
from disputes import errors, guard, reading, referring, services
from disputes.machine import REFERRAL
from disputes.models import Dispute, DisputeText, Packet, Referral, Supervision, ViolenceFlag
from disputes.referring import Ground
from households.models import Household

TODAY = timezone.localdate


def send(table, found, by=None, body="police", **more) -> Referral:
    with acting_as_system("test"):
        party = found.parties.first()
    ground = Ground(consent_of=party.uuid, consent_on=TODAY(), consent_how="told")
    place = {"police": table.cast.east, "court": table.cast.area}[body].code
    asked = {
        "body": body, "division": place, "joint": False, "ground": ground,
        "fields": ["kind", "happened"], "asks": "请派人一起到场说明", "route": "test",
    }  # fmt: skip
    return table.do(referring.send, by or table.cast.head, dispute=found, **asked | more)


def take(table, referral, step, by=None, **more):
    said = {"referral": referral, "step": step, "route": "test"}
    return table.do(referring.take, by or table.police, **said | more)


def packet_of(referral, who) -> dict | None:
    with acting_as(who.pk), transaction.atomic():
        found = Packet.objects.all()
        assert not found.exists()  # not before the look is logged
        opened = referring.open_packet(referral=referral, by=who, route="test")
        return opened and opened.content


def test_a_partner_sees_her_packet_and_nothing_else(table):
    found = table.find()
    first, second = send(table, found), send(table, found, body="court", fields=["kind"])
    assert packet_of(first, table.police) == {
        "asks": "请派人一起到场说明", "kind": "婚姻家庭", "happened": "两家为院墙外的排水争了起来",
    }  # fmt: skip
    assert packet_of(second, table.court).keys() == {"asks", "kind"}
    for who, other in ((table.police, second), (table.court, first)):
        with acting_as(who.pk), transaction.atomic():
            assert not Dispute.objects.exists()
            assert not Household.objects.exists()
            assert not DisputeText.objects.exists()
            assert not Referral.objects.filter(pk=other.pk).exists()
            with pytest.raises(NotFound):
                referring.by_uuid(who, other.uuid)


def test_each_look_at_a_packet_is_in_the_familys_list(table):
    referral = send(table, table.find())
    packet_of(referral, table.police)
    with acting_as_system("test"):
        look = AccessRecord.objects.get(member=table.police)
    assert (look.tier, look.kind, look.household) == ("S3", "referral", table.home.uuid)


def test_a_packet_ends(table):
    referral = send(table, table.find())
    with acting_as_system("test"):
        Packet.objects.filter(referral=referral).delete()
        Packet.objects.create(
            referral=referral, content={"asks": "一"}, expires_on=TODAY() - timedelta(days=1)
        )
    with acting_as(table.police.pk):
        assert reading.referral(table.police, referral, "test")["packet"] is None
    with acting_as(table.police.pk), transaction.atomic():
        referring.open_packet(referral=referral, by=table.police, route="test")
        assert not Packet.objects.exists()


def test_the_other_body_receives_answers_and_finishes(table):
    found = table.find()
    table.do(services.mediate, table.cast.lan, dispute=found)
    referral = send(table, found, joint=True)
    take(table, referral, "receive")
    take(table, referral, "accept")
    done = take(table, referral, "finish", text="双方已经在派出所说清楚")
    assert (done.state, done.due_on) == ("done", None)
    with acting_as(table.cast.head.pk):
        assert Dispute.objects.get().state == "joint"
        texts = reading.texts(table.cast.head, found, "test")
    assert texts[-1]["text"] == "双方已经在派出所说清楚"


def test_a_body_says_why_it_does_not_take_it_up(table):
    referral = send(table, table.find())
    take(table, referral, "receive")
    with pytest.raises(errors.Invalid):
        take(table, referral, "reject")
    assert take(table, referral, "reject", reason="not_ours").state == "rejected"


def test_a_consent_that_is_withdrawn_takes_the_packet_back(table):
    referral = send(table, table.find())
    take(table, referral, "withdraw", by=table.cast.head)
    with acting_as(table.police.pk), transaction.atomic():
        assert not Referral.objects.exists()


@pytest.mark.parametrize("state", Referral.State.values)
@pytest.mark.parametrize("step", [step for step in REFERRAL.steps if step != "send"])
def test_no_other_step_is_possible(table, state, step):
    referral = send(table, table.find())
    ways = {
        "sent": [], "received": ["received"], "accepted": ["received", "accepted"],
        "rejected": ["received", "rejected"], "done": ["received", "accepted", "done"],
        "withdrawn": ["withdrawn"],
    }  # fmt: skip
    with acting_as_system("test"):
        for at in ways[state]:
            reason = "not_ours" if at == "rejected" else ""
            Referral.objects.filter(pk=referral.pk).update(state=at, rejection=reason)
    by = table.cast.head if step == "withdraw" else table.police
    said = {"reason": "not_ours", "text": "双方已经说清楚了"}
    if state in REFERRAL.steps[step].sources:
        assert take(table, referral, step, by, **said).state == REFERRAL.steps[step].target
        return
    with pytest.raises((StepNotPossible, errors.NoSuchReferral)):
        take(table, referral, step, by, **said)


def test_nobody_answers_for_the_other_body(table):
    """Not by the service, nor past it."""
    referral = send(table, table.find())
    with pytest.raises(errors.NotHerStep):
        take(table, referral, "receive", by=table.cast.head)
    with acting_as(table.cast.head.pk), pytest.raises(DatabaseError), transaction.atomic():
        Referral.objects.filter(pk=referral.pk).update(state="received")
    with pytest.raises(errors.NotHerStep):
        take(table, referral, "withdraw")
    with acting_as(table.police.pk), pytest.raises(DatabaseError), transaction.atomic():
        Referral.objects.filter(pk=referral.pk).update(state="withdrawn")


@pytest.mark.parametrize(
    "wrong",
    [
        {"ground": Ground()},
        {"ground": Ground(duty="because")},
        {"fields": []},
        {"fields": ["names"]},
        {"asks": "。"},
        {"division": "999001102"},
    ],
)
def test_nothing_is_sent_without_a_ground_a_choice_and_somebody_to_send_it_to(table, wrong):
    found = table.find()
    with pytest.raises(errors.Invalid):
        send(table, found, **wrong)
    with acting_as_system("test"):
        assert not Referral.objects.exists()
        assert Dispute.objects.get().state == "found"


def test_a_member_sends_nothing_out_of_the_village(table):
    with pytest.raises(errors.NotHerStep):
        send(table, table.find(), by=table.cast.lan)


def test_name_and_telephone_in_a_packet_are_a_look_that_is_logged(table):
    referral = send(table, table.find(), fields=["contact"])
    assert table.home.identity.contact_name in packet_of(referral, table.police)["contact"]
    with acting_as_system("test"):
        assert AccessRecord.objects.filter(member=table.cast.head, action="reveal").count() == 1


# Where somebody is hurt.


def hurt(table, **more) -> Dispute:
    said = {"violence": True, "needs_protection": False}
    return table.find(**said | more)


def test_it_is_the_case_workers_at_once_and_nobody_elses(table):
    found = hurt(table)
    for who in (table.cast.lan, table.cast.head, table.cast.chair, table.worker):
        with acting_as(who.pk), transaction.atomic():
            assert not Dispute.objects.exists()
            assert not Dispute.objects.visible_to(who).exists()
    case = table.give_case()
    assert case.household_id == table.home.pk
    with acting_as(table.worker.pk):
        assert services.by_uuid(table.worker, found.uuid).violence
    with acting_as_system("test"):
        assert Household.objects.get(pk=table.home.pk).protection == "shielded"


def test_a_report_that_is_owed_is_not_skipped_without_a_word(table):
    """A child takes part: so it is owed, whatever was ticked."""
    parties = [{"person": table.child.uuid, "part": "child"}]
    with pytest.raises(errors.ReportMissing):
        hurt(table, parties=parties)
    with acting_as_system("test"):
        assert not Case.objects.exists()
    hurt(table, parties=parties, why_not_reported="孩子已由派出所民警接走")
    with acting_as(table.lead.pk):
        flag = guard.unreported(table.lead).get()
        assert flag.case.household_id == table.home.pk
        guard.see_unreported(flag=flag.pk, by=table.lead)
        assert not guard.unreported(table.lead).exists()


def test_a_report_that_was_made_tells_its_day(table):
    hurt(table, needs_protection=True, reported_on=TODAY())
    with acting_as(table.lead.pk):
        assert not guard.unreported(table.lead).exists()


def test_nobody_sits_together_before_the_victim_and_then_the_lead_agree(table):
    found = hurt(table)
    table.give_case()
    worker = table.worker
    table.do(services.mediate, worker, dispute=found)
    joint = {"by": worker, "joint": True, "fields": ["kind"]}
    with pytest.raises(errors.VictimNotAsked):
        send(table, found, **joint)
    about = {"dispute": found, "route": "test"}
    with pytest.raises(errors.VictimNotAsked):
        table.do(guard.lead_says, worker, **about, agrees=True)
    with acting_as_system("test"):
        party = found.parties.get().uuid
    heard = {"party": party, "how": "alone", "said_on": TODAY()}
    table.do(guard.hear_victim, worker, **about, **heard, agrees=True)
    with pytest.raises(errors.VictimNotAsked):
        send(table, found, **joint)
    table.do(guard.lead_says, worker, **about, agrees=True)
    # She thinks better of it: then no.
    table.do(guard.hear_victim, worker, **about, **heard, agrees=False)
    with pytest.raises(errors.VictimNotAsked):
        send(table, found, **joint)
    # Nor past the service.
    with acting_as(worker.pk), pytest.raises(DatabaseError), transaction.atomic():
        Dispute.objects.filter(pk=found.pk).update(state="joint")
    table.do(guard.hear_victim, worker, **about, **heard, agrees=True)
    table.do(guard.lead_says, worker, **about, agrees=True)
    with pytest.raises(errors.TooMuchChosen):
        send(table, found, **joint | {"fields": ["contact"]})
    assert send(table, found, **joint).apart
    with acting_as_system("test"):
        assert Dispute.objects.get().state == "joint"


def test_of_a_family_only_somebody_is_hurt(table):
    with pytest.raises(errors.FamilyMissing):
        table.find(household=None, village=table.cast.liu, parties=[], violence=True)


def test_nobody_flags_a_dispute_that_she_does_not_see(table):
    """It would take it away from those who do."""
    found = table.find()
    with acting_as(table.cast.lan.pk):
        raise_concern(household=table.home.uuid, text="夜里常有哭声", by=table.cast.lan)
    flag = ViolenceFlag(dispute=found, by=table.cast.mei, needs_protection=False, report="not_owed")
    with acting_as(table.cast.mei.pk), pytest.raises(DatabaseError), transaction.atomic():
        ViolenceFlag.objects.bulk_create([flag])
    with acting_as_system("test"):
        assert not Dispute.objects.get().apart


def test_turned_out_to_hurt_it_is_not_mediated_jointly_any_more(table):
    """Nor does the body keep what it was sent, with the address of a family that is shielded now."""
    found = table.find()
    table.do(services.mediate, table.cast.lan, dispute=found)
    referral = send(table, found, joint=True, fields=["address"])
    assert packet_of(referral, table.police)["address"]
    # Past the service nobody is left sitting there.
    with acting_as_system("test"), pytest.raises(DatabaseError), transaction.atomic():
        raise_concern(household=table.home.uuid, text="夜里常有哭声", by=table.cast.lan)
        flag = {"dispute": found, "by": table.cast.lan, "needs_protection": False}
        ViolenceFlag.objects.create(**flag, report="not_owed")
    table.do(services.flag_violence, table.cast.lan, dispute=found, needs_protection=False)
    with acting_as_system("test"):
        found.refresh_from_db()
        referral.refresh_from_db()
    assert packet_of(referral, table.police) is None
    with acting_as_system("test"):
        look = AccessRecord.objects.filter(member=table.police).latest("pk")
    assert (found.state, referral.apart, look.tier) == ("mediation", True, "S4")


def test_what_the_law_ordered_to_be_told_stays_told(table):
    found = table.find()
    ordered = send(table, found, ground=Ground(duty="violence"), fields=["address"])
    table.do(services.flag_violence, table.cast.lan, dispute=found, needs_protection=False)
    assert packet_of(ordered, table.police)["address"]


def test_past_the_service_a_member_takes_no_step_of_the_chairs(table):
    """Nor does whoever asked for it to be brought to an end, or was to bring it, say that it is."""
    found, cast = table.find(), table.cast
    table.do(services.mediate, cast.lan, dispute=found)
    soon = TODAY() + timedelta(days=5)
    table.do(services.supervise, cast.chair, dispute=found, due_on=soon)
    for state in ("referred", "joint", "ended"):
        with acting_as(cast.lan.pk), pytest.raises(DatabaseError), transaction.atomic():
            Dispute.objects.filter(pk=found.pk).update(state=state)
    for who, ended in ((cast.lan, 0), (cast.chair, 0), (cast.head, 1)):
        with acting_as(who.pk), transaction.atomic():
            open_ones = Supervision.objects.filter(dispute=found, ended_at=None)
            assert open_ones.update(ended_at=timezone.now()) == ended
    table.do(services.settle, cast.lan, dispute=found, text="各自修好自家的排水沟")
