"""Mobile numbers, and the landlines that stand in their place."""

import re
from collections.abc import Sequence

from training import texts
from training.problems import Finding

#: 11 digits, the second 3 to 9. Phone libraries drift between releases in which prefixes they take.
MOBILE = "1[3-9][0-9]{9}"
_DIALLED = re.compile(rf"(?:\+86|0086|\(\+?86\)|86)?({MOBILE})")
_GLUED = re.compile(rf"(?:(?:\+86|0086)?{MOBILE}){{2,}}")
_LANDLINE = re.compile(
    r"""
    (?: (?:\+86|0086) -? 0?[1-9][0-9]{1,2} -? [2-9][0-9]{2,3}-?[0-9]{4}   # +86 10 6820 5326
      | (?: \(?0[0-9]{2,3}\)? -? )?              [2-9][0-9]{2,3}-?[0-9]{4}   # (010) 6820 5326
      | [48]00 -? [0-9]{3}-?[0-9]{4} )                                       # 400 820 8820
    (?: (?: - | 转 | 轉 | ext\.? | x | \* | \# ) [0-9]{1,6} | \([0-9]{1,6}\) )?   # extension
    """,
    re.IGNORECASE | re.VERBOSE,
)
_BETWEEN_NUMBERS = re.compile(r"[/、;,|\\\n]|(?<=[0-9])和(?=[0-9])")


def mobile(text: str) -> tuple[str | None, tuple[Finding, ...]]:
    """The one mobile number of a cell, 11 digits; a landline beside it is left out, and said."""
    cleaned = texts.clean(text)
    parts = [part for part in _BETWEEN_NUMBERS.split(cleaned) if part.strip()]
    found, landlines, strange = _sorted(parts)
    if strange:
        # Blanks mostly group the digits of one number; only now try them as what separates two.
        found, landlines, strange = _sorted([word for part in parts for word in part.split()])
    if len(found) > 1:
        return None, (Finding("mobile-several"),)
    if strange or not (found or landlines):
        return None, (Finding("mobile-format"),)
    if not found:
        return None, (Finding("mobile-landline", (), "error"),)
    return found[0], (Finding("mobile-landline"),) if landlines else ()


def _sorted(parts: Sequence[str]) -> tuple[list[str], int, int]:
    """The distinct mobiles, how many landlines, and how many parts that are neither."""
    found: dict[str, None] = {}
    landlines = strange = 0
    for part in parts:
        number = texts.compact(part)
        if match := _DIALLED.fullmatch(number):
            found[match[1]] = None
        elif _GLUED.fullmatch(number):
            found.update(dict.fromkeys(re.findall(MOBILE, number)))
        elif _LANDLINE.fullmatch("".join(part.split())):
            landlines += 1
        else:
            strange += 1
    return list(found), landlines, strange


def are_phones(text: str) -> bool:
    """Whether a cell holds telephone numbers and nothing else: landlines or mobiles, parted by /."""
    parts = [part for part in _BETWEEN_NUMBERS.split(texts.clean(text)) if part.strip()]
    found, landlines, strange = _sorted(parts)
    return bool(found or landlines) and not strange
