"""Which step of a need may follow which."""

from core.states import Machine, Step
from support.models import Need

_S = Need.State

NEED = Machine(
    "需要",
    states=dict(_S.choices),
    steps=[
        Step("record", ("",), _S.OPEN, "记下"),
        Step("help", (_S.OPEN,), _S.OPEN, "记下帮助"),
        Step("meet", (_S.OPEN,), _S.MET, "已经解决"),
        Step("end", (_S.OPEN,), _S.ENDED, "不再跟进"),
    ],
)
