"""Colours are a county's own words: pink, three of them, or the five of 建安区."""

import pytest
import yaml
from django.core.management import call_command
from django.db import IntegrityError, transaction

from households.defaults import FIVE_COLOURS
from households.models import ColourScheme
from households.services import install_default_scheme, install_scheme
from tests.factories import box, division

PINK = [
    FIVE_COLOURS[0],
    {
        "slot": 3, "name": "粉色", "letter": "粉", "shape": "drop", "action": "温情服务",
        "cadence_days": 30, "review_days": 90, "weight": 3.0, "reasons": ["需要生活上的帮扶"],
    },
    FIVE_COLOURS[4] | {"action": "关爱留守儿童", "reasons": ["孩子由祖辈照看,需要常陪伴"]},
]  # fmt: skip


@pytest.fixture
def county(db):
    return division("999001", "示例区", geom=box(113.8, 34.0))


def write(tmp_path, content):
    path = tmp_path / "scheme.yaml"
    path.write_text(yaml.safe_dump(content, allow_unicode=True), "utf-8")
    return path


def refused(path, capsys):
    with pytest.raises(SystemExit) as stop:
        call_command("install_scheme", path)
    assert stop.value.code == 1
    return capsys.readouterr().err


def test_the_default_scheme_is_installed_once(county):
    first = install_default_scheme(county)
    assert [c.name for c in first.classes.all()] == ["红色", "橙色", "黄色", "蓝色", "绿色"]
    assert install_default_scheme(county) == first


def test_a_county_without_a_scheme_reads_the_default_one(county, signed_in):
    from tests.factories import Role, member

    body = signed_in(member("office", Role.DISTRICT, county)).get("/api/schemes/current/").json()
    assert (body["version"], len(body["classes"])) == (0, 5)
    install_default_scheme(county)
    installed = signed_in(member("head", Role.SYSADMIN)).get("/api/schemes/current/").json()
    assert installed == body | {"version": 1}


def test_another_county_has_pink_and_three_colours(county, signed_in, tmp_path, capsys):
    from tests.factories import Role, member

    call_command("install_scheme", write(tmp_path, {"name": "三色关爱", "classes": PINK}))
    assert "三色关爱" in capsys.readouterr().err
    body = signed_in(member("office", Role.DISTRICT, county)).get("/api/schemes/current/").json()
    assert [(c["slot"], c["name"], c["shape"]) for c in body["classes"]] == [
        (1, "红色", "diamond"), (3, "粉色", "drop"), (5, "绿色", "circle"),
    ]  # fmt: skip
    assert body["classes"][2]["action"] == "关爱留守儿童"


def test_a_new_version_leaves_the_old_one_for_what_was_decided_under_it(county):
    old = install_default_scheme(county)
    new = install_scheme(county=county, name="三色关爱", classes=PINK)
    old.refresh_from_db()
    assert (old.version, new.version) == (1, 2)
    assert old.valid_to is not None
    assert old.classes.count() == 5
    with pytest.raises(IntegrityError), transaction.atomic():
        ColourScheme.objects.create(county=county, version=3, name="又一个")


def test_two_counties_have_two_vocabularies(county):
    other = division("999002", "示例县", geom=box(114.8, 34.0))
    install_default_scheme(county)
    install_scheme(county=other, name="三色关爱", classes=PINK)
    assert ColourScheme.objects.filter(valid_to=None).count() == 2


@pytest.mark.parametrize(
    "change, sentence",
    [
        ({"slot": 6}, "色位应为 1 到 5"),
        ({"slot": 5}, "色位 5 用了两次"),
        ({"shape": "banana"}, "形状"),
        ({"name": ""}, "名称"),
        ({"cadence_days": "often"}, "走访间隔"),
        ({"reasons": []}, "原因"),
        ({"reasons": [3]}, "原因"),
        ({"colour": "#ff0000"}, "不认识的项目“colour”"),
    ],
)
def test_a_faulty_scheme_is_refused_with_its_place(county, tmp_path, capsys, change, sentence):
    faulty = [PINK[0], PINK[1] | change, PINK[2]]
    err = refused(write(tmp_path, {"name": "三色关爱", "classes": faulty}), capsys)
    assert sentence in err
    assert "没有启用" in err
    assert not ColourScheme.objects.exists()


@pytest.mark.parametrize(
    "content", ["name: 只有名称", "- 1", "{", "name: a\nclasses: []", "name: a\nclasses: [x]"]
)
def test_what_is_no_scheme_is_refused(county, tmp_path, capsys, content):
    path = tmp_path / "scheme.yaml"
    path.write_text(content, "utf-8")
    assert refused(path, capsys)
    assert not ColourScheme.objects.exists()


def test_a_dry_run_installs_nothing(county, tmp_path):
    path = write(tmp_path, {"name": "三色关爱", "classes": PINK})
    call_command("install_scheme", path, "--dry-run")
    assert not ColourScheme.objects.exists()


def test_the_shapes_are_those_the_map_can_draw():
    import re
    from pathlib import Path

    from households.models import ColourClass

    script = Path(__file__).parents[2] / "static/js/lib/shapes.js"
    drawn = re.findall(r"^  (\w+): \"M", script.read_text(), re.MULTILINE)
    assert set(drawn) == set(ColourClass.Shape.values)


def test_without_a_county_one_is_told_to_import_it(db, capsys):
    with pytest.raises(SystemExit):
        call_command("install_scheme")
    assert "import_divisions" in capsys.readouterr().err
