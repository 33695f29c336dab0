"""The record of an import: which file, how it was understood, what it did."""

import hashlib
from pathlib import Path

from boundaries.doctor import Placement
from boundaries.models import ImportBatch


def file_sha256(path: Path) -> str:
    """Of the file; of a bare Shapefile, of all its parts in the order of their names."""
    parts = [path]
    if path.suffix.lower() == ".shp":
        parts = sorted(p for p in path.parent.glob(f"{path.stem}.*") if p.is_file())
    digest = hashlib.sha256()
    for part in parts:
        digest.update(part.read_bytes())
    return digest.hexdigest()


def record_batch(
    *,
    kind: str,
    path: Path,
    sha256: str,
    layer_encoding: str,
    placement: Placement | None,
    counts: dict,
    by: int | None = None,
) -> ImportBatch:
    """Keep what is needed to say later where a figure or an outline came from."""
    return ImportBatch.objects.create(
        kind=kind,
        filename=path.name[:255],
        sha256=sha256,
        encoding=layer_encoding[:20],
        crs_declared=placement.declared[:40] if placement else "",
        crs_used=placement.used[:40] if placement else "",
        crs_method=placement.method[:200] if placement else "",
        crs_shift_m=placement.shift_m if placement else None,
        counts=counts,
        by_id=by,
    )
