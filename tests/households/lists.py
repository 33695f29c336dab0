"""Household lists for tests, and what came of them."""

import csv
import io
from pathlib import Path

from core.scope import acting_as_system
from households.imports import Imported, import_households

LIU, TAO, XING = "999001101201", "999001101202", "999001102201"


def text_of(rows: list[dict]) -> str:
    """Rows with Chinese headers as CSV; the headers are those of the first row."""
    out = io.StringIO()
    writer = csv.DictWriter(out, rows[0], lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def row(no: str, village: str = LIU, lon="", lat="", **more) -> dict:
    return {"户编号": no, "村代码": village, "经度": lon, "纬度": lat} | more


def load(folder: Path, rows: list[dict] | str | bytes, **options) -> Imported:
    """Import these rows as the command would; WGS84 unless told otherwise."""
    path = folder / "list.csv"
    if isinstance(rows, list):
        rows = text_of(rows)
    path.write_bytes(rows.encode() if isinstance(rows, str) else rows)
    with acting_as_system("test"):
        return import_households(
            path=path, **{"crs": "wgs84", "progress": lambda *told: None} | options
        )


def rejects(report: Imported) -> list[dict]:
    return list(csv.DictReader(Path(report.rejects_file).read_text("utf-8-sig").splitlines()))


def reasons(report: Imported) -> dict[int, str]:
    return {int(refused["行号"]): refused["拒收原因"] for refused in rejects(report)}
