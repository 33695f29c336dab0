"""Each state has its time, and no day that matters to somebody in danger is missed."""

from datetime import date, timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from audit.models import AccessRecord
from cases import services as cases
from core.scope import acting_as, acting_as_system
from disputes import clocks
from disputes.models import Dispute, Referral
from disputes.waiting import waiting_for


def test_every_open_state_has_its_days():
    assert set(clocks.DISPUTE_DAYS) == set(Dispute.State.values) - {"archived"}
    state = Referral.State
    assert set(clocks.REFERRAL_DAYS) == {state.SENT, state.RECEIVED, state.ACCEPTED}
    for days in clocks.DISPUTE_DAYS.values():
        assert days[1] >= days[2] >= days[3] > 0


@pytest.mark.parametrize(
    ("today", "due"),
    [(1, None), (5, 7), (7, 7), (10, 7), (11, None), (28, 30), (88, 90), (94, None)],
)
def test_a_warning_is_followed_up_on_certain_days(today, due):
    given = date(2026, 3, 1)
    expected = given + timedelta(days=due) if due else None
    assert clocks.warning_due(given, given + timedelta(days=today)) == expected


def test_the_case_worker_is_reminded_by_number_and_no_case_counts_as_opened(table):
    today, lan = timezone.localdate(), table.cast.lan
    with acting_as(lan.pk):
        cases.raise_concern(household=table.home.uuid, text="夜里常有哭声", by=lan)
    case = table.give_case()
    with acting_as(table.worker.pk), transaction.atomic():
        opened = cases.open_case(case=case.uuid, action="write", route="test", by=table.worker)
        cases.write_record(
            case=opened, text="法院作出保护令", by=table.worker,
            order_until=today + timedelta(days=10), warned_on=today - timedelta(days=7),
        )  # fmt: skip
    with acting_as_system("test"):
        before = AccessRecord.objects.count()
    with acting_as(table.worker.pk), transaction.atomic():
        lines = waiting_for(table.worker)
    assert [line.kind for line in lines] == ["case-warning", "case-order"]
    assert all(case.number in line.text and line.household is None for line in lines)
    with acting_as_system("test"):
        assert AccessRecord.objects.count() == before
    for who in (table.lead, lan):
        with acting_as(who.pk):
            assert not [line for line in waiting_for(who) if line.kind.startswith("case-")]
