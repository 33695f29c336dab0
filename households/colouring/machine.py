"""Which step may follow which: of a colour, and of a question that the fairness sheet raises."""

from core.states import Machine, Step
from households.models import Classification, FairnessReview

_S = Classification.Status

# What a person does to a colour stands first, what happens by itself last.
COLOUR = Machine(
    "定色",
    states=dict(_S.choices),
    steps=[
        Step("propose", ("",), _S.PROPOSED, "提出"),
        Step("second_look", (_S.PROPOSED,), _S.PROPOSED, "再看一遍"),
        Step("confirm", (_S.PROPOSED,), _S.CONFIRMED, "确认"),
        Step("refuse", (_S.PROPOSED,), _S.REFUSED, "不同意"),
        Step("object", (_S.CONFIRMED,), _S.OBJECTED, "家庭有异议"),
        Step("keep", (_S.OBJECTED,), _S.CONFIRMED, "复核后维持"),
        Step("withdraw", (_S.OBJECTED,), _S.WITHDRAWN, "复核后撤回"),
        Step("replace", (_S.PROPOSED, _S.CONFIRMED), _S.SUPERSEDED, "换成新的"),
        Step("lapse", (_S.CONFIRMED, _S.OBJECTED), _S.LAPSED, "到期"),
        Step("retire", (_S.PROPOSED, _S.CONFIRMED, _S.OBJECTED), _S.LAPSED, "方案里没有这一类了"),
    ],
)

_R = FairnessReview.State

REVIEW = Machine(
    "定色公平的复核",
    states=dict(_R.choices),
    steps=[
        Step("open", ("",), _R.OPEN, "差得多"),
        Step("close", (_R.OPEN,), _R.CLOSED, "说明原因"),
    ],
)
