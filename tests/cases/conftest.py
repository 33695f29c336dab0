"""The cast of case work: a lead for the district, a worker in 东镇, one elsewhere, an auditor."""

from types import SimpleNamespace

import pytest

from accounts.models import Role
from cases import services
from cases.models import Case
from core.scope import acting_as, acting_as_system
from tests.factories import division, member


@pytest.fixture
def staff(cast):
    with acting_as_system("test"):
        far = division("999002", "别区")
        return SimpleNamespace(
            lead=member("lead", Role.CASEWORKER, cast.area),
            worker=member("worker", Role.CASEWORKER, cast.east),
            other=member("other", Role.CASEWORKER, cast.west),
            stranger=member("stranger", Role.CASEWORKER, far),
            auditor=member("auditor", Role.AUDITOR),
        )


@pytest.fixture
def home(cast):
    return cast.homes["liu1"][0]


@pytest.fixture
def case(cast, staff, home):
    """lan was worried about a family of hers; the lead has given it to the worker."""
    with acting_as(cast.lan.pk):
        services.raise_concern(household=home.uuid, text="夜里常有哭声", by=cast.lan)
    with acting_as(staff.lead.pk):
        found = Case.objects.get()
        services.assign(case=found.uuid, member=staff.worker.pk, by=staff.lead)
    return found
