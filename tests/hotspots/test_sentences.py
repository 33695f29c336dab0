"""What the review says; and that where there is no number, there is a sentence."""

import ast
import re
from pathlib import Path

import numpy as np
import pytest
from babel.messages.pofile import read_po
from django.utils.translation import override

from hotspots import sentences
from hotspots.sentences import Places, change, few, method, verdict, where, worked
from hotspots.stats.few import TooFew
from hotspots.stats.review import Areas, Disputes, review
from hotspots.stats.trend import change as changed
from hotspots.stats.trend import change_against, emerging
from tests.hotspots.oracles import lattice
from tests.hotspots.test_review import district

ROOT = Path(__file__).resolve().parents[2]


def places(side=20, kind="网格"):
    """A town of the upper half and one of the lower."""
    xy, _ = lattice(side, side)
    towns = ["五女店镇" if i < side * side // 2 else "椹涧乡" for i in range(side * side)]
    return Places([f"{i} 号" for i in range(side * side)], towns, xy, kind)


def test_a_hot_spot_and_a_quota_are_told_apart_in_words():
    said = verdict(review(*district(hot=4, quota=10), seed=1, sims=499), places(), 12)
    hot = next(s for s in said if "比住户和走访筛查能说明的多" in s)
    quota = next(s for s in said if "月底" in s)
    assert "五女店镇" in hot and "倍" in hot and "500 张" in hot
    assert "椹涧乡" in quota and "请先核对登记" in quota and "倍" not in quota
    assert said[-1] == "其余地方的高低可能只是偶然。"


def test_nothing_but_chance_is_said_to_be_chance():
    said = verdict(review(*district(seed=3), seed=1, sims=499), places(), 12)
    assert said == ["没有哪里的纠纷多到偶然解释不了；各地的高低可能只是偶然，不要据此排名。"]


def test_a_quarter_says_that_it_would_hardly_find_anything():
    said = verdict(review(*district(seed=3), seed=1, sims=499), places(), 3)
    assert said[-1].startswith("3 个月的纠纷太少")


def test_what_screening_explains_is_no_hot_spot():
    looked = [44, 45, 46, 25, 65, 300, 301, 302, 120, 199]
    said = verdict(review(*district(seed=2, looked=looked), seed=1, sims=499), places(), 12)
    assert any("查得多就能说明" in s for s in said)
    assert not any("能说明的多" in s for s in said)


def test_disputes_that_are_on_no_map_are_counted_in_words():
    areas, disputes = district(seed=3)
    more = Disputes(
        np.r_[disputes.area, [-1] * 7], np.r_[disputes.minor, [False] * 7],
        np.r_[disputes.days_left, [3] * 7],
    )  # fmt: skip
    said = verdict(
        review(Areas(areas.households, areas.xy, areas.near), more, seed=1), places(), 12
    )
    assert "7 起纠纷没有位置，没有算进地图。" in said
    assert said[-1] == few(TooFew("no_screenings"))


def test_without_screenings_nothing_is_said_about_them():
    areas, disputes = district(hot=4)
    blind = Areas(areas.households, areas.xy, areas.near)
    said = verdict(review(blind, disputes, seed=1, sims=199), places(), 12)
    assert "比住户能说明的多" in said[0]


@pytest.mark.parametrize(
    "value",
    [
        TooFew("no_disputes"),
        TooFew("few_disputes", 9, 20),
        TooFew("few_areas", 18, 30),
        TooFew("one_area", 40, 2),
        TooFew("all_alike"),
        TooFew("no_households"),
        TooFew("no_screenings"),
        TooFew("open_period", 12, 0),
        TooFew("few_periods", 2, 10),
        TooFew("few_points", 4, 5),
    ],
)
def test_too_few_is_a_sentence(value):
    said = few(value)
    assert said.endswith("。") and "%" not in said
    for number in (value.found, value.needed):
        assert value.what.startswith(("no_", "all_")) or str(number) in said or number in (0, 2)


def test_every_reason_that_the_statistics_give_has_a_sentence():
    given = set()
    for file in [*(ROOT / "hotspots").rglob("*.py")]:
        given |= set(re.findall(r'TooFew\(\s*"(\w+)"', file.read_text()))
    assert given >= {"few_points", "open_period"}
    for what in given:
        assert few(TooFew(what, 1, 2))


@pytest.mark.parametrize(
    "members, side",
    [([5 * 20 + 10], "中部"), ([5 * 20 + 19], "东部"), ([0], "西南部"), ([9 * 20 + 10], "北部")],
)
def test_a_place_is_named_by_its_side_of_the_town(members, side):
    assert where(np.array(members), places()).startswith(f"五女店镇{side}的 1 个网格")


def test_many_names_are_cut_and_a_border_names_both_towns():
    assert where(np.arange(5), places()).endswith("5 个网格（0 号、1 号、2 号等）")
    assert where(np.array([190, 210]), places()).startswith("五女店镇、椹涧乡交界的 2 个网格")


def test_a_change_is_said_with_its_interval_or_called_chance():
    assert change(changed(20, 60)).startswith("比上期多：是上期的 3.0 倍（")
    assert change(changed(60, 20)).startswith("比上期少")
    assert "可能只是偶然" in change(changed(20, 22))
    assert change(changed(2, 3)) == few(TooFew("few_disputes", 5, 10))


def test_whether_it_worked_is_said_against_others():
    assert "措施可能有用" in worked(change_against(60, 20, 600, 580))
    assert "还说不出" in worked(change_against(60, 30, 600, 300))
    assert worked(change_against(2, 1, 600, 300)).startswith("说不出措施有没有用：纠纷只有 3 起")


def test_every_class_has_its_words():
    hot = np.array([[False] * 11 + [True], [True] * 12])
    for name in emerging(np.zeros((2, 12)), hot):
        assert sentences.emerging(str(name))


def test_the_four_states_of_a_cell_are_four_texts():
    cells = {
        sentences.cell(0, screened=True, known=True),
        sentences.cell(None, screened=True, known=True),
        sentences.cell(None, screened=False, known=True),
        sentences.cell(None, screened=False, known=False),
    }
    assert len(cells) == 4 and sentences.cell(12, screened=True, known=True) == "12"


def test_the_method_says_how_often_it_errs():
    assert "5 次误报" in method(review(*district(), seed=1, sims=99))
    areas, _ = district()
    none = Disputes(np.zeros(0, np.int64), np.zeros(0, bool), np.zeros(0, np.int64))
    assert method(review(areas, none, seed=1)) == "没有作判断；数字只供查看。"


def test_every_sentence_has_its_english():
    tree = ast.parse((ROOT / "hotspots/sentences.py").read_text())
    said = {
        ast.literal_eval(call.args[0])
        for call in ast.walk(tree)
        if isinstance(call, ast.Call) and getattr(call.func, "id", "") == "_"
    }
    assert len(said) > 40
    with (ROOT / "locale/en/LC_MESSAGES/django.po").open("rb") as file:
        english = {m.id: m.string for m in read_po(file)}
    assert not [s for s in said if not english.get(s)]
    for text in said:
        assert set(re.findall(r"%\(\w+\)[a-z0-9.]+", text)) == set(
            re.findall(r"%\(\w+\)[a-z0-9.]+", english[text])
        )


def test_the_review_can_be_read_in_english():
    with override("en"):
        said = verdict(review(*district(hot=4, quota=10), seed=1, sims=99), places(kind="grids"), 3)
    assert not re.search(r"[\u4e00-\u9fff]", re.sub("五女店镇|椹涧乡|号", "", "".join(said)))
