from core.errors import Conflict, Invalid, NotAllowed, NotFound


class NoSuchImport(NotFound):
    message = "没有找到这次导入。"


class NoSuchExport(NotFound):
    message = "没有找到这份导出。"


class StillRunning(Conflict):
    message = "您还有一次导入没有结束，请等它结束或先停止它。"


class TooManyAtOnce(Conflict):
    message = "现在有几个人同时在导入，请过几分钟再试。"


class NotAtThisPoint(Conflict):
    message = "这一步现在不能做，请刷新后再看。"


class FileGone(Conflict):
    message = "文件已经过期删除，请重新上传。"


class NoPlace(NotAllowed):
    message = "您的账号没有任职地，不能导入。请系统管理员先填上。"


class OwnRequest(NotAllowed):
    message = "自己申请的要由另一位数据管理员批准。"


class LinkExpired(Conflict):
    message = "下载期限已过，或次数已用完。需要的话请重新申请。"


class ReasonTooShort(Invalid):
    message = "请写明用途，至少 10 个字。"
