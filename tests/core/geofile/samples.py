"""Good files to spoil, and what every refusal must be."""

import io
import json
import re
import time
import zipfile
from pathlib import Path

import pytest

from core.geofile import read_layer
from core.importing import FileNotUsable

MESSY = Path(__file__).parents[2] / "data" / "messy"
JIANAN = MESSY / "derived_jianan"
SQUARE = [[[113.8, 34.0], [113.9, 34.0], [113.9, 34.1], [113.8, 34.1], [113.8, 34.0]]]
RING = SQUARE[0]
GEOJSON = json.dumps(
    {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "properties": {"名称": "建安区"},
                "geometry": {"type": "Polygon", "coordinates": SQUARE},
            }
        ],
    },
    ensure_ascii=False,
).encode()
DISTRICT = {
    suffix: (JIANAN / f"gbk_no_cpg/jianan{suffix}").read_bytes()
    for suffix in (".shp", ".shx", ".dbf", ".prj")
}


def is_one_chinese_sentence(text: str) -> bool:
    return (
        text.endswith("。")
        and text.count("。") == 1
        and "\n" not in text
        and re.search("[\u4e00-\u9fff]", text) is not None
        and "Error" not in text
    )


def refusal(path: Path) -> str:
    started = time.monotonic()
    with pytest.raises(FileNotUsable) as error:
        read_layer(path)
    assert time.monotonic() - started < 20
    assert is_one_chinese_sentence(error.value.message)
    return error.value.message


def zipped(members: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return out.getvalue()


def saved(tmp_path: Path, name: str, data: bytes) -> Path:
    path = tmp_path / name
    path.write_bytes(data)
    return path
