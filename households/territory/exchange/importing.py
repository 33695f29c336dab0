"""A file that went out, edited elsewhere, becomes one step of a draft. Never the territory itself."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from django.db import transaction

from accounts.models import Member
from boundaries.doctor import CrsUnclear
from boundaries.doctor import place as located
from boundaries.models import Division
from core.errors import Conflict, Invalid
from grids.drafts import steps, store
from grids.drafts.state import Cell, State
from grids.imports import find_villages, known_outline
from grids.models import Draft
from grids.people import town_of
from grids.sheets import Line, Sheet, people, read_sheet
from households.territory import editing
from households.territory.exchange.ground import Ground, compare, parents_on, redrawn
from households.territory.exchange.people import People

NOTHING = "和现在一样，没有改动。"


class FileRefused(Invalid):
    """`detail["reasons"]`: a sentence a fault; `detail["faults"]`: those of the ground, on the map."""

    message = "文件里有问题，什么都没有改。"


class FileStale(Conflict):
    message = "导出以后，有的网格已经变了，什么都没有改；请重新导出后再改。"


@dataclass
class Imported:
    """`taken` is None when the file changes nothing."""

    taken: editing.Taken | None
    message: str
    notes: list[str]


@dataclass
class Match:
    """A line with the grid it is: as the file went out, and as the draft has it now."""

    line: Line
    was: Cell | None = None
    now: Cell | None = None
    # Whether the file showed the draft, or the published territory.
    drafted: bool = True


@dataclass
class _Reading:
    sheet: Sheet
    draft: Draft
    state: State
    matches: list[Match] = field(default_factory=list)
    stale: list[str] = field(default_factory=list)
    reasons: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    faults: list[dict] = field(default_factory=list)
    changed: dict[str, Cell | None] = field(default_factory=dict)
    tally: dict[str, int] = field(default_factory=lambda: defaultdict(int))


def import_file(*, draft_id: int, expected_version: int, path: Path, by: Member) -> Imported:
    """Take what a file changes into a draft, whole or not at all."""
    sheet = read_sheet(path)
    with transaction.atomic():
        draft = store.locked_draft(by, draft_id, expected_version)
        state = store.state_of(draft, store.villages_of(draft.scope))
        reading = _Reading(sheet, draft, state, reasons=sheet.reasons, notes=sheet.notes)
        _match(reading)
        _refuse(reading)
        _people(reading)
        if sheet.layer:
            _ground(reading)
        _refuse(reading)
        if not reading.changed:
            return Imported(None, NOTHING, reading.notes)
        edit = steps.Edit(_title(reading.tally), reading.changed)
        step = store.record_step(draft=draft, state=state, kind="import", edit=edit, by=by)
        after = state.with_changes(edit.changed)
        taken = editing._taken(draft, step, after, edit.changed, by)
        return Imported(taken, f"{edit.title}。", reading.notes)


def _refuse(reading: _Reading) -> None:
    for family, reasons in ((FileStale, reading.stale), (FileRefused, reading.reasons)):
        if reasons:
            more = f"共 {len(reasons)} 处。" if len(reasons) > 1 else ""
            raise family(
                f"{family.message}{more}{reasons[0]}", reasons=reasons, faults=reading.faults
            )


# Which grid each line is


def _match(reading: _Reading) -> None:
    published = {c.code: c for c in reading.state.base.values()}
    standing = {c.key: c for c in reading.state.cells()}
    seen = set()
    for line in reading.sheet.lines:
        found = Match(line)
        reading.matches.append(found)
        if line.draft_key and line.draft_key[0] == reading.draft.pk:
            _as_drafted(reading, found, standing)
        elif line.draft.code:
            _as_published(reading, found, published, standing)
        elif reading.sheet.layer is None:
            reading.reasons.append(
                f"{line}没有网格编码；新网格要有图形，请用 GeoPackage 或 GeoJSON。"
            )
        if found.was and found.was.key in seen:
            reading.reasons.append(
                f"{line}：同一个网格出现了两次；新画的网格请不要填编码和草稿编号。"
            )
        seen.add(found.was and found.was.key)


def _as_drafted(reading: _Reading, found: Match, standing: dict[str, Cell]) -> None:
    """A line of a file that shows this draft."""
    line = found.line
    _, version, key = line.draft_key
    cell = standing.get(key)
    if version != reading.draft.version:
        reading.stale.append(f"{line}：导出以后，这份草稿又改过；请重新导出后再改。")
    elif cell is None:
        reading.reasons.append(f"{line}：草稿编号“{line.said['draft_key']}”被改过。")
    elif line.draft.code not in ("", cell.code):
        reading.reasons.append(f"{line}：网格编码和草稿编号对不上；请不要改这两列。")
    elif line.version not in (None, cell.version):
        reading.stale.append(_stale(line, cell))
    else:
        found.was = found.now = cell


def _as_published(
    reading: _Reading, found: Match, published: dict[str, Cell], standing: dict[str, Cell]
) -> None:
    line = found.line
    cell = published.get(line.draft.code)
    if cell is None:
        reading.reasons.append(
            f"{line}：{reading.draft.scope.name}现在没有网格 {line.draft.code}；"
            "请核对编码，新画的网格请不要填编码。"
        )
        return
    if line.version not in (None, cell.version):
        reading.stale.append(_stale(line, cell))
        return
    found.now = standing.get(cell.key)
    # Without a version nobody knows what it showed: then what the draft has now.
    found.drafted = line.version is None
    found.was = found.now or cell if found.drafted else cell


def _stale(line: Line, cell: Cell) -> str:
    return (
        f"{line}：文件是第 {line.version} 版，现在是第 {cell.version} 版，"
        "导出以后有人改过；请重新导出后再改。"
    )


# People, names, targets


def _people(reading: _Reading) -> None:
    has, state = reading.sheet.has, reading.state
    known = {m for c in [*state.base.values(), *state.over.values()] for m in (c.lead, *c.supports)}
    held = {
        account
        for m in reading.matches
        for what in ("lead_account", "support_accounts")
        for account in people(m.line.said[what])
    }
    everybody = People(town_of(reading.draft.scope), known - {None}, held)
    wanted = []
    for match in reading.matches:
        cell = match.now or Cell("", 0, "", match.line.draft.geometry)
        was = match.was or cell
        try:
            new = _said(match.line, has, was, everybody)
        except Invalid as why:
            reading.reasons.append(f"{match.line}：{why.message}")
            continue
        if match.was and not new:
            continue
        if match.was and match.now is None:
            reading.reasons.append(f"{match.line}：这个网格在草稿里已经拆分或合并，不能再改。")
            continue
        if match.was and match.now.locked:
            reading.reasons.append(f"{match.line}：这个网格已锁定，请先解锁。")
            continue
        wanted.append(
            (match, _with(cell, new), {was.lead, *was.supports, cell.lead, *cell.supports})
        )
    fresh = {m for _, c, there in wanted for m in (c.lead, *c.supports)} - {None}
    everybody.expect(fresh)
    for match, cell, there in wanted:
        strangers = [m for m in (cell.lead, *cell.supports) if m and m not in there]
        reading.reasons += [f"{match.line}：{why}" for why in everybody.unfit(strangers)]
        if match.was is None:
            match.now = cell
        elif cell != match.now:
            for what in ("name", "lead", "supports", "target"):
                reading.tally[what] += getattr(cell, what) != getattr(match.now, what)
            match.now = reading.changed[cell.key] = cell


def _said(line: Line, has: frozenset[str], was: Cell, everybody: People) -> dict:
    """What a line wants otherwise than it was."""
    said = {what: text if what in has else None for what, text in line.said.items()}
    village = was.village
    new = {
        "lead": everybody.meant(
            said["lead"], said["lead_account"], [was.lead] if was.lead else [], village
        ),
        "supports": everybody.meant(
            said["supports"], said["support_accounts"], was.supports, village
        ),
    }
    if len(new["lead"]) > 1:
        raise Invalid("主责只能有一位；其余的请写在协同里。")
    new["lead"] = new["lead"][0] if new["lead"] else None
    if sorted(new["supports"]) == sorted(was.supports):
        new["supports"] = was.supports
    if new["lead"] in new["supports"]:
        if new["supports"] != was.supports:
            raise Invalid("同一个人又是主责又是协同；请只留一处。")
        # As on the page: who becomes the lead supports no longer.
        new["supports"] = tuple(s for s in was.supports if s != new["lead"])
    new["name"] = line.draft.name or was.name
    new["target"] = line.draft.target if "target" in has else was.target
    return {what: value for what, value in new.items() if value != getattr(was, what)}


def _with(cell: Cell, new: dict) -> Cell:
    cell = replace(cell, **new)
    return replace(cell, supports=tuple(s for s in cell.supports if s != cell.lead))


# Ground


def _ground(reading: _Reading) -> None:
    drafts = [m.line.draft for m in reading.matches]
    layer = reading.sheet.layer
    try:
        drawn = located(layer, reference=known_outline(drafts)).geometries
    except CrsUnclear:
        reading.reasons.append(
            "看不出文件的坐标系；请在 QGIS 里另存为 GeoPackage，坐标系选 EPSG:4326，再导入。"
        )
        return
    shapes = {f.number: shape for f, shape in zip(layer.features, drawn, strict=True)}
    for draft in drafts:
        draft.geometry = shapes[draft.number]
        if not draft.geometry.is_valid:
            reading.reasons.append(f"{draft}的边界自己相交；请在制图软件里修好后重新导出。")
    reading.reasons += [] if reading.reasons else find_villages(drafts)
    if reading.reasons:
        return
    by_village: dict[Division, list[Match]] = defaultdict(list)
    for match in reading.matches:
        by_village[match.line.draft.village].append(match)
    inside = set(store.villages_of(reading.draft.scope))
    for village, matches in sorted(by_village.items(), key=lambda item: item[0].code):
        if village.pk not in inside:
            reading.reasons += [f"{m.line}在{village}，不在这份草稿的范围里。" for m in matches]
            continue
        _village(reading, village, matches)


def _village(reading: _Reading, village: Division, matches: Sequence[Match]) -> None:
    now = {c.key: c for c in reading.state.in_village(village.pk)}
    drafted = all(m.drafted for m in matches)
    then = now if drafted else {c.key: c for c in State(reading.state.base).in_village(village.pk)}
    found = compare(village, list(then.values()), [(m.line, m.was) for m in matches])
    reading.reasons += found.reasons
    reading.faults += found.faults
    if found.same or found.reasons:
        return
    if {k: c.geom for k, c in then.items()} != {k: c.geom for k, c in now.items()}:
        reading.reasons.append(
            f"{village.name}的网格边界在草稿里已经改过；请从这份草稿导出后再改。"
        )
        return
    _redraw(reading, village, matches, found, now)


def _redraw(
    reading: _Reading,
    village: Division,
    matches: Sequence[Match],
    found: Ground,
    now: dict[str, Cell],
) -> None:
    gone = [now[c.key] for c in found.gone]
    new = [i for i in found.outlines if matches[i].was is None]
    free = reading.state.with_changes(reading.changed).new_keys(len(new))
    for i, key in zip(new, free, strict=True):
        cell = replace(matches[i].now, key=key, village=village.pk, geom=found.outlines[i])
        parents = parents_on(now.values(), cell.geom)
        reading.changed[key] = replace(cell, parents=parents)
    stay = [i for i in found.outlines if matches[i].was]
    for i in stay:
        cell = matches[i].now
        reading.changed[cell.key] = redrawn(cell, found.outlines[i], gone)
    locked = [c for c in [*gone, *(matches[i].now for i in stay)] if c.locked]
    if locked:
        reading.reasons.append(f"{steps.named(locked)}已锁定，请先解锁再改边界。")
    reading.changed |= steps.gone(gone)
    reading.tally["new"] += len(new)
    reading.tally["geom"] += len(stay)
    reading.tally["gone"] += len(gone)


_TOLD = {
    "lead": "{} 个网格换主责",
    "supports": "{} 个网格换协同",
    "name": "{} 个网格改名",
    "target": "{} 个网格改目标户数",
    "geom": "{} 个网格改边界",
    "new": "新增 {} 个网格",
    "gone": "去掉 {} 个网格",
}


def _title(tally: dict[str, int]) -> str:
    told = [text.format(tally[what]) for what, text in _TOLD.items() if tally.get(what)]
    return f"按文件导入：{'，'.join(told)}"
