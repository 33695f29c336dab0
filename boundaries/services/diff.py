"""What a file would change, against what we have."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date

from boundaries.models import Division, Level
from boundaries.services import outlines
from boundaries.services.source import Row
from core.importing import ImportRefused

# A file that holds this share of what a parent has now is taken as the whole list of its children:
# what it does not hold has ceased to be.
WHOLE_LIST = 0.8
# What becomes of divisions that the file does not hold: see WHOLE_LIST for "auto".
MISSING = ("auto", "end", "keep")


@dataclass
class Diff:
    """What the file would change."""

    new: list[Row] = field(default_factory=list)
    renamed: list[tuple[Division, Row]] = field(default_factory=list)
    names_before: dict[str, str] = field(default_factory=dict)  # of the renamed, by code
    moved: list[tuple[Division, Row]] = field(default_factory=list)
    outlined: list[tuple[Division, Row]] = field(default_factory=list)  # had none, or an invented
    reshaped: list[tuple[Division, Row]] = field(default_factory=list)
    vanished: list[Division] = field(default_factory=list)  # not in the file
    ended: list[Division] = field(default_factory=list)  # and no longer valid
    rows: int = 0

    @property
    def changed(self) -> dict[str, tuple[Division, Row]]:
        """Every present division that the file changes, once."""
        lists = (self.renamed, self.moved, self.outlined, self.reshaped)
        return {row.code: (division, row) for part in lists for division, row in part}

    @property
    def unchanged(self) -> int:
        return self.rows - len(self.new) - len(self.changed)


def compare(
    rows: list[Row], level: Level, parents: dict[str, Division], missing: str, recoded: set[str]
) -> Diff:
    """What the file changes. `recoded` are codes that a stated list says became others."""
    present = {d.code: d for d in Division.objects.current().filter(level=level)}
    in_file = {row.code for row in rows}
    diff = Diff(rows=len(rows))
    for row in rows:
        division = present.get(row.code)
        if division is None:
            diff.new.append(row)
            continue
        if division.name != row.name:
            diff.renamed.append((division, row))
            diff.names_before[row.code] = division.name
        if level != Level.DISTRICT and division.parent_id != parents[row.parent_code].pk:
            diff.moved.append((division, row))
        known = outlines.from_django(division.geom)
        if row.shape is not None and not outlines.same(known, row.shape):
            (diff.reshaped if outlines.is_real(division) else diff.outlined).append((division, row))
        elif row.shape is not None and division.outline_invented:
            diff.outlined.append((division, row))
    children = defaultdict(list)
    for division in present.values():
        if division.parent_id:
            children[division.parent_id].append(division)
    for parent in parents.values():
        there = children[parent.pk]
        gone = [d for d in there if d.code not in in_file]
        diff.vanished += gone
        whole = len(there) - len(gone) >= WHOLE_LIST * len(there)
        if missing == "end" or (missing == "auto" and whole):
            diff.ended += gone
    ended = {d.code for d in diff.ended}
    stated = [present[c] for c in sorted(recoded - in_file - ended) if c in present]
    diff.vanished += [d for d in stated if d not in diff.vanished]
    diff.ended += stated
    return diff


def check_day(diff: Diff, on: date | None) -> None:
    touched = [d for d, _ in diff.changed.values()] + diff.ended
    late = [d for d in touched if on and d.valid_from and d.valid_from > on]
    if late:
        raise ImportRefused(
            f"生效日期 {on} 早于 {late[0]} 的启用日期 {late[0].valid_from}。请核对 --date。"
        )
