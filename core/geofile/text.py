"""Which encoding a text is really in, judged by what it says and not by what its label says.

A Chinese name read in the wrong encoding is still a string, and nobody notices until it is on the
map. So every candidate must decode strictly, and the one that reads as Chinese wins.
"""

import codecs
import re
from collections import Counter
from collections.abc import Iterable

from core.importing import FileNotUsable

# What people, .cpg files and XML declarations call the encodings we know.
_NAMES = {
    "utf8": "utf-8",
    "65001": "utf-8",
    "gbk": "gb18030",
    "gb2312": "gb18030",
    "gb18030": "gb18030",
    "936": "gb18030",
    "cp936": "gb18030",
    "ansi936": "gb18030",
    "oem936": "gb18030",
    "big5": "cp950",
    "950": "cp950",
    "cp950": "cp950",
    "ansi950": "cp950",
    "utf16": "utf-16",
    "iso88591": "latin-1",
    "88591": "latin-1",
    "latin1": "latin-1",
    "1252": "cp1252",
    "ansi1252": "cp1252",
    "cp1252": "cp1252",
    "windows1252": "cp1252",
    "iso88592": "iso8859-2",
    "latin2": "iso8859-2",
}
TITLES = {"utf-8": "UTF-8", "gb18030": "GB18030", "cp950": "Big5", "utf-16": "UTF-16"}
_MARKS = [
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
]
# Below this, a decoding that raised no error still does not read as Chinese.
_READS_AS_CHINESE = 0.5
_NOT_ASCII = re.compile(r"[^\x00-\x7f]")
_LATIN_RUN = re.compile("[\xa1-\xff]{4,}")


def known_encoding(name: str) -> str | None:
    """Python's name for an encoding we read, or None."""
    return _NAMES.get(re.sub(r"[^a-z0-9]", "", name.lower()))


def asked_encoding(name: str) -> str | None:
    """What ``--encoding`` asks for: None for ``auto``."""
    if name == "auto":
        return None
    if found := known_encoding(name):
        return found
    raise FileNotUsable(f"不认识编码“{name[:20]}”；可以用 auto、utf-8、gb18030 或 big5。")


def title(encoding: str) -> str:
    return TITLES.get(encoding, encoding)


def choose_encoding(samples: Iterable[tuple[bytes, bool]], hint: str | None = None) -> str | None:
    """The encoding in which all samples decode and read best, or None.

    A sample is ``(bytes, cut)``; `cut` says that a field's width may have cut its last character.
    `hint` is what the file claims: it decides between equals and is the only way to a Western
    encoding, in which every byte decodes.
    """
    samples = [s for s in samples if not s[0].isascii()]
    if not samples:
        return "utf-8"
    best, best_score = None, 0.0
    for encoding in dict.fromkeys(["utf-8", "gb18030", "cp950", hint or "utf-8"]):
        try:
            text = "".join(decode_cut(raw, encoding, cut) for raw, cut in samples)
        except UnicodeDecodeError:
            continue
        score = _plausibility(text)
        if encoding not in TITLES:
            score = 0.9 if _reads_as_western(text) else 0.1
        elif encoding == "utf-8":
            score += 1.0 if _surely_utf8(text) else 0.3
        elif encoding == hint:
            score += 0.15
        if score > best_score:
            best, best_score = encoding, score
    if best in ("gb18030", "cp950") and best != hint and best_score < _READS_AS_CHINESE:
        return None
    return best


def decode_cut(raw: bytes, encoding: str, cut: bool = False) -> str:
    """Strict decoding; with `cut`, half a character at the end is dropped."""
    return codecs.getincrementaldecoder(encoding)("strict").decode(raw, final=not cut)


def decode(data: bytes, encoding: str = "auto", declared: str | None = None) -> tuple[str, str]:
    """The text of a whole file, without byte order mark, and its encoding."""
    asked = asked_encoding(encoding)
    for mark, marked in _MARKS:
        if data.startswith(mark):
            asked, data = marked, data if marked == "utf-16" else data[len(mark) :]
    used = asked or _of_file(data, declared)
    try:
        if used:
            return data.decode(used), used
    except UnicodeDecodeError:
        pass
    if asked:
        raise FileNotUsable(
            f"按 {title(asked)} 读不通这个文件；请去掉 --encoding 让程序自己判断，或换一种编码。"
        )
    raise FileNotUsable("认不出文件里文字的编码，直接读会成乱码；请用 UTF-8 重新导出。")


def _of_file(data: bytes, declared: str | None) -> str | None:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return choose_encoding([(data, False)], declared)
    return "utf-8"


def _plausibility(text: str) -> float:
    """From 0 (gibberish) to 1 (everyday Chinese), over the characters outside ASCII."""
    counts = Counter(_NOT_ASCII.findall(text))
    if not counts:
        return 0.0
    return sum(_weight(c) * n for c, n in counts.items()) / counts.total()


def _surely_utf8(text: str) -> bool:
    """A few Chinese characters in GBK may be valid UTF-8 by accident (学校 is ѧУ); a text cannot."""
    foreign = _NOT_ASCII.findall(text)
    return len(foreign) >= 8 or max(foreign) > "\u07ff" or _reads_as_western(text)


def _reads_as_western(text: str) -> bool:
    """Accented letters among plain ones; Chinese bytes would give signs and few plain letters."""
    accented = _NOT_ASCII.findall(text)
    letters = sum(char.isalpha() for char in text)
    return all(char.isalpha() for char in accented) and 2 * len(accented) < letters


def _weight(char: str) -> float:
    """Everyday characters stand first in GB 2312 (rows 16–55) and Big5 (lead bytes A4–C6)."""
    try:
        row = char.encode("gb2312")[0]
        return 1.0 if 0xB0 <= row <= 0xD7 else 0.8 if row > 0xD7 or row <= 0xA3 else 0.3
    except UnicodeEncodeError:
        pass
    try:
        return 0.9 if 0xA4 <= char.encode("cp950")[0] <= 0xC6 else 0.2
    except UnicodeEncodeError:
        pass
    if "\u4e00" <= char <= "\u9fff":
        return 0.2
    return -1.0 if "\x80" <= char <= "\x9f" or "\ue000" <= char <= "\uf8ff" else 0.1


def garbled(text: str) -> bool:
    """Whether a text was spoilt before it came to us: lost bytes, or Chinese read as Western."""
    if text.isascii():
        return False
    if "\ufffd" in text or "锟斤拷" in text or re.search("[\x80-\x9f\ud800-\udfff]", text):
        return True
    for run in _LATIN_RUN.findall(text):
        for encoding in ("utf-8", "gb18030"):
            try:
                if _plausibility(run.encode("latin-1").decode(encoding)) >= 0.9:
                    return True
            except UnicodeDecodeError:
                continue
    return False


def file_name(raw: bytes) -> str:
    """A name from a disk or an archive: Chinese Windows wrote them in GBK and did not say so."""
    encoding = choose_encoding([(raw, False)], "gb18030") or "utf-8"
    return raw.decode(encoding, "replace")


def plain(value: object) -> str:
    """A property as text: a code that came as a number keeps all its digits."""
    if value is None or value != value:  # NaN is how pandas writes "nothing"
        return ""
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        value = int(value)
    # Half a surrogate pair cannot be stored or printed: it is a lost character.
    return re.sub("[\ud800-\udfff]", "\ufffd", str(value)).replace("\x00", "").strip()
