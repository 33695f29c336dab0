"""A steward's desk, and a family of which one asks."""

import pytest
from django.db import transaction
from django.utils import timezone

from accounts.models import Role
from core.scope import acting_as, acting_as_system
from households.models import Person, PersonSensitive
from rights.models import Request
from rights.services import file_request
from tests.factories import Cast, member


@pytest.fixture(autouse=True)
def own_list(settings, tmp_path):
    settings.TOMBSTONES_FILE = tmp_path / "tombstones"


@pytest.fixture
def steward(cast: Cast):
    return member("steward", Role.STEWARD, cast.area)


@pytest.fixture
def colleague(cast: Cast):
    return member("colleague", Role.STEWARD, cast.area)


@pytest.fixture
def home(cast: Cast):
    """The first family of 柳村's first grid, with three people."""
    home = cast.homes["liu1"][0]
    with acting_as_system("test"):
        wife = Person.objects.create(household=home, name="示例甲", relation="spouse", birth_year=1985, phone="00011")  # fmt: skip
        Person.objects.create(household=home, name="示例乙", relation="head", birth_year=1983, phone="00012")  # fmt: skip
        year = timezone.localdate().year - 9
        Person.objects.create(household=home, name="示例丙", relation="child", birth_year=year)
        PersonSensitive.objects.create(
            person=wife, health="示例健康说明", written_by=cast.lan, written_at=timezone.now()
        )
    return home


@pytest.fixture
def asks(cast, steward, home):
    """`asks("access", by=…)`: a request that has been taken in."""

    def ask(kind: str, applicant="示例甲", by=None, standing="self", **more) -> Request:
        by = by or steward
        said = {
            "village": cast.liu.code, "household_no": home.household_no, "proof": "看过身份证原件",
            "wish": "想知道登记了什么", "received_on": timezone.localdate(),
        } | more  # fmt: skip
        with acting_as(by.pk), transaction.atomic():
            return file_request(kind=kind, applicant=applicant, standing=standing, by=by, **said)

    return ask
