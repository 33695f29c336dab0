"""The ledgers of the demo's year against a recount from the rows; and who is shown what of them."""

import io
from datetime import date

import pytest
from django.db import connection
from django.utils import timezone
from openpyxl import load_workbook

from accounts.models import Member
from boundaries.models import Division
from core.errors import NotFound
from core.scope import acting_as, acting_as_system
from disputes.models import DisputeStep
from gis_app.demo import load
from gis_app.ledgers import counting, periods
from gis_app.ledgers.definitions import FIGURES, HOMES, LEDGERS
from gis_app.ledgers.rows import rows_of, told
from households.scope import scope_of
from tests.ledgers.recount import recount

HOMES_IN_ALL, SEED = 3000, 7


@pytest.fixture(scope="module")
def standing(django_db_setup, django_db_blocker, tmp_path_factory):
    """The demo, loaded once: nothing here changes it."""
    with django_db_blocker.unblock(), pytest.MonkeyPatch.context() as patch:
        patch.setattr(load.settings, "VAR_DIR", tmp_path_factory.mktemp("var"))
        load.load(households=HOMES_IN_ALL, seed=SEED, progress=lambda line: None)
        yield
        load.remove(lambda line: None)


@pytest.fixture
def demo(standing, db):
    accounts = ("district", "town", "village", "member")
    with acting_as_system("test"):
        found = Member.objects.select_related("division__parent").filter(username__in=accounts)
        return {m.username: m for m in found}


def all_periods():
    return periods.offered(timezone.localdate(), closed_only=False)


def whose(member):
    """Which families are hers to count, found out without the product's scope."""
    if member.role == "member":
        with acting_as_system("test"):
            mine = set(member.assignments.filter(ended_at=None).values_list("grid", flat=True))
        return lambda village, grid: grid in mine
    with acting_as_system("test"):
        under = Division.objects.under(member.division).values_list("pk", flat=True)
        villages = set(under)
    return lambda village, grid: village in villages


def events_of(member):
    if member.role == "member":
        return {member.division_id}
    with acting_as_system("test"):
        return set(Division.objects.under(member.division).values_list("pk", flat=True))


def test_every_figure_of_the_demos_year_equals_a_recount(demo):
    shown = set()
    with acting_as_system("test"):
        # Of a town in which a mediation ended without agreement: they are few.
        place = DisputeStep.objects.filter(step="end").order_by("pk")[0].dispute.village.parent
        other = Member.objects.select_related("division").get(role="town", division=place)
    for role, member in {**demo, "another town": other}.items():
        if role == "district":
            continue
        for period in all_periods():
            with acting_as_system("test"):
                expected = recount(period.since, period.until, whose(member), events_of(member))
            with acting_as(member.pk):
                found = counting.report(member, member.division, period)
            for key in [*FIGURES, HOMES.key]:
                assert found.whole.figures.get(key, 0) == expected[key], (role, period.code, key)
                shown |= {key} if expected[key] else set()
            for key in FIGURES:
                assert sum(line.figures.get(key, 0) for line in found.lines[1:]) == expected[key]
    # Or else nothing would have been compared.
    assert {*FIGURES, HOMES.key} - shown == set()


def test_the_district_gets_whole_closed_periods_rounded_and_nothing_small(demo):
    member = demo["district"]
    some_hidden = False
    for period in all_periods():
        with acting_as_system("test"):
            expected = recount(period.since, period.until, whose(member), events_of(member))
        with acting_as(member.pk):
            found = counting.report(member, member.division, period)
        if not period.closed(timezone.localdate()):
            assert not any(line.figures for line in found.lines)
            continue
        for key, figure in {**FIGURES, HOMES.key: HOMES}.items():
            n, true = found.whole.figures.get(key, 0), expected[key]
            if key in ("events", "women", "men"):
                assert n == true
            elif key == "money":
                assert n == (
                    counting.HIDDEN if 0 < expected["payments"] < 5 else 100 * round(true / 100)
                )
            elif 0 < true < (10 if figure.sensitive else 5):
                assert n == counting.HIDDEN, (period.code, key)
                some_hidden = True
            else:
                assert n % 5 == 0 and abs(n - true) <= 2.5, (period.code, key)
    assert some_hidden


def test_free_periods_and_other_roles_are_released_nothing(demo):
    last_year = timezone.localdate().year - 1
    odd = [
        (date(last_year, 3, 2), date(last_year, 3, 31)),
        (date(last_year, 3, 1), date(last_year, 4, 30)),
        (date(last_year, 2, 1), date(last_year, 4, 30)),
    ]
    asked = [("district", *days) for days in odd]
    asked += [
        (role, date(last_year, 12, 1), date(last_year, 12, 31))
        for role in ("town", "village", "member")
    ]
    for role, since, until in asked:
        with acting_as(demo[role].pk), connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM sec.released_ledger(%s, %s)", [since, until])
            assert cursor.fetchone() == (0,), (role, since, until)


def test_a_figure_opens_as_many_rows_as_it_says_and_colours_open_none(demo):
    year = periods.read(str(timezone.localdate().year))
    for role in ("town", "village", "member"):
        member = demo[role]
        with acting_as(member.pk):
            found = counting.report(member, member.division, year)
            for key, figure in FIGURES.items():
                if not figure.rows:
                    with pytest.raises(NotFound):
                        rows_of(member, key, member.division, year)
                    continue
                rows = list(rows_of(member, key, member.division, year))
                assert len(rows) == found.whole.figures.get(key, 0), (role, key)
                assert all(told(row).what for row in rows)
    with acting_as(demo["district"].pk), pytest.raises(NotFound):
        rows_of(demo["district"], "visits", demo["district"].division, year)


def test_the_page_says_of_every_figure_what_it_means(demo, signed_in):
    for role in ("town", "village", "member", "district"):
        page = signed_in(demo[role]).get("/ledgers/")
        assert page.status_code == 200
        for ledger in LEDGERS:
            assert ledger.name in page.text
            for figure in ledger.figures:
                assert figure.definition in page.text, (role, figure.key)
        assert ("逐条查看" in page.text) == (role != "district")


def test_a_figure_is_opened_on_a_page_and_leads_to_the_family(demo, signed_in):
    year = timezone.localdate().year
    page = signed_in(demo["town"]).get(f"/ledgers/rows/visits/?period={year}")
    assert page.status_code == 200 and "/households/de30de30" in page.text
    assert signed_in(demo["town"]).get(f"/ledgers/rows/colour_1/?period={year}").status_code == 404
    assert (
        signed_in(demo["district"]).get(f"/ledgers/rows/visits/?period={year}").status_code == 403
    )


def test_the_workbook_holds_the_same_figures_and_their_definitions(demo, signed_in):
    member, year = demo["town"], periods.read(str(timezone.localdate().year))
    answer = signed_in(member).get(f"/ledgers/workbook/?period={year.code}")
    book = load_workbook(io.BytesIO(answer.content))
    with acting_as(member.pk):
        found = counting.report(member, member.division, year)
        ledgers = counting.ledgers_for(member)
    for ledger in ledgers:
        _, header, whole, *_ = book[ledger.name].iter_rows(values_only=True)
        assert [*header[2:]] == [f"{f.name}（{f.unit}）" for f in ledger.figures]
        assert [*whole[2:]] == [found.whole.figures.get(f.key, 0) for f in ledger.figures]
    said = {row[1]: row[3] for row in book["口径"].iter_rows(min_row=3, values_only=True)}
    assert all(said[f.name] == f.definition for ledger in ledgers for f in ledger.figures)


def test_places_and_periods_that_are_not_hers_do_not_exist(demo, signed_in):
    town, village = signed_in(demo["town"]), signed_in(demo["village"])
    own = demo["village"].division
    assert own.parent_id == demo["town"].division_id
    assert town.get(f"/ledgers/?place={own.code}").status_code == 200
    with acting_as_system("test"):
        elsewhere = Division.objects.filter(level="village").exclude(parent=own.parent).first()
    for asked in (f"place={elsewhere.code}", "place=1", "period=2019", "period=x"):
        assert town.get(f"/ledgers/?{asked}").status_code == 404, asked
    assert village.get(f"/ledgers/?place={own.parent.code}").status_code == 404
    assert scope_of(demo["district"]).sees_released


def test_the_document_says_of_every_figure_what_it_means():
    said = (load.settings.BASE_DIR / "docs" / "ledgers.md").read_text()
    assert all(f"{f.unit} | {f.definition}" in said for f in FIGURES.values())
