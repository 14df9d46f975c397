"""What a page shows of rosters that were sent: the sender's batches, one batch, its faults."""

import json
import re
import sqlite3
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

from training import uploads
from training.problems import Problem
from training.rows import Sender

PAGE = 50

_SENDERS = (
    " from roster_batches as b left join institutions as i on i.slug = b.institution"
    " left join provinces as p on p.code = b.province"
)
_NAMES = (
    "b.*, coalesce(i.name_zh, p.name_zh) as sender_zh, coalesce(i.name_en, p.name_en) as sender_en"
)
_PEOPLE = (
    "select t.id, t.name, t.id_masked, t.mobile_masked, t.enterprise_name, t.position, t.state,"
    " t.batch_row, s.name_zh as state_zh, s.name_en as state_en, k.name_zh as track_zh,"
    " k.name_en as track_en, i.name_zh as institution_zh, i.name_en as institution_en"
    " from trainees as t join trainee_states as s on s.code = t.state"
    " join tracks as k on k.code = t.track join institutions as i on i.slug = t.institution"
)


class Page(NamedTuple):
    """One page of a long list; ``total`` counts all of it."""

    rows: list[sqlite3.Row]
    total: int
    number: int

    @property
    def last(self) -> int:
        """The number of the last page, counted from 1."""
        return max(1, -(-self.total // PAGE))


def page_number(text: str | None) -> int:
    """The page that an address asks for; 1 for anything that is no number of one."""
    return int(text) if text and re.fullmatch(r"[0-9]{1,6}", text) else 1


def person_numbers(given: Iterable[str]) -> list[int]:
    """The people that a form names, without what is no number of anybody."""
    return [int(text) for text in given if re.fullmatch(r"[0-9]{1,15}", text)]


def batches_of(conn: sqlite3.Connection, sender: Sender) -> list[sqlite3.Row]:
    """The sender's batches, newest first."""
    return conn.execute(
        f"select {_NAMES}{_SENDERS} where b.institution is ? and b.province is ? order by b.id desc",
        (sender.institution, sender.province),
    ).fetchall()


def batch(conn: sqlite3.Connection, number: int, sender: Sender | None) -> sqlite3.Row | None:
    """One batch, for its sender alone; for the office ``sender`` is None and any batch will do."""
    row: sqlite3.Row | None = conn.execute(
        f"select {_NAMES}{_SENDERS} where b.id = ?", (number,)
    ).fetchone()
    if row and sender and sender != Sender(row["institution"], row["province"]):
        return None
    return row


def problems_of(conn: sqlite3.Connection, number: int) -> list[Problem]:
    """The faults that were stored with a batch, in the order of the sheet."""
    rows = conn.execute(
        "select row, column, code, severity, details from batch_problems where batch_id = ?"
        " order by id",
        (number,),
    )
    return [
        Problem(
            row["row"],
            row["column"],
            row["code"],
            tuple(json.loads(row["details"]).items()),
            row["severity"],
        )
        for row in rows
    ]


def changes_of(conn: sqlite3.Connection, number: int) -> list[sqlite3.Row]:
    """Cell by cell what a batch changed, old and new (identity data masked)."""
    return conn.execute(
        'select c.row, c."column", c.old, c.new, t.name from batch_changes as c'
        " join trainees as t on t.id = c.trainee_id where c.batch_id = ?"
        " and c.\"column\" not in ('state', 'batch_id') order by c.row, c.id",
        (number,),
    ).fetchall()


def steps_of(conn: sqlite3.Connection, number: int) -> list[dict[str, Any]]:
    """What was done with a batch, oldest first: at, actor, action and detail of each audit entry."""
    return [
        {**dict(row), "detail": json.loads(row["detail"])}
        for row in conn.execute(
            "select at, actor, action, detail from audit_log where subject = 'roster_batches'"
            " and subject_key = ? and at >= (select uploaded_at from roster_batches where id = ?)"
            " order by id",
            (str(number), number),
        )
    ]


def rejections_in(conn: sqlite3.Connection, number: int) -> dict[int, str]:
    """Why people of a batch were rejected: trainee → reason."""
    return dict(
        conn.execute(
            "select trainee_id, reason from trainee_events where batch_id = ?"
            " and to_state = 'rejected' order by id",
            (number,),
        ).fetchall()
    )


def has_file(conn: sqlite3.Connection, folder: Path, number: int) -> bool:
    """Whether the file of a batch is still kept."""
    row = uploads.of_batch(conn, number)
    return row is not None and (folder / f"{row['token']}.sealed").exists()


def sender_name(conn: sqlite3.Connection, sender: Sender) -> dict[str, str]:
    """What the sender is called: ``zh`` and ``en``."""
    table, key = ("institutions", "slug") if sender.institution else ("provinces", "code")
    row = conn.execute(
        f"select name_zh, name_en from {table} where {key} = ?",
        (sender.institution or sender.province,),
    ).fetchone()
    return {"zh": row["name_zh"], "en": row["name_en"]}


def senders(conn: sqlite3.Connection) -> list[sqlite3.Row]:
    """Everybody who may send a roster: key, kind (``institution`` or ``province``) and names."""
    return conn.execute(
        "select slug as key, 'institution' as kind, name_zh, name_en, seq from institutions"
        " union all select code, 'province', name_zh, name_en, seq from provinces"
        " order by kind, seq"
    ).fetchall()


def people_in(conn: sqlite3.Connection, number: int, page: int) -> Page:
    """The people whose row this batch brought or changed last, masked, in the order of the sheet."""
    return _page(conn, "t.batch_id = ?", (number,), "t.batch_row", page)


def people_of(conn: sqlite3.Connection, sender: Sender, year: str, page: int) -> Page:
    """The sender's own people of the year, masked."""
    column = "institution" if sender.institution else "recommending_authority"
    return _page(
        conn,
        f"t.year = ? and t.{column} = ?",
        (year, sender.institution or sender.province),
        "t.id",
        page,
    )


def _page(
    conn: sqlite3.Connection, where: str, values: tuple[Any, ...], order: str, page: int
) -> Page:
    total = conn.execute(f"select count(*) from trainees as t where {where}", values).fetchone()[0]
    number = min(max(1, page), max(1, -(-total // PAGE)))
    rows = conn.execute(
        f"{_PEOPLE} where {where} order by {order} limit ? offset ?",
        (*values, PAGE, (number - 1) * PAGE),
    ).fetchall()
    return Page(rows, total, number)


def open_years(conn: sqlite3.Connection) -> list[str]:
    """Programme years that still take rosters, newest first."""
    return [
        row[0]
        for row in conn.execute(
            "select key from programme_years where state = 'open' order by key desc"
        )
    ]


def open_year(conn: sqlite3.Connection, asked: str | None) -> str:
    """The year that was asked for if it takes rosters, else the newest that does; '' if none does."""
    years = open_years(conn)
    return str(asked) if asked in years else next(iter(years), "")
