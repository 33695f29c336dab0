"""What became what: by area where both outlines are known, or as a list states it."""

from collections import Counter
from datetime import date
from pathlib import Path

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from boundaries.models import Division, DivisionChange
from core.importing import ImportRefused
from core.tables import code as digits
from core.tables import normal, read_table

# A smaller share is the ragged edge of two drawings, not a piece of a village.
LEAST_SHARE = 0.01
FROM, TO, SHARE = (
    ("from_code", "旧代码", "原代码"),
    ("to_code", "新代码", "现代码"),
    ("share", "份额", "比例"),
)
Kind, Basis = DivisionChange.Kind, DivisionChange.Basis


def by_area(
    olds: list[tuple[Division, BaseGeometry]], news: list[tuple[Division, BaseGeometry]], on: date
) -> list[DivisionChange]:
    """A line for each older outline and each newer one it gave a share of its area to."""
    if not olds or not news:
        return []
    before, after = (_equal_area([shape for _, shape in side]) for side in (olds, news))
    pairs = shapely.STRtree(after).query(before, predicate="intersects").T
    shared = shapely.area(shapely.intersection(before[pairs[:, 0]], after[pairs[:, 1]]))
    shares = shared / shapely.area(before)[pairs[:, 0]]
    kept = [
        (olds[i][0], news[j][0], min(float(share), 1.0))
        for (i, j), share in zip(pairs, shares, strict=True)
        if share >= LEAST_SHARE
    ]
    return _lines(kept, Basis.AREA, on)


def _equal_area(shapes: list[BaseGeometry]) -> np.ndarray:
    """Shares of an area need no metres, only that a degree east shrinks like the cosine."""
    return shapely.transform(
        np.array(shapes),
        lambda p: np.column_stack([np.radians(p[:, 0]), np.sin(np.radians(p[:, 1]))]),
    )


def _lines(
    pairs: list[tuple[Division, Division, float | None]], basis: Basis, on: date
) -> list[DivisionChange]:
    targets = Counter(old.pk for old, _, _ in pairs)
    sources = Counter(new.pk for _, new, _ in pairs)

    def kind(old: Division, new: Division) -> Kind:
        if old.pk == new.pk:
            return Kind.OUTLINE
        if targets[old.pk] > 1:
            return Kind.SPLIT
        return Kind.MERGED if sources[new.pk] > 1 else Kind.RECODED

    return [
        DivisionChange(
            from_division=old,
            to_division=new,
            kind=kind(old, new),
            basis=basis,
            share=share and round(share, 4),
            changed_on=on,
        )
        for old, new, share in pairs
    ]


def read_stated(path: Path, *, encoding: str) -> list[tuple[str, str, str, float | None]]:
    """(label, old code, new code, share) of a list with columns from_code, to_code[, share]."""
    table = read_table(path, encoding=encoding)
    place = [next((table.columns.index(n) for n in names if n in table.columns), None)
             for names in (FROM, TO, SHARE)]  # fmt: skip
    if None in place[:2]:
        raise ImportRefused(
            f"对照表“{path.name}”要有 from_code(旧代码)和 to_code(新代码)两列，"
            "可另有 share(份额，0 至 1)一列。"
        )
    lines, problems = [], []
    for number, cells in table.rows:
        old, new = (digits(cells[i]) for i in place[:2])
        text = normal(cells[place[2]]) if place[2] is not None else ""
        try:
            share = float(text) if text else None
            if share is not None and not 0 < share <= 1:
                raise ValueError
        except ValueError:
            problems.append(f"对照表第 {number} 行：份额“{text[:20]}”不是 0 至 1 之间的数。")
            continue
        lines.append((f"对照表第 {number} 行", old, new, share))
    if problems:
        raise ImportRefused("对照表有错误，什么都没有改。", problems)
    return lines


def by_statement(
    lines: list[tuple[str, str, str, float | None]],
    olds: dict[str, Division],
    news: dict[str, Division],
    on: date,
) -> list[DivisionChange]:
    """The lines of a stated list, without those that are on record already."""
    problems = [
        f"{label}：{'旧' if code == old else '新'}代码 {code} 不在系统里。"
        for label, old, new, _ in lines
        for code, there in ((old, olds), (new, news))
        if code not in there
    ]
    if problems:
        raise ImportRefused("对照表与区划对不上，什么都没有改。", problems)
    pairs = [(olds[old], news[new], share) for _, old, new, share in lines]
    recorded = set(
        DivisionChange.objects.filter(
            basis=Basis.STATED, from_division__in=[old.pk for old, _, _ in pairs]
        ).values_list("from_division_id", "to_division_id")
    )
    return [
        change
        for change in _lines(pairs, Basis.STATED, on)
        if (change.from_division_id, change.to_division_id) not in recorded
        and change.kind != Kind.OUTLINE
    ]
