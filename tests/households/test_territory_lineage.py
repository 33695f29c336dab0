"""Whatever a chairwoman does to her grids, no family is lost and it is known who answered for it."""

import random

from django.db import transaction

from core.scope import acting_as_system
from tests.territory_play import Player, furnish

SEQUENCES = 300


def test_any_sequence_of_changes_loses_nothing_and_remembers_everything(cast):
    with acting_as_system("test"):
        furnish(cast, random.Random(1))
    published = answers = covered = 0
    for seed in range(SEQUENCES):
        with transaction.atomic():
            player = Player(cast, random.Random(seed))
            player.play(turns=6)
            answers += player.replay(households=3)
            published += player.published
            covered += player.covered
            transaction.set_rollback(True)
    # The player must really play: a sequence in which everything is refused proves nothing.
    assert published > SEQUENCES and answers > 5 * SEQUENCES and covered > SEQUENCES / 3


def test_the_play_sees_people_who_were_not_changed(cast, monkeypatch):
    """The books can tell: otherwise the test above would prove nothing."""
    monkeypatch.setattr("households.territory.applying._reassign", lambda *_: None)
    with acting_as_system("test"):
        furnish(cast, random.Random(1))
    assert any(_differs(cast, seed) for seed in range(10))


def test_the_play_sees_families_that_were_not_joined(cast, monkeypatch):
    monkeypatch.setattr("households.territory.applying.join_to_grids", lambda **_: 0)
    with acting_as_system("test"):
        furnish(cast, random.Random(1))
    assert any(_differs(cast, seed) for seed in range(10))


def test_the_play_sees_somebody_who_stands_in_and_is_not_noted(cast, monkeypatch):
    monkeypatch.setattr("households.territory.duties._cover", lambda *_: None)
    with acting_as_system("test"):
        furnish(cast, random.Random(1))
    assert any(_differs(cast, seed) for seed in range(40))


def _differs(cast, seed: int) -> bool:
    with transaction.atomic():
        player = Player(cast, random.Random(seed))
        try:
            player.play(turns=5)
            player.replay(households=3)
        except AssertionError:
            return True
        finally:
            transaction.set_rollback(True)
    return False
