"""Pinyin initials, by which people search: 尚集镇 → sjz."""

import re

from pypinyin import Style, lazy_pinyin, load_single_dict

# In names of places 长 is long far more often than chief: 长村张, 长店.
load_single_dict({ord("长"): "cháng,zhǎng"})


def initials(name: str) -> str:
    """The first letter of each syllable, of each Latin word, and digits; lower case."""
    syllables = lazy_pinyin(name, style=Style.NORMAL, v_to_u=False)
    words = re.findall(r"[a-z]+|[0-9]", " ".join(syllables).casefold())
    return "".join(word[0] for word in words)[:80]
