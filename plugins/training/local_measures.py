"""What an authority does of its own (三(四)): joint and entrusted trainings, and its own money.

Both are reported here: the ministry's SME bureau coordinates the trainings, and support is only
encouraged, so that a blank amount means that nobody knows, never that there is none.
"""

import sqlite3
from collections.abc import Mapping
from typing import Any

from training.database import now
from training.wording import t
from training.workflow import Refused

MODES = ("joint", "entrusted")


def trainings_of(
    conn: sqlite3.Connection, year: str, province: str | None = None
) -> list[sqlite3.Row]:
    """The commissioned trainings of a year; ``is_late`` ones were reported after they began."""
    return conn.execute(
        "select c.*, i.name_zh as institution_zh, i.name_en as institution_en, p.name_zh as"
        " province_zh, p.name_en as province_en,"
        " coalesce(substr(c.reported_at, 1, 10) > c.starts_on, 0) as is_late"
        " from commissioned_trainings as c join institutions as i on i.slug = c.institution"
        " join provinces as p on p.code = c.province"
        " where c.year = ? and coalesce(c.province = ?, 1) order by p.seq, c.starts_on, c.id",
        (year, province),
    ).fetchall()


def report(conn: sqlite3.Connection, year: str, province: str, values: Mapping[str, Any]) -> None:
    """Report a training; the moment of the report is now."""
    names, marks = ", ".join(values), ", ".join("?" * len(values))
    conn.execute(
        f"insert into commissioned_trainings (year, province, reported_at, {names})"
        f" values (?, ?, ?, {marks})",
        (year, province, now(), *values.values()),
    )


def report_planned(conn: sqlite3.Connection, number: int | None, province: str) -> None:
    """Report a training of the authority that is on record and was not reported yet."""
    changed = conn.execute(
        "update commissioned_trainings set reported_at = ? where id = ? and province = ?"
        " and reported_at is null",
        (now(), number, province),
    ).rowcount
    if not changed:
        raise Refused(t("已经上报过，或没有这个项目。", "Reported already, or not there."))


def withdraw(conn: sqlite3.Connection, number: int | None, province: str) -> None:
    """Take back a training that the ministry has not acknowledged."""
    gone = conn.execute(
        "delete from commissioned_trainings where id = ? and province = ? and miit_ack_at is null",
        (number, province),
    ).rowcount
    if not gone:
        raise Refused(t("部里已确认的项目不能撤回。", "What is acknowledged can't be taken back."))


def acknowledge(conn: sqlite3.Connection, number: int | None) -> None:
    """Note that the ministry's SME bureau has acknowledged a reported training."""
    changed = conn.execute(
        "update commissioned_trainings set miit_ack_at = ? where id = ? and miit_ack_at is null"
        " and reported_at is not null",
        (now(), number),
    ).rowcount
    if not changed:
        raise Refused(
            t("尚未上报，或已经确认。", "It is not reported yet, or acknowledged already.")
        )


def supports_of(conn: sqlite3.Connection, year: str) -> list[sqlite3.Row]:
    """All 37 authorities and what each reports as support in a year."""
    return conn.execute(
        "select p.code, p.name_zh, p.name_en, s.amount_fen, s.document, s.reported_at"
        " from provinces as p left join province_supports as s on s.province = p.code"
        " and s.year = ? order by p.seq",
        (year,),
    ).fetchall()


def support(
    conn: sqlite3.Connection, year: str, province: str, amount: int | None, document: str
) -> None:
    """Write what an authority gives in a year, in fen; None is not known."""
    conn.execute(
        "insert into province_supports (year, province, amount_fen, document, reported_at)"
        " values (?, ?, ?, ?, ?) on conflict do update set amount_fen = excluded.amount_fen,"
        " document = excluded.document, reported_at = excluded.reported_at",
        (year, province, amount, document or None, now()),
    )
