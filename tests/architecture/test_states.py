"""Every state machine is one table, drawn in docs/states.md. Run this module to draw it anew."""

import os
from importlib import import_module
from pathlib import Path

import django
import pytest

from core.states import Machine

# Where each machine stands: "module:NAME".
MACHINES: list[str] = [
    "households.colouring.machine:COLOUR",
    "households.colouring.machine:REVIEW",
    "disputes.machine:DISPUTE",
    "disputes.machine:REFERRAL",
    "support.machine:NEED",
]
PAGE = Path(__file__).parents[2] / "docs" / "states.md"


def machine(place: str) -> Machine:
    module, _, name = place.partition(":")
    return getattr(import_module(module), name)


def page() -> str:
    parts = [
        "# What may follow what",
        "Drawn from the tables in the code by `python -m tests.architecture.test_states`.",
    ]
    for place in MACHINES:
        drawn = machine(place)
        where = place.replace(".", "/").replace(":", ".py: ")
        parts.append(f"## {drawn.name}\n\n`{where}`\n\n```mermaid\n{drawn.drawing()}\n```")
    return "\n\n".join(parts) + "\n"


def test_the_drawing_shows_the_tables():
    assert PAGE.read_text("utf-8") == page()


@pytest.mark.parametrize("place", MACHINES)
def test_every_state_can_be_reached(place):
    drawn = machine(place)
    reached, more = set(), {""}
    while more:
        reached |= more
        more = {s.target for s in drawn.steps.values() if reached & set(s.sources)} - reached
    assert reached - {""} == set(drawn.states)


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gis_app.settings")
    django.setup()
    PAGE.write_text(page(), "utf-8")
