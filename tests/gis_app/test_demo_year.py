"""The demo's year: the same each time, with what is planted in it."""

from datetime import date
from functools import cache

import numpy as np

from gis_app.demo.arrange import arrange
from gis_app.demo.year import (
    ELDERS_CLUSTER,
    LAND_CLUSTER,
    campaign_end,
    live,
)

N, SEED, TODAY = 3000, 7, date(2026, 11, 20)
arranged = cache(lambda: arrange(N, SEED))


@cache
def lived():
    return live(arranged(), TODAY, np.random.default_rng([SEED, 8]))


def villages_of(disputes) -> np.ndarray:
    demo = arranged()
    return demo.outlines.village_of_grid[demo.homes.grid[[d[1] for d in disputes]]]


def test_the_same_seed_gives_the_same_year():
    assert live(arranged(), TODAY, np.random.default_rng([SEED, 8])) == lived()


def test_nothing_happens_tomorrow_nor_before_the_year():
    year = lived()
    ago = [v[4] for v in year.visits] + [s[2] for s in year.steps] + [h[6] for h in year.helps]
    assert min(ago) >= 1 and max(ago) <= 366
    assert min(d[8] for d in year.disputes) >= 1


def test_two_clusters_of_disputes_are_planted_one_of_weeks_and_one_of_the_whole_year():
    dense = [d for d in lived().disputes if (d[2], d[4]) == ("land", "told")][:LAND_CLUSTER]
    lasting = [d for d in lived().disputes if (d[2], d[4]) == ("elders", "visit")][:ELDERS_CLUSTER]
    for cluster, longest, least in ((dense, 46, 0), (lasting, 365, 120)):
        assert len(set(villages_of(cluster))) == 1
        found = [d[5] for d in cluster]
        assert least <= max(found) - min(found) <= longest
    assert villages_of(dense)[0] != villages_of(lasting)[0]


def test_a_screening_campaign_leaves_trifles_on_the_last_two_days_of_a_month():
    demo, end = arranged(), campaign_end(TODAY)
    assert end == date(2026, 6, 30)
    ago = (TODAY - end).days
    village = demo.outlines.village_of_grid[demo.homes.grid]
    town = demo.county.town_of_village[village]
    sizes = np.bincount(town)
    small = np.flatnonzero(town == sizes.argmin())
    there = [d for d in lived().disputes if d[1] in set(small.tolist())]
    trifles = [d for d in there if d[5] in (ago, ago + 1) and (d[3], d[4]) == (1, "screening")]
    assert len(trifles) >= 0.05 * len(small) and len(trifles) > 2 * (len(there) - len(trifles))
    screened = {v[0] for v in lived().visits if v[2] == "screening" and ago <= v[4] < ago + 6}
    assert screened >= set(small.tolist())


def test_a_year_of_a_full_demo_is_of_a_size_that_loads_quickly():
    year = lived()
    assert 2_000 < len(year.visits) < 12_000
    assert 30 < len(year.disputes) < 150 and len(year.needs) > 100 and len(year.events) > 200
