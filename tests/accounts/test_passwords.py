"""What a password must be, and for how long, under each of the two profiles."""

from datetime import timedelta

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils import timezone

from accounts.models import Member
from accounts.passwords import kinds_of, must_change, rules, set_password
from accounts.profile import PROFILES

SENTENCE = "门前的枣树今年结得很多呢"


@pytest.fixture
def who():
    return Member(username="juanjuan", name="示例juan")


def refused(password, who):
    with pytest.raises(ValidationError):
        validate_password(password, who)
    return True


def test_asvs_asks_for_length_and_nothing_else(who, settings):
    settings.PROFILE = "asvs"
    validate_password(SENTENCE, who)
    validate_password("a" * 64 + "bcdefghij klm", who)
    assert refused(SENTENCE[:11], who)
    assert refused("123456789012345", who)
    assert refused("juanjuanjuanjuan"[:12], who)
    assert refused("1q2w3e4r5t6y", who)
    assert "12" in rules()


def test_mlps3_asks_for_three_kinds_too(who, settings):
    settings.PROFILE = "mlps3"
    assert refused(SENTENCE, who)
    assert refused("onlysmallletters", who)
    assert refused("Capitalsandsmall", who)
    validate_password("枣树结果Very7many", who)
    assert "3" in rules()


@pytest.mark.parametrize(
    "password, kinds", [("aaa", 1), ("aA", 2), ("aA1", 3), ("aA1-", 4), ("枣-", 1), ("", 0)]
)
def test_kinds_are_counted(password, kinds):
    assert kinds_of(password) == kinds


def test_only_mlps3_asks_for_a_change_after_ninety_days(who, settings):
    who.password_set_at = timezone.now() - timedelta(days=91)
    settings.PROFILE = "asvs"
    assert not must_change(who)
    settings.PROFILE = "mlps3"
    assert must_change(who)
    set_password(who, SENTENCE, given=False)
    assert not must_change(who)


@pytest.mark.parametrize("name", PROFILES)
def test_a_password_that_somebody_else_chose_is_always_to_be_changed(who, settings, name):
    settings.PROFILE = name
    set_password(who, SENTENCE, given=True)
    assert must_change(who)


def test_the_stricter_profile_is_nowhere_looser():
    asvs, mlps3 = PROFILES["asvs"], PROFILES["mlps3"]
    assert mlps3.min_length >= asvs.min_length
    assert mlps3.wrong_before_lock <= asvs.wrong_before_lock
    assert mlps3.lock_minutes >= asvs.lock_minutes
    assert mlps3.idle_minutes <= asvs.idle_minutes
    assert mlps3.session_hours <= asvs.session_hours
