"""The import of a household list from file to report."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path

import numpy as np
from django.db import connection, transaction

from boundaries.models import ImportBatch
from boundaries.services import file_sha256, record_batch
from core.coords import parse_crs
from core.importing import FileNotUsable, ImportRefused, Progress
from core.tables import read_table, write_csv
from households.imports.columns import Homes, meanings, read_homes
from households.imports.places import Atlas, Grids
from households.imports.positions import place_points, strangers
from households.imports.staging import stage, write

KIND = "households"
# As many row numbers as a person looks at; the list itself holds them all.
SHOWN = 50


@dataclass
class Imported:
    """What an import did. Row numbers are those of the file."""

    rows: int = 0
    new: int = 0
    updated: int = 0
    unchanged: int = 0
    rejected: int = 0
    proposals: int = 0
    without_position: int = 0
    outside_grids: int = 0
    outside_village: int = 0
    encoding: str = ""
    crs: str = ""
    crs_method: str = ""
    candidates: list[dict] = field(default_factory=list)
    unknown_columns: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    rejects_file: str | None = None
    rows_without_position: list[int] = field(default_factory=list)
    rows_outside_grids: list[int] = field(default_factory=list)
    rows_outside_village: list[int] = field(default_factory=list)
    batch: int | None = None


@contextmanager
def _without_collector() -> Iterator[None]:
    """Hundreds of thousands of rows make no cycles; looking for some doubles the time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


@transaction.atomic
@_without_collector()
def import_households(
    *,
    path: Path,
    crs: str = "auto",
    encoding: str = "auto",
    rejects: Path | None = None,
    progress: Progress,
    by: int | None = None,
) -> Imported:
    """Bring the households to what this list says, as the system; all of it or nothing.

    Families are known by village and number. What the list leaves empty stays as it is; families
    that it does not name stay too. A colour becomes a proposal that somebody must confirm.
    """
    if crs != "auto":
        parse_crs(crs)
    with connection.cursor() as cursor:
        # Two lists at once would not see each other's new families.
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('import_households'))")
    table = read_table(path, encoding=encoding)
    at, unknown = meanings(table.columns)
    atlas = Atlas()
    homes = read_homes(table, at, atlas, progress)
    report = Imported(
        rows=len(homes.rows) + len(homes.refused),
        encoding=table.encoding,
        unknown_columns=unknown,
        notes=table.notes,
    )
    villages = np.array(homes.village, np.int64)
    lonlat, placement = _place(homes, villages, atlas, crs, report, progress)
    kept = np.array([row not in homes.refused for row in homes.rows], bool)
    if not kept.all():
        homes, villages, lonlat = homes.only(kept), villages[kept], lonlat[kept]
    report.rejected = len(homes.refused)
    if homes.refused:
        report.rejects_file = str(_write_rejects(path, encoding, homes.refused, rejects))
    if not homes.rows:
        raise ImportRefused(
            f"没有一行可以导入。拒收的 {report.rejected} 行见 {report.rejects_file}。"
            if homes.refused
            else "标题行下面没有内容。",
            [f"第 {row} 行:{';'.join(why)}" for row, why in list(homes.refused.items())[:20]],
        )
    village_ids = np.array([village.id for village in atlas.villages], np.int64)[villages]
    grids = _join(homes, village_ids, lonlat, report, progress)
    stage(homes, village_ids, lonlat, grids, progress)
    sha256 = file_sha256(path)
    before = ImportBatch.objects.filter(kind=KIND, sha256=sha256).exists()
    # What this very file proposed has had its answer.
    for name, count in write(propose=not before and homes.with_colour, progress=progress).items():
        setattr(report, name, count)
    report.unchanged = len(homes.rows) - report.new - report.updated
    if report.new or report.updated or report.proposals or not before:
        batch = record_batch(
            kind=KIND,
            path=path,
            sha256=sha256,
            layer_encoding=table.encoding,
            placement=placement,
            counts={key: value for key, value in asdict(report).items() if isinstance(value, int)},
            by=by,
        )
        report.batch = batch.pk
    return report


def _place(homes: Homes, villages, atlas: Atlas, crs: str, report: Imported, progress):
    """WGS84 for every row (NaN: no position), and how it was found; refuses far-off points."""
    lonlat = np.column_stack([np.array(homes.x, float), np.array(homes.y, float)])
    given = np.flatnonzero(~np.isnan(lonlat[:, 0]))
    report.rows_without_position = _shown(homes, np.isnan(lonlat[:, 0]))
    report.without_position = len(lonlat) - len(given)
    if not len(given):
        return lonlat, None
    progress("核对坐标系")
    placement = place_points(lonlat[given], villages[given], atlas, crs)
    report.crs, report.crs_method = placement.used, placement.method
    report.candidates = [asdict(candidate) for candidate in placement.candidates]
    lonlat[given] = parse_crs(placement.used).to_wgs84(lonlat[given])
    for i, reason in strangers(lonlat[given], villages[given], atlas).items():
        homes.refuse(homes.rows[given[i]], reason)
    return lonlat, placement


def _join(homes: Homes, villages, lonlat, report: Imported, progress: Progress) -> np.ndarray:
    """The grid of every row, or -1; and in the report the rows that have none."""
    progress("对应网格")
    known = Grids.load()
    placed = np.flatnonzero(~np.isnan(lonlat[:, 0]))
    grids = np.full(len(lonlat), -1, np.int64)
    grids[placed] = known.covering(villages[placed], lonlat[placed])
    loose = placed[grids[placed] < 0]
    abroad = loose[known.anywhere(lonlat[loose])]
    outside = np.setdiff1d(loose, abroad)
    report.outside_village, report.outside_grids = len(abroad), len(outside)
    report.rows_outside_village = [homes.rows[i] for i in abroad[:SHOWN]]
    report.rows_outside_grids = [homes.rows[i] for i in outside[:SHOWN]]
    return grids


def _shown(homes: Homes, which: np.ndarray) -> list[int]:
    return [homes.rows[i] for i in np.flatnonzero(which)[:SHOWN]]


def _write_rejects(path: Path, encoding: str, refused: dict, target: Path | None) -> Path:
    """Every refused row as it stood in the file, before it its number and what is wrong."""
    target = target or path.with_name(f"{path.stem}.拒收.csv")
    if target.resolve() == path.resolve():
        raise FileNotUsable("--rejects 不能是要导入的文件自己。")
    table = read_table(path, encoding=encoding)
    rows = (
        [number, ";".join(refused[number]), *cells]
        for number, cells in table.rows
        if number in refused
    )
    write_csv(target, ["行号", "拒收原因", *table.columns], rows)
    return target
