"""Numbers of people and amounts of money, with the unit that must stand beside an amount."""

import re

from training import texts
from training.problems import Finding

_INVALID = (Finding("number-invalid"),)
_NO_UNIT = (Finding("number-unit"),)

_NUMBER = r"(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]{1,15})"
_WHOLE = re.compile(rf"({_NUMBER})(?:\.0*)?(?:人|名|位|个|個)?")
_AMOUNT = re.compile(rf"(?:人民币|RMB|CNY|¥|￥)?({_NUMBER}(?:\.[0-9]*)?)(\D*)", re.IGNORECASE)
#: More people than any enterprise has: a shifted column, not a head count.
_MOST_PEOPLE = 9_999_999

_PER_WAN = {"元": 10_000, "万元": 1, "亿元": 1 / 10_000}
_PLAIN = re.compile(r"[0-9]{1,12}(?:\.[0-9]{1,4})?")
_UNITS = {"元": "元", "万": "万元", "万元": "万元", "亿": "亿元", "亿元": "亿元"}


def whole_number(text: str) -> tuple[int | None, tuple[Finding, ...]]:
    """A number of people; 1,200 and 200.0 and 200人 are understood, 约200人 and 200-300 are not."""
    match = _WHOLE.fullmatch(texts.clean(text))
    number = int(match[1].replace(",", "")) if match else None
    if number is None or number > _MOST_PEOPLE:
        return None, _INVALID
    return number, ()


def plain_amount(text: str) -> float | None:
    """A number in 万元 as a program writes it, or None for anything that takes a closer look."""
    return float(text) if _PLAIN.fullmatch(text) else None


def amount_wan(text: str, unit: str | None = None) -> tuple[float | None, tuple[Finding, ...]]:
    """An amount in 万元, to the yuan; a unit in the cell goes before `unit`, the header's."""
    cleaned = texts.simplified("".join(texts.clean(text).split()))
    match = _AMOUNT.fullmatch(cleaned)
    if not match:
        return None, _INVALID
    own = match[2].removesuffix("人民币").removeprefix("人民币").removesuffix("(人民币)")
    if not own:
        named = unit
    elif own in _UNITS:
        named = _UNITS[own]
    else:
        return None, _NO_UNIT if own.endswith(("元", "圆", "USD")) else _INVALID
    if named not in _PER_WAN:
        return None, _NO_UNIT
    return round(float(match[1].replace(",", "")) / _PER_WAN[named], 4), ()
