"""Dates as offices write them, kept as precise as they were written: day, month or year."""

import re
from datetime import date, timedelta

from training import texts
from training.markers import Number
from training.problems import Finding

Checked = tuple[str | None, tuple[Finding, ...]]

_INVALID: Checked = (None, (Finding("date-invalid"),))
_AMBIGUOUS: Checked = (None, (Finding("date-ambiguous"),))

#: No enterprise is older or younger than this; outside, the figure is something else.
_YEARS = range(1800, 2200)
_EXCEL_DAY_ZERO = date(1899, 12, 30)

_ISO = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}")
_TIME = re.compile(r"[T ]\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?Z?$|[T ]?00:00:00$")
# Digits of other scripts are no dates: what is stored is ASCII, and sorts.
_YEAR_FIRST = re.compile(r"(\d{4})[-/.年](\d{1,2})(?:[-/.月](\d{1,2})日?|月)?", re.ASCII)
_YEAR = re.compile(r"(\d{4})年?", re.ASCII)
_DIGITS_ONLY = re.compile(r"(\d{4})(\d{2})(\d{2})", re.ASCII)
_YEAR_LAST = re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})", re.ASCII)
_SHORT_YEAR = re.compile(r"'?\d{1,2}[-/.年]\d{1,2}(?:[-/.月](?:\d{1,2}日?)?)?|\d{6}", re.ASCII)
_SERIAL = re.compile(r"\d{5}(?:\.\d+)?", re.ASCII)
_CHINESE_YEAR = re.compile(r"([〇零○一二三四五六七八九]{4})年(?:(.{1,3})月(?:(.{1,3})日)?)?")
_CHINESE_DIGITS = str.maketrans("〇零○一二三四五六七八九", "000123456789")


def date_text(text: str, *, workbook: bool = False) -> Checked:
    """ISO 8601: `2021-10-08`, `2021-10` or `2021`. A five-digit serial is a day only in Excel."""
    if _ISO.fullmatch(text):
        return _checked(text[:4], text[5:7], text[8:])
    cleaned = _TIME.sub("", texts.clean(text))
    written = _arabic("".join(cleaned.split()))
    if match := _YEAR_FIRST.fullmatch(written):
        if isinstance(text, Number) and match[2] == "1":
            return _AMBIGUOUS  # 2021.1 may have been 2021.10: a figure keeps no last zero
        return _checked(*match.groups())
    if match := _YEAR.fullmatch(written) or _DIGITS_ONLY.fullmatch(written):
        return _checked(*match.groups())
    if match := _YEAR_LAST.fullmatch(written):
        return _year_last(*match.groups())
    if _SERIAL.fullmatch(written):
        day = _EXCEL_DAY_ZERO + timedelta(days=int(written.partition(".")[0]))
        return (day.isoformat(), ()) if workbook or isinstance(text, Number) else _AMBIGUOUS
    return _AMBIGUOUS if _SHORT_YEAR.fullmatch(written) else _INVALID


def _checked(year: str, month: str | None = None, day: str | None = None) -> Checked:
    """The parts as ISO text if the calendar has such a day."""
    if int(year) not in _YEARS:
        return _INVALID
    if month is None:
        return year, ()
    try:
        found = date(int(year), int(month), int(day or 1))
    except ValueError:
        return _INVALID
    return (found.isoformat() if day else found.isoformat()[:7]), ()


def _year_last(first: str, second: str, year: str) -> Checked:
    """8/13/2021 and 13/8/2021 have one reading; where both parts could be the month, two."""
    if int(first) <= 12 and int(second) <= 12:
        return _AMBIGUOUS
    month, day = (first, second) if int(first) <= 12 else (second, first)
    return _checked(year, month, day)


def _arabic(text: str) -> str:
    """二〇二一年十月八日 as 2021年10月8日; anything else as it is."""
    match = _CHINESE_YEAR.fullmatch(texts.simplified(text))
    if not match:
        return text
    year, month, day = match.groups()
    written = year.translate(_CHINESE_DIGITS) + "年"
    if month:
        written += f"{_small_number(month)}月"
    return written + (f"{_small_number(day)}日" if day else "")


def _small_number(text: str) -> str:
    """十二 as 12, 二十 as 20, 三十一 as 31; what is no such number comes back as it is."""
    tens, ten, ones = text.rpartition("十")
    if not ten:
        return text.translate(_CHINESE_DIGITS)
    return f"{tens or '一'}{ones or '〇'}".translate(_CHINESE_DIGITS)
