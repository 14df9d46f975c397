"""What a field of a row dialog may hold, beyond its SQL type; which column is what stands in
metadata.yml (``column_types``).

A rule here says in words what a CHECK of the table says at last; None is never refused, because
whether a column may be empty is the table's to say.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from training import cells
from training.wording import t


@dataclass(frozen=True)
class FieldType:
    """A kind of value: its name, a description as a pair, a test, and what to write instead."""

    name: str
    description: str
    allows: Callable[[str], bool]
    instead: tuple[str, str]

    def fault(self, value: Any) -> str | None:
        """What is wrong with ``value``, in the current language; None for nothing."""
        if value is None or (isinstance(value, str | int | float) and self.allows(str(value))):
            return None
        return t(*self.instead)


def _day(text: str) -> bool:
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", text, re.ASCII):
        return False
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _moment(text: str) -> bool:
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\+08:00", text, re.ASCII):
        return False
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True


def _year(text: str) -> bool:
    """The key of a programme year, two years that follow each other: 2021-2022."""
    match = re.fullmatch(r"(\d{4})-(\d{4})", text, re.ASCII)
    return bool(match) and int(match[2]) == int(match[1]) + 1  # type: ignore[index]


def _percent(text: str) -> bool:
    return bool(re.fullmatch(r"\d{1,3}", text, re.ASCII)) and int(text) <= 100


def _like(pattern: str) -> Callable[[str], bool]:
    return lambda text: bool(re.fullmatch(pattern, text, re.ASCII))


TYPES = (
    FieldType(
        "day", "日期 | Day", _day,
        ("请按 2021-10-08 的样子填写日期。", "Write the date like 2021-10-08."),
    ),
    FieldType(
        "moment", "日期和时间 | Date and time", _moment,
        ("请按 2021-10-08T09:30:00+08:00 的样子填写（北京时间）。",
         "Write it like 2021-10-08T09:30:00+08:00, Beijing time."),
    ),
    FieldType(
        "when", "日期，可带时间 | Day, with or without the time",
        lambda text: _day(text) or _moment(text),
        ("请填日期，如 2021-10-08，或带时间，如 2021-10-08T09:30:00+08:00。",
         "Write a date like 2021-10-08, or with the time 2021-10-08T09:30:00+08:00."),
    ),
    FieldType(
        "programme-year", "年度 | Programme year", _year,
        ("年度由相连的两年组成，如 2021-2022。", "A year is two that follow, like 2021-2022."),
    ),
    FieldType(
        "slug", "标识 | Identifier", _like(r"[a-z][a-z0-9-]{0,63}"),
        ("只用小写字母、数字和横线，以字母开头，如 tsinghua。",
         "Lower-case letters, digits and hyphens, a letter first, like tsinghua."),
    ),
    FieldType(
        "province", "省级代码 | Province code", _like(r"\d{6}"),
        ("请填六位代码，如 330000，或从列表中选。", "Six digits like 330000; or choose from the list."),
    ),
    FieldType(
        "percent", "百分比 | Percentage", _percent,
        ("请填 0 到 100 的整数，不写 %。", "A whole number from 0 to 100, without the sign %."),
    ),
    FieldType(
        "email-address", "邮箱 | E-mail address", lambda text: cells.email(text)[0] == text,
        ("请检查邮箱地址，应像 name@example.cn。", "Check the address; it is like name@example.cn."),
    ),
    FieldType(
        "phone", "电话 | Telephone", _like(r"\+?[0-9(][0-9 ()-]{5,24}[0-9]"),
        ("请填电话号码，如 010-68200000，分机用横线。",
         "A telephone number like 010-68200000, an extension after a hyphen."),
    ),
)  # fmt: skip
