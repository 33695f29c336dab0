"""The county's office changes its colours, and sees before what that does."""

import pytest

from core.errors import NotAllowed
from core.scope import acting_as, acting_as_system
from households.colouring import schemes
from households.models import Classification, ColourScheme, Household, IndexChange
from tests.factories import colour
from tests.households.colours import propose


@pytest.fixture
def classes(cast):
    return {told["slot"]: told for told in schemes.as_classes(cast.scheme)}


def told(classes) -> list[dict]:
    return list(classes.values())


def change(cast, classes, **more):
    said = {"based_on": 1, "name": "新方案", "flip_days": 20} | more
    with acting_as(cast.district.pk):
        return schemes.change_scheme(classes=told(classes), by=cast.district, **said)


def previewed(cast, classes):
    with acting_as(cast.district.pk):
        return {
            (c.name, c.kind): (c.families, c.says)
            for c in schemes.preview(cast.district, told(classes))
        }


def test_what_it_would_change_is_said_and_nothing_is_done(cast, classes):
    with acting_as_system("test"):
        for home in [h for homes in cast.homes.values() for h in homes[2:]][:4]:
            colour(home, 3, by=cast.lan, decided_by=cast.chair)
    del classes[3]
    classes[1] |= {"cadence_days": 10, "reasons": classes[1]["reasons"][1:]}
    classes[4] |= {"name": "粉色", "letter": "粉"}
    found = previewed(cast, classes)
    # Eight yellow ones, told as ten; four red ones are too few to tell.
    assert found["黄色", "gone"] == (10, [])
    families, says = found["红色", "changed"]
    assert families is None and says[0] == "走访间隔(天)：7 → 10"
    assert says[1].startswith("不再有的原因：")
    assert {("蓝色", "gone"), ("粉色", "new"), ("绿色", "same")} <= set(found)
    assert ColourScheme.objects.count() == 1


def test_whose_colour_is_no_more_is_not_assessed_and_the_others_keep_theirs(cast, classes):
    red, yellow, plain, other = cast.homes["liu1"]
    propose(plain, 3, cast.lan)
    propose(other, 4, cast.lan)
    del classes[3]
    made = change(cast, classes)
    assert (made.version, made.flip_days) == (2, 20)
    with acting_as_system("test"):
        rows = {h.pk: h for h in Household.objects.all()}
        assert (rows[yellow.pk].slot, rows[yellow.pk].lapsed) == (0, True)
        assert rows[red.pk].slot == 1
        assert (rows[plain.pk].proposed, rows[other.pk].proposed) == (False, True)
        assert not Classification.objects.filter(
            colour_class__slot=3, status__in=["confirmed", "proposed"]
        ).exists()
        assert IndexChange.objects.filter(purpose="scheme", household=yellow).exists()


def test_of_two_who_change_it_at_a_time_the_second_is_told(cast, classes):
    change(cast, classes)
    with pytest.raises(schemes.SchemeChanged):
        change(cast, classes)


@pytest.mark.parametrize(
    "fault",
    [{"letter": "黄"}, {"shape": "square"}, {"reasons": ["高危" + "家庭"]}, {"reasons": []}],
)
def test_a_faulty_one_is_not_put_in_force(cast, classes, fault):
    classes[1] |= fault
    with pytest.raises(schemes.SchemeFaulty) as refused:
        change(cast, classes)
    assert refused.value.detail["faults"]
    assert ColourScheme.objects.get(valid_to=None).version == 1


def test_only_the_district_changes_it(cast, classes):
    with acting_as(cast.chair.pk), pytest.raises(NotAllowed):
        schemes.change_scheme(
            based_on=1, name="x", flip_days=1, classes=told(classes), by=cast.chair
        )


def form(classes, do) -> dict:
    data = {"based_on": 1, "name": "新方案", "flip_days": 20, "do": do}
    for slot, said in classes.items():
        said = said | {"reasons": "\n".join(said["reasons"]), "used": "on"}
        data |= {f"c{slot}-{name}": value for name, value in said.items()}
    for slot in {1, 2, 3, 4, 5} - set(classes):
        data |= {f"c{slot}-shape": "star", f"c{slot}-decided_by": "village"}
    return data


def test_the_form_shows_what_changes_before_it_changes(signed_in, cast, classes):
    client = signed_in(cast.district)
    assert "五色家庭工作法" in client.get("/colours/").content.decode()
    del classes[2]
    answer = client.post("/colours/", form(classes, "preview"))
    assert "橙色" in answer.content.decode() and ColourScheme.objects.count() == 1
    assert client.post("/colours/", form(classes, "install")).status_code == 302
    assert ColourScheme.objects.get(valid_to=None).classes.count() == 4
    answer = client.post("/colours/", form(classes, "install"))
    assert answer.status_code == 422 and "另一版" in answer.content.decode()
    assert client.post("/colours/", {"do": "preview"}).status_code == 422
    assert signed_in(cast.chair).get("/colours/").status_code == 403
