"""The second step: a code from an app on one's phone, or a code from a sheet of paper.

Time-based codes (RFC 6238), recovery codes and their table are django-allauth's. Of allauth only
that much is used: its pages for signing up, e-mail and foreign accounts are no part of the site.
"""

import base64
import hashlib
from functools import lru_cache

import qrcode
import qrcode.image.svg
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    generate_totp_secret,
    hotp_value,
    yield_hotp_counters_from_time,
)
from cryptography.fernet import Fernet
from django.conf import settings
from django.db import transaction
from django.utils.crypto import constant_time_compare

from accounts.models import Member

Kind = Authenticator.Type


@lru_cache(maxsize=1)
def _cipher() -> Fernet:
    key = hashlib.scrypt(settings.SECRET_KEY.encode(), salt=b"wuse.factor", n=2**12, r=8, p=1)
    return Fernet(base64.urlsafe_b64encode(key[:32]))


class Adapter(DefaultMFAAdapter):
    """Keeps secrets encrypted: a copy of the database alone lets nobody make codes."""

    def encrypt(self, text: str) -> str:
        return _cipher().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return _cipher().decrypt(encrypted_text.encode()).decode()


def is_set_up(member: Member) -> bool:
    return Authenticator.objects.filter(user=member, type=Kind.TOTP).exists()


def is_demanded_of(member: Member) -> bool:
    return not member.is_demo


def new_secret() -> str:
    return generate_totp_secret()


def address_of(member: Member, secret: str) -> str:
    """What an authenticator app reads from the picture."""
    return Adapter().build_totp_url(member, secret)


def picture_of(address: str) -> str:
    """The QR code as a data address, which the content security policy allows."""
    image = qrcode.make(address, image_factory=qrcode.image.svg.SvgPathImage, border=2)
    return "data:image/svg+xml;base64," + base64.b64encode(image.to_string()).decode()


@transaction.atomic
def set_up(member: Member, secret: str, code: str) -> list[str] | None:
    """Take this secret in the place of any before it; the new recovery codes, or None if the code
    does not fit the secret."""
    counter = _counter_of(secret, code)
    if counter is None:
        return None
    take_away(member)
    totp = TOTP.activate(member, secret).instance
    totp.data["last"] = counter
    totp.save(update_fields=["data"])
    return RecoveryCodes.activate(member).get_unused_codes()


@transaction.atomic
def accepts(member: Member, code: str) -> bool:
    """Is this a code of hers, and not one that was used before? It is used up by asking."""
    own = {a.type: a for a in Authenticator.objects.select_for_update().filter(user=member)}
    totp, recovery = own.get(Kind.TOTP), own.get(Kind.RECOVERY_CODES)
    counter = totp and _counter_of(Adapter().decrypt(totp.data["secret"]), code)
    if counter is not None:
        # allauth remembers used codes in a cache, which each process has for itself.
        if counter <= totp.data["last"]:
            return False
        totp.data["last"] = counter
        totp.save(update_fields=["data"])
        totp.record_usage()
        return True
    if recovery and RecoveryCodes(recovery).validate_code(code):
        Authenticator.objects.get(pk=recovery.pk).record_usage()
        return True
    return False


@transaction.atomic
def new_recovery_codes(member: Member) -> list[str]:
    Authenticator.objects.filter(user=member, type=Kind.RECOVERY_CODES).delete()
    return RecoveryCodes.activate(member).get_unused_codes()


def recovery_codes_left(member: Member) -> int:
    own = Authenticator.objects.filter(user=member, type=Kind.RECOVERY_CODES).first()
    return len(RecoveryCodes(own).get_unused_codes()) if own else 0


def take_away(member: Member) -> None:
    Authenticator.objects.filter(user=member).delete()


def _counter_of(secret: str, code: str) -> int | None:
    """Which half minute this code is of, a neighbouring one included; None for none of them."""
    code = "".join(code.split())
    found = None
    for counter in yield_hotp_counters_from_time():
        if constant_time_compare(code, format_hotp_value(hotp_value(secret, counter))):
            found = counter
    return found
