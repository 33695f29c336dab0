"""Why a step of a colour is not taken, in words for whoever wanted to take it."""

from core.errors import Conflict, Invalid, NotAllowed


class ReasonUnknown(Invalid):
    message = "请从本区现行颜色方案的原因里选一条。"


class HelpMissing(Invalid):
    message = "请写明我们提供什么帮助：颜色说的是我们的责任。"


class SourceMissing(Invalid):
    message = "请选是怎么知道的：走访时看到、家里人说的，还是别人说的。"


class WordsMissing(Invalid):
    message = "请写明理由，至少 5 个字。"


class ProposalWaiting(Conflict):
    message = "这户已经有一条建议在等确认。"


class ObjectionWaiting(Conflict):
    message = "这户对颜色有异议，正在等人复核，复核以前不能再定颜色。"


class NoColourToObjectTo(Conflict):
    message = "这户现在没有已确认的颜色。"


class SecondLookMissing(Conflict):
    message = "这户不久前刚改过颜色。请另一位了解这户的人再看一遍，然后再确认。"


class NoSecondLookOwed(Conflict):
    message = "这条建议不需要再看一遍，或者已经看过了。"


class NotArgued(Conflict):
    message = "名单导入的颜色没有理由，不能直接确认。请网格的执委写明原因和帮助，重新提出。"


class ClassGone(Conflict):
    message = "本区现行的颜色方案里没有这一类了，请按新方案重新提出。"


class NotHerWord(NotAllowed):
    message = "这一步由别的岗位办理。"


class HerOwnWord(NotAllowed):
    message = "您参与过这户的定色，这一步要由另一个人办理。"
