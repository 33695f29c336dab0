"""What each figure of the ledgers means. Pure data; `sec.ledger` counts by the same keys.

A printed figure carries its definition, its unit, its period and what it is out of, so that two
figures that differ can be seen to mean two things. docs/ledgers.md is made of this.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    key: str
    name: str
    unit: str
    # One sentence: what is counted, and by which day.
    definition: str
    # The key of what it is a part of.
    out_of: str = ""
    # Sensitive ones are hidden below 10 above the town, others below 5 (docs/privacy.md).
    sensitive: bool = False
    # Whether the rows it counts may be listed to whoever sees the families.
    rows: bool = True


@dataclass(frozen=True)
class Ledger:
    key: str
    name: str
    figures: tuple[Figure, ...]


HOMES = Figure("homes", "在册户数", "户", "现在登记在册的家庭，不分时期。", rows=False)

LEDGERS = (
    Ledger("screening", "入户排查台账", (
        Figure("screenings", "排查次数", "次", "这段时间登记的入户排查，按登记的时间算；同一户去几次算几次，家里没人也算。"),
        Figure("screened_homes", "排查户数", "户", "这段时间至少登记过一次入户排查的家庭，一户只算一次。", "homes"),
    )),
    Ledger("visits", "走访台账", (
        Figure("visits", "走访次数", "次", "这段时间登记的走访，按登记的时间算，不含排查和回访；家里没人也算。"),
        Figure("follow_ups", "回访次数", "次", "这段时间登记的回访，按登记的时间算。"),
        Figure("met", "见到家里人", "次", "走访和回访里见到了家里人的次数。", rows=False),
        Figure("visited_homes", "走访户数", "户", "这段时间至少走访或回访过一次的家庭，一户只算一次。", "homes"),
    )),
    Ledger("disputes", "矛盾纠纷台账", (
        Figure("found", "发现纠纷", "件", "发现日期在这段时间里的矛盾纠纷，不论怎么发现的。", sensitive=True),
        Figure("settled", "化解", "件", "这段时间达成协议的纠纷，按达成协议的日子算，不论哪天发现；重新调解后又达成的仍算一件。", sensitive=True),
        Figure("not_agreed", "未达成协议", "件", "这段时间结束调解、已书面告知其他法律途径的纠纷。", sensitive=True),
        Figure("disputes_followed_up", "已回访", "件", "这段时间做了回访的纠纷，按回访的日子算。", sensitive=True),
        Figure("still_open", "期末在办", "件", "到最后一天为止发现、到那天还没有归档的纠纷。", sensitive=True),
    )),
    Ledger("colours", "五色统计", (
        *(
            Figure(f"colour_{slot}", f"第{slot}色", "户", "最后一天有这种颜色的家庭：已由另一人确认、没有到复核日期、没有待复核的异议。颜色是我们欠家庭的帮助。", "homes", rows=False)
            for slot in range(1, 6)
        ),
        Figure("decided", "这段时间定色", "户次", "这段时间经另一人确认的定色，一户确认几次算几次。", rows=False),
    )),
    Ledger("support", "帮扶台账", (
        Figure("needs", "登记的需求", "项", "这段时间登记的家庭需求。"),
        Figure("needs_met", "已经解决", "项", "这段时间办到的需求，按办到的日子算，不论哪天登记。"),
        Figure("helps", "帮助次数", "次", "给家庭的帮助，按给的日子算，一项需求帮几次算几次。"),
        Figure("helped_homes", "帮助户数", "户", "这段时间至少得到一次帮助的家庭，一户只算一次。", "homes"),
        Figure("payments", "救助金笔数", "笔", "帮助里的救助金，按给的日子算。"),
        Figure("money", "救助金", "元", "这段时间救助金的合计，四舍五入到元。", rows=False),
        Figure("jobs", "就业和培训", "次", "帮助里的介绍工作和培训。"),
        Figure("honours", "表彰", "次", "帮助里的表彰：最美家庭、五好家庭、好婆媳、五美庭院。"),
    )),
    Ledger("events", "培训活动台账", (
        Figure("events", "场次", "场", "这段时间办的培训、活动和宣讲，按举办的日子算。"),
        Figure("women", "到场妇女", "人次", "到场妇女的人次，同一人来几场算几次。", rows=False),
        Figure("men", "到场男性", "人次", "到场男性的人次，同一人来几场算几次。", rows=False),
    )),
)  # fmt: skip

FIGURES = {figure.key: figure for ledger in LEDGERS for figure in ledger.figures}
