"""Alike in need, alike in support: a sheet a quarter, too small a number never told."""

from datetime import date

import pytest
from django.utils import timezone

from core.errors import NotFound
from core.scope import acting_as, acting_as_system
from core.states import StepNotPossible
from households.colouring.fairness import Counts, close, make_sheet, quarter_of, ratio, verdict
from households.models import FairnessFigure, FairnessReview, Person
from tests.factories import colour, household

EVERYWHERE = Counts(1000, 200, 400)


@pytest.mark.parametrize(
    ("here", "says", "means"),
    [
        (Counts(100, 30, 40), 1.5, "high"),
        (Counts(100, 25, 40), 1.25, "even"),
        (Counts(100, 16, 40), 0.8, "even"),
        (Counts(100, 15, 40), 0.75, "low"),
        # More need and more colours: nothing stands out.
        (Counts(100, 40, 80), 1.0, "even"),
        (Counts(100, 4, 40), None, "few"),
        (Counts(100, 30, 9), None, "few"),
    ],
)
def test_a_ratio_stands_out_above_a_quarter_or_is_not_told(here, says, means):
    found = ratio(here, EVERYWHERE)
    assert found == (None if says is None else pytest.approx(says))
    assert verdict(found) == means


def test_where_nobody_has_a_colour_nothing_stands_out():
    assert ratio(Counts(100, 30, 40), Counts(1000, 0, 400)) is None


def test_quarters():
    assert quarter_of(date(2026, 11, 24)) == date(2026, 10, 1)
    assert quarter_of(date(2026, 1, 1)) == date(2026, 1, 1)


@pytest.fixture
def families(cast):
    """柳村: 20 in need, of which 10 have a colour; 杏村: 20 in need, 5 have one."""
    with acting_as_system("test"):
        for home in [home for homes in cast.homes.values() for home in homes]:
            home.classifications.all().delete()
            home.slot, home.review_on = 0, None
            home.save()
        for village, coloured in ((cast.liu, 10), (cast.xing, 5)):
            for n in range(20):
                home = household(village, f"F{n:03}", None)
                Person.objects.create(household=home, name="示例", relation="head", birth_year=1950)
                if n < coloured:
                    colour(home, 4, by=cast.lan, decided_by=cast.chair)
    return cast


def sheet(who, kind):
    rows = FairnessFigure.objects.visible_to(who).filter(kind=kind)
    return {r.label: (r.families, r.in_need, r.coloured, r.verdict) for r in rows}


def test_the_district_reads_towns_and_the_town_its_villages(families):
    with acting_as(families.district.pk):
        make_sheet(families.area)
    assert sheet(families.district, "town") == {
        "东镇": (30, 20, 10, "high"), "西镇": (25, 20, 5, "low"),
    }  # fmt: skip
    assert sheet(families.district, "village") == {}
    assert sheet(families.chair, "village") == {
        "柳村": (30, 20, 10, "high"), "桃村": (None, None, None, "few"),
    }  # fmt: skip
    assert sheet(families.chair, "town") == sheet(families.lan, "town") == {}
    assert sheet(families.district, "head")["65 岁以上"][3] == "even"


def test_it_is_counted_once_a_quarter(families):
    with acting_as(families.district.pk):
        make_sheet(families.area)
        before = FairnessFigure.objects.count()
        make_sheet(families.area)
    assert before == FairnessFigure.objects.count() > 0


def test_what_stands_out_is_answered_by_her_who_reads_it(families):
    with acting_as(families.district.pk):
        make_sheet(families.area)
        review = FairnessReview.objects.get(figure__label="西镇")
        done = close(review=review.pk, finding="西镇今年刚开始排查", by=families.district)
        assert (done.state, done.closed_by) == ("closed", families.district)
        with pytest.raises(StepNotPossible):
            close(review=review.pk, finding="西镇今年刚开始排查", by=families.district)
    with acting_as(families.chair.pk), pytest.raises(NotFound):
        close(review=review.pk, finding="西镇今年刚开始排查", by=families.chair)


def test_the_page_is_for_the_two_offices(signed_in, families):
    for who in (families.district, families.chair):
        answer = signed_in(who).get("/colours/fairness/")
        assert answer.status_code == 200 and "怎么算的" in answer.content.decode()
    assert signed_in(families.head).get("/colours/fairness/").status_code == 403
    client = signed_in(families.district)
    with acting_as_system("test"):
        review = FairnessReview.objects.get(figure__label="西镇").pk
    said = {"review": review, "finding": "懒" + "汉太多了"}
    assert client.post("/colours/fairness/", said).status_code == 422
    said["finding"] = "西镇今年刚开始排查"
    assert client.post("/colours/fairness/", said).status_code == 302
    assert client.post("/colours/fairness/", {"review": "x"}).status_code == 422
    assert timezone.localdate().isoformat() in client.get("/colours/fairness/").content.decode()
