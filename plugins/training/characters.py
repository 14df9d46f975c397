"""What the characters of a text tell: damage, an old table, the right encoding or a wrong one."""

from collections import Counter
from functools import cache

_GARBLED = ("\ufffd", "锟斤拷", "ï»¿")
#: Characters that Python's tables still put into the private-use area, where GB 18030-2005 had
#: them, with the places Unicode has given them since (GB 18030-2022; trap 11 of the domain).
_MODERN = {
    0xE78D: 0xFE10, 0xE78E: 0xFE12, 0xE78F: 0xFE11, 0xE790: 0xFE13, 0xE791: 0xFE14,
    0xE792: 0xFE15, 0xE793: 0xFE16, 0xE794: 0xFE17, 0xE795: 0xFE18, 0xE796: 0xFE19,
    0xE7C7: 0x1E3F, 0xE816: 0x20087, 0xE817: 0x20089, 0xE818: 0x200CC, 0xE81E: 0x9FB4,
    0xE826: 0x9FB5, 0xE82B: 0x9FB6, 0xE82C: 0x9FB7, 0xE831: 0x215D7, 0xE832: 0x9FB8,
    0xE83B: 0x2298F, 0xE843: 0x9FB9, 0xE854: 0x9FBA, 0xE855: 0x241FE, 0xE864: 0x9FBB,
}  # fmt: skip


def is_garbled(text: str) -> bool:
    """Whether ``text`` shows what a wrong conversion leaves behind."""
    return any(trace in text for trace in _GARBLED)


def modern(text: str) -> str:
    """``text``, decoded as GB18030, with its characters where Unicode has them today."""
    if text.isascii() or not any(chr(point) in text for point in _MODERN):
        return text
    return text.translate(_MODERN)


def share_of_everyday(text: str, codec: str) -> float:
    """Of the letters beyond ASCII, the share that the encoding's own first level has."""
    letters = Counter(char for char in text if not _is_neutral(char))
    everyday = _everyday(codec)
    common = sum(count for char, count in letters.items() if char in everyday)
    # A text in ASCII alone can only come here in UTF-16, and only rightly read it has no letters.
    return common / letters.total() if letters else 1.0


def _is_neutral(char: str) -> bool:
    """ASCII and the punctuation that every reading may show."""
    return (
        "\0" < char < "\x80"
        or "\u2010" <= char <= "\u2027"
        or "\u3000" <= char <= "\u301f"
        or "\uff01" <= char <= "\uff5e"
        or char == "·"
    )


def _everyday(codec: str) -> frozenset[str]:
    """The characters of frequency level 1: 3,755 of GB 2312, 5,401 of Big5, both for UTF-16."""
    if codec == "gb18030":
        return _double_bytes("gb2312", range(0xB0, 0xD8))
    if codec in ("cp950", "big5hkscs"):
        return _double_bytes("cp950", range(0xA4, 0xC7))
    return _everyday("gb18030") | _everyday("cp950")


@cache
def _double_bytes(codec: str, leads: range) -> frozenset[str]:
    """The characters beyond ASCII whose first byte in ``codec`` is among ``leads``."""
    pairs = (bytes((lead, trail)) for lead in leads for trail in range(0x40, 0xFF))
    texts = (pair.decode(codec, "ignore") for pair in pairs)
    return frozenset(text for text in texts if len(text) == 1 and not text.isascii())
