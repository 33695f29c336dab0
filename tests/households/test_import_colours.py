"""A colour in a list is somebody's word, not a decision: it arrives as a proposal."""

import pytest

from households.models import Classification, Household
from households.services import install_scheme
from tests.factories import colour
from tests.households.lists import LIU, load, reasons, row

pytestmark = pytest.mark.usefixtures("cast", "system")


def home(no):
    return Household.objects.get(village__code=LIU, household_no=no)


def test_a_colour_arrives_only_as_a_proposal_of_nobody(cast, tmp_path):
    report = load(
        tmp_path, [row("a1", 颜色="红色"), row("a2", 颜色="蓝"), row("a3", 颜色="未评估")]
    )
    assert report.proposals == 2
    assert (home("a1").slot, home("a1").proposed, home("a3").proposed) == (0, True, False)
    proposal = Classification.objects.get(household__household_no="a1")
    assert (proposal.status, proposal.proposed_by, proposal.decided_by) == ("proposed", None, None)
    assert proposal.colour_class.slot == 1
    assert proposal.review_on is None


def test_no_colour_is_proposed_to_whom_has_it_or_waits(cast, tmp_path):
    load(tmp_path, [row("a1"), row("a2"), row("a3")])
    colour(home("a1"), 1, by=cast.lan, decided_by=cast.chair)
    colour(home("a2"), 1, by=cast.lan, decided_by=cast.chair)
    Classification.objects.create(
        household=home("a3"), colour_class=cast.scheme.classes.get(slot=2), proposed_by=cast.lan
    )
    Household.objects.filter(household_no="a3").update(proposed=True)
    report = load(tmp_path, [row("a1", 颜色="红"), row("a2", 颜色="黄"), row("a3", 颜色="绿")])
    assert report.proposals == 1
    proposals = Classification.objects.filter(status="proposed", proposed_by=None)
    assert [p.household.household_no for p in proposals] == ["a2"]
    assert home("a2").slot == 1
    assert report.updated == 0


def test_the_same_file_does_not_propose_again_what_was_refused(tmp_path):
    rows = [row("a1", 颜色="红")]
    load(tmp_path, rows)
    Classification.objects.filter(status="proposed").update(status="refused")
    Household.objects.update(proposed=False)
    assert load(tmp_path, rows).proposals == 0
    assert load(tmp_path, [*rows, row("a2", 颜色="")]).proposals == 1


def test_a_colour_the_county_does_not_have_is_refused(cast, tmp_path):
    report = load(tmp_path, [row("a1", 颜色="粉色"), row("a2", 颜色="")])
    assert "粉色" in reasons(report)[2]
    assert "红色、橙色" in reasons(report)[2]


def test_colours_are_those_of_the_countys_own_scheme(cast, tmp_path):
    classes = [
        {"slot": 3, "name": "粉色", "letter": "粉", "shape": "square", "action": "温情服务",
         "cadence_days": 30, "review_days": 90, "weight": 1.0, "reasons": []}
    ]  # fmt: skip
    install_scheme(county=cast.area, name="示例", classes=classes)
    report = load(tmp_path, [row("a1", 颜色="粉色"), row("a2", 颜色="黄")])
    assert (report.proposals, report.rejected) == (1, 1)
