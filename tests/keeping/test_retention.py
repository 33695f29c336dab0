"""What is past its time goes, and nothing else does."""

import json
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.utils import timezone

from accounts.models import Role
from core.scope import acting_as, acting_as_system
from gis_app.keeping import register
from gis_app.keeping.retention import RULES
from households.models import Claim, Classification, Conflict, Household, IndexChange
from rights.models import Request
from rights.services import close, file_request
from tests.factories import member

NOW = timezone.now()
LONG_AGO, LATELY = NOW - timedelta(days=1096), NOW - timedelta(days=1094)


def reached(capsys, **options) -> dict:
    call_command("apply_retention", json=True, **options)
    return json.loads(capsys.readouterr().out.splitlines()[-1])["reached"]


@pytest.fixture
def past(cast):
    home = cast.homes["liu1"][0]
    with acting_as_system("test"):
        for ended in (LONG_AGO, LATELY, None):
            Claim.objects.create(household=home, member=cast.mei, started_at=LONG_AGO - timedelta(days=9), ended_at=ended)  # fmt: skip
            Conflict.objects.create(household=home, member=cast.hua, kind="relative", declared_at=LONG_AGO, ended_at=ended)  # fmt: skip
        kept = home.classifications.get(status="confirmed")
        for moment in (LONG_AGO, LATELY):
            Classification.objects.create(
                household=home, colour_class=kept.colour_class, reason=kept.reason,
                status="superseded", proposed_at=moment, decided_at=moment,
            )  # fmt: skip
        Classification.objects.filter(pk=kept.pk).update(decided_at=LONG_AGO)
    return home


def test_what_ended_long_ago_goes_and_what_holds_stays(past, capsys):
    counts = reached(capsys)
    assert counts["households.claim"] == counts["households.conflict"] == 1
    assert counts["households.classification"] == 1
    with acting_as_system("test"):
        assert set(Claim.objects.values_list("ended_at", flat=True)) == {LATELY, None}
        assert set(Conflict.objects.values_list("ended_at", flat=True)) == {LATELY, None}
        assert Classification.objects.filter(household=past, status="confirmed").exists()
        assert Classification.objects.filter(household=past, status="superseded").count() == 1
        # Nor does its deletion keep it, as history.
        assert not IndexChange.objects.filter(purpose="retention").exists()
        assert Household.objects.count() == 16


def test_trying_deletes_nothing(past, capsys):
    assert reached(capsys, dry_run=True)["households.claim"] == 1
    with acting_as_system("test"):
        assert Claim.objects.count() == 3


def test_once_more_there_is_nothing_left(past, capsys):
    reached(capsys)
    assert set(reached(capsys).values()) == {0}


def test_an_old_request_loses_its_names_and_keeps_its_number(cast, capsys):
    steward = member("steward", Role.STEWARD, cast.area)
    with acting_as(steward.pk):
        home = cast.homes["liu1"][0]
        with acting_as_system("test"):
            name = home.identity.contact_name
        request = file_request(
            kind="access", village=cast.liu.code, household_no=home.household_no, applicant=name,
            standing="self", proof="看过身份证", wish="想看", received_on=NOW.date(), by=steward,
        )  # fmt: skip
        close(request=request, state="done", answer="当面给了她", by=steward)
    with acting_as_system("test"):
        Request.objects.update(closed_at=LATELY)
        assert reached(capsys)["rights.request"] == 0
        Request.objects.update(closed_at=LONG_AGO)
        assert reached(capsys)["rights.request"] == 1
        kept = Request.objects.get()
        assert (kept.applicant, kept.wish, kept.answer, kept.proof) == ("", "", "", "")
        assert (kept.number, kept.kind, kept.state) == (request.number, "access", "done")


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.models[0])
def test_all_that_a_rule_reaches_has_one_time(rule):
    times = {e.retention for at, e in register.entries().items() if at[0] in rule.models}
    assert len(times) == 1
