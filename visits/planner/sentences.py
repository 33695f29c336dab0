"""What a plan says in plain Chinese: why a family waits, what is odd, what more time would bring."""

from visits.planner.week import Call, Waits, Week
from visits.planner.worth import More

# Why a family is not in the plan.
LEFT = {
    "no_room": "时间已经排满，先去了更急的人家；她家可以等到 {last}。",
    "locked_full": "锁定在那一天，可是那天放不下了，请换一天或者少锁几户。",
    "no_pair_shift": "她家要两个人一起去，可是这几天没有两人同行的时间，请先约好同伴。",
    "no_window": "她家方便的时间和您的工作时间碰不上，请问问她家还有什么时候方便。",
    "no_days": "这几天没有安排工作时间。",
    "too_long": "这次走访要的时间比您任何一段工作时间都长，请拆成两次或者留一段整时间。",
    "too_far": "路太远，一段工作时间里来回都不够。",
    "no_position": "她家在地图上还没有位置，请先标上位置。",
    "outside": "她家的位置在本区外面，请检查位置。",
    "conflict": "您和她家有利益关系，由别人去。",
    "by_hand": "您把她家拿了出来。",
    "beyond": "要去的人家太多，这次先排最要紧的，她家不在其中。",
}
# What is odd about the whole plan; `{n}` is its number.
NOTES = {
    "horizon": "一次只能排 1 到 31 天，已经按 {n} 天来排。",
    "no_days": "这 {n} 天里没有工作时间，一户也排不进去。请先填上哪天有空。",
    "nothing_due": "这几天没有人家到走访的日子。",
    "sliced": "要走访的太多，这次只排最要紧的 {n} 次，其余的请下一批再排。",
    "no_home": "没有填出发的地方，先按这些人家的中间算路程。",
    "one_place": "这 {n} 次走访的位置都在同一点，路程算成 0，请检查位置。",
    "unreachable": "有 {n} 对人家之间路网走不通，这些按直线距离估算。",
    "roads_elsewhere": "导入的路网不在这一带，路程都按直线距离估算。",
}
# What an arrangement breaks.
BREAKS = {
    "too_soon": "这样走来不及，还差 {minutes} 分钟。",
    "times": "到达、开始和离开的时间对不上。",
    "window": "这个时间她家不方便。",
    "alone": "她家要两个人一起去。",
    "locked": "这户锁定在别的日子。",
    "late_home": "这样回到家会晚 {minutes} 分钟。",
    "too_many": "这一段排得太多了。",
    "twice": "同一次走访排了两回。",
    "both": "这户既在计划里，又在没排上的里面。",
    "forgotten": "这户既没有排上，也没有说明原因。",
    "figures": "合计的数字对不上。",
}
MORE = {
    "hour": "{day}多一个小时，能多看 {families} 户。",
    "day": "多出 {day}一天，能多看 {families} 户。",
    "hour_urgent": "{day}多一个小时，能先去更急的人家。",
    "day_urgent": "多出 {day}一天，能先去更急的人家。",
    "hour_none": "多一个小时也不会多看一户。",
    "day_none": "多一天也不会多看一户。",
}
WEEKDAYS = "一二三四五六日"


def day_text(day) -> str:
    return f"{day.month} 月 {day.day} 日（周{WEEKDAYS[day.weekday()]}）"


def why_now(call: Call, *, may_know_apart: bool, neutral: str) -> str:
    """Why this stop is in the plan. What is apart is told only to those who may know it."""
    return neutral if call.due.apart and not may_know_apart else call.due.says


def why_not(wait: Waits) -> str:
    return LEFT[wait.why].format(last=day_text(wait.due.last))


def notes(week: Week) -> list[str]:
    return [NOTES[code].format(n=n) for code, n in week.notes]


def breaks(found) -> list[str]:
    return [BREAKS[one.code].format(minutes=-(-one.seconds // 60)) for one in found]


def more_time(more: More) -> str:
    if more.day is None:
        return MORE[f"{more.what}_none"]
    which = more.what if more.families else f"{more.what}_urgent"
    return MORE[which].format(day=day_text(more.day), families=more.families)
