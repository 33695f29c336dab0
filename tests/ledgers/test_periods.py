"""Where a period of the ledgers begins and ends; without the demo, none of whose rows lies there."""

from datetime import date, datetime, time, timedelta

from django.utils import timezone

from core.scope import acting_as, acting_as_system
from disputes.models import Dispute, DisputeStep
from gis_app.ledgers import counting, periods
from gis_app.ledgers.rows import rows_of
from visits.models import Visit


def test_a_period_is_closed_the_day_after_its_last():
    for code in ("2026-12", "2026-Q4", "2026"):
        period = periods.read(code)
        assert period.code == code and period.until == date(2026, 12, 31)
        assert not period.closed(period.until) and period.closed(date(2027, 1, 1))
    assert periods.read("2026-Q1").until == date(2026, 3, 31)
    offered = periods.offered(date(2026, 3, 31), closed_only=True)
    assert offered[0].code == "2026-02" and "2026-Q1" not in {p.code for p in offered}


def test_a_month_begins_and_ends_at_midnight_in_china(cast):
    """Visits entered, and disputes put away, the moment before, at each end inside, and the moment after."""
    march, instant = periods.read("2026-03"), timedelta(microseconds=1)
    first, last, next_day = march.since, march.until, march.until + timedelta(1)
    since, after = (timezone.make_aware(datetime.combine(d, time())) for d in (first, next_day))
    with acting_as_system("test"):
        for home, at, found_on in zip(
            cast.homes["liu1"],
            (since - instant, since, after - instant, after),
            (first, first, last, last),
            strict=True,
        ):
            who = {"household": home, "kind": "visit", "result": "met", "member": cast.lan}
            Visit.objects.create(**who, happened_at=at, recorded_at=at)
            dispute = _dispute(cast, home, found_on)
            DisputeStep.objects.create(dispute=dispute, step="archive", by=cast.lan, at=at)
        _dispute(cast, home, next_day)
    expected = {
        "2026-02": {"visits": 1},
        "2026-03": {"visits": 2, "found": 4, "still_open": 1},
        "2026-04": {"visits": 1, "found": 1, "still_open": 1},
    }
    with acting_as(cast.chair.pk):
        for code, figures in expected.items():
            period = periods.read(code)
            found = counting.report(cast.chair, cast.east, period).whole.figures
            for key in ("visits", "found", "still_open"):
                assert found.get(key, 0) == figures.get(key, 0), (code, key)
                rows = rows_of(cast.chair, key, cast.east, period)
                assert len(rows) == figures.get(key, 0), (code, key)


def _dispute(cast, home, found_on):
    return Dispute.objects.create(
        household=home, village=home.village, grid=home.grid, kind="neighbour", severity=1,
        source="told", due_on=found_on, found_on=found_on, found_by=cast.lan,
    )  # fmt: skip
