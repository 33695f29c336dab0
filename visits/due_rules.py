"""When a family's turn comes, how urgent it is, and why. Pure: one table of rules, dates in and out.

The table is data with a version, so that a county may change it and see first what would change
(`preview`). A visit serves everything whose time has come by then. See docs/planning.md.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from math import ceil, floor

from core.errors import Invalid


class RulesNotUnderstood(Invalid):
    message = "走访规则表不完整或者写错了。"


# `worth`: how many minutes on the way a due visit is worth, by the cadence in days. A clock runs
# from a day: its visits are due so many days after (before, if negative), may come `before` days
# earlier and should not come later than `after` days. What is `apart` is told to those who follow
# up the case only; others read `neutral`.
RULES = {
    "version": 1,
    "ahead": 0.25,
    "late": 0.45,
    "gap_days": 2,
    "worth": [[7, 240], [14, 120], [31, 60], [92, 30], [3660, 15]],
    "cadence": "约定每 {cadence} 天看望一次，{since}。",
    "neutral": "到了约定看望的日子。",
    "clocks": [
        {"code": "warning", "days": [7, 30, 60, 90], "before": 4, "after": 0, "worth": 480,
         "apart": True, "says": "告诫书送达后第 {turn} 次查访，应在 {day}前完成。"},
        {"code": "order", "days": [-15], "before": 7, "after": 7, "worth": 300,
         "apart": True, "says": "人身安全保护令再过约半个月到期，去问问还需要什么。"},
        {"code": "dispute", "days": [30, 90], "before": 7, "after": 14, "worth": 150,
         "apart": False, "says": "上次的事情说好之后第 {turn} 次回访。"},
        {"code": "need", "days": [14, 45], "before": 7, "after": 14, "worth": 120,
         "apart": False, "says": "她家提出的需要还没有办好，去说说进展。"},
        {"code": "review", "days": [0], "before": 14, "after": 7, "worth": 90,
         "apart": False, "says": "颜色在 {day} 到期，去听听她家现在怎么样。"},
        {"code": "promise", "days": [0], "before": 0, "after": 3, "worth": 240,
         "apart": False, "says": "上次说好 {day} 再来。"},
    ],
}  # fmt: skip


@dataclass(frozen=True)
class Clock:
    """Something that happened to the family `on` a day; `served` is the last visit because of it."""

    code: str
    on: date
    served: date | None = None


@dataclass(frozen=True)
class Facts:
    cadence_days: int | None = None
    last_visit: date | None = None
    clocks: tuple[Clock, ...] = ()


@dataclass(frozen=True)
class Due:
    """One visit: from `first` to `last`, best on `day`. `worth` is in seconds on the way."""

    code: str
    first: date
    day: date
    last: date
    urgency: float
    worth: int
    says: str
    apart: bool = False
    also: tuple[str, ...] = ()  # what else the visit serves, apart or not: for no page


def check_rules(rules: Mapping) -> None:
    """RulesNotUnderstood with the line that is wrong."""
    try:
        for part in ("version", "ahead", "late", "gap_days", "worth", "cadence", "neutral"):
            rules[part]
        if not 0 <= rules["ahead"] < 1 or not 0 <= rules["late"] < 1 or rules["gap_days"] < 0:
            raise ValueError("ahead, late, gap_days")
        cadences = [cadence for cadence, _ in rules["worth"]]
        if cadences != sorted(cadences) or min(minutes for _, minutes in rules["worth"]) <= 0:
            raise ValueError("worth")
        rules["cadence"].format(cadence=7, since="")
        for clock in rules["clocks"]:
            clock["says"].format(turn=1, day="")
            if not clock["days"] or clock["days"] != sorted(clock["days"]):
                raise ValueError(f"{clock['code']}: days")
            if min(clock["before"], clock["after"]) < 0 or clock["worth"] <= 0:
                raise ValueError(f"{clock['code']}: before, after, worth")
            clock["apart"] + 0
    except (KeyError, IndexError, TypeError, ValueError) as error:
        raise RulesNotUnderstood(f"走访规则表写错了：{error}") from None


def turns(facts: Facts, today: date, days: int, rules: Mapping = RULES) -> list[Due]:
    """The visits of a family that fall into `days` days from `today`, none overlapping another."""
    until = today + timedelta(days - 1)
    wanted = [*_by_cadence(facts, today, until, rules), *_by_clocks(facts, today, until, rules)]
    wanted.sort(key=lambda due: (due.last, -due.worth, due.first))
    found: list[Due] = []
    for due in wanted:
        if not found:
            found.append(due)
            continue
        previous = found[-1]
        # What may be done on the way is done on the way.
        if due.first <= previous.last:
            found[-1] = _together(previous, due)
            continue
        first = max(due.first, previous.last + timedelta(rules["gap_days"]))
        if first <= due.last:
            found.append(replace(due, first=first, day=max(due.day, first)))
        else:
            found[-1] = replace(previous, also=(*previous.also, due.code))
    return found


def preview(
    families: Mapping[int, Facts], today: date, days: int, old: Mapping, new: Mapping
) -> dict[int, tuple[list[Due], list[Due]]]:
    """Whose turns would change, before and after, if `new` took the place of `old`."""
    check_rules(new)
    both = {
        id: (turns(facts, today, days, old), turns(facts, today, days, new))
        for id, facts in families.items()
    }
    return {id: (before, after) for id, (before, after) in both.items() if before != after}


def _together(a: Due, b: Due) -> Due:
    """One visit for both: when both allow it, for what is worth more."""
    main, other = (a, b) if a.worth >= b.worth else (b, a)
    first, last = max(a.first, b.first), min(a.last, b.last)
    return replace(
        main, first=first, last=last, day=min(max(main.day, first), last),
        also=tuple(dict.fromkeys((*main.also, other.code, *other.also))),
    )  # fmt: skip


def _by_cadence(facts: Facts, today: date, until: date, rules: Mapping) -> Iterable[Due]:
    cadence = facts.cadence_days
    if not cadence:
        return
    minutes = next((m for c, m in rules["worth"] if cadence <= c), rules["worth"][-1][1])
    # A family that nobody has visited yet is due today.
    day = facts.last_visit + timedelta(cadence) if facts.last_visit else today
    late = max(0, (today - day).days)
    since = f"上次是 {facts.last_visit:%-m 月 %-d 日}" if facts.last_visit else "还没有去过"
    if late:
        since += f"，已经过了 {late} 天"
    day = max(day, today)
    turn = 0
    while day - timedelta(floor(rules["ahead"] * cadence)) <= until:
        first = max(today, day - timedelta(floor(rules["ahead"] * cadence)))
        last = day + timedelta(ceil(rules["late"] * cadence))
        follows = day + timedelta(cadence - floor(rules["ahead"] * cadence)) <= until
        last = min(last, until) if follows else until
        # By the end of the horizon, against the cadence.
        ratio = 1.0 if turn else 1 + (late + (until - day).days) / cadence
        urgency = min(3.0, ratio if ratio >= 1 else max(0.25, 0.25 + 3 * (ratio - 0.75)))
        says = rules["cadence"].format(cadence=cadence, since=since)
        if turn:
            says = rules["neutral"]
        yield Due("cadence", first, min(day, last), last, round(urgency, 3),
                  round(minutes * 60 * urgency), says)  # fmt: skip
        day += timedelta(cadence)
        turn += 1


def _by_clocks(facts: Facts, today: date, until: date, rules: Mapping) -> Iterable[Due]:
    known = {clock["code"]: clock for clock in rules["clocks"]}
    for clock in facts.clocks:
        rule = known.get(clock.code)
        if rule is None:
            continue
        late_ones = 0
        for turn, days in enumerate(rule["days"], 1):
            day = clock.on + timedelta(days)
            first = day - timedelta(rule["before"])
            if first > until or (clock.served and clock.served >= first):
                continue
            last = day + timedelta(rule["after"])
            if last < today:
                # However many were missed, one visit makes up for them.
                late_ones += 1
                if late_ones > 1:
                    continue
                last = until
            late = max(0, (today - day).days)
            urgency = min(3.0, 1 + late / 7)
            yield Due(
                clock.code, max(first, today), min(max(day, today), until), min(last, until),
                round(urgency, 3), round(rule["worth"] * 60 * urgency),
                rule["says"].format(turn=turn, day=f"{day:%-m 月 %-d 日}"), rule["apart"],
            )  # fmt: skip
