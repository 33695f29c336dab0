"""The whole demo as arrays, before anything is written. Pure: the same numbers, the same demo."""

from dataclasses import dataclass

import numpy as np
import shapely
from pyproj import Transformer

from gis_app.demo.colours import Decisions, claim, confirmed_slots, decide
from gis_app.demo.outlines import Outlines, invent_outlines
from gis_app.demo.patches import unions
from gis_app.demo.people import Staff, appoint, members_homes, name_accounts
from gis_app.demo.settlements import Homes, settle
from gis_app.demo.sources import County, read_county

# Outlines for zooms below 14, where a pixel is 19 m of EPSG:3857 or more.
GRID_COARSE_M, DIVISION_COARSE_M = 20, 30


@dataclass(frozen=True)
class Demo:
    county: County
    outlines: Outlines
    coarse: dict[str, np.ndarray]  # by level, EPSG:3857
    homes: Homes
    people: np.ndarray  # how many live in each household
    staff: Staff
    members_homes: np.ndarray  # lon, lat by post; NaN: not told
    decisions: Decisions
    claims: list[tuple[int, int]]  # household, post


def arrange(households: int, seed: int) -> Demo:
    """Everything that `seed` decides. The ground is the same for any number of households."""

    def dice(stage: int) -> np.random.Generator:
        return np.random.default_rng([seed, stage])

    county = read_county()
    outlines = invent_outlines(county, dice(1))
    homes = settle(outlines, households, dice(2))
    staff = appoint(county, outlines, dice(3))
    decisions = decide(county, outlines, homes, staff, dice(4))
    colours = confirmed_slots(decisions, households)
    member = name_accounts(staff, county, homes, colours)
    claims = claim(county, outlines, homes, staff, colours, member, dice(5))
    people = 1 + np.floor(6 * dice(6).random(households)).astype(int)
    coarse = simplify(county, outlines)
    lives = members_homes(staff, outlines, dice(7))
    return Demo(county, outlines, coarse, homes, people, staff, lives, decisions, claims)


def simplify(county: County, outlines: Outlines) -> dict[str, np.ndarray]:
    """Each level simplified as a whole, and from the level below, so that what was one border is
    still drawn as one."""
    mercator = Transformer.from_crs(4326, 3857, always_xy=True)
    grids = shapely.transform(
        outlines.grids, lambda xy: np.stack(mercator.transform(*xy.T), axis=1)
    )
    grids = shapely.coverage_simplify(grids, GRID_COARSE_M)
    villages = unions(grids, outlines.village_of_grid)
    villages = shapely.coverage_simplify(villages, DIVISION_COARSE_M)
    towns = unions(villages, county.town_of_village)
    district = np.array([shapely.coverage_union_all(towns)])
    return {"grid": grids, "village": villages, "town": towns, "district": district}
