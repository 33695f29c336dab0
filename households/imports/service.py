"""The import of a household list from file to report."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path

import numpy as np
from django.db import connection, transaction

from boundaries.doctor import Placement
from boundaries.models import Division, ImportBatch
from boundaries.services import file_sha256, record_batch
from core.coords import parse_crs
from core.importing import FileNotUsable, ImportRefused, Progress
from core.tables import read_table, write_csv
from households.imports.columns import Homes, meanings, read_homes
from households.imports.places import Atlas, Grids
from households.imports.positions import place_points, strangers
from households.imports.staging import Staging

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
    within: Division | None = None,
) -> Imported:
    """Bring the households to what this list says, as the system; all of it or nothing.

    Rows of villages outside `within` are refused.

    Families are known by village and number. What the list leaves empty stays as it is; families
    that it does not name stay too. A colour becomes a proposal that somebody must confirm.
    """
    if crs != "auto":
        parse_crs(crs)
    with connection.cursor() as cursor:
        # Two lists at once would not see each other's new families.
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('import_households'))")
    sha256 = file_sha256(path)
    before = ImportBatch.objects.filter(kind=KIND, sha256=sha256).exists()
    table = read_table(path, encoding=encoding)
    at, unknown = meanings(table.columns)
    total = None if table.encoding == "xlsx" else _lines(path)
    atlas, grids = Atlas(within), Grids.load()
    report = Imported(encoding=table.encoding, unknown_columns=unknown, notes=[*table.notes])
    if ImportBatch.objects.filter(kind="demo").exists():
        report.notes.append(
            "注意：这个数据库里有演示数据，只宜试用。正式使用前请运行 load_demo --remove 清空。"
        )
    refused: dict[int, list[str]] = {}
    placement: Placement | None = None
    accepted = 0
    # What this very file proposed before has had its answer.
    with Staging(propose=not before, rows=total or 0) as staging:
        for homes in read_homes(table, at, atlas, refused):
            villages = np.array(homes.village, np.int64)
            lonlat = np.column_stack([np.array(homes.x, float), np.array(homes.y, float)])
            given = np.flatnonzero(~np.isnan(lonlat[:, 0]))
            if len(given):
                # The first part that has positions settles the system for the list.
                placement = placement or place_points(lonlat[given], villages[given], atlas, crs)
                lonlat[given] = parse_crs(placement.used).to_wgs84(lonlat[given])
                homes, villages, lonlat = _near(homes, villages, lonlat, given, atlas)
            village_ids = np.array([village.id for village in atlas.villages], int)[villages]
            if homes.rows:
                found = _join(homes, village_ids, lonlat, grids, report)
                staging.add(homes, village_ids, lonlat, found)
            accepted += len(homes.rows)
            progress("写入", accepted + len(refused), total)
        if not accepted:
            report.rejects_file = refused and _write_rejects(path, encoding, refused, rejects)
            raise _nothing_to_import(refused, report.rejects_file)
        progress("建立索引和外键")
    for name, count in staging.counts.items():
        setattr(report, name, count)
    report.rows, report.rejected = accepted + len(refused), len(refused)
    report.unchanged = accepted - report.new - report.updated
    if placement:
        report.crs, report.crs_method = placement.used, placement.method
        report.candidates = [asdict(candidate) for candidate in placement.candidates]
    if refused:
        report.rejects_file = str(_write_rejects(path, encoding, refused, rejects))
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


def _near(homes: Homes, villages, lonlat, given: np.ndarray, atlas: Atlas):
    """The same without the rows whose position is far off; those are refused."""
    far = strangers(lonlat[given], villages[given], atlas)
    if not far:
        return homes, villages, lonlat
    kept = np.ones(len(lonlat), bool)
    for i, reason in far.items():
        kept[given[i]] = False
        homes.refuse(homes.rows[given[i]], reason)
    return homes.only(kept), villages[kept], lonlat[kept]


def _join(homes: Homes, villages, lonlat, known: Grids, report: Imported) -> np.ndarray:
    """The grid of every row, or -1; and into the report the rows that have none."""
    placed = np.flatnonzero(~np.isnan(lonlat[:, 0]))
    grids = np.full(len(lonlat), -1, np.int64)
    grids[placed] = known.covering(villages[placed], lonlat[placed])
    loose = placed[grids[placed] < 0]
    abroad = loose[known.anywhere(lonlat[loose])]
    for name, which in (
        ("without_position", np.flatnonzero(np.isnan(lonlat[:, 0]))),
        ("outside_village", abroad),
        ("outside_grids", np.setdiff1d(loose, abroad)),
    ):
        setattr(report, name, getattr(report, name) + len(which))
        shown = getattr(report, f"rows_{name}")
        shown += [homes.rows[i] for i in which[: SHOWN - len(shown)]]
    return grids


def _nothing_to_import(refused: dict, rejects: Path | None) -> ImportRefused:
    if not refused:
        return ImportRefused("标题行下面没有内容。")
    return ImportRefused(
        f"没有一行可以导入。拒收的 {len(refused)} 行见 {rejects}。",
        [f"第 {row} 行：{';'.join(why)}" for row, why in list(refused.items())[:20]],
    )


def _lines(path: Path) -> int:
    with open(path, "rb") as file:
        return sum(part.count(b"\n") for part in iter(lambda: file.read(1 << 20), b""))


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
