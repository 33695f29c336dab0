"""Which invented household has which colour, why, and until when."""

from dataclasses import dataclass

import numpy as np

from gis_app.demo.outlines import Outlines
from gis_app.demo.people import Staff
from gis_app.demo.settlements import Homes, share
from gis_app.demo.sources import County
from households.defaults import FIVE_COLOURS

# Published for 2023: red, orange, yellow, blue, green.
PUBLISHED = np.array([123, 25, 220, 433, 400])
# Of all households. In truth 1,201 of about 250,000 were coloured; at that rate a demo of 20,000
# would show 96. So the proportions among the colours are the published ones, and their number is not.
ASSESSED, LAPSED, PROPOSED, CHANGING = 0.32, 0.04, 0.012, 0.003
# The part of the proposals that came with an imported list, and so from nobody.
FROM_A_LIST = 0.2
RED = 1

# By slot: what somebody offered to do.
HELP = {
    1: ["每周上门陪伴，社区民警和司法所一同支持", "联系心理咨询师，每周一次", "由村里和乡镇一起商量帮助办法"],
    2: ["请调解员一起坐下来谈", "陪同到法律援助中心咨询", "每两周上门听听近况"],
    3: ["帮助申请临时救助", "安排邻里互助照看", "介绍就业培训和灵活岗位"],
    4: ["每两个月打电话或上门问候", "帮助与在外家人视频联系", "把惠民政策送到家"],
    5: ["邀请参加家庭经验分享会", "邀请加入巾帼志愿服务队", "送去最新的活动安排"],
}  # fmt: skip


@dataclass(frozen=True)
class Decisions:
    """One entry a classification. Days count from today; posts are indexes into the staff."""

    household: np.ndarray
    slot: np.ndarray
    reason: np.ndarray  # index into the class's reasons
    help_offered: list[str]
    status: np.ndarray  # of str
    proposed_by: np.ndarray  # -1: nobody, it came with a list
    proposed_days_ago: np.ndarray
    decided_by: np.ndarray  # -1: not decided yet
    decided_days_ago: np.ndarray
    review_in_days: np.ndarray  # means nothing before a decision


def decide(
    county: County, outlines: Outlines, homes: Homes, staff: Staff, rng: np.random.Generator
) -> Decisions:
    """Colours in the published proportions; some villages have assessed most, others few.

    Somebody in the grid proposes, the village's chair decides, the town's where it is red. Review
    dates lie evenly in the time a colour may last, so that a part is due soon.
    """
    total = len(homes.grid)
    village = outlines.village_of_grid[homes.grid]
    villages = len(county.village_codes)

    # Villages differ in how far they have come, and in what their families need.
    diligence = 0.08 + 0.9 * rng.random(villages) ** 1.5
    needs = np.exp(0.7 * (rng.random((villages, 5, 3)).sum(axis=2) - 1.5) * 2)
    order = _drawn(diligence[village], rng)
    assessed = order[: round(ASSESSED * total)]
    rest = order[len(assessed) :][::-1]  # those least likely to be assessed come first
    slots = np.zeros(total, int)
    left = assessed
    for slot, n in enumerate(share(len(assessed), PUBLISHED), start=1):
        drawn = _drawn(needs[village[left], slot - 1], rng)
        slots[left[drawn[:n]]] = slot
        left = left[drawn[n:]]

    rest = rest[np.argsort(rng.random(len(rest)), kind="stable")]
    lapsed = rest[: round(LAPSED * total)]
    proposed = np.concatenate(
        [
            rest[len(lapsed) :][: round(PROPOSED * total)],
            assessed[np.argsort(rng.random(len(assessed)), kind="stable")][
                : round(CHANGING * total)
            ],
        ]
    )
    household = np.concatenate([np.sort(assessed), np.sort(lapsed), np.sort(proposed)])
    status = np.repeat(
        np.array(["confirmed", "lapsed", "proposed"]), [len(assessed), len(lapsed), len(proposed)]
    )
    slot = slots[household]
    fresh = status != "confirmed"
    slot[fresh] = 1 + np.searchsorted(
        np.cumsum(PUBLISHED) / PUBLISHED.sum(), rng.random(fresh.sum()), side="right"
    )

    n = len(household)
    by_slot = [next(c for c in FIVE_COLOURS if c["slot"] == s) for s in range(1, 6)]
    reasons = np.array([len(c["reasons"]) for c in by_slot])[slot - 1]
    lasts = np.array([c["review_days"] for c in by_slot])[slot - 1]
    decided = status != "proposed"
    review = np.floor(rng.random(n) * lasts).astype(int)
    gone = status == "lapsed"
    review[gone] = -1 - np.floor(rng.random(gone.sum()) * 45).astype(int)
    decided_ago = lasts - review
    waited = 1 + np.floor(rng.random(n) * 12).astype(int)

    own_village = village[household]
    # A household without position stands in no grid: anybody of its village may propose.
    proposer = np.where(
        homes.placed[household],
        staff.proposer[homes.grid[household]],
        staff.first_member[own_village],
    )
    chair = np.where(
        slot == RED,
        staff.town_chair[county.town_of_village[own_village]],
        staff.village_chair[own_village],
    )
    listed = ~decided & (rng.random(n) < FROM_A_LIST)
    which_help = np.floor(rng.random(n) * 3).astype(int)
    return Decisions(
        household=household,
        slot=slot,
        reason=np.where(listed, -1, np.floor(rng.random(n) * reasons).astype(int)),
        help_offered=[
            "" if from_list else HELP[s][h]
            for s, h, from_list in zip(slot, which_help, listed, strict=True)
        ],
        status=status,
        proposed_by=np.where(listed, -1, proposer),
        proposed_days_ago=np.where(decided, decided_ago, 0) + waited,
        decided_by=np.where(decided, chair, -1),
        decided_days_ago=decided_ago,
        review_in_days=review,
    )


def confirmed_slots(decisions: Decisions, total: int) -> np.ndarray:
    """The colour of each household; 0: not assessed."""
    slots = np.zeros(total, int)
    confirmed = decisions.status == "confirmed"
    slots[decisions.household[confirmed]] = decisions.slot[confirmed]
    return slots


def claim(
    county: County,
    outlines: Outlines,
    homes: Homes,
    staff: Staff,
    colours: np.ndarray,
    member: int,
    rng: np.random.Generator,
) -> list[tuple[int, int]]:
    """Pairs (household, post): who took on a coloured family of another village of her town.

    `member` takes on two, so that whoever tries her account sees some.
    """
    village = outlines.village_of_grid[homes.grid]
    town = county.town_of_village[village]
    coloured = np.flatnonzero((colours > 0) & homes.placed)
    coloured = coloured[np.argsort(rng.random(len(coloured)), kind="stable")]
    place = staff.posts[member].place
    hers = (town[coloured] == county.town_of_village[place]) & (village[coloured] != place)
    pairs = [(int(household), member) for household in coloured[hers][:2]]
    others = coloured[~hers][: min(200, len(coloured) // 100)]
    for household, luck in zip(np.sort(others), rng.random(len(others)), strict=True):
        near = np.flatnonzero(county.town_of_village == town[household])
        near = near[near != village[household]]
        pairs.append((int(household), int(staff.first_member[near[int(luck * len(near))]])))
    return pairs


def _drawn(weight: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Positions in the order of a draw without replacement, in proportion to the weights."""
    return np.argsort(-np.log1p(-rng.random(len(weight))) / weight, kind="stable")
