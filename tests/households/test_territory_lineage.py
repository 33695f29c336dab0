"""Whatever a chairwoman does to her grids, no family is lost and it is known who answered for it."""

import random

from django.db import transaction

from core.scope import acting_as_system
from tests.territory_play import Player, furnish

SEQUENCES = 300


def test_any_sequence_of_changes_loses_nothing_and_remembers_everything(cast):
    with acting_as_system("test"):
        furnish(cast, random.Random(1))
    published = answers = 0
    for seed in range(SEQUENCES):
        with transaction.atomic():
            player = Player(cast, random.Random(seed))
            player.play(turns=6)
            answers += player.replay(households=3)
            published += player.published
            transaction.set_rollback(True)
    # The player must really play: a sequence in which everything is refused proves nothing.
    assert published > SEQUENCES and answers > 6 * SEQUENCES
