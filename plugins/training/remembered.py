"""Headers that a sender mapped by hand once (记住的列对应); reading applies them from then on."""

import sqlite3
from collections.abc import Mapping

from training import audit, tables, texts
from training.columns import COLUMNS
from training.context import Sender
from training.database import now, transaction
from training.wording import t
from training.workflow import Refused

_LONGEST = 200
#: What no header is mapped to by hand: it is numbering, a comparison, or our own column of faults.
_NOT_OFFERED = ("row_no", "industry_name", "fault_note")


def offered(taken: set[str]) -> list[str]:
    """Identifiers of the columns that an unknown header may still stand for."""
    return [name for name in COLUMNS if name not in _NOT_OFFERED and name not in taken]


def headers_of(conn: sqlite3.Connection, sender: Sender) -> list[sqlite3.Row]:
    """What the sender mapped: header, column, who and when."""
    return conn.execute(
        "select header, column, set_by, set_at from remembered_headers where sender = ?"
        " order by set_at desc, header",
        (sender.institution or sender.province,),
    ).fetchall()


def remember(
    conn: sqlite3.Connection, sender: Sender, mapping: Mapping[str, str], by: str, via: str
) -> int:
    """Store header → column for the sender's files to come; return how many.

    Raises :class:`Refused` for a header that we know ourselves, for an unknown column, and for two
    headers that would mean the same.
    """
    for header, column in mapping.items():
        known = tables.header_cell(header).meaning != "unknown" or len(header) > _LONGEST
        if known or column not in offered(set()):
            raise Refused(t("这个列名不能这样对应。", "That header can't stand for that column."))
    if len(set(mapping.values())) < len(mapping):
        raise Refused(t("两个列名不能对应同一列。", "Two headers can't stand for one column."))
    with transaction(conn):
        for header, column in mapping.items():
            conn.execute(
                "insert or replace into remembered_headers (sender, header, column, set_by, set_at)"
                " values (?, ?, ?, ?, ?)",
                (sender.institution or sender.province, texts.clean(header), column, by, now()),
            )
        if mapping:
            audit.record(
                conn, by, via, "map-headers", "remembered_headers",
                sender.institution or sender.province, columns=sorted(mapping.values()),
            )  # fmt: skip
    return len(mapping)


def forget(conn: sqlite3.Connection, sender: Sender, header: str, by: str, via: str) -> bool:
    """Take one header back; return whether it was there."""
    key = sender.institution or sender.province
    with transaction(conn):
        found = conn.execute(
            "delete from remembered_headers where sender = ? and header = ? returning column",
            (key, header),
        ).fetchone()
        if found:
            audit.record(conn, by, via, "forget-header", "remembered_headers", key, column=found[0])
    return found is not None
