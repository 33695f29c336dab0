"""What publishing carries over and holds to, each seen alone: covers, tiling, the app's own scope."""

from core.scope import acting_as_system
from grids.models import Assignment, Draft
from households.territory.homes import read_homes
from tests.households.test_territory_edit import key, lon
from tests.households.test_territory_publish import chair as chair
from tests.households.untouched import is_plain, nothing_changes

HALF = [[lon(0.5), 33.99], [lon(0.5), 34.03]]


def test_whoever_covers_a_grid_covers_both_halves_of_it_for_as_long(chair, cast):
    leave = {"member": cast.lan.pk, "from": "2000-01-01", "to": "2999-12-31", "cover": cast.mei.pk}
    chair.send("leaves/", leave, 201)
    (until,) = Assignment.objects.filter(role="cover").values_list("ended_at", flat=True)
    chair.open(cast.east)
    chair.step("split_line", key=key(cast.liu1), line=HALF)
    chair.act("publish")
    covers = Assignment.objects.open().filter(role="cover").order_by("grid__code")
    rows = list(covers.values_list("grid__code", "member", "ended_at"))
    codes = [f"{cast.liu.code}003", f"{cast.liu.code}004"]
    assert rows == [(code, cast.mei.pk, until) for code in codes]


def test_a_draft_that_leaves_ground_to_nobody_is_not_published(chair, cast):
    chair.open(cast.east)
    chair.step("split_line", key=key(cast.liu1), line=HALF)
    Draft.objects.get().grids.filter(key="n1").delete()
    with nothing_changes():
        answer = chair.act("publish", 422)
    assert answer["code"] == "not_tiled" and "柳村" in answer["message"]
    assert is_plain(answer["message"])


def test_the_app_shows_nobody_the_families_of_others_even_without_row_security(cast):
    villages = [cast.liu.pk, cast.tao.pk, cast.xing.pk]
    with acting_as_system("test"):
        seen = {m.username: len(read_homes(m, villages)) for m in (cast.lan, cast.head, cast.chair)}
    assert seen == {"lan": 4, "head": 8, "chair": 12}
