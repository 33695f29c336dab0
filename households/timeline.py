"""What happened to a household, in sentences, newest first; as far as the reader's role goes.

What is dated by itself (colours, claims, moves) is told from its own rows, the rest from history.
Old values are not told: who may know them asks for them, with a reason. Sensitive records do not
show at all; that somebody read or wrote them stands in the access log.
"""

from datetime import datetime
from itertools import pairwise

from households.models import (
    Classification,
    FamilyStatement,
    Household,
    IdentityChange,
    IndexChange,
    PlaceChange,
    Protection,
)

NEWEST = 300
_PURPOSES = {"import": "导入的名单", "publish": "新的分工"}
_FIELDS = {
    "contact_name": "户主",
    "phone": "电话",
    "members": "人口",
    "note": "备注",
    "name": "姓名",
    "relation": "与户主关系",
    "birth_year": "出生年份",
    "household_no": "户编号",
    "point": "位置",
    "address": "地址",
}
_ENDED = {
    "lapse": "颜色到了复核日期，回到未评估。",
    "scheme": "本区的颜色方案里没有这一类了，回到未评估。",
}
_WORDS = {"I": "登记了", "D": "删除了"}

Told = tuple[datetime, str]


def timeline(home: Household) -> list[dict]:
    """The newest first, at most 300 of each kind; of one moment, in the order they were told."""
    parts = (_entered, _colours, _objections, _said, _claims, _moves, _changes)
    told = [event for part in parts for event in part(home)]
    told.sort(key=lambda one: one[0], reverse=True)
    return [{"at": at, "text": text} for at, text in told]


def _who(member, purpose: str = "") -> str:
    return member.name if member else _PURPOSES.get(purpose, "系统")


def _entered(home: Household) -> list[Told]:
    """A colour that has lapsed, too: nobody decides that."""
    changes = IndexChange.objects.filter(household=home, about="household")
    told = []
    for change in changes.select_related("member").order_by("-at", "-pk")[:NEWEST]:
        if change.operation == "I":
            told.append((change.at, f"{_who(change.member, change.purpose)}登记了这户。"))
        elif change.before.get("lapsed") is False:
            told.append((change.at, _ENDED.get(change.purpose, _ENDED["lapse"])))
    return told


def _colours(home: Household) -> list[Told]:
    told = []
    status = Classification.Status
    rows = home.classifications.select_related(
        "colour_class", "reason", "proposed_by", "second_look_by", "decided_by"
    )
    for row in rows.order_by("-pk")[:NEWEST]:
        colour, why = row.colour_class.name, f"，因为{row.reason.text}" if row.reason else ""
        who = _who(row.proposed_by, "import")
        told.append((row.proposed_at, f"{who}提出定为{colour}{why}。"))
        if row.second_look_by:
            told.append((row.second_look_at, f"{row.second_look_by.name}再看了一遍，也同意改。"))
        if row.decided_at and row.status == status.REFUSED:
            why = f"：{row.refusal}" if row.refusal else ""
            told.append((row.decided_at, f"{row.decided_by.name}没有同意定为{colour}{why}。"))
        elif row.decided_at:
            help_ = f"，提供的帮助：{row.help_offered}" if row.help_offered else ""
            told.append((row.decided_at, f"{row.decided_by.name}确认定为{colour}{help_}。"))
    return told


def _objections(home: Household) -> list[Told]:
    """That there was one and how it ended; the words stand with the colour."""
    told = []
    for row in home.objections.select_related("by", "reviewed_by").order_by("-pk")[:NEWEST]:
        told.append((row.at, f"家庭对颜色有异议，由{row.by.name}记下，颜色先取消。"))
        if row.reviewed_by:
            ended = "维持原来的颜色" if row.kept else "撤回颜色"
            told.append((row.reviewed_at, f"{row.reviewed_by.name}复核了异议，{ended}。"))
    return told


def _said(home: Household) -> list[Told]:
    """What the family says of itself, and what good is said of it."""
    told = []
    if statement := FamilyStatement.objects.filter(household=home).first():
        told.append((statement.written_at, "记下了家庭自己的话。"))
    for word in home.good_words.select_related("by").order_by("-pk")[:NEWEST]:
        told.append((word.at, f"{word.by.name}记下了家庭做过的好事：{word.get_kind_display()}。"))
    return told


def _claims(home: Household) -> list[Told]:
    told = []
    for claim in home.claims.select_related("member").order_by("-pk")[:NEWEST]:
        told.append((claim.started_at, f"{claim.member.name}认领了这户。"))
        if claim.ended_at:
            told.append((claim.ended_at, f"{claim.member.name}的认领结束了。"))
    return told


def _moves(home: Household) -> list[Told]:
    spells = list(home.spells.select_related("grid").order_by("-until", "-pk")[:NEWEST])
    grids = [home.grid, *(spell.grid for spell in spells)]
    return [
        (spell.until, f"从{_grid(before)}转到{_grid(after)}。")
        for spell, (after, before) in zip(spells, pairwise(grids), strict=True)
    ]


def _grid(grid) -> str:
    return f"“{grid.name}”" if grid else "没有网格"


def _changes(home: Household) -> list[Told]:
    identity = IdentityChange.objects.filter(household=home)
    changes = list(identity.select_related("member").order_by("-at", "-pk")[:NEWEST])
    # Nor does the app tell where a protected family was, should row security ever fail to hide it.
    if home.protection == Protection.NONE:
        places = PlaceChange.objects.filter(household=home, hidden=False)
        changes += places.select_related("member").order_by("-at", "-pk")[:NEWEST]
    told = []
    for change in changes:
        who = _who(change.member, change.purpose)
        whose = "一位家人" if change.about == "person" else ""
        if change.about == "familystatement":
            what = "收回了" if change.operation == "D" else "改了"
            told.append((change.at, f"{who}为家庭{what}自己的话。"))
            continue
        if change.operation in _WORDS:
            told.append((change.at, f"{who}{_WORDS[change.operation]}{whose}。"))
            continue
        what = "、".join(label for name, label in _FIELDS.items() if name in change.before)
        if what:
            told.append((change.at, f"{who}改了{whose and whose + '的'}{what}。"))
    return told
