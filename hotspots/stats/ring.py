"""The local test: has an area together with its neighbours more disputes than expected?"""

from dataclasses import dataclass

import numpy as np
from scipy import stats

from hotspots.stats.autocorrelation import false_discovery
from hotspots.stats.few import AREAS_TO_SCAN, EVENTS_TO_SCAN, TooFew
from hotspots.stats.neighbours import Neighbours


@dataclass(frozen=True)
class Ring:
    """Of the area and its neighbours together; `p` one-sided, `q` by false discovery rate."""

    observed: np.ndarray
    expected: np.ndarray
    p: np.ndarray
    q: np.ndarray


def ring_test(events: np.ndarray, mean: np.ndarray, near: Neighbours, phi: float) -> Ring | TooFew:
    """P(count ≥ observed) for the ring, negative binomial with variance φ × mean; binomial if φ = 1.

    The sum of neighbours under one φ is negative binomial again, r = E/(φ−1) and p = 1/φ (NB1 of
    Cameron & Trivedi 1986), so nothing is approximated. One-sided: it says where more, never where
    fewer. Rings overlap: the tests rise together, which Benjamini-Hochberg bears.
    """
    total = int(events.sum())
    if few := too_few_to_test(total, len(events)):
        return few
    o, e = near.ring(events), near.ring(mean)
    # Here and there a sum of floats that are whole ends a hair beside.
    o = np.round(o)
    if phi <= 1:
        p = stats.binom.sf(o - 1, total, np.clip(e / total, 0, 1))
    else:
        p = np.where(e > 0, stats.nbinom.sf(o - 1, np.maximum(e, 1e-12) / (phi - 1), 1 / phi), 1.0)
    return Ring(o, e, p, false_discovery(p))


def too_few_to_test(events: int, areas: int) -> TooFew | None:
    """What is the same for the ring and for the scan."""
    if events == 0:
        return TooFew("no_disputes")
    if areas < AREAS_TO_SCAN:
        return TooFew("few_areas", areas, AREAS_TO_SCAN)
    if events < EVENTS_TO_SCAN:
        return TooFew("few_disputes", events, EVENTS_TO_SCAN)
    return None
