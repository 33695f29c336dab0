"""The demo before it is written: real names, a real outline, inventions that hold together."""

import numpy as np
import pytest
import shapely

from boundaries.services.outlines import area_m2
from gis_app.demo import write
from gis_app.demo.arrange import arrange
from gis_app.demo.colours import PUBLISHED
from gis_app.demo.outlines import invent_outlines
from gis_app.demo.settlements import settle
from gis_app.demo.sources import read_county
from grids.numbering import reading_order

# Few, for speed; the ground and the members are the same for any number.
N, SEED = 3000, 7


@pytest.fixture(scope="module")
def demo():
    return arrange(N, SEED)


@pytest.fixture(scope="module", params=[SEED, 1, 2])
def outlines(request):
    return invent_outlines(read_county(), np.random.default_rng([request.param, 1]))


class TestTheGround:
    def test_towns_and_villages_have_their_published_codes_and_names(self):
        county = read_county()
        assert (county.code, county.name) == ("411003", "建安区")
        assert len(county.town_codes) == 18
        assert len(set(county.village_codes)) == 454
        towns = dict(zip(county.town_codes, county.town_names, strict=True))
        assert towns["411003102"] == "尚集镇"
        villages = dict(zip(county.village_codes, county.village_names, strict=True))
        assert villages["411003206001"] == "西榆林居委会"
        assert all(
            village.startswith(county.town_codes[town])
            for village, town in zip(county.village_codes, county.town_of_village, strict=True)
        )

    def test_the_district_keeps_its_real_outline_with_the_city_as_a_hole(self):
        outline = read_county().outline
        assert shapely.get_num_interior_rings(outline) == 1
        # Published: 1,001.3 km².
        assert area_m2(outline) == pytest.approx(1001.3e6, rel=1e-4)

    @pytest.mark.parametrize("level", ["towns", "villages", "grids"])
    def test_each_level_covers_the_district_without_gap_or_overlap(self, outlines, level):
        pieces, real = getattr(outlines, level), read_county().outline
        assert shapely.is_valid(pieces).all()
        assert shapely.coverage_is_valid(pieces)
        whole = shapely.coverage_union_all(pieces)
        assert shapely.get_num_interior_rings(whole) == 1
        # A vertex where a border meets the real outline is rounded to 6 decimals.
        assert shapely.hausdorff_distance(whole, real) < 1e-6

    def test_every_place_is_in_one_piece(self, outlines):
        for pieces in (outlines.towns, outlines.villages, outlines.grids):
            assert set(shapely.get_type_id(pieces)) == {shapely.GeometryType.POLYGON}

    def test_grids_tile_their_village_and_villages_their_town_exactly(self, outlines):
        town_of_village = read_county().town_of_village
        for lower, upper, parent in (
            (outlines.grids, outlines.villages, outlines.village_of_grid),
            (outlines.villages, outlines.towns, town_of_village),
        ):
            for i, whole in enumerate(upper):
                union = shapely.coverage_union_all(lower[parent == i])
                assert shapely.equals_exact(shapely.normalize(union), shapely.normalize(whole))

    def test_grids_are_about_2900_and_a_village_has_at_least_two(self, outlines):
        assert 2600 <= len(outlines.grids) <= 3100
        per_village = np.bincount(outlines.village_of_grid, minlength=454)
        assert per_village.min() >= 2
        assert per_village.max() <= 16

    def test_grids_are_numbered_from_west_to_east_and_north_to_south(self, outlines):
        for village in range(0, 454, 25):
            own = np.flatnonzero(outlines.village_of_grid == village)
            assert outlines.number_of_grid[own].tolist() == list(range(1, len(own) + 1))
            assert reading_order(list(outlines.grids[own])) == list(range(len(own)))

    def test_borders_look_grown_and_not_ruled(self, outlines):
        # Along a ruled border the way is as long as the straight line.
        shells = shapely.get_exterior_ring(outlines.villages)
        assert (shapely.get_num_points(shells) > 20).all()
        assert shapely.area(shapely.convex_hull(outlines.villages)).sum() > 1.05 * (
            shapely.area(outlines.villages).sum()
        )

    def test_coarse_outlines_still_touch_their_neighbours(self, demo):
        for level in ("grid", "village", "town", "district"):
            assert shapely.coverage_is_valid(demo.coarse[level])
            assert shapely.is_valid(demo.coarse[level]).all()
        exact = shapely.get_num_coordinates(demo.outlines.villages).sum()
        assert shapely.get_num_coordinates(demo.coarse["village"]).sum() < exact / 2

    def test_a_town_drawn_from_afar_ends_where_its_villages_end(self, demo):
        towns = demo.county.town_of_village
        for town in range(18):
            union = shapely.coverage_union_all(demo.coarse["village"][towns == town])
            assert shapely.equals(union, demo.coarse["town"][town])


class TestTheHouseholds:
    def test_every_household_stands_inside_its_grid(self, demo):
        grids = demo.outlines.grids[demo.homes.grid]
        assert shapely.contains_xy(grids, *demo.homes.lonlat.T).all()
        assert len(demo.homes.grid) == N

    def test_a_few_have_no_position(self, demo):
        assert (~demo.homes.placed).sum() == 9

    def test_numbers_are_unique_in_a_village(self, demo):
        village = demo.outlines.village_of_grid[demo.homes.grid]
        assert len(set(zip(village, demo.homes.number, strict=True))) == N

    def test_at_full_size_a_grid_has_5_to_300_households(self, demo):
        homes = settle(demo.outlines, 250_000, np.random.default_rng(1))
        count = np.bincount(homes.grid, minlength=len(demo.outlines.grids))
        assert 4 <= count.min() <= 8
        assert 250 <= count.max() <= 330
        assert count.sum() == 250_000

    def test_they_live_close_together_and_leave_the_fields_empty(self, demo):
        homes = settle(demo.outlines, 250_000, np.random.default_rng(1))
        # In cells of about 100 m: spread evenly, 250,000 households would fill all 100,000.
        cells = np.unique(np.floor(homes.lonlat / [0.00108, 0.0009]), axis=0)
        assert len(cells) < 30_000


class TestThePeople:
    def test_every_town_and_village_has_a_chair_and_every_grid_is_near_its_member(self, demo):
        posts = demo.staff.posts
        assert sum(p.role == "town" for p in posts) == 18
        assert sum(p.role == "village" for p in posts) == 454
        assert sum(p.role == "member" for p in posts) > 1000
        for grid, lead in enumerate(demo.staff.lead):
            if lead >= 0:
                assert posts[lead].role == "member"
                assert posts[lead].place == demo.outlines.village_of_grid[grid]

    def test_about_one_grid_in_25_has_no_lead(self, demo):
        assert 0.025 < (demo.staff.lead < 0).mean() < 0.055

    def test_a_second_member_is_somebody_else(self, demo):
        assert all(demo.staff.lead[grid] != post for grid, post in demo.staff.support)

    def test_the_three_accounts_are_of_one_village_and_town(self, demo):
        post = {p.username: p for p in demo.staff.posts}
        assert len(post) == len(demo.staff.posts)
        assert set(write.ACCOUNTS) - {"partner"} <= set(post)
        assert post["village"].place == post["member"].place
        assert post["town"].place == demo.county.town_of_village[post["village"].place]
        who = demo.staff.posts.index(post["member"])
        assert (demo.staff.lead == who).sum() in (2, 3)

    def test_members_live_near_one_of_their_grids_and_most_have_told_where(self, demo):
        lives, staff, seeds = demo.members_homes, demo.staff, demo.outlines.grid_seeds
        who = np.array([p.role == "member" for p in staff.posts])
        assert 0.9 < np.isfinite(lives[who]).all(axis=1).mean() < 0.99
        away = np.abs(lives[staff.proposer] - seeds) * [92_400, 111_000]
        near = (away < 260).all(axis=1)
        told = np.unique(staff.proposer[np.isfinite(lives[staff.proposer, 0])])
        assert set(told.tolist()) == set(staff.proposer[near].tolist())

    def test_whoever_answers_for_no_grid_needs_no_home(self, demo):
        others = [p.role not in ("member", "village") for p in demo.staff.posts]
        assert np.isnan(demo.members_homes[others]).all()


class TestTheColours:
    def test_colours_stand_in_the_published_proportions(self, demo):
        confirmed = demo.decisions.status == "confirmed"
        count = np.bincount(demo.decisions.slot[confirmed], minlength=6)[1:]
        assert np.abs(count - confirmed.sum() * PUBLISHED / PUBLISHED.sum()).max() < 1

    def test_somebody_else_decides_and_red_is_for_the_town(self, demo):
        d, posts = demo.decisions, demo.staff.posts
        decided = np.flatnonzero(d.decided_by >= 0)
        assert (d.proposed_by[decided] != d.decided_by[decided]).all()
        for i in decided:
            assert posts[d.decided_by[i]].role == ("town" if d.slot[i] == 1 else "village")

    def test_review_dates_lie_around_today(self, demo):
        d = demo.decisions
        confirmed, lapsed = d.status == "confirmed", d.status == "lapsed"
        assert (d.review_in_days[confirmed] >= 0).all()
        assert (d.review_in_days[lapsed] < 0).all()
        due_soon = (d.review_in_days[confirmed] <= 14).mean()
        assert 0.03 < due_soon < 0.3
        assert (d.decided_days_ago[confirmed | lapsed] >= 1).all()
        assert (d.proposed_days_ago > np.where(d.decided_by >= 0, d.decided_days_ago, 0)).all()

    def test_villages_differ_in_how_far_they_have_come(self, demo):
        village = demo.outlines.village_of_grid[demo.homes.grid]
        assessed = np.zeros(N)
        assessed[demo.decisions.household[demo.decisions.status == "confirmed"]] = 1
        share = np.bincount(village, assessed, 454) / np.maximum(1, np.bincount(village, None, 454))
        assert share.std() > 0.1


def test_the_same_seed_gives_the_same_demo(demo):
    again = arrange(N, SEED)
    assert shapely.to_wkb(again.outlines.grids).tolist() == (
        shapely.to_wkb(demo.outlines.grids).tolist()
    )
    assert np.array_equal(again.homes.lonlat, demo.homes.lonlat)
    assert again.staff.posts == demo.staff.posts
    assert np.array_equal(again.decisions.household, demo.decisions.household)
    assert again.decisions.help_offered == demo.decisions.help_offered
    assert again.claims == demo.claims


def test_another_seed_gives_another_and_another_size_the_same_ground(demo):
    other = arrange(50, SEED)
    assert shapely.equals_identical(other.outlines.grids, demo.outlines.grids).all()
    strange = invent_outlines(read_county(), np.random.default_rng([SEED + 1, 1]))
    assert not shapely.equals_exact(strange.towns, demo.outlines.towns).any()
