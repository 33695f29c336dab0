"""No token of a family reaches whoever may not know it: with both layers, and with each alone."""

import json
import os
from pathlib import Path

import pytest

from tests.matrix.canaries import MODES, hunt, layers

REQUESTS = int(os.environ.get("WUSE_CANARIES", "900"))
SEED = int(os.environ.get("WUSE_MATRIX_SEED", "7"))


@pytest.mark.parametrize("mode", MODES)
def test_no_token_of_a_strangers_family_leaves(world, asker, caplog, mode):
    with layers(mode):
        found = hunt(world, asker, REQUESTS // len(MODES), SEED + MODES.index(mode))
    if "WUSE_MATRIX_REPORT" in os.environ:
        report = {
            "mode": mode, "requests": found.requests, "bytes": found.bytes,
            "statuses": {str(k): n for k, n in sorted(found.statuses.items())},
            "own": dict(found.own), "foreign": len(found.foreign), "first": found.foreign[:50],
        }  # fmt: skip
        with Path(os.environ["WUSE_MATRIX_REPORT"]).open("a") as out:
            out.write(json.dumps(report, ensure_ascii=False) + "\n")
    assert found.requests == REQUESTS // len(MODES)
    # Whoever may know has been shown it, of every tier where there was time to try.
    tiers = ("S1", "S2", "S3", "S4") if REQUESTS >= 10_000 else ("S1",)
    assert all(found.own[tier] for tier in tiers), found.own
    assert not found.foreign, f"{len(found.foreign)}:\n" + "\n".join(found.foreign[:30])


def test_a_token_that_leaks_is_found(world, asker, monkeypatch):
    """So that the test above can fail: everybody's families, shown to anybody."""
    from households.models import HouseholdQuerySet

    monkeypatch.setattr(HouseholdQuerySet, "visible_to", lambda self, member: self)
    with layers("app alone"):
        assert hunt(world, asker, 150, 3).foreign
