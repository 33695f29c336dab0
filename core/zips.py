"""What the index of a zip says before anything in it is unpacked."""

import zipfile
from collections.abc import Sequence
from itertools import pairwise

# Of a member's own header, without its name.
_HEADER = 30


def overlap(infos: Sequence[zipfile.ZipInfo]) -> bool:
    """Whether two members stand in the same place: a bomb that counts the same bytes many times."""
    order = sorted(infos, key=lambda info: info.header_offset)
    return any(
        one.header_offset + _HEADER + one.compress_size > other.header_offset
        for one, other in pairwise(order)
    )


def doubled(infos: Sequence[zipfile.ZipInfo]) -> bool:
    """Whether a name stands there twice: each program takes another one of them."""
    return len({info.filename for info in infos}) < len(infos)
