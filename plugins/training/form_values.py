"""What a clerk types into a form, one value at a time: taken as it must be, or refused in words.

Nothing is repaired in silence: a value that can't be right is refused with what to do, and the page
keeps what she typed.
"""

import re
import sqlite3
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TypeVar

from training import cells, dates, mobiles, texts
from training.wording import t
from training.workflow import Refused

#: The fields of a form as they came: a field may come several times.
Form = Mapping[str, Sequence[str]]
Label = tuple[str, str]
Value = TypeVar("Value")

_YUAN = re.compile(r"(\d{1,10})(?:\.(\d{1,2}))?", re.ASCII)
_HOURS = re.compile(r"\d{1,2}(?:\.[05]0?)?", re.ASCII)


def one(form: Form, name: str) -> str:
    """The first value of a field as it was typed, '' without one."""
    values = form.get(name) or ("",)
    return values[0]


def all_of(**values: Callable[[], Value]) -> dict[str, Value]:
    """Each value by its name; if some can't be right, one refusal that names every fault."""
    taken: dict[str, Value] = {}
    faults: list[str] = []
    for name, value in values.items():
        try:
            taken[name] = value()
        except Refused as refusal:
            faults.append(str(refusal))
    if faults:
        raise Refused(t("", " ").join(faults))
    return taken


def text(form: Form, name: str, label: Label, *, required: bool = False, limit: int = 100) -> str:
    """One line of text, '' if it is blank and may be."""
    value = texts.line(one(form, name))
    if required and not value:
        raise Refused(t(f"请填写“{label[0]}”。", f"Fill in “{label[1]}”."))
    if len(value) > limit:
        raise Refused(
            t(
                f"“{label[0]}”太长，最多 {limit} 个字。",
                f"“{label[1]}” is too long: at most {limit} characters.",
            )
        )
    return value


def long_text(form: Form, name: str, label: Label, limit: int = 20_000) -> str:
    """Text of several lines."""
    value = texts.clean(one(form, name))
    if len(value) > limit:
        raise Refused(
            t(f"“{label[0]}”太长，最多 {limit} 个字。", f"“{label[1]}” is too long ({limit}).")
        )
    return value


def day(form: Form, name: str, label: Label, *, required: bool = False) -> str | None:
    """A date as ISO text; as precise as a day."""
    written = texts.line(one(form, name))
    if not written and not required:
        return None
    found = dates.date_text(written)[0] if written else None
    if not found or len(found) != len("2021-10-08"):
        raise Refused(
            t(
                f"“{label[0]}”请填日期，如 2022-03-01。",
                f"“{label[1]}” must be a date, e.g. 2022-03-01.",
            )
        )
    return found


def choice(
    form: Form, name: str, label: Label, among: Collection[str], *, required: bool = True
) -> str | None:
    """One of a closed list of codes; None if it is blank and may be."""
    value = one(form, name)
    if value in among and value:
        return value
    if not value and not required:
        return None
    raise Refused(t(f"请选择“{label[0]}”。", f"Choose “{label[1]}”."))


def number(form: Form, name: str) -> int | None:
    """The number of a row that a form names; None for anything else."""
    value = one(form, name)
    return int(value) if re.fullmatch(r"[0-9]{1,15}", value) else None


def numbers(form: Form, name: str) -> list[int]:
    """The numbers of all rows that a form names, each once."""
    given = (value for value in form.get(name, ()) if re.fullmatch(r"[0-9]{1,15}", value))
    return sorted({int(value) for value in given})


def hours(form: Form, name: str, label: Label) -> float:
    """学时: 0.5 to 24, in halves."""
    written = texts.line(one(form, name))
    value = float(written) if _HOURS.fullmatch(written) else 0.0
    if not 0.5 <= value <= 24:
        raise Refused(
            t(
                f"“{label[0]}”请填 0.5 到 24 之间的数，以 0.5 为单位，如 3.5。",
                f"“{label[1]}” is a number from 0.5 to 24 in halves, e.g. 3.5.",
            )
        )
    return value


def fen(form: Form, name: str, label: Label, *, required: bool = True) -> int | None:
    """Yuan with at most two decimals, as whole fen; never rounded."""
    written = texts.line(one(form, name)).replace(",", "").removesuffix("元").strip()
    if not written and not required:
        return None
    match = _YUAN.fullmatch(written)
    if not match:
        raise Refused(
            t(
                f"“{label[0]}”请填金额，单位为元，最多两位小数，如 12000.50。",
                f"“{label[1]}” is an amount in yuan with at most two decimals, e.g. 12000.50.",
            )
        )
    return int(match[1]) * 100 + int((match[2] or "").ljust(2, "0"))


def yuan(amount: int | None) -> str:
    """Fen as yuan with two decimals, '' for an amount that is not known."""
    return "" if amount is None else f"{amount // 100:,}.{amount % 100:02d}"


def email(form: Form, name: str, label: Label) -> str:
    """An e-mail address."""
    found = cells.email(one(form, name))[0]
    if not found:
        raise Refused(
            t(
                f"“{label[0]}”写得不完整，请核对，如 name@example.com。",
                f"“{label[1]}” is not complete, e.g. name@example.com.",
            )
        )
    return str(found)


def mobile(form: Form, name: str, label: Label) -> str:
    """A mobile number of 11 digits."""
    found = mobiles.mobile(one(form, name))[0]
    if not found:
        raise Refused(
            t(
                f"“{label[0]}”应为 1 开头的 11 位手机号，请核对。",
                f"“{label[1]}” has 11 digits and begins with 1. Please check.",
            )
        )
    return found


def phone(form: Form, name: str, label: Label) -> str:
    """One telephone number or several: landlines with area code, or mobiles."""
    written = texts.line(one(form, name))
    if not mobiles.are_phones(written):
        raise Refused(
            t(
                f"“{label[0]}”请填电话号码，如 010-68200000；多个号码用“/”分开。",
                f"“{label[1]}” is a telephone number, e.g. 010-68200000; part several by “/”.",
            )
        )
    return written


@contextmanager
def lawful() -> Iterator[None]:
    """Turn what the record's own laws say against a write into a refusal for the reader."""
    try:
        yield
    except sqlite3.IntegrityError as error:
        zh, bracket, en = str(error).partition(" (")
        if bracket:
            raise Refused(t(f"{zh}。", en.rstrip(")").capitalize() + ".")) from error
        if "UNIQUE" in zh:
            raise Refused(t("已经有相同的一条。", "There is such an entry already.")) from error
        law = zh.removeprefix("CHECK constraint failed: ")
        raise Refused(t(f"不能保存：{law}。", f"Not stored: {law}.")) from error
