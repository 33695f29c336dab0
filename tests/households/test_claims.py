"""Who has taken on which household: the list one may see, and how a claim ends and begins again."""

import pytest
from django.utils import timezone

from core.scope import acting_as_system
from households.models import Claim
from tests.households.test_territory_edit import Api


@pytest.fixture
def api(signed_in):
    return lambda who: Api(signed_in(who))


@pytest.fixture
def claimed(cast):
    """hua, of 桃村, has taken on one family of 柳村; mei one and lan one; one of mei's has ended."""
    with acting_as_system("test"):
        one, other, third = cast.homes["liu1"][:3]
        far = Claim.objects.create(household=one, member=cast.hua)
        Claim.objects.create(household=other, member=cast.mei)
        Claim.objects.create(household=cast.homes["xing1"][0], member=cast.lan)
        Claim.objects.create(household=third, member=cast.mei, ended_at=timezone.now())
    return far


def numbers(answer):
    return [row["household_no"] for row in answer["results"]]


def test_a_chair_reads_the_open_claims_of_her_place(api, cast, claimed):
    told = api(cast.chair).get("claims/")
    assert told["count"] == 2 and numbers(told) == ["0001", "0002"]
    first = told["results"][0]
    assert first == {
        "id": claimed.pk, "household": str(claimed.household.uuid), "household_no": "0001",
        "village": cast.liu.code, "member": cast.hua.pk, "name": cast.hua.name,
        "started_at": first["started_at"],
    }  # fmt: skip


def test_the_list_is_narrowed_to_a_member_or_a_household_and_paged(api, cast, claimed):
    chair = api(cast.chair)
    assert numbers(chair.get(f"claims/?member={cast.mei.pk}")) == ["0002"]
    home = claimed.household.uuid
    assert numbers(chair.get(f"claims/?household={home}")) == ["0001"]
    assert numbers(chair.get(f"claims/?household={home}&member={cast.mei.pk}")) == []
    first = chair.get("claims/?page_size=1")
    assert numbers(first) == ["0001"] and "page=2" in first["next"]
    assert numbers(chair.get("claims/?page_size=1&page=2")) == ["0002"]
    chair.get("claims/?member=x", 400)
    chair.get("claims/?household=x", 400)


def test_a_claim_on_a_family_one_may_not_see_is_not_there(api, cast, claimed):
    home = cast.homes["xing1"][0].uuid
    assert api(cast.chair).get(f"claims/?household={home}")["results"] == []
    assert api(cast.chair).get(f"claims/?member={cast.lan.pk}")["results"] == []
    # mei leads the other grid; her own claim alone brings a family of this one.
    assert numbers(api(cast.mei).get("claims/")) == ["0002"]
    assert numbers(api(cast.lan).get("claims/")) == ["0001", "0002", "0001"]
    api(cast.district).get("claims/", 403)


def test_whoever_ended_a_claim_may_claim_again(api, cast, claimed):
    hua = api(cast.hua)
    assert "0001" in numbers(hua.get("claims/"))
    hua.send(f"claims/{claimed.pk}/end/")
    assert numbers(hua.get("claims/")) == []
    hua.send(f"claims/{claimed.pk}/end/", status=404)
    again = {"household": str(claimed.household.uuid), "member": cast.hua.pk}
    # It lies in nobody's grid of hers: she sees it no longer, her chair does.
    hua.send("claims/", again, 404)
    api(cast.chair).send("claims/", again, 201)
    assert "0001" in numbers(hua.get("claims/"))
