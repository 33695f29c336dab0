"""What can go wrong, said in plain Chinese. A subclass is a fact: ``GridTaken(Conflict)``.

``message`` reaches the user: what happened, which row or place, what to do. ``detail`` is for
programs and must hold nothing that the user may not see. core/api.py maps families to statuses.
"""

import re


class DomainError(Exception):
    status = 500
    message = "操作没有完成。"

    def __init__(self, message: str | None = None, **detail):
        self.message = message or self.message
        self.detail = detail
        super().__init__(self.message)

    @property
    def code(self) -> str:
        """The class name in snake case: ``GridTaken`` → ``grid_taken``."""
        return re.sub(r"(?<!^)(?=[A-Z])", "_", type(self).__name__).lower()


class Malformed(DomainError):
    status = 400
    message = "请求的格式不对。"


class NotAllowed(DomainError):
    status = 403
    message = "您的岗位不能做这件事。"


class NotFound(DomainError):
    """Also what is out of scope: the same answer, so that it tells nothing."""

    status = 404
    message = "没有找到。"


class Conflict(DomainError):
    status = 409
    message = "别人刚刚改过，请刷新后再试。"


class Invalid(DomainError):
    status = 422
    message = "填写的内容不符合要求。"
