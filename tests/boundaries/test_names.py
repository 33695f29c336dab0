import pytest

from boundaries.services.names import initials


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("尚集镇", "sjz"),
        ("长村张街道", "cczjd"),  # not zhǎng, as a dictionary of words would have it
        ("绿色庄", "lsz"),
        ("St. Johnsbury", "sj"),
        ("A3社区", "a3sq"),
        ("", ""),
    ],
)
def test_initials_are_what_people_type(name, expected):
    assert initials(name) == expected
