"""What is counted, where and when; and the command that says what comes of it."""

import json
from datetime import date

import numpy as np
import pytest
from django.contrib.gis.geos import Point
from django.core.management import call_command
from django.utils import timezone

from core.scope import acting_as_system
from disputes.models import Dispute
from hotspots.reading import Window, gather, last_closed_quarter
from visits.models import Visit

YEAR = Window.ending(date(2026, 9, 30), 12)


def dispute(cast, day=date(2026, 5, 3), **more):
    """A dispute where its family stands, or where `more` says."""
    if home := more.get("household"):
        more |= {"village": home.village, "grid": home.grid}
    fields = {"kind": "neighbour", "severity": 1, "source": "told", "due_on": day}
    return Dispute.objects.create(**fields | {"found_on": day, "found_by": cast.lan} | more)


@pytest.fixture
def year(cast):
    """Four in the first grid of 柳村, one before the window, one in 杏村, one with no place in a grid."""
    with acting_as_system("test"):
        home = cast.homes["liu1"][0]
        for day, severity in ((3, 1), (31, 1), (29, 2), (30, 1)):
            dispute(cast, date(2026, 5, day), household=home, severity=severity)
        dispute(cast, date(2025, 9, 30), household=home)
        dispute(cast, household=cast.homes["xing1"][0])
        dispute(cast, village=cast.tao, point=Point(113.87, 34.01, srid=4326))
        dispute(cast, household=cast.homes["liu1"][1], apart=True)
        looks, follows = Visit.Kind.SCREENING, Visit.Kind.FOLLOW_UP
        for n, (kind, apart) in enumerate(
            ((looks, False), (looks, False), (follows, False), (looks, True))
        ):
            moment = timezone.make_aware(timezone.datetime(2026, 4, 1 + n, 9))
            Visit.objects.create(
                household=home, kind=kind, apart=apart, result=Visit.Result.MET, member=cast.lan,
                happened_at=moment,
            )  # fmt: skip
    return cast


def gathered(cast, level):
    with acting_as_system("test"):
        return gather(cast.area, level, YEAR)


def test_a_window_is_whole_months():
    assert Window.ending(date(2026, 9, 30), 12) == Window(date(2025, 10, 1), date(2026, 9, 30))
    assert Window.ending(date(2026, 3, 31), 3).first == date(2026, 1, 1)
    assert YEAR.days_open(date(2026, 9, 30)) == 1 and YEAR.days_open(date(2026, 10, 1)) == 0


@pytest.mark.parametrize(
    "today, last",
    [(date(2026, 1, 1), date(2025, 12, 31)), (date(2026, 5, 9), date(2026, 3, 31)),
     (date(2026, 12, 31), date(2026, 9, 30))],
)  # fmt: skip
def test_the_last_closed_quarter_is_the_one_before(today, last):
    assert last_closed_quarter(today) == last


@pytest.mark.django_db
def test_grids_have_their_families_disputes_and_screenings(year):
    found = gathered(year, "grid")
    names = found.places.names
    liu1, xing1 = names.index(year.liu1.name), names.index(year.xing1.name)
    counts = np.bincount(found.disputes.area[found.disputes.area >= 0], minlength=len(names))
    assert counts[liu1] == 4 and counts[xing1] == 1 and counts.sum() == 5
    assert (found.disputes.area == -1).sum() == 1
    assert found.areas.households.tolist() == [4, 4, 4, 4]
    assert found.areas.screenings[liu1] == 2 and found.areas.screenings.sum() == 2
    assert found.places.kind == "网格" and found.places.towns[xing1] == "西镇"
    # 柳村's two grids lie side by side; a grid is some 1.8 km wide.
    first, second = (names.index(g.name) for g in (year.liu1, year.liu2))
    assert (
        second
        in found.areas.near.nbr[found.areas.near.ptr[first] : found.areas.near.ptr[first + 1]]
    )
    assert np.hypot(*(found.areas.xy[first] - found.areas.xy[second])) == pytest.approx(
        1847, rel=0.01
    )


@pytest.mark.django_db
def test_days_left_count_to_the_end_of_the_month(year):
    found = gathered(year, "grid").disputes
    light = dict(zip(found.days_left.tolist(), found.minor.tolist(), strict=True))
    assert light[0] and light[1] and not light[2] and light[28]


@pytest.mark.django_db
def test_villages_and_towns_count_what_has_no_grid(year):
    village, town = gathered(year, "village"), gathered(year, "town")
    tao = village.places.names.index("桃村")
    assert (village.disputes.area == tao).sum() == 1
    counts = np.bincount(town.disputes.area)
    assert dict(zip(town.places.names, counts, strict=True)) == {"东镇": 5, "西镇": 1}
    assert town.areas.households.sum() == village.areas.households.sum() == 16


@pytest.mark.django_db
def test_the_command_says_why_it_says_nothing(year, capsys):
    asked = ["999001", "--until", "2026-09-30", "--json"]
    call_command("review_hotspots", *asked)
    report = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert report["said"][0] == "只有 4 个地方可比，不到 30 个，太少，不作判断。"
    assert report["disputes"] == 6 and report["p"] is None
    call_command("review_hotspots", *asked)
    assert json.loads(capsys.readouterr().out.splitlines()[-1]) == report


@pytest.mark.django_db
def test_the_command_refuses_a_district_that_is_not_there(cast):
    with pytest.raises(SystemExit):
        call_command("review_hotspots", "000000")
