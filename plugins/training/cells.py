"""The rules that one value decides, a function each: text in, value and findings out.

A value is None where the text is refused or says nothing. The longer rules live in files of their
own and are named here, so that this is the place to look for any of them.
"""

import re

from training import texts
from training.credit_codes import credit_code
from training.dates import date_text
from training.identity_numbers import identity_number
from training.mobiles import mobile
from training.problems import Finding
from training.quantities import amount_wan, whole_number
from training.words import id_type, kind, origin, sex, srdi_level

__all__ = [
    "amount_wan",
    "credit_code",
    "date_text",
    "email",
    "enterprise_name",
    "id_type",
    "identity_number",
    "is_blank",
    "is_clearing",
    "is_ditto",
    "kind",
    "line",
    "mobile",
    "note",
    "origin",
    "person_name",
    "sex",
    "srdi_level",
    "whole_number",
]

Cell = tuple[str | None, tuple[Finding, ...]]

_EMPTY_WORDS = frozenset({"无", "無", "/", "-", "暂无", "暫無", "—"})
_DITTO = frozenset({"同上", "〃", '"', "″", "′′", "“", "”"})
_CLEARING = "(清空)"

#: Enough to tell an address from a name or a half-typed one; possessive, for columns are long.
EMAIL = (
    r"[A-Za-z0-9_%+-]++(?:\.[A-Za-z0-9_%+-]++)*+"
    r"@[A-Za-z0-9-]++(?:\.[A-Za-z0-9-]++)*\.[A-Za-z]{2,63}"
)
_PERSONAL = re.compile(
    r"(?<![0-9])(?:[1-9][0-9]{5}[ -]?(?:1[89]|20)[0-9]{2}[ -]?[0-9]{4}[ -]?[0-9]{3}[0-9Xx]"
    r"|[1-9][0-9]{14}|(?:\+?86[ -]?)?1[3-9][0-9][ -]?[0-9]{4}[ -]?[0-9]{4})(?![0-9])"
)


def is_blank(cleaned: str) -> bool:
    """Whether a cleaned cell says nothing: no text, a word for nothing, or only dashes."""
    return not cleaned or cleaned in _EMPTY_WORDS or not cleaned.strip("-—–―/")


def is_ditto(cleaned: str) -> bool:
    """Whether a cleaned cell points at the one above; nothing is ever filled down."""
    return cleaned in _DITTO


def is_clearing(cleaned: str) -> bool:
    """Whether a cleaned cell asks to empty what is stored: （清空）."""
    return cleaned == _CLEARING


def person_name(text: str) -> Cell:
    """姓名, of any length and script: 白　晓 is 白晓, 买买提•艾力 is 买买提·艾力."""
    return texts.proper_name(text) or None, ()


def enterprise_name(text: str) -> Cell:
    """单位名称, with （） as () and no blanks between Han characters."""
    return texts.proper_name(text) or None, ()


def line(text: str) -> Cell:
    """Any one-line text."""
    return texts.line(text) or None, ()


def note(text: str) -> Cell:
    """备注, with its line breaks; identity numbers and mobiles in it are masked before storing."""
    cleaned = texts.clean(text)
    masked, count = _PERSONAL.subn("***", cleaned)
    return str(masked) or None, (Finding("note-personal"),) if count else ()


def email(text: str) -> Cell:
    """An e-mail address; what can't be one is not stored."""
    address = "".join(texts.clean(text).split())
    if re.fullmatch(EMAIL, address):
        return address, ()
    return None, (Finding("email-format"),)
