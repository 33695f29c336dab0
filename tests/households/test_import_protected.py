"""What a list does to protected families, and what its report does not tell of them."""

import pytest

from households.models import Household, HouseholdIdentity, HouseholdPlace
from tests.factories import STEP, WEST
from tests.households.lists import LIU, load, row

pytestmark = pytest.mark.usefixtures("cast", "system")
IN_LIU1, IN_LIU2 = WEST + 1.5 * STEP, WEST + 2.5 * STEP


def protect(home, protection):
    Household.objects.filter(pk=home.pk).update(protection=protection)


def cells(home, **more):
    said = {"户主": "示例甲", "电话": "0009", "地址": "新示例路9号", "人口": "4", "备注": ""}
    return row(home.household_no, LIU, IN_LIU2, 34.011, **said | more)


def told(report):
    """Everything that a report says, but for the number of its batch."""
    return {key: value for key, value in vars(report).items() if key != "batch"}


def test_a_sealed_family_is_reported_as_one_that_is_not_there(cast, tmp_path):
    sealed, gone = cast.homes["liu1"][2:4]
    protect(sealed, "sealed")
    gone.identity.delete()
    gone.delete()
    for step, colour in (("new", "红"), ("unchanged", "红"), ("updated", "黄")):
        more = {"颜色": colour} | ({"电话": "0010"} if step == "updated" else {})
        reports = []
        for home in (sealed, gone):
            (tmp_path / home.household_no).mkdir(exist_ok=True)
            reports.append(told(load(tmp_path / home.household_no, [cells(home, **more)])))
        assert reports[0] == reports[1]
        assert reports[0][step] == 1


def test_what_a_list_says_of_a_sealed_family_is_laid_aside(cast, tmp_path):
    home = cast.homes["liu1"][2]
    protect(home, "sealed")
    load(tmp_path, [cells(home)])
    assert not Household.objects.filter(household_no=home.household_no, village=cast.liu).exists()
    place = HouseholdPlace.objects.get()
    assert place.point.coords == home.point.coords
    assert place.listed["address"] == "新示例路9号"
    assert place.listed["point"] == f"POINT({IN_LIU2:.2f} 34.011)"
    assert HouseholdIdentity.objects.get(pk=home.pk).phone == home.identity.phone


def test_a_list_moves_the_true_place_of_a_shielded_family(cast, tmp_path):
    home = cast.homes["liu1"][2]
    protect(home, "shielded")
    office = Household.objects.get(pk=home.pk).point.coords
    assert load(tmp_path, [cells(home)]).updated == 1
    assert load(tmp_path, [cells(home)]).unchanged == 1
    now = Household.objects.get(pk=home.pk)
    assert (now.point.coords, now.grid) == (office, cast.liu2)
    assert now.identity.address == ""
    assert now.identity.phone == "0009"
    place = HouseholdPlace.objects.get()
    assert place.point.coords == (IN_LIU2, 34.011)
    assert place.address == "新示例路9号"


def test_a_list_without_place_and_address_takes_neither_away(cast, tmp_path):
    home = cast.homes["liu1"][2]
    protect(home, "shielded")
    assert load(tmp_path, [row(home.household_no, 地址="")]).unchanged == 1
    place = HouseholdPlace.objects.get()
    assert (place.point.coords, place.address) == (home.point.coords, home.identity.address)
