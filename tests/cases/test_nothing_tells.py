"""Sealed is not there; shielded is one who wishes to be left alone. Nothing tells otherwise."""

from functools import partial

import pytest

from cases import services
from core.scope import acting_as, acting_as_system
from households.models import Claim, Household
from tests.cases.worlds import asked_by_id, everything, missing, world

READERS = ["lan", "head", "chair", "other_chair", "district"]


def seal(home):
    Household.objects.filter(pk=home.pk).update(protection="sealed")


@pytest.mark.parametrize("who", READERS)
def test_a_sealed_family_leaves_no_trace_in_anything_one_can_ask_for(signed_in, cast, home, who):
    client = signed_in(getattr(cast, who))
    with acting_as_system("test"):
        Claim.objects.create(household=home, member=cast.hua)
    with world(lambda: seal(home)):
        sealed = everything(client, cast, home)
    with world(home.delete):
        gone = everything(client, cast, home)
    assert sealed == gone


@pytest.mark.parametrize("who", ["lan", "hua", "head", "chair"])
def test_by_its_id_a_sealed_family_is_one_that_never_was(signed_in, cast, home, who):
    client = signed_in(getattr(cast, who))
    with acting_as_system("test"):
        Claim.objects.create(household=home, member=cast.hua)
    before = asked_by_id(client, cast, home.uuid)
    with world(lambda: seal(home)):
        assert asked_by_id(client, cast, home.uuid) == asked_by_id(client, cast, missing())
    assert before != asked_by_id(client, cast, missing())  # so that the test could have failed


@pytest.mark.parametrize("who", READERS)
def test_whether_in_danger_or_left_alone_a_shielded_family_looks_the_same(
    signed_in, cast, home, who
):
    client = signed_in(getattr(cast, who))

    def raised(kind):
        with acting_as(cast.lan.pk):
            services.raise_concern(household=home.uuid, text="x", by=cast.lan, kind=kind)

    with world(lambda: None):
        plain = everything(client, cast, home)
    seen = []
    for kind in ("worry", "wish"):
        with world(partial(raised, kind)):
            seen.append(everything(client, cast, home) | asked_by_id(client, cast, home.uuid))
    assert seen[0] == seen[1]
    # Counted like any other: the figures of every place are as before.
    assert all(
        plain[url] == seen[0][url] for url in plain if "/api/areas/" in url and "house" not in url
    )


def test_only_the_map_shows_another_place_for_a_shielded_family(signed_in, cast, home):
    client = signed_in(cast.lan)
    before = client.get(f"/api/households/{home.uuid}/").json()
    with acting_as_system("test"):
        Household.objects.filter(pk=home.pk).update(protection="shielded")
    now = client.get(f"/api/households/{home.uuid}/").json()
    changed = {key for key in before if before[key] != now[key]}
    assert changed == {"point", "identity"}
    assert {k for k in before["identity"] if before["identity"][k] != now["identity"][k]} == {
        "address"
    }
    assert "protection" not in str(now)
