"""A file that nobody reads without the passphrase, and nobody changes unnoticed.

Layout (docs/operations.md): the line ``wuse-sealed 1``, one byte N, 16 bytes salt, 32 bytes check; then
chunks of 64 KiB, each with AES-256-GCM. Scrypt with cost 2^N makes the key and the check's key from
passphrase and salt; the check is HMAC-SHA-256 over all before it. A chunk's nonce is its number (11
bytes) and whether it is the last (1 byte): so none can be moved, repeated, or cut off. This is the
STREAM construction (Hoang, Reyhanitabar, Rogaway, Vizár, 2015) as `age` uses it.
"""

import hashlib
import hmac
import os
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from core.errors import Invalid

MAGIC = b"wuse-sealed 1\n"
CHUNK = 64 * 1024
TAG, SALT, CHECK = 16, 16, 32
# 128 MB and half a second for one guess.
COST = 17
HIGHEST_COST = 20
SHORTEST_PASSPHRASE = 12


class NotSealed(Invalid):
    message = "这不是五色格的备份文件。"


class WrongPassphrase(Invalid):
    message = "口令不对，或者文件开头被改动过。"


class Damaged(Invalid):
    message = "文件不完整，或者被改动过。"


def _keys(passphrase: str, salt: bytes, cost: int) -> tuple[AESGCM, bytes]:
    made = hashlib.scrypt(
        passphrase.encode(), salt=salt, n=1 << cost, r=8, p=1, dklen=64, maxmem=(1 << 31) - 1
    )
    return AESGCM(made[:32]), made[32:]


def _check(key: bytes, header: bytes) -> bytes:
    return hmac.new(key, header, hashlib.sha256).digest()


def _nonce(number: int, last: bool) -> bytes:
    return number.to_bytes(11, "big") + bytes([last])


class Sealing:
    """Write plain bytes, get a sealed file; it is whole only after `finish`."""

    def __init__(self, file: BinaryIO, passphrase: str):
        salt = os.urandom(SALT)
        self._cipher, check_key = _keys(passphrase, salt, COST)
        header = MAGIC + bytes([COST]) + salt
        self._file, self._kept, self._number = file, bytearray(), 0
        file.write(header + _check(check_key, header))

    def write(self, data: bytes) -> None:
        self._kept += data
        # The last chunk is known by what follows it: so one is always kept back.
        while len(self._kept) > CHUNK:
            self._seal(bytes(self._kept[:CHUNK]), last=False)
            del self._kept[:CHUNK]

    def finish(self) -> None:
        self._seal(bytes(self._kept), last=True)

    def _seal(self, plain: bytes, *, last: bool) -> None:
        self._file.write(self._cipher.encrypt(_nonce(self._number, last), plain, None))
        self._number += 1


def opened(path: Path, passphrase: str) -> Iterator[bytes]:
    """The plain bytes, chunk by chunk, each proven before it is handed out.

    That nothing is missing is known only when the last has come.
    """
    with path.open("rb") as file:
        start = file.read(len(MAGIC) + 1 + SALT)
        check = file.read(CHECK)
        if not start.startswith(MAGIC) or len(check) < CHECK or start[len(MAGIC)] > HIGHEST_COST:
            raise NotSealed
        cipher, check_key = _keys(passphrase, start[len(MAGIC) + 1 :], start[len(MAGIC)])
        if not hmac.compare_digest(_check(check_key, start), check):
            raise WrongPassphrase
        number, sealed = 0, file.read(CHUNK + TAG)
        while True:
            following = file.read(CHUNK + TAG)
            try:
                yield cipher.decrypt(_nonce(number, not following), sealed, None)
            except InvalidTag:
                raise Damaged from None
            if not following:
                return
            number, sealed = number + 1, following
