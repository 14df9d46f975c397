"""What a workbook cell's stored value says, as the text that Excel would show.

Standard: ECMA-376 part 1, 18.8.30 (number formats) and 18.17.4 (serial dates).
"""

import re
from datetime import date, timedelta
from decimal import Decimal
from typing import Literal

Precision = Literal["day", "month", "year", "time"]

#: Built-in formats of dates and times; 27-36 and 50-58 as in Chinese Excel.
_BUILT_IN: dict[int, Precision] = {
    **dict.fromkeys((14, 15, 16, 22, 28, 29, 30, 31, 51, 53, 54, 58), "day"),
    **dict.fromkeys((17, 27, 36, 50, 52, 57), "month"),
    **dict.fromkeys((18, 19, 20, 21, 32, 33, 34, 35, 45, 46, 47, 55, 56), "time"),
}
#: Parts of a format that only decorate: quoted or escaped text, fillers, colours, locales.
_DECORATION = re.compile(r'"[^"]*"|[\\_*].|\[(?!h+\]|m+\]|s+\])[^\]]*\]')
_DAY_ONE = date(1899, 12, 30)
#: Excel counts a 29 February 1900 that never was; before it, serials stand one day earlier.
_FALSE_LEAP_DAY = 60
_LAST_SERIAL = 2_958_465
_DAYS_TO_1904 = 1_462
#: From here on Excel itself falls back to 1E+21.
_TOO_LONG = 1e21
_SECONDS = 86_400


def precision_of(format_id: int, code: str | None) -> Precision | None:
    """What a number format shows of a date; None if it is not one of dates.

    "2021年10月" typed into Excel is stored as the first of the month under a format without a
    day: only what the sender saw is taken.
    """
    if code is None:
        return _BUILT_IN.get(format_id)
    shown = set(_DECORATION.sub("", code.lower().partition(";")[0]))
    if "general" in code.lower() or not shown & set("ymdhs"):
        return None
    if "d" in shown or ("m" in shown and not shown & set("yhs")):
        return "day"
    if "y" in shown:
        return "month" if "m" in shown else "year"
    return "time"


def number_text(raw: str) -> str:
    """A stored number with all its digits: no exponent, no '.0', at most 15 that count."""
    if len(raw) <= 15 and raw.isdigit() and raw.isascii() and raw[0] != "0":
        return raw
    try:
        value = float(raw)
    except ValueError:
        return raw
    text = f"{value:.15g}"
    return format(Decimal(text), "f") if "e" in text and abs(value) < _TOO_LONG else text


def date_text(serial: float, precision: Precision, *, from_1904: bool = False) -> str | None:
    """A serial date as ISO 8601 text; None for a number that is no date in Excel either.

    `precision` shortens it ('2021-10'); a time of day is added where there is one.
    """
    if from_1904:
        serial += _DAYS_TO_1904
    if not 0 <= serial < _LAST_SERIAL + 1:
        return None
    day, fraction = divmod(round(serial * _SECONDS), _SECONDS)
    time = str(timedelta(seconds=fraction)).rjust(8, "0")
    if precision == "time" and day == 0:
        return time
    if day in (0, _FALSE_LEAP_DAY) or day > _LAST_SERIAL:
        return None
    text = (_DAY_ONE + timedelta(days=day + (day < _FALSE_LEAP_DAY))).isoformat()
    if fraction:
        return f"{text}T{time}"
    return {"month": text[:7], "year": text[:4]}.get(precision, text)
