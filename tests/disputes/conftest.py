"""The cast, with people in its first home, a case worker, and two bodies that answer in the district."""

from dataclasses import dataclass

import pytest

from accounts.models import Member, Role
from cases.models import Case
from cases.services import assign
from core.scope import acting_as, acting_as_system
from disputes import services
from disputes.models import Dispute
from households.models import Household, Person
from tests.factories import Cast, member

WORDS = "两家为院墙外的排水争了起来"


@dataclass
class Table:
    cast: Cast
    home: Household
    wife: Person
    child: Person
    worker: Member
    lead: Member
    police: Member
    court: Member

    def find(self, by=None, **more) -> Dispute:
        """A dispute of the home, as `by` enters it."""
        by = by or self.cast.lan
        asked = {
            "household": self.home, "kind": "marriage", "severity": 2, "source": "visit",
            "text": WORDS, "parties": [{"person": self.wife.uuid, "part": "spouse"}],
        }  # fmt: skip
        with acting_as(by.pk):
            return services.find_dispute(**asked | more, by=by)

    def do(self, act, by: Member, **said):
        with acting_as(by.pk):
            return act(**said, by=by)

    def give_case(self) -> Case:
        """The case that a concern has opened goes to the worker."""
        with acting_as_system("test"):
            case = Case.objects.get(household=self.home)
        self.do(assign, self.lead, case=case.uuid, member=self.worker.pk)
        return case


@pytest.fixture
def table(cast) -> Table:
    with acting_as_system("test"):
        home = cast.homes["liu1"][0]
        return Table(
            cast=cast,
            home=home,
            wife=Person.objects.create(household=home, name="示例甲", relation="spouse", birth_year=1990),
            child=Person.objects.create(household=home, name="示例乙", relation="child", birth_year=2018),
            worker=member("worker", Role.CASEWORKER, cast.east),
            lead=member("lead", Role.CASEWORKER, cast.area),
            police=member("police", Role.PARTNER, cast.east, body="police"),
            court=member("court", Role.PARTNER, cast.area, body="court"),
        )  # fmt: skip
