"""The density surface."""

import numpy as np
import pytest

from hotspots.stats.density import density
from hotspots.stats.few import TooFew
from tests.hotspots.oracles import column, robberies


def test_density_at_the_robberies_of_memphis_is_that_of_the_reference():
    """206 points, some of them twice at one place."""
    points = robberies()
    told = column("memphis_jan_kde_points_sigma800m.csv", "x", "y", "kde_sigma800m_noedge_per_km2")
    assert np.abs(points - told[:, :2]).max() < 1e-6
    assert len(np.unique(points, axis=0)) < len(points)
    for x, y, value in told[::5]:
        surface = density(points, (x - 50, y - 50, x + 50, y + 50))
        if np.isfinite(surface.per_km2[0, 0]):
            assert surface.per_km2[0, 0] == pytest.approx(value, abs=1e-6)
        else:
            assert value < 1.5


def test_the_surface_holds_all_points():
    points = robberies()
    (x0, y0), (x1, y1) = points.min(axis=0) - 5_000, points.max(axis=0) + 5_000
    surface = density(points, (x0, y0, x1, y1), cell_m=200)
    hidden = np.isnan(surface.per_km2)
    assert np.nansum(surface.per_km2) * 0.04 <= 206 and hidden.any()
    spread = density(np.repeat(points, 5, axis=0), (x0, y0, x1, y1), cell_m=200)
    assert np.nansum(spread.per_km2) * 0.04 == pytest.approx(5 * 206, rel=0.02)


def test_four_points_have_no_surface_and_a_narrow_bell_is_widened():
    points = np.array([[0, 0], [10, 0], [0, 10], [10, 10], [5, 5]], float)
    assert density(points[:4], (0, 0, 100, 100)) == TooFew("few_points", 4, 5)
    assert density(points, (0, 0, 100, 100), bandwidth_m=50).bandwidth_m == 300


def test_where_few_contribute_nothing_is_shown():
    points = np.r_[np.zeros((5, 2)), [[20_000, 0]]]
    surface = density(points, (-50, -50, 20_050, 50))
    assert np.isfinite(surface.per_km2[0, 0]) and np.isnan(surface.per_km2[0, -1])
