"""Making a cell canonical, silently: what a sender's program added goes, what she meant stays.

What is stored comes from `clean`, `line` and `proper_name`. They are idempotent: a value that was
exported and sent again is the same value. They are quick on clean text, for almost all text is.
"""

import re
from functools import cache
from typing import Any
from unicodedata import is_normalized, normalize

HAN = "\u3005-\u3007\u3021-\u3029\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"

#: Characters without width: soft hyphen, joiners, direction marks, variation selectors, fillers.
_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u180b-\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064"
    "\u2066-\u206f\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0\U000e0000-\U000e0fff]"
)
#: Control characters but line breaks and TAB, lone surrogates, private use, noncharacters.
_FORBIDDEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ue000-\uf8ff\ufdd0-\ufdef\ufffe\uffff"
    "\U000f0000-\U0010ffff]"
)
_LINE_BREAK = re.compile("\r\n?|[\u2028\u2029]")
_EXCEL_TEXT = re.compile(r'=\s*"(.*)"', re.DOTALL)
_BLANKS = re.compile(r"[ \t\n]+")
_BLANKS_BETWEEN_HAN = re.compile(rf"(?<=[{HAN}])[ \t\n]+(?=[{HAN}])")
_PADDING_BETWEEN_HAN = re.compile(
    rf"(?<=[{HAN}])(?:[ \t]*\u3000[ \t\u3000]*|[ \t][ \t]+)(?=[{HAN}])"
)
_DOT_BETWEEN_HAN = re.compile(rf"(?<=[{HAN}])[ \t\n]*[·•・.‧∙⋅●][ \t\n]*(?=[{HAN}])")
_PUNCTUATION = re.compile(
    r"[\s\"'“”‘’「」『』《》〈〉·.,，。、:：;；!！?？*_/\\()\[\]【】{}<>—–-]+"
)
#: Names and headers are shorter; what is longer is not looked for in any list.
_LONGEST_WORDS = 200
_EDGES = frozenset(" '=")

#: GB18030 of 2000 and 2005 kept these characters in the private use area, and Python's codec still
#: decodes them there; Unicode has given them places since.
_ASSIGNED_SINCE = str.maketrans(
    "\ue78d\ue78e\ue78f\ue790\ue791\ue792\ue793\ue794\ue795\ue796\ue7c7"
    "\ue816\ue817\ue818\ue81e\ue826\ue82b\ue82c\ue831\ue832\ue83b\ue843\ue854\ue855\ue864",
    "\ufe10\ufe12\ufe11\ufe13\ufe14\ufe15\ufe16\ufe17\ufe18\ufe19\u1e3f"
    "\U00020087\U00020089\U000200cc\u9fb4\u9fb5\u9fb6\u9fb7\U000215d7\u9fb8\U0002298f\u9fb9\u9fba"
    "\U000241fe\u9fbb",
)


def is_clean(text: str) -> bool:
    """Whether :func:`clean` would return `text` as it is; told without looking twice.

    str.isprintable is one quick loop and False for all that is invisible, private or a control
    character, and for every blank but the ASCII one.
    """
    return (
        text.isprintable()
        and text[:1] not in _EDGES
        and text[-1:] != " "
        and (text.isascii() or is_normalized("NFKC", text))
    )


def clean(text: str) -> str:
    """Canonical text: NFKC, nothing invisible, no blanks at the ends, nothing Excel wrapped around.

    Line breaks become LF and stay, as do inner blanks.
    """
    return text if is_clean(text) else _cleaned(text)


def _cleaned(text: str) -> str:
    if text.isprintable():
        # Most often there is nothing to do but full-width forms: （ ） ： １.
        normal = normalize("NFKC", text).strip(" ")
        if is_clean(normal):
            return normal
    while True:
        before = text
        text = _INVISIBLE.sub("", text.translate(_ASSIGNED_SINCE))
        text = _LINE_BREAK.sub("\n", normalize("NFKC", text)).strip(" \t\n\u1680")
        wrapped = _EXCEL_TEXT.fullmatch(text)
        text = wrapped[1].replace('""', '"') if wrapped else text.lstrip("'")
        if text == before:
            return text


def has_forbidden(text: str) -> bool:
    """Whether cleaned text holds a control or private-use character, or half of a character."""
    return not text.isprintable() and _FORBIDDEN.search(text) is not None


def line(text: str) -> str:
    """One line of free text; padding between Han characters goes (总　经　理 → 总经理).

    A single ASCII blank between them stays, for it separates (董事长 总经理), and a line break
    becomes one.
    """
    if not text.isprintable() or "  " in text:
        text = _PADDING_BETWEEN_HAN.sub("", _INVISIBLE.sub("", text))
    return str(_BLANKS.sub(" ", clean(text)))


def proper_name(text: str) -> str:
    """A person's or an enterprise's name: no blank between Han characters, and one kind of dot."""
    text = line(text)
    if text.isascii() or not (_DOT_BETWEEN_HAN.search(text) or " " in text):
        return text
    return _BLANKS_BETWEEN_HAN.sub("", _DOT_BETWEEN_HAN.sub("·", text))


def compact(text: str) -> str:
    """Cleaned text without any blank or hyphen: for numbers that people group to read them."""
    return _GROUPING.sub("", clean(text))


_GROUPING = re.compile(r"[\s‐‑‒–—―−-]+")


def key(text: str) -> str:
    """What is left to compare words by: no blanks, no punctuation, lower case."""
    return _PUNCTUATION.sub("", clean(text)).casefold()


def simplified(text: str) -> str:
    """The same words in simplified characters (專精特新 → 专精特新)."""
    try:
        text.encode("gb2312")
    except UnicodeEncodeError:
        return str(_converter().convert(text)) if len(text) <= _LONGEST_WORDS else text
    return text  # that set has simplified forms only


@cache
def _converter() -> Any:
    # Few rosters need it, and loading takes 25 ms.
    from opencc import OpenCC

    return OpenCC("t2s")
