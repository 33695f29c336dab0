"""How the import is run in these tests, and a small county to run it on."""

import json

import pytest
from django.core.management import call_command
from shapely.geometry import mapping

from tests.boundaries.county import EAST, TOWN_FEATURES, WEST


class Ran:
    def __init__(self, code, out, err):
        self.code, self.err = code, err
        self.report = json.loads(out.splitlines()[-1])
        self.counts = self.report.get("counts")


@pytest.fixture
def load(capsys):
    """`load(path, "town", …)` runs the command as a person would."""

    def run(path, level, *options) -> Ran:
        code = 0
        try:
            call_command("import_divisions", str(path), "--level", level, "--json", *options)
        except SystemExit as end:
            code = end.code
        out, err = capsys.readouterr()
        assert "Traceback" not in err
        return Ran(code, out, err)

    return run


@pytest.fixture
def write(tmp_path):
    """A list as CSV, or features as GeoJSON, in a file."""

    def to_file(name, content):
        path = tmp_path / name
        if isinstance(content, str):
            path.write_text(content)
        else:
            features = [
                {
                    "type": "Feature",
                    "properties": properties,
                    "geometry": shape
                    if shape is None or isinstance(shape, dict)
                    else mapping(shape),
                }
                for properties, shape in content
            ]
            path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
        return path

    return to_file


@pytest.fixture
def county(load, write):
    """示例县 999001 with its outline of 8 × 4 km and the towns 东镇 and 西镇, each one half."""
    load(
        write("county.geojson", [({"code": "999001", "name": "示例县"}, EAST.union(WEST))]),
        "district",
    )
    load(write("towns.geojson", TOWN_FEATURES), "town")
