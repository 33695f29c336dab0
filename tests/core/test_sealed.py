"""A sealed file opens with its passphrase, and any change to it is found."""

import os

import pytest

from core import sealed
from core.sealed import CHUNK, Damaged, NotSealed, Sealing, WrongPassphrase, opened

WORD = "correct horse battery"
HEADER = len(sealed.MAGIC) + 1 + sealed.SALT + sealed.CHECK


@pytest.fixture(autouse=True)
def cheap_guesses(monkeypatch):
    monkeypatch.setattr(sealed, "COST", 4)


def seal(path, plain):
    with path.open("wb") as file:
        sealing = Sealing(file, WORD)
        for at in range(0, len(plain), 10_000):
            sealing.write(plain[at : at + 10_000])
        sealing.finish()
    return path


def read(path, passphrase=WORD):
    return b"".join(opened(path, passphrase))


@pytest.mark.parametrize("size", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK, 3 * CHUNK + 7])
def test_what_was_sealed_comes_out(tmp_path, size):
    plain = os.urandom(size)
    file = seal(tmp_path / "a", plain)
    assert read(file) == plain
    assert size < 16 or plain[:16] not in file.read_bytes()


def test_the_same_twice_looks_different(tmp_path):
    assert (
        seal(tmp_path / "a", b"x" * 99).read_bytes() != seal(tmp_path / "b", b"x" * 99).read_bytes()
    )


def test_another_passphrase_opens_nothing(tmp_path):
    with pytest.raises(WrongPassphrase):
        read(seal(tmp_path / "a", b"plain"), WORD + " ")


def test_something_else_is_no_sealed_file(tmp_path):
    for content in (b"", b"PK\x03\x04" + bytes(100), sealed.MAGIC, sealed.MAGIC + bytes([99]) * 60):
        path = tmp_path / "other"
        path.write_bytes(content)
        with pytest.raises(NotSealed):
            read(path)


def test_every_flipped_byte_is_found(tmp_path):
    file = seal(tmp_path / "a", os.urandom(300))
    whole = file.read_bytes()
    for at in range(len(sealed.MAGIC) + 1, len(whole), 7):
        changed = bytearray(whole)
        changed[at] ^= 1
        file.write_bytes(changed)
        with pytest.raises(WrongPassphrase if at < HEADER else Damaged):
            read(file)


def test_a_file_cut_anywhere_is_found(tmp_path):
    file = seal(tmp_path / "a", os.urandom(2 * CHUNK + 50))
    whole = file.read_bytes()
    block = CHUNK + sealed.TAG
    for end in (HEADER, HEADER + 5, HEADER + block, HEADER + 2 * block, len(whole) - 1):
        file.write_bytes(whole[:end])
        with pytest.raises(Damaged):
            read(file)


def test_chunks_that_change_places_are_found(tmp_path):
    file = seal(tmp_path / "a", os.urandom(3 * CHUNK))
    whole, block = file.read_bytes(), CHUNK + sealed.TAG
    first, second = whole[HEADER : HEADER + block], whole[HEADER + block : HEADER + 2 * block]
    file.write_bytes(whole[:HEADER] + second + first + whole[HEADER + 2 * block :])
    with pytest.raises(Damaged):
        read(file)
