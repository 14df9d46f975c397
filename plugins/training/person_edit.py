"""Changing one person in a form (修改学员): a roster of one row, on the way of every roster.

So each rule, each message and each entry in the history is that of a file. The identity number is
the key of the row and can't be changed here; what is left blank in an optional field is cleared.
"""

import sqlite3
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from training import identity, people, roster, roster_template, roster_words, tabular
from training.columns import COLUMNS
from training.context import Sender
from training.people import Reader
from training.problems import Problem
from training.wording import t
from training.workflow import Refused

#: Not in the form: the row's number, its key, and the place it has (the office transfers people).
FIXED = ("row_no", "id_number", "institution", "track")
FIELDS = tuple(name for name in roster_template.ORDER if name not in FIXED)
CLEAR = "（清空）"
#: Who is out of the year's training is history.
CLOSED = ("rejected", "withdrawn", "revoked")


@dataclass(frozen=True)
class Edited:
    """What became of a form: faults by column ('' for the whole), and how many cells changed."""

    problems: dict[str, list[Problem]]
    changed: int
    stored: bool


def may_edit(reader: Reader, row: sqlite3.Row) -> bool:
    """Whether this reader may change the person as things stand.

    An authority changes whom it recommended until the institution has selected him.
    """
    if row["state"] in CLOSED:
        return False
    if reader.role == "province":
        return bool(row["state"] == "nominated")
    return reader.role == "office" or row["state"] != "nominated"


def values(words: roster_words.Words, row: sqlite3.Row) -> dict[str, str]:
    """The fields as they would stand in a roster; the mobile stays blank, which keeps it."""
    written = {
        name: roster_words.written(words, name, row[name]) for name in FIELDS if name != "mobile"
    }
    return {**written, "mobile": ""}


def edit(
    conn: sqlite3.Connection, keys: identity.Keys, reader: Reader, number: int, by: str,
    form: Mapping[str, str], seen: str,
) -> Edited:  # fmt: skip
    """Take the form for one person into the record, all of it or nothing.

    Raises :class:`Refused` for a person that this reader can't change, and for a form that was made
    from an older state of the record.
    """
    row = people.one(conn, reader, number)
    if row is None or not may_edit(reader, row):
        raise Refused(t("现在不能修改这名学员。", "This person can't be changed as things stand."))
    if people.version(row) != seen:
        raise Refused(
            t(
                "这名学员的记录已被别人修改；下面是您填的内容，请核对后重新提交。",
                "Somebody has changed this record meanwhile; your words are kept: look, send again.",
            )
        )
    with tempfile.TemporaryDirectory(prefix="person-") as folder:
        path = Path(folder, "person.csv")
        cells = _cells(conn, keys, row, form)
        path.write_text(tabular.csv_text(roster_template.header(), [cells]), encoding="utf-8")
        report = roster.run(conn, _order(row, reader, by, path), keys, commit=True)
    problems: dict[str, list[Problem]] = {}
    for problem in report.problems:
        if problem.severity == "error" or problem.row is not None:
            problems.setdefault(problem.column or "", []).append(problem)
    return Edited(problems, len(report.changes), report.committed or not report.errors)


def _order(row: sqlite3.Row, reader: Reader, by: str, path: Path) -> roster.Order:
    sender = (
        Sender(province=reader.place) if reader.role == "province" else Sender(row["institution"])
    )
    return roster.Order(
        path, row["year"], sender, by, via="web", name=t("页面修改", "Changed on the page"),
        mode="update", force=True, office=reader.role == "office",
    )  # fmt: skip


def _cells(
    conn: sqlite3.Connection, keys: identity.Keys, row: sqlite3.Row, form: Mapping[str, str]
) -> list[str]:
    sealed = conn.execute(
        "select key_version, sealed from sealed_identities where trainee_id = ?", (row["id"],)
    ).fetchone()
    if sealed is None:
        raise Refused(t("这名学员的资料已按规定删除。", "This person's data have been erased."))
    opened = identity.Sealer(keys).open(row["person_key"], *tuple(sealed))
    id_number, _, mobile = opened.partition("\n")
    words = roster_words.words_of(conn)
    fixed = {
        "row_no": "1",
        "id_number": id_number,
        **{name: roster_words.written(words, name, row[name]) for name in ("institution", "track")},
    }
    typed = {name: form.get(name, "").strip() for name in FIELDS}
    typed["mobile"] = typed["mobile"] or mobile
    return [
        fixed[name] if name in fixed else typed[name] or CLEAR for name in roster_template.ORDER
    ]


def labels() -> dict[str, str]:
    """The label of each field, with its unit."""
    header = dict(zip(roster_template.ORDER, roster_template.header(), strict=True))
    return {
        name: t(header[name].lstrip("*"), COLUMNS[name].label_en) for name in roster_template.ORDER
    }
