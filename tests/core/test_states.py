import pytest

from core.states import Machine, Step, StepNotPossible

DOOR = Machine(
    "门",
    states={"shut": "关着", "open": "开着", "gone": "拆了"},
    steps=[
        Step("hang", ("",), "shut", "装上"),
        Step("open", ("shut",), "open", "打开"),
        Step("shut", ("open",), "shut", "关上"),
        Step("remove", ("open", "shut"), "gone", "拆掉"),
    ],
)


def test_a_step_leads_where_the_table_says():
    assert DOOR.after("", "hang") == "shut"
    assert DOOR.after("shut", "open") == "open"
    assert DOOR.after("open", "remove") == "gone"


@pytest.mark.parametrize(("state", "step"), [("open", "open"), ("gone", "shut"), ("", "open")])
def test_no_other_step_is_possible(state, step):
    with pytest.raises(StepNotPossible):
        DOOR.after(state, step)


def test_the_refusal_says_where_it_stands_and_what_was_asked():
    with pytest.raises(StepNotPossible, match="现在是“拆了”，不能“打开”"):
        DOOR.after("gone", "open")


def test_what_may_follow_is_told_in_order():
    assert [step.name for step in DOOR.open_to("open")] == ["shut", "remove"]


def test_a_table_with_an_unknown_state_or_a_step_named_twice_is_refused():
    with pytest.raises(ValueError, match="knows no"):
        Machine("x", states={"a": "甲"}, steps=[Step("go", ("a",), "b", "走")])
    with pytest.raises(ValueError, match="named twice"):
        go = Step("go", ("",), "a", "走")
        Machine("x", states={"a": "甲"}, steps=[go, go])


def test_the_drawing_has_its_beginning_and_its_end():
    drawn = DOOR.drawing()
    assert "[*] --> shut: 装上" in drawn
    assert "gone --> [*]" in drawn
    assert "open --> [*]" not in drawn
