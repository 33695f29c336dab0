"""What a review says, in words a town's people use. Every number comes with what it is compared to.

Where there is no number there is a sentence why. Names are put in as given: who shows them escapes.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from django.utils.translation import gettext as _

from hotspots.stats.expected import Offset
from hotspots.stats.few import TooFew
from hotspots.stats.review import ARTEFACT, Finding, Review
from hotspots.stats.scan import Cluster, Scan
from hotspots.stats.trend import Change

# Nearer to the middle than this share of a town's reach is the middle.
MIDDLE = 0.25
NAMED = 3
# Below this many months a map of grids finds little: docs/hotspots.md.
MONTHS_OF_POWER = 12


@dataclass(frozen=True)
class Places:
    """Names of the areas and of the towns they lie in; `kind` names the level, as 村 or 网格."""

    names: Sequence[str]
    towns: Sequence[str]
    xy: np.ndarray
    kind: str


def few(value: TooFew) -> str:
    """Why there is no number."""
    return {
        "no_disputes": _("这段时间没有登记纠纷。"),
        "few_disputes": _("纠纷只有 %(found)d 起，不到 %(needed)d 起，太少，说不出哪里多。"),
        "few_areas": _("只有 %(found)d 个地方可比，不到 %(needed)d 个，太少，不作判断。"),
        "one_area": _("%(found)d 起纠纷都在同一个地方，没有别处可比，不作判断。"),
        "all_alike": _("各地数值都一样，没有高低可比。"),
        "no_households": _("没有户数，算不出每千户的纠纷。"),
        "no_screenings": _("没有走访筛查记录，无法判断纠纷多是不是因为查得多。"),
        "open_period": _("这段时间还有 %(found)d 天没有结束，结束以后再评估。"),
        "few_periods": _("只有 %(found)d 期，不到 %(needed)d 期，太少，看不出变化过程。"),
        "few_points": _("有位置的纠纷只有 %(found)d 起，不到 %(needed)d 起，不画密度图。"),
    }[value.what] % {"found": value.found, "needed": value.needed}


def where(members: np.ndarray, places: Places) -> str:
    """五女店镇东部的 3 个村（甲村、乙村、丙村）."""
    towns = {places.towns[i] for i in members}
    names = _("、").join(places.names[i] for i in members[:NAMED])
    if len(members) > NAMED:
        names += _("等")
    told = {"n": len(members), "kind": places.kind, "names": names}
    if len(towns) > 1:
        told["towns"] = _("、").join(sorted(towns))
        return _("%(towns)s交界的 %(n)d 个%(kind)s（%(names)s）") % told
    told["town"] = towns.pop()
    told["side"] = _side(members, places, told["town"])
    return _("%(town)s%(side)s的 %(n)d 个%(kind)s（%(names)s）") % told


def _side(members, places, town) -> str:
    own = places.xy[[t == town for t in places.towns]]
    middle = own.mean(axis=0)
    reach = np.hypot(*(own - middle).T).max()
    east, north = places.xy[members].mean(axis=0) - middle
    if np.hypot(east, north) <= MIDDLE * max(reach, 1e-9):
        return _("中部")
    octant = round(np.degrees(np.arctan2(north, east)) / 45) % 8
    return (
        _("东部"), _("东北部"), _("北部"), _("西北部"), _("西部"), _("西南部"), _("南部"), _("东南部"),
    )[octant]  # fmt: skip


def verdict(found: Review, places: Places, months: int) -> list[str]:
    """The review in sentences: first what stands out, then what was refused, then what is missing."""
    if isinstance(found.verdict, TooFew):
        return [few(found.verdict), *_missing(found)]
    said = [finding(f, found.verdict, found.effort, places) for f in found.findings]
    if found.findings:
        said.append(_("其余地方的高低可能只是偶然。"))
    else:
        said.append(_("没有哪里的纠纷多到偶然解释不了；各地的高低可能只是偶然，不要据此排名。"))
        if months < MONTHS_OF_POWER:
            said.append(
                _("%(n)d 个月的纠纷太少，就是有的地方真多，也多半看不出来。请看满 12 个月的评估。")
                % {"n": months}
            )
    said += [explained(c, places) for c in found.explained]
    return said + _missing(found)


def finding(one: Finding, scan: Scan, effort: Offset | TooFew, places: Places) -> str:
    """One place that stands out, or a quota that looks like one."""
    told = _told(one.cluster, places) | {"late": one.late, "minor": one.minor}
    if one.kind == ARTEFACT:
        return (
            _(
                "%(where)s登记得多，但 %(minor)d 起轻微事项里有 %(late)d 起集中在月底三天；去掉多出来的，就不突出了。"
                "更像是月底赶任务，请先核对登记。"
            )
            % told
        )
    return (
        _(
            "%(where)s的纠纷，比住户和走访筛查能说明的多：%(observed)d 起，应有约 %(expected).0f 起，是别处的 %(ratio).1f 倍；"
        )
        if isinstance(effort, Offset)
        else _(
            "%(where)s的纠纷，比住户能说明的多：%(observed)d 起，应有约 %(expected).0f 起，是别处的 %(ratio).1f 倍；"
        )
    ) % told + _chance(one.cluster.p, scan.sims)


def explained(cluster: Cluster, places: Places) -> str:
    return _("%(where)s按户数看纠纷多，但走访筛查也多，查得多就能说明，不算聚集。") % _told(
        cluster, places
    )


def _told(cluster: Cluster, places: Places) -> dict:
    return {
        "where": where(cluster.members, places),
        "observed": cluster.observed,
        "expected": cluster.expected,
        "ratio": cluster.ratio,
    }


def _chance(p: float, sims: int) -> str:
    """A frequency, not a p-value; the review itself is one of the maps."""
    return _("如果各地其实一样，%(maps)d 张这样的地图里大约只有 %(n)d 张会有这么突出的地方。") % {
        "maps": sims + 1,
        "n": max(1, round(p * (sims + 1))),
    }


def _missing(found: Review) -> list[str]:
    said = []
    if found.unplaced:
        said.append(_("%(n)d 起纠纷没有位置，没有算进地图。") % {"n": found.unplaced})
    if found.homeless:
        said.append(
            _("%(n)d 起纠纷在没有住户的地方，算不出每千户，没有算进判断。") % {"n": found.homeless}
        )
    if found.islands:
        said.append(_("%(n)d 个地方不与别处相邻，与最近的几处相比。") % {"n": found.islands})
    if isinstance(found.effort, TooFew) and found.effort.what == "no_screenings":
        said.append(few(found.effort))
    return said


def method(found: Review) -> str:
    """What the screen says under the map: null model, number of looks, how often it errs."""
    if isinstance(found.verdict, TooFew):
        return _("没有作判断；数字只供查看。")
    return _(
        "判断用扫描统计：圆形窗口逐处比较，与 %(sims)d 张按偶然生成的地图相比，已经考虑同一家反复发生的纠纷（离散系数 %(phi).2f）。"
        "即使各地完全一样，每 100 次评估也会有约 5 次误报。"
    ) % {"sims": found.verdict.sims, "phi": found.verdict.phi}


def density() -> str:
    return _("密度图只说明哪里人多事多，不说明哪里的纠纷比住户多。")


def change(value: Change | TooFew) -> str:
    """More or fewer than in the period before."""
    if isinstance(value, TooFew):
        return few(value)
    return {
        "up": _("比上期多：是上期的 %(ratio).1f 倍（%(low).1f～%(high).1f）。"),
        "down": _("比上期少：是上期的 %(ratio).1f 倍（%(low).1f～%(high).1f）。"),
        "unclear": _("与上期的差别可能只是偶然：%(ratio).1f 倍（%(low).1f～%(high).1f）。"),
    }[value.says] % _numbers(value)


def worked(value: Change | TooFew) -> str:
    """Did it work: the change against areas without the measure."""
    if isinstance(value, TooFew):
        return _("说不出措施有没有用：") + few(value)
    return {
        "up": _("采取措施的地方反而比对照的地方多：%(ratio).1f 倍（%(low).1f～%(high).1f）。"),
        "down": _(
            "采取措施的地方比对照的地方少了：%(ratio).1f 倍（%(low).1f～%(high).1f），措施可能有用。"
        ),
        "unclear": _(
            "与对照的地方相比，变化可能只是偶然：%(ratio).1f 倍（%(low).1f～%(high).1f），还说不出措施有没有用。"
        ),
    }[value.says] % _numbers(value)


def _numbers(value: Change) -> dict:
    return {"ratio": value.ratio, "low": value.low, "high": value.high}


def emerging(name: str) -> str:
    return {
        "new": _("最近一期才突出"),
        "consecutive": _("最近几期连续突出"),
        "intensifying": _("一直突出，而且在加重"),
        "persistent": _("一直突出"),
        "diminishing": _("一直突出，但在减轻"),
        "sporadic": _("时有时无"),
        "historical": _("以前突出，现在不突出"),
        "none": _("没有变化的规律"),
    }[name]


def cell(count: int | None, *, screened: bool, known: bool) -> str:
    """A cell of the map or a table: four states that must not look alike."""
    if not known:
        return _("没有数据")
    if not screened:
        return _("没有走访筛查")
    if count is None:
        return _("数字太小，不公开")
    return str(count) if count else _("没有")
