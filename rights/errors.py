"""Why a request cannot be taken in or carried out."""

from core.errors import Conflict, Invalid, NotAllowed, NotFound


class NoSuchFamily(NotFound):
    """One answer for: no such number, another name, sealed, or outside her place of work."""

    message = "没有找到这户，或者姓名对不上。请核对村代码、户编号和申请人姓名。"


class NoSuchRequest(NotFound):
    message = "没有找到这份申请，或者不由您办理。"


class AlreadyClosed(Conflict):
    message = "这份申请已经有了结果，请刷新后再看。"


class WrongKind(Invalid):
    message = "这份申请不是为了办这件事。"


class NotOnesOwn(Invalid):
    message = "申请人不在登记的家庭成员里，不能只删她一个人。"


class NothingSaid(Invalid):
    message = "请写明做了什么或者为什么，至少 5 个字。"


class LaterThanToday(Invalid):
    message = "收到日期不能晚于今天。"


class NoPlace(NotAllowed):
    message = "您的账号没有任职地，不能登记申请。请系统管理员先填上。"
