"""Write a difference: versions first, then rows, then what became what."""

from datetime import date

from django.utils import timezone
from shapely.geometry.base import BaseGeometry

from boundaries.models import Division, DivisionChange, DivisionVersion, Level
from boundaries.services import crosswalk, outlines
from boundaries.services.diff import Diff
from boundaries.services.names import initials


def write(
    diff: Diff,
    level: Level,
    parents: dict[str, Division],
    lines: list,
    on: date | None,
) -> list[DivisionChange]:
    """Write the difference; return the lines of the crosswalk that came with it."""
    today = on or timezone.localdate()
    shapes_before = {
        d.pk: outlines.from_django(d.geom)
        for d in [*(d for d, _ in diff.reshaped), *diff.ended]
        if outlines.is_real(d)
    }
    _keep_versions(diff, today)
    for division in diff.ended:
        division.valid_to = today
    Division.objects.bulk_update(diff.ended, ["valid_to"])
    for division, row in diff.changed.values():
        division.name, division.initials = row.name, initials(row.name)
        division.parent = parents.get(row.parent_code)
        if row.shape is not None:
            _draw(division, row.shape)
    Division.objects.bulk_update(
        [d for d, _ in diff.changed.values()],
        ["name", "initials", "parent", "geom", "area_m2", "outline_invented"],
        batch_size=200,
    )
    known = set(Division.objects.filter(level=level).values_list("parent_id", flat=True))
    new = []
    for row in diff.new:
        parent = parents.get(row.parent_code)
        # The first list of a place says nothing about since when; a later one is news.
        since = on or (today if (parent and parent.pk in known) else None)
        division = Division(
            code=row.code, level=level, parent=parent, name=row.name,
            initials=initials(row.name), own_code=row.own_code, valid_from=since,
        )  # fmt: skip
        if row.shape is not None:
            _draw(division, row.shape)
        new.append(division)
    Division.objects.bulk_create(new, batch_size=200)
    changes = _changes(diff, new, shapes_before, level, lines, today)
    DivisionChange.objects.bulk_create(changes, batch_size=500)
    if diff.outlined or diff.reshaped or any(d.geom for d in [*new, *diff.ended]):
        outlines.redraw_coarse(level)
    return changes


def _draw(division: Division, shape: BaseGeometry) -> None:
    division.geom = outlines.to_django(shape)
    division.area_m2 = outlines.area_m2(shape)
    division.outline_invented = False


def _keep_versions(diff: Diff, today: date) -> None:
    """What each division was until today. An outline learnt for the first time is no history."""
    lists = (diff.renamed, diff.moved, diff.reshaped)
    changed = {division.pk: division for part in lists for division, _ in part}
    since = dict(
        DivisionVersion.objects.filter(division__in=changed)
        .order_by("valid_to")
        .values_list("division_id", "valid_to")
    )
    DivisionVersion.objects.bulk_create(
        DivisionVersion(
            division=d, parent_id=d.parent_id, code=d.code, name=d.name,
            geom=None if d.outline_invented else d.geom,
            valid_from=since.get(d.pk, d.valid_from), valid_to=today,
        )
        for d in changed.values()
    )  # fmt: skip


def _changes(
    diff: Diff,
    new: list[Division],
    shapes_before: dict[int, BaseGeometry],
    level: Level,
    lines: list,
    today: date,
) -> list[DivisionChange]:
    renamed = [
        DivisionChange(
            from_division=d, to_division=d, changed_on=today,
            kind=DivisionChange.Kind.RENAMED, basis=DivisionChange.Basis.STATED,
        )
        for d, _ in diff.renamed
    ]  # fmt: skip
    stated_codes = {old for _, old, _, _ in lines}
    olds = [
        (d, shapes_before[d.pk])
        for d in [*(d for d, _ in diff.reshaped), *diff.ended]
        if d.pk in shapes_before and d.code not in stated_codes
    ]
    news = [
        (d, outlines.from_django(d.geom)) for d in [*new, *(d for d, _ in diff.reshaped)] if d.geom
    ]
    by_area = crosswalk.by_area(olds, news, today)
    if not lines:
        return renamed + by_area
    # Of a code that was used twice, the later division.
    olds = {
        d.code: d
        for d in Division.objects.filter(level=level, code__in=stated_codes).order_by("pk")
    }
    wanted = [to for _, _, to, _ in lines]
    news = {d.code: d for d in Division.objects.current().filter(level=level, code__in=wanted)}
    return renamed + by_area + crosswalk.by_statement(lines, olds, news, today)
