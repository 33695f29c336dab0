"""A member's week from families and hours: what is odd is said in Chinese, the rest is planned."""

from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise

import numpy as np
import pytest
import shapely

from visits.due_rules import Due
from visits.planner import sentences
from visits.planner.check import by_hand, check_plan
from visits.planner.model import DAY
from visits.planner.week import Family, Hours, Lock, Walker, plan_week
from visits.planner.worth import one_more_day, one_more_hour

HOUR = 3600
MONDAY = date(2026, 11, 23)
HOME = (113.80, 34.10)
DISTRICT = shapely.box(113.6, 33.9, 114.1, 34.3)
WORK = {day: (Hours(14 * HOUR, 17 * HOUR, pair=day == 2),) for day in (0, 2, 4)}
LAN = Walker(1, HOME, WORK)


def due(first=0, last=6, worth=3_600, **more):
    return Due(
        "cadence", MONDAY + timedelta(first), MONDAY + timedelta(first), MONDAY + timedelta(last),
        1.0, worth, "约定每 30 天看望一次，还没有去过。", **more,
    )  # fmt: skip


def families(count, seed=1, minutes=20):
    rng = np.random.default_rng(seed)
    return [
        Family(k, (HOME[0] + dx, HOME[1] + dy), minutes, (due(worth=1_800 + 60 * k),))
        for k, (dx, dy) in enumerate(rng.normal(0, 0.004, (count, 2)))
    ]


def plan(walker=LAN, homes=None, days=7, **more):
    """The plan, after it has been checked and every sentence of it written."""
    homes = families(20) if homes is None else homes
    week = plan_week(walker, homes, MONDAY, days, turns=800, **more)
    assert check_plan(week.problem, week.plan) == []
    for said in [
        *sentences.notes(week),
        *(sentences.why_not(w) for w in week.waits),
        *(sentences.why_now(c, may_know_apart=True, neutral="") for c in week.calls),
    ]:
        assert said.endswith("。") and "{" not in said
    asked = sum(len(family.turns) for family in homes)
    assert len(week.calls) + len(week.waits) == asked, "somebody was dropped silently"
    return week


def codes(week):
    return {code for code, _ in week.notes}


def why(week):
    return {w.family: w.why for w in week.waits}


def test_a_week_has_times_within_her_hours_and_ten_percent_stay_free():
    week = plan()
    assert week.notes == () and len(week.calls) >= 15
    for call in week.calls:
        assert call.day.weekday() in WORK
        assert 14 * HOUR <= call.arrive <= call.start <= call.leave <= 14 * HOUR + 2.7 * HOUR
    assert week.metres > 0
    assert {w.why for w in week.waits} <= {"no_room"}
    assert len(plan(replace(LAN, slack=0.0)).calls) > len(week.calls)


def test_the_more_urgent_go_first():
    week = plan(homes=families(60))
    went = [c.due.worth for c in week.calls]
    waits = [w.due.worth for w in week.waits]
    assert np.mean(went) > np.mean(waits)
    assert waits == sorted(waits, reverse=True)


def test_breaks_and_leave_are_kept_free():
    walker = replace(LAN, breaks=((15 * HOUR, 16 * HOUR),), off=frozenset({MONDAY}))
    week = plan(walker)
    assert week.calls
    for call in week.calls:
        assert call.day != MONDAY
        assert call.leave <= 15 * HOUR or call.arrive >= 16 * HOUR


def test_only_when_somebody_is_out():
    homes = families(8)
    homes[3] = replace(homes[3], hours={4: ((15 * HOUR, 15 * HOUR + 1_800),)})
    call = next(c for c in plan(homes=homes).calls if c.family == 3)
    assert call.day.weekday() == 4 and 15 * HOUR <= call.start <= 15 * HOUR + 1_800


def test_two_windows_on_one_afternoon():
    homes = families(6)
    windows = ((14 * HOUR, 14 * HOUR + 600), (16 * HOUR, 16 * HOUR + 600))
    homes = [replace(f, hours={0: windows}) for f in homes]
    week = plan(homes=homes)
    assert len({c.start // HOUR for c in week.calls}) == 2


def test_two_go_together_where_one_should_not_go_alone():
    homes = families(8)
    homes[2] = replace(homes[2], pair=True)
    call = next(c for c in plan(homes=homes).calls if c.family == 2)
    assert call.day.weekday() == 2


def test_a_family_twice_in_four_weeks_keeps_its_distance():
    homes = families(4)
    homes[0] = replace(homes[0], turns=(due(0, 3), due(7, 10), due(14, 17), due(21, 24)))
    week = plan(homes=homes, days=28)
    days = [c.day for c in week.calls if c.family == 0]
    assert len(days) == 4
    assert min((b - a).days for a, b in pairwise(days)) >= 4


def test_a_locked_visit_stands_where_she_put_it():
    homes = families(30)
    homes[0] = replace(homes[0], lock=Lock(MONDAY + timedelta(4), 15 * HOUR))
    call = next(c for c in plan(homes=homes).calls if c.family == 0)
    assert (call.day, call.start) == (MONDAY + timedelta(4), 15 * HOUR)


def test_a_plan_made_again_after_one_change_keeps_four_fifths():
    homes = families(40)
    week = plan(homes=homes)
    again = plan(homes=homes[:-1], before=week.calls, seed=7)
    days = {c.family: c.day for c in again.calls}
    old = {c.family: c.day for c in week.calls if c.family != 39}
    assert sum(days.get(f) == day for f, day in old.items()) >= 0.8 * len(old)


# ---------------------------------------------------------------- bad input


def test_no_home_point():
    week = plan(replace(LAN, home=None))
    assert codes(week) == {"no_home"} and len(week.calls) >= 15


def test_a_household_without_position():
    homes = families(6)
    homes[1] = replace(homes[1], point=None)
    week = plan(homes=homes)
    assert why(week) == {1: "no_position"} and len(week.calls) == 5


def test_windows_that_exclude_all_working_hours():
    homes = families(6)
    homes[1] = replace(homes[1], hours={6: ((8 * HOUR, 9 * HOUR),)})
    homes[2] = replace(homes[2], hours={})
    week = plan(homes=homes)
    assert why(week) == {1: "no_window", 2: "no_window"} and len(week.calls) == 4


def test_zero_working_days():
    week = plan(replace(LAN, hours={}))
    assert codes(week) == {"no_days"} and set(why(week).values()) == {"no_days"}


def test_no_due_visits():
    for homes in ([], [replace(f, turns=()) for f in families(5)]):
        week = plan(homes=homes)
        assert codes(week) == {"nothing_due"} and week.calls == week.waits == ()


def test_more_locked_visits_than_fit():
    homes = [replace(f, lock=Lock(MONDAY)) for f in families(15)]
    week = plan(homes=homes)
    assert set(why(week).values()) == {"locked_full"}
    assert 4 <= len(week.calls) < 15 and {c.day for c in week.calls} == {MONDAY}


def test_a_lock_outside_the_horizon():
    homes = families(3)
    homes[0] = replace(homes[0], lock=Lock(MONDAY + timedelta(40)))
    assert why(plan(homes=homes)) == {0: "locked_full"}


def test_a_two_person_visit_without_a_partner():
    walker = replace(LAN, hours={0: (Hours(14 * HOUR, 17 * HOUR),)})
    homes = families(5)
    homes[4] = replace(homes[4], pair=True)
    assert why(plan(walker, homes)) == {4: "no_pair_shift"}


def test_a_conflict_of_interest():
    homes = families(5)
    homes[4] = replace(homes[4], blocked=frozenset({LAN.id}))
    assert why(plan(homes=homes)) == {4: "conflict"}


def test_all_points_equal():
    week = plan(homes=[replace(f, point=HOME) for f in families(12)])
    assert codes(week) == {"one_place"} and week.metres == 0 and week.plan.travel == 0
    assert len(week.calls) == 12


def test_a_point_outside_the_district():
    homes = families(5)
    homes[0] = replace(homes[0], point=(2.35, 48.85))
    assert why(plan(homes=homes, area=DISTRICT)) == {0: "outside"}
    assert why(plan(homes=homes)) == {0: "too_far"}


def test_two_thousand_households_for_one_member():
    week = plan(homes=families(2_000))
    assert ("sliced", 300) in week.notes and len(week.calls) >= 15
    assert sum(w.why == "beyond" for w in week.waits) == 1_700
    assert min(c.due.worth for c in week.calls) > 1_800 + 60 * 1_700 - 1


def test_a_visit_longer_than_any_stretch():
    homes = families(3)
    homes[0] = replace(homes[0], minutes=600)
    assert why(plan(homes=homes)) == {0: "too_long"}


@pytest.mark.parametrize("days, taken", [(0, 1), (-5, 1), (400, 31)])
def test_a_horizon_that_is_too_short_or_too_long(days, taken):
    week = plan(days=days)
    assert ("horizon", taken) in week.notes and week.calls


class Elsewhere:
    def seconds(self, points, mode):
        return np.where(np.eye(len(points), dtype=bool), 0.0, np.inf)


class Broken:
    """No road to the last point."""

    def seconds(self, points, mode):
        ways = np.full((len(points), len(points)), 60.0)
        ways[-1, :-1] = ways[:-1, -1] = np.inf
        np.fill_diagonal(ways, 0)
        return ways


def test_roads_of_another_continent():
    week = plan(roads=Elsewhere())
    assert codes(week) == {"roads_elsewhere"} and len(week.calls) >= 15
    assert week.calls == plan().calls


def test_pairs_that_no_road_joins_are_counted_and_guessed():
    week = plan(homes=families(6), roads=Broken())
    assert week.notes == (("unreachable", 6),) and len(week.calls) == 6


# ---------------------------------------------------------------- sentences


def test_every_code_has_its_sentence():
    texts = [*sentences.LEFT.values(), *sentences.NOTES.values(), *sentences.BREAKS.values(),
             *sentences.MORE.values()]  # fmt: skip
    for text in texts:
        assert text.endswith("。") and not set(text) & set(",;:?!")


def test_what_is_apart_is_told_only_to_those_who_may_know_it():
    secret = due(apart=True)
    week = plan(homes=[replace(f, turns=(secret,)) for f in families(2)])
    said = {
        may: sentences.why_now(week.calls[0], may_know_apart=may, neutral="到了日子。")
        for may in (True, False)
    }
    assert said == {True: secret.says, False: "到了日子。"}


def test_what_one_more_hour_and_one_more_day_would_bring():
    week = plan(homes=families(60))
    hour, day = one_more_hour(week, MONDAY), one_more_day(week, MONDAY, 7)
    assert 0 < hour.families < day.families
    assert hour.day.weekday() in WORK and day.day.weekday() not in WORK
    assert "多看" in sentences.more_time(hour) and "多看" in sentences.more_time(day)
    enough = plan(homes=families(3))
    assert sentences.more_time(one_more_hour(enough, MONDAY)) == sentences.MORE["hour_none"]
    assert sentences.more_time(one_more_day(enough, MONDAY, 7)) == sentences.MORE["day_none"]
    assert one_more_day(plan(replace(LAN, hours={})), MONDAY, 7).families > 3


def test_she_arranges_and_is_told_what_breaks():
    homes = families(8)
    homes[2] = replace(homes[2], pair=True)
    homes[5] = replace(homes[5], hours={4: ((14 * HOUR, 15 * HOUR),)})
    week = plan(homes=homes)
    routes = week.plan.routes()
    assert check_plan(week.problem, by_hand(week.problem, routes)) == []
    monday = week.problem.shifts[0]
    assert monday.start // DAY == 0
    moved = {monday.id: tuple(v.id for v in week.problem.visits)}
    told = check_plan(week.problem, by_hand(week.problem, moved))
    assert {(b.code, b.visit) for b in told if b.visit is not None} == {("alone", 2), ("window", 5)}
    assert "late_home" in {b.code for b in told}
    assert all(said.endswith("。") for said in sentences.breaks(told))
