"""When a family's turn comes, by the table of rules."""

from copy import deepcopy
from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from visits.due_rules import RULES, Clock, Facts, RulesNotUnderstood, check_rules, preview, turns

TODAY = date(2026, 11, 23)


def ago(days: int) -> date:
    return TODAY - timedelta(days)


def test_a_family_whose_cadence_is_not_over_has_no_turn():
    assert turns(Facts(120, ago(3)), TODAY, 7) == []
    assert turns(Facts(None, ago(300)), TODAY, 7) == []


def test_a_family_never_visited_is_due_today():
    (due,) = turns(Facts(60), TODAY, 7)
    assert (due.first, due.day) == (TODAY, TODAY)
    assert due.says == "约定每 60 天看望一次，还没有去过。"


def test_the_longer_overdue_the_more_it_is_worth():
    worth = [turns(Facts(30, ago(days)), TODAY, 7)[0].worth for days in (20, 25, 30, 45, 60, 90)]
    assert worth == sorted(worth) and worth[0] < worth[3]
    (late,) = turns(Facts(30, ago(42)), TODAY, 7)
    assert late.says == "约定每 30 天看望一次，上次是 10 月 12 日，已经过了 12 天。"


def test_a_weekly_family_has_four_turns_in_four_weeks_days_apart():
    found = turns(Facts(7, ago(6)), TODAY, 28)
    assert len(found) in (4, 5)
    for one, other in pairwise(found):
        assert (other.first - one.last).days >= RULES["gap_days"]


def test_the_warning_comes_before_the_cadence_and_one_visit_serves_both():
    (due, *_) = turns(Facts(14, ago(10), (Clock("warning", ago(3)),)), TODAY, 7)
    assert due.code == "warning" and due.apart and "cadence" in due.also
    assert due.last == ago(3) + timedelta(7)
    assert due.says == "告诫书送达后第 1 次查访，应在 11 月 27 日前完成。"


def test_the_next_visit_after_a_warning_comes_when_the_first_is_done():
    served = Clock("warning", ago(20), served=ago(14))
    (due,) = turns(Facts(clocks=(served,)), TODAY, 14)
    assert due.day == ago(20) + timedelta(30)
    assert "第 2 次" in due.says


def test_missed_visits_of_one_clock_are_made_up_for_by_one():
    found = turns(Facts(clocks=(Clock("warning", ago(70)),)), TODAY, 7)
    assert [due.urgency for due in found] == [3.0]


def test_a_clock_is_missed_the_day_after_its_last():
    for days, last in ((3, TODAY), (4, TODAY + timedelta(6))):
        (due,) = turns(Facts(clocks=(Clock("promise", ago(days)),)), TODAY, 7)
        assert due.last == last


@pytest.mark.parametrize("code", [clock["code"] for clock in RULES["clocks"]])
def test_every_clock_has_its_day_and_its_sentence(code):
    rule = next(clock for clock in RULES["clocks"] if clock["code"] == code)
    on = TODAY + timedelta(3 - rule["days"][0])
    (due,) = turns(Facts(clocks=(Clock(code, on),)), TODAY, 7)
    assert due.code == code
    assert due.first <= due.day <= due.last
    assert due.says.endswith("。") and "{" not in due.says
    assert turns(Facts(clocks=(Clock(code, on, served=TODAY + timedelta(3)),)), TODAY, 7) == []


def test_a_clock_that_the_table_does_not_know_is_no_reason():
    assert turns(Facts(clocks=(Clock("moon", TODAY),)), TODAY, 7) == []


def test_what_would_change_is_shown_before_the_table_changes():
    new = deepcopy(RULES) | {"version": 2}
    new["clocks"][0]["days"] = [3, 30]
    families = {1: Facts(clocks=(Clock("warning", TODAY),)), 2: Facts(30, ago(40))}
    changed = preview(families, TODAY, 7, RULES, new)
    assert set(changed) == {1}
    before, after = changed[1]
    assert (before[0].day, after[0].day) == (TODAY + timedelta(6), TODAY + timedelta(3))


@pytest.mark.parametrize(
    "spoil",
    [
        lambda r: r.pop("worth"),
        lambda r: r.update(ahead=1.5),
        lambda r: r.update(worth=[[30, 10], [7, 20]]),
        lambda r: r.update(worth=[]),
        lambda r: r.update(cadence="{nobody}"),
        lambda r: r["clocks"][0].pop("says"),
        lambda r: r["clocks"][0].update(days=[]),
        lambda r: r["clocks"][0].update(before=-1),
        lambda r: r["clocks"][0].update(apart="yes"),
    ],
)
def test_a_table_that_is_wrong_is_refused(spoil):
    rules = deepcopy(RULES)
    check_rules(rules)
    spoil(rules)
    with pytest.raises(RulesNotUnderstood, match="走访规则表"):
        check_rules(rules)


days = st.integers(0, 400)
clocks = st.builds(
    lambda code, on, served: Clock(code, ago(on), ago(served) if served is not None else None),
    st.sampled_from([clock["code"] for clock in RULES["clocks"]]),
    st.integers(-60, 200),
    st.none() | days,
)


@given(
    st.none() | st.integers(1, 365),
    st.none() | days,
    st.lists(clocks, max_size=4),
    st.integers(1, 31),
)
def test_turns_lie_inside_the_horizon_and_never_overlap(cadence, visited, some, horizon):
    last = ago(visited) if visited is not None else None
    found = turns(Facts(cadence, last, tuple(some)), TODAY, horizon)
    for due in found:
        assert TODAY <= due.first <= due.day <= due.last < TODAY + timedelta(horizon)
        assert due.worth > 0
    for one, other in pairwise(found):
        assert (other.first - one.last).days >= RULES["gap_days"]
