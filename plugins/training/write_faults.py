"""What SQLite says when it refuses a row, as a sentence for whoever filled the dialog in.

The laws of the record speak in constraint names and expressions. Here each becomes what is wrong,
in which field, under the label people know, and what to do about it.
"""

import re
import sqlite3
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any

from training.wording import t

#: name of a column → its label in the current language
Label = Callable[[str], str]

#: Named CHECKs are Chinese sentences; these are the same in English.
NAMED = {
    "结束日期不得早于开始日期": "The end lies before the start.",
    "学时应在 0.5 到 24 之间，且是 0.5 的倍数": "Hours are 0.5 to 24, in steps of 0.5.",
    "金额应大于零": "The amount must be more than zero.",
    "收入必须写明来源": "Money received needs its source.",
    "支出必须写明用途": "Money spent needs its purpose.",
    "证书编号前缀应为1至8个大写字母": "The prefix of certificate numbers is 1 to 8 capital letters.",
}
_BOTH = re.compile(
    r"(?P<zh>[^()]*[\u4e00-\u9fff][^()]*?)\s*\((?P<en>[^()]*(?:\([^()]*\))?[^()]*)\)"
)
_COLUMN_FAULT = re.compile(r"(?P<column>\w+): (?P<said>.+)", re.S)
_QUOTED = re.compile(r"'([^']*)'")


def explain(said: str, act: str, columns: Collection[str], label: Label) -> str:
    """The sentence for an error of the write endpoints; what is not known stays as it was.

    ``act`` is insert, upsert, update or delete; ``columns`` are those of the table.
    """
    for prefix, make in _KINDS.items():
        if said.startswith(prefix):
            return make(said.removeprefix(prefix).strip(), act, columns, label)
    if match := _BOTH.fullmatch(said):
        return t(match["zh"] + "。", _sentence(match["en"]))
    if said == "datatype mismatch":  # SQLite names no column: it is the number of the row
        return t("编号由系统给出，请留空。", "The number is given by the system: leave it empty.")
    match = _COLUMN_FAULT.fullmatch(said)
    if match and match["column"] in columns:
        return f"{_field(match['column'], label)}{t('：', ': ')}{match['said']}"
    return said


def unknown(conn: sqlite3.Connection, table: str, row: Mapping[str, Any]) -> list[str]:
    """The columns of ``row`` whose value names nothing in the list that they refer to."""
    missing = []
    for column, other, other_column in _references(conn, table):
        value = row.get(column)
        if value is None:
            continue
        found = conn.execute(
            f'select 1 from "{other}" where "{other_column}" = ?', (value,)
        ).fetchone()
        if not found:
            missing.append(column)
    return missing


def names_nothing(columns: list[str], label: Label) -> str:
    """The sentence for what :func:`unknown` found."""
    fields = _fields(columns, label)
    return t(
        f"{fields}填的不在名录里，请从列表中选。",
        f"{fields}: there is no such entry. Choose one from the list.",
    )


def without_blanks(row: dict[str, Any], nullable: Collection[str]) -> dict[str, Any]:
    """The row with None for each field that was emptied and may be empty.

    A dialog has no other way to take a date back: it sends '' for a field that was cleared.
    """
    return {key: None if value == "" and key in nullable else value for key, value in row.items()}


def _references(conn: sqlite3.Connection, table: str) -> Iterator[tuple[str, str, str]]:
    """The foreign keys of one column: (column, other table, its column)."""
    rows = conn.execute(
        'select id, "from", "table", "to" from pragma_foreign_key_list(?) order by id', (table,)
    ).fetchall()
    numbers = [row[0] for row in rows]
    for number, column, other, other_column in rows:
        if numbers.count(number) == 1:
            yield column, other, other_column or column


def _field(column: str, label: Label) -> str:
    return t(f"“{label(column)}”", f"“{label(column)}”")


def _fields(columns: Collection[str], label: Label) -> str:
    return t("、", ", ").join(_field(column, label) for column in columns)


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}."


def _named(said: str) -> list[str]:
    """``cohorts.year, cohorts.name`` → year, name."""
    return [part.strip().rpartition(".")[2] for part in said.split(",")]


def _foreign_key(_: str, act: str, columns: Collection[str], label: Label) -> str:
    if act == "delete":
        return t(
            "还有别的记录用到这一行，不能删除；请先处理那些记录。",
            "Other entries refer to this row: deal with them first, then delete it.",
        )
    return t(
        "所填的某一项不在名录里，或还有别的记录用到原来的值；请从列表中选。",
        "One of the entries names nothing on record, or others refer to the old value.",
    )


def _not_null(said: str, act: str, columns: Collection[str], label: Label) -> str:
    fields = _fields(_named(said), label)
    return t(f"请填写{fields}。", f"{fields} must be filled in.")


def _unique(said: str, act: str, columns: Collection[str], label: Label) -> str:
    fields = _fields(_named(said), label)
    return t(
        f"已经有一行的{fields}与此相同；请改这一项，或去编辑已有的那一行。",
        f"There is a row with the same {fields}: change it here, or edit that row instead.",
    )


def _type(said: str, act: str, columns: Collection[str], label: Label) -> str:
    match = re.fullmatch(r"\w+ value in (\w+) column \w+\.(\w+)", said)
    if not match:
        return said
    field = _field(match[2], label)
    if match[1] in ("INTEGER", "REAL"):
        return t(f"{field}应填数字。", f"{field} is a number.")
    return t(f"{field}应填文字。", f"{field} is a text.")


def _check(said: str, act: str, columns: Collection[str], label: Label) -> str:
    """A named CHECK speaks for itself; of another one its expression tells what is allowed."""
    if said in NAMED:
        return t(said + "。", NAMED[said])
    about = [column for column in columns if re.search(rf"\b{column}\b", said)]
    field = _fields(about, label)
    if re.search(r"\bis date\(", said):
        return t(f"{field}应是日期，如 2021-10-08。", f"{field} is a date like 2021-10-08.")
    if re.search(r"\bin\s*\(0, 1\)", said):
        return t(f"{field}填 1（是）或 0（否）。", f"{field} is 1 (yes) or 0 (no).")
    if re.search(r"\bin\s*\(", said):
        values = ", ".join(_QUOTED.findall(said))
        return t(f"{field}只能是：{values}。", f"{field} is one of: {values}.")
    if match := re.search(r"between (-?\d+) and (-?\d+)", said):
        low, high = match.groups()
        return t(f"{field}应在 {low} 到 {high} 之间。", f"{field} is from {low} to {high}.")
    if match := re.fullmatch(r"\w+ (>=?) (\d+)", said):
        least = int(match[2]) + (match[1] == ">")
        return t(f"{field}不能小于 {least}。", f"{field} is at least {least}.")
    return t(f"{field}的写法不对，请检查。", f"{field} is not written as it should be.")


_KINDS: dict[str, Callable[[str, str, Collection[str], Label], str]] = {
    "FOREIGN KEY constraint failed": _foreign_key,
    "NOT NULL constraint failed:": _not_null,
    "UNIQUE constraint failed:": _unique,
    "CHECK constraint failed:": _check,
    "cannot store": _type,
}
