"""The font of the certificates: Noto Sans CJK (OFL 1.1), simplified Chinese, from its package."""

from functools import cache

from fontTools.ttLib import TTFont
from noto_cjk_sans_otc import FONT_PATH

#: Place of the simplified Chinese face in the collection.
FACE = 2
PATH = str(FONT_PATH)


@cache
def characters() -> frozenset[int]:
    """Every code point that the font can draw."""
    with TTFont(PATH, fontNumber=FACE, lazy=True) as font:
        return frozenset(font.getBestCmap())


def missing(text: str) -> str:
    """The characters of ``text`` that would come out as a box."""
    return "".join(char for char in text if ord(char) not in characters())
