"""Why a visit is not recorded, in words for whoever wanted to."""

from core.errors import Invalid, NotAllowed


class NotYourVisit(NotAllowed):
    message = "走访由负责这户的执委、村妇联主席或个案工作者登记。"


class OrdersAreApart(NotAllowed):
    message = "告诫书查访由个案工作者登记。"


class NoSuchColleague(Invalid):
    message = "没有找到同去的人。"


class TimeNotPossible(Invalid):
    message = "走访的时间不对：不能晚于现在，也不能早于一年前。请看看手机的日期。"
