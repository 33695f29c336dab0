from core.errors import DomainError


class AccessNotLogged(DomainError):
    """A look that leaves no trace does not happen."""

    status = 503
    message = "现在无法登记这次查看，所以没有显示。请稍后再试。"
