"""design_grids and suggest_assignments: a draft for the chair, and nothing else."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from accounts.models import Member
from core.scope import acting_as, acting_as_system
from grids.models import Assignment, Draft, Grid
from households.territory.publish import publish
from tests.households.test_territory_design import crowd as crowd


def run(*arguments):
    """Its exit code, its last line of JSON and what it said."""
    out, err = StringIO(), StringIO()
    code = 0
    try:
        call_command(*arguments, "--json", stdout=out, stderr=err)
    except SystemExit as stop:
        code = stop.code
    return code, json.loads(out.getvalue().splitlines()[-1]), err.getvalue()


def test_a_village_is_drawn_as_a_draft_for_the_chair(cast, crowd):
    before = list(Grid.objects.values_list("pk", "version", "closed_on"))
    code, report, said = run("design_grids", cast.liu.code, "--grids", "4")
    assert code == 0 and report["ok"]
    draft = Draft.objects.get(pk=report["draft"])
    assert (draft.created_by, draft.scope, draft.state) == (cast.chair, cast.liu, "open")
    assert len(report["grids"]) == 4
    assert sum(g["n"] for g in report["grids"]) == report["households"] == 48
    assert all(g["gauges"]["whole"] != "bad" for g in report["grids"])
    assert said.count("整体性") == 4
    assert list(Grid.objects.values_list("pk", "version", "closed_on")) == before


def test_a_target_of_families_decides_how_many(cast, crowd):
    _, report, _ = run("design_grids", cast.liu.code, "--target-households", "16")
    assert len(report["grids"]) == 3


def test_without_a_number_there_are_as_many_as_before(cast, crowd):
    _, report, _ = run("design_grids", cast.liu.code)
    assert len(report["grids"]) == 2


def test_the_same_seed_draws_the_same_grids(cast, crowd):
    drawn = [
        [row.content["geom"] for row in Draft.objects.get(pk=run(*ask)[1]["draft"]).grids.all()]
        for ask in [("design_grids", cast.liu.code, "--grids", "4", "--seed", "3")] * 2
    ]
    assert drawn[0] == drawn[1]


def test_a_village_without_grids_gets_its_first(cast):
    with acting_as_system("test"):
        for home in cast.homes["tao1"]:
            home.grid = None
            home.save()
        Assignment.objects.filter(grid=cast.tao1).delete()
        cast.tao1.delete()
    code, report, _ = run("design_grids", cast.tao.code, "--grids", "2")
    assert code == 0
    assert sum(g["n"] for g in report["grids"]) == 4
    with acting_as(cast.chair.pk):
        publish(draft_id=report["draft"], expected_version=2, by=cast.chair)
    codes = Grid.objects.current().filter(village=cast.tao).values_list("code", flat=True)
    assert list(codes) == [f"{cast.tao.code}001", f"{cast.tao.code}002"]


def test_a_dry_run_leaves_no_draft(cast, crowd):
    code, report, said = run("design_grids", cast.liu.code, "--grids", "4", "--dry-run")
    assert code == 0 and report["dry_run"] and "试运行" in said
    assert not Draft.objects.exists()


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("design_grids", "999001101999"), "not_found"),
        (("design_grids", "999001101"), "not_found"),
        (("design_grids", "999001101201", "--grids", "999"), "too_many_parts"),
        (("design_grids", "999001101202", "--grids", "5"), "too_many_grids"),
        (("design_grids", "999001101201", "--by", "lan"), "nobody_to_draft_for"),
        (("suggest_assignments", "999001"), "not_found"),
        (("suggest_assignments", "999001101", "--by", "other_chair"), "nobody_to_draft_for"),
    ],
)
def test_what_cannot_be_is_refused_with_a_sentence(cast, arguments, code):
    exit_code, report, said = run(*arguments)
    assert exit_code == 1
    assert report["code"] == code
    assert f"没有拟出草稿：{report['message']}" in said
    assert not Draft.objects.exists()


def test_a_town_without_a_chair_is_told(cast):
    Member.objects.filter(pk=cast.chair.pk).update(is_active=False)
    code, report, _ = run("suggest_assignments", cast.east.code)
    assert (code, report["code"]) == (1, "nobody_to_draft_for")


@pytest.mark.parametrize(
    "arguments",
    [("--grids", "0"), ("--grids", "x"), ("--grids", "2", "--target-households", "9")],
)
def test_wrong_use_is_argparse_s_own(cast, arguments):
    with pytest.raises(CommandError):
        call_command("design_grids", cast.liu.code, *arguments)


def test_a_suggestion_is_a_draft_that_says_who_for_whom(cast):
    Assignment.objects.filter(grid=cast.liu2).delete()
    code, report, said = run("suggest_assignments", cast.east.code)
    assert code == 0
    (change,) = report["changes"]
    assert (change["key"], change["from"], change["to"]) == (
        f"g{cast.liu2.pk}", None, cast.mei.name,
    )  # fmt: skip
    assert cast.mei.name in said
    assert Draft.objects.get(pk=report["draft"]).steps.count() == 1
    assert not Assignment.objects.open().filter(grid=cast.liu2).exists()


def test_when_all_is_well_there_is_no_draft(cast):
    code, report, said = run("suggest_assignments", cast.east.code)
    assert (code, report["draft"], report["changes"]) == (0, None, [])
    assert report["notes"][0] in said
    assert not Draft.objects.exists()
