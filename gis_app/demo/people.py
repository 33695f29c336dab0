"""Invented members, and who answers for which grid."""

from dataclasses import dataclass, replace

import numpy as np

from gis_app.demo.outlines import Outlines
from gis_app.demo.plane import Plane
from gis_app.demo.settlements import Homes
from gis_app.demo.sources import County

GRIDS_PER_MEMBER = 3
WITHOUT_LEAD = 0.04
WITH_SUPPORT = 0.15
# A member lives so near the middle of one of her grids; one in twenty has not told where.
LIVES_WITHIN_M = 250
NOT_TOLD = 0.05
# The account `member` answers for so many families in a demo of 20,000.
NICE = 34 / 20_000


@dataclass(frozen=True)
class Post:
    """Somebody in office; `place` is an index into the towns or the villages."""

    username: str
    name: str
    role: str
    place: int | None = None


@dataclass(frozen=True)
class Staff:
    """Posts, and which of them answers for what. All numbers are indexes into `posts`."""

    posts: list[Post]
    town_chair: np.ndarray  # by town
    village_chair: np.ndarray  # by village
    lead: np.ndarray  # by grid; -1: nobody yet
    # Whoever would propose a colour in a grid: its lead, or a colleague where it has none.
    proposer: np.ndarray  # by grid
    support: list[tuple[int, int]]  # grid, post
    first_member: np.ndarray  # by village


def appoint(county: County, outlines: Outlines, rng: np.random.Generator) -> Staff:
    """A chair for every town and village, two members or more in every village.

    A member answers for about three neighbouring grids (their numbers follow each other); one grid
    in twenty-five has no lead, one in seven a second member.
    """
    grids_of = np.bincount(outlines.village_of_grid)
    members_of = np.maximum(2, -(-grids_of // GRIDS_PER_MEMBER))
    towns, villages = len(county.town_codes), len(county.village_codes)
    town_chair, village_chair = np.arange(towns), towns + np.arange(villages)
    first_member = towns + villages + np.cumsum(members_of) - members_of

    village = outlines.village_of_grid
    turn = (outlines.number_of_grid - 1) * members_of[village] // grids_of[village]
    proposer = first_member[village] + turn
    vacant = rng.random(len(village)) < WITHOUT_LEAD
    lead = np.where(vacant, -1, proposer)
    colleague = first_member[village] + (turn + 1) % members_of[village]
    supported = np.flatnonzero((rng.random(len(village)) < WITH_SUPPORT) & (grids_of[village] > 1))
    support = [(int(g), int(colleague[g])) for g in supported]

    posts = [
        Post(f"town-{code}", f"示例乡镇主席{i + 1:02}", "town", i)
        for i, code in enumerate(county.town_codes)
    ]
    posts += [
        Post(f"village-{code}", f"示例村主席{i + 1:03}", "village", i)
        for i, code in enumerate(county.village_codes)
    ]
    for i, code in enumerate(county.village_codes):
        posts += [
            Post(f"member-{code}-{k + 1}", f"示例执委{first_member[i] + k + 1 - towns - villages:04}",
                 "member", i)
            for k in range(members_of[i])
        ]  # fmt: skip
    # Roles without families of their own.
    posts += [
        Post("district", "示例区妇联", "district"),
        Post("caseworker", "示例个案工作者", "caseworker"),
        Post("steward", "示例数据管理员", "steward"),
        Post("sysadmin", "示例系统管理员", "sysadmin"),
        Post("auditor", "示例审计员", "auditor"),
    ]
    return Staff(posts, town_chair, village_chair, lead, proposer, support, first_member)


def members_homes(staff: Staff, outlines: Outlines, rng: np.random.Generator) -> np.ndarray:
    """Where each post lives: lon, lat, 6 decimals; NaN where nobody knows or needs to.

    Members near one of their grids, chairs of villages near the middle of theirs.
    """
    posts = np.full((len(staff.posts), 2), np.nan)
    posts[staff.village_chair] = outlines.village_sites
    # In a shuffled order the last to be written is any of her grids.
    order = rng.permutation(len(staff.proposer))
    posts[staff.proposer[order]] = outlines.grid_seeds[order]
    plane = Plane(*outlines.grid_seeds.mean(axis=0))
    away = (2 * rng.random(posts.shape) - 1) * LIVES_WITHIN_M
    posts = np.round(plane.lonlat(plane.metres(posts) + away), 6)
    posts[rng.random(len(posts)) < NOT_TOLD] = np.nan
    return posts


def name_accounts(staff: Staff, county: County, homes: Homes, colours: np.ndarray) -> int:
    """Give one member, her village's chair and her town's chair the accounts of these names.

    `colours` is the slot of every household. She answers for two or three grids, has families of
    as many colours as anybody, and of these members the number of families nearest to a nice one.
    Returns her post.
    """
    seen = homes.placed & (staff.lead[homes.grid] >= 0)
    whose = staff.lead[homes.grid[seen]]
    families = np.bincount(whose, minlength=len(staff.posts))
    grids = np.bincount(staff.lead[staff.lead >= 0], minlength=len(staff.posts))
    kinds = np.zeros(len(staff.posts), int)
    for slot in range(1, 6):
        kinds += np.bincount(whose, colours[seen] == slot, minlength=len(staff.posts)) > 0
    kinds[(grids < 2) | (grids > 3)] = -1
    unlike = np.abs(families - NICE * len(homes.grid))
    member = int(np.lexsort((unlike, -kinds))[0])
    village = staff.posts[member].place
    chair = staff.village_chair[village], staff.town_chair[county.town_of_village[village]]
    for post, username in zip((member, *chair), ("member", "village", "town"), strict=True):
        staff.posts[post] = replace(staff.posts[post], username=username)
    return member
