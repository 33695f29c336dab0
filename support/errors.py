"""Why a need or a help is not entered, in words for whoever wanted to."""

from core.errors import Invalid, NotAllowed, NotFound


class NotYourWork(NotAllowed):
    message = "需要和帮助由负责这户的执委、村妇联主席或个案工作者登记。"


class NoSuchNeed(NotFound):
    message = "没有找到这条需要。"


class NotOfThisFamily(Invalid):
    message = "这个人不在这一户。"


class DayNotPossible(Invalid):
    message = "请选今天起一年以内的一天。"


class GivenLater(Invalid):
    message = "帮助的日期不能晚于今天。"


class WhyMissing(Invalid):
    message = "请选为什么不再跟进。"


class HelpNotClear(Invalid):
    """Which of the three is missing stands in the message."""


class NotYourPlace(NotFound):
    """Not hers and not existing are one answer."""

    message = "没有找到这个地方。"


class HeldLater(Invalid):
    message = "活动结束以后再登记：日期不能晚于今天。"
