"""Too few to say: what a method answers in place of a number that would mean nothing.

The limits are ours, chosen by simulation (`./bench hotspots`) or taken from the source named.
"""

from dataclasses import dataclass

# With fewer disputes in all, or fewer areas, even a threefold risk in 15 areas is not found.
EVENTS_TO_SCAN = 20
AREAS_TO_SCAN = 30
# The normal approximation of Gi* and Moran; ArcGIS asks for as many features.
AREAS_FOR_Z = 30
# A rate of fewer households says more about one household than about a place.
HOUSEHOLDS_FOR_RATE = 20
# As ArcGIS's Emerging Hot Spot Analysis: Mann-Kendall over fewer steps cannot reach p < .05 often.
PERIODS_TO_EMERGE = 10
EVENTS_FOR_TREND = 10
POINTS_FOR_DENSITY = 5
MINOR_FOR_SPIKE = 10


@dataclass(frozen=True)
class TooFew:
    """`what` is a key of hotspots.sentences.FEW; how many there were, and how many it takes."""

    what: str
    found: int = 0
    needed: int = 1
