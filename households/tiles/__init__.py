"""The three layers of the five-colour map. Their `fields` are the privacy review: see the tests."""

from households.tiles.divisions import DIVISIONS
from households.tiles.grids import GRIDS
from households.tiles.households import HOUSEHOLDS

LAYERS = (DIVISIONS, GRIDS, HOUSEHOLDS)
