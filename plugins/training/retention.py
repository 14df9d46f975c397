"""What is kept no longer (留存期限): people turned away or withdrawn, originals, forgotten uploads."""

import calendar
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from training import audit, erasure, uploads
from training.database import BEIJING, acting, connect, transaction

#: Whole months after the rejection or withdrawal; the notice is silent, PIPL art. 19 wants the least.
REFUSED_MONTHS = 6


@dataclass(frozen=True)
class Due:
    """What has reached its term: rows of people, sealed files, uploads that nobody confirmed."""

    people: list[int]
    files: list[Path]
    forgotten: list[str]

    def __bool__(self) -> bool:
        return bool(self.people or self.files or self.forgotten)


def due(record: Path, today: date | None = None) -> Due:
    """What is due on ``today`` (Beijing); nothing is changed."""
    with closing(connect(record, read_only=True)) as conn:
        return Due(
            _people(conn, today or datetime.now(BEIJING).date()),
            uploads.overdue(conn, uploads.folder_of(record)),
            uploads.forgotten(conn),
        )


def enforce(record: Path, found: Due, by: str, via: str) -> None:
    """Erase and delete what was found, with an entry in the audit log for each kind."""
    with closing(connect(record)) as conn:
        conn.execute("pragma secure_delete = on")
        uploads.sweep(conn, uploads.folder_of(record))
        if found.files or found.forgotten:
            with transaction(conn), acting(conn, by, via):
                uploads.forget(conn, found.forgotten)
                audit.record(
                    conn, by, via, "expire", "waiting_uploads",
                    files=len(found.files), forgotten=len(found.forgotten),
                )  # fmt: skip
    if found.people:
        reason = f"{REFUSED_MONTHS} months after rejection or withdrawal"
        erasure.erase(record, found.people, by, via, reason=reason, ground="overdue")


def _people(conn: sqlite3.Connection, today: date) -> list[int]:
    """Rows rejected or withdrawn for so long; the last step counts."""
    rows = conn.execute(
        "select t.id from trainees as t where t.state in ('rejected', 'withdrawn')"
        " and not exists (select 1 from erasures where trainee_id = t.id)"
        " and (select max(at) from trainee_events where trainee_id = t.id) < ? order by t.id",
        (months_before(today, REFUSED_MONTHS).isoformat(),),
    )
    return [row[0] for row in rows]


def months_before(day: date, months: int) -> date:
    """The same day ``months`` earlier, or the last of a shorter month."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))
