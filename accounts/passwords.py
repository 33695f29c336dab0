"""What a password must be, as the profile in force says, and when it must be changed."""

from datetime import timedelta

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Member
from accounts.profile import PROFILES, Profile


def profile() -> Profile:
    return PROFILES[settings.PROFILE]


def must_change(member: Member) -> bool:
    """Somebody else chose it and knows it, or it is older than the profile allows."""
    limit = profile().max_age_days
    if member.password_given:
        return True
    if limit is None or member.is_demo:
        return False
    return member.password_set_at < timezone.now() - timedelta(days=limit)


def rules() -> str:
    """The rules in one sentence, said before anybody types."""
    rules = profile()
    if rules.kinds > 1:
        return _(
            "至少{length}个字符，大写字母、小写字母、数字、其他字符中至少有{kinds}种；不要用常见密码。"
        ).format(length=rules.min_length, kinds=rules.kinds)
    return _("至少{length}个字符，一句话最好记；不要全是数字，也不要用常见密码。").format(
        length=rules.min_length
    )


def kinds_of(password: str) -> int:
    tests = (str.isupper, str.islower, str.isdigit)
    kinds = {next((i for i, test in enumerate(tests) if test(c)), len(tests)) for c in password}
    return len(kinds)


class ProfileValidator:
    """Length and kinds of characters; one of AUTH_PASSWORD_VALIDATORS."""

    def validate(self, password, user=None):
        rules = profile()
        if len(password) < rules.min_length:
            raise ValidationError(
                _("密码太短，至少要有{length}个字符。").format(length=rules.min_length),
                code="too_short",
            )
        if kinds_of(password) < rules.kinds:
            raise ValidationError(
                _("密码里要有大写字母、小写字母、数字、其他字符中的至少{kinds}种。").format(
                    kinds=rules.kinds
                ),
                code="too_few_kinds",
            )

    def get_help_text(self):
        return rules()


def set_password(member: Member, password: str, *, given: bool) -> None:
    """Given: somebody else chose it, so its owner must change it before she does anything."""
    member.set_password(password)
    member.password_given, member.password_set_at = given, timezone.now()
