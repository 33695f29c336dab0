"""Files made to harm are refused: in ten seconds, in one Chinese sentence, with nothing else read."""

import json
import re
import socket
import subprocess
import sys
import threading
from collections import Counter
from pathlib import Path

import pytest

from tests.core.hostile.corpus import corpus

SECRET = "canary-5f1c0a77"
LONGEST_S = 10
MOST_MB = 300


@pytest.fixture(scope="module")
def canary(tmp_path_factory):
    """A file that no upload may make us read. As GeoJSON, so that a reader would gladly take it."""
    path = tmp_path_factory.mktemp("private") / "canary.geojson"
    ring = [[113.8, 34], [113.9, 34], [113.9, 34.1], [113.8, 34]]
    geometry = {"type": "Polygon", "coordinates": [ring]}
    path.write_text(
        json.dumps({"type": "Feature", "properties": {"name": SECRET}, "geometry": geometry})
    )
    return path


@pytest.fixture(scope="module")
def listener():
    """`(url, asked)`: a server that counts who calls on it."""
    asked = []
    server = socket.create_server(("127.0.0.1", 0))

    def listen():
        while True:
            try:
                asked.append(server.accept()[1])
            except OSError:
                return

    threading.Thread(target=listen, daemon=True).start()
    yield f"http://127.0.0.1:{server.getsockname()[1]}", asked
    server.close()


@pytest.fixture(scope="module")
def verdicts(tmp_path_factory, canary, listener):
    """Every sample of the corpus with what our readers said to it."""
    folder = tmp_path_factory.mktemp("forged")
    taster = subprocess.Popen(
        [sys.executable, "-m", "tests.core.hostile.taster"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        cwd=Path(__file__).parents[3],
    )  # fmt: skip
    found = []
    for n, sample in enumerate(corpus(folder, canary, listener[0])):
        name = sample.name
        if sample.data is not None:
            path = folder / str(n) / sample.name
            path.parent.mkdir()
            path.write_bytes(sample.data)
            if sample.kind == "csv of a gigabyte":
                with path.open("r+b") as file:
                    file.truncate(1 << 30)
            name = str(path)
        taster.stdin.write(json.dumps([sample.door, name]) + "\n")
        taster.stdin.flush()
        found.append((sample, json.loads(taster.stdout.readline())))
        if sample.data is not None:
            path.unlink()
    taster.stdin.close()
    taster.wait(10)
    return found


def _told(verdicts, wrong) -> list[str]:
    return [
        f"{s.kind} · {s.name[:40]} ({s.door}): {said}"[:300] for s, said in verdicts if wrong(said)
    ]


def test_there_are_hundreds_of_files_of_more_than_twenty_kinds(verdicts):
    kinds = Counter(sample.kind for sample, _ in verdicts)
    assert len(verdicts) >= 100
    assert len(kinds) >= 20


def is_said_plainly(text: str) -> bool:
    """A sentence, or one for what is wrong and one for what to do; no word of a program."""
    return (
        text.endswith("。")
        and text.count("。") <= 3
        and len(text) < 200
        and re.search("[\u4e00-\u9fff]{4}", text) is not None
        and not re.search(r"\n|Error|Exception|Traceback", text)
    )


def test_every_one_is_refused_in_plain_chinese(verdicts):
    def wrong(said):
        return not said.get("refusals") or not all(map(is_said_plainly, said["refusals"]))

    assert _told(verdicts, wrong) == []


def test_none_takes_longer_than_ten_seconds(verdicts):
    assert _told(verdicts, lambda said: said["seconds"] > LONGEST_S) == []


def test_none_takes_more_than_300_mb(verdicts):
    assert _told(verdicts, lambda said: said["grown_mb"] > MOST_MB) == []


def test_no_file_outside_was_read_and_nobody_was_called(verdicts, listener):
    assert _told(verdicts, lambda said: SECRET in json.dumps(said)) == []
    assert listener[1] == []


def test_the_canary_would_be_noticed(canary):
    """Read as an upload of its own it is delivered, with its secret: the tests above can fail."""
    from tests.core.hostile.taster import told_of

    assert SECRET in told_of("layer", str(canary))["delivered"]


def test_what_would_be_read_with_a_sleeping_trigger_is_read_and_nothing_else(tmp_path, canary):
    """Nothing fires a trigger in a file that is only read: such a GeoPackage is no danger."""
    from tests.core.hostile import forge, taster

    path = tmp_path / "trigger.gpkg"
    evil = f"INSERT INTO log VALUES (load_extension('{canary}'))"
    path.write_bytes(
        forge.geopackage(
            tmp_path,
            "CREATE TABLE log (x)",
            f"CREATE TRIGGER t AFTER INSERT ON areas BEGIN {evil}; END",
        )
    )
    delivered = taster.told_of("layer", str(path))["delivered"]
    assert "POLYGON" in delivered and SECRET not in delivered
