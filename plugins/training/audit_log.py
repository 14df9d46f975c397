"""Reading the two logs (审计记录): what was done to the record, and what happened to accounts."""

import json
import sqlite3
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from training.database import BEIJING

PAGE = 50


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which entries: by account, act, table, row and day ('2026-11-27'); '' is any."""

    actor: str = ""
    action: str = ""
    subject: str = ""
    key: str = ""
    since: str = ""
    until: str = ""


def entries(
    conn: sqlite3.Connection, wanted: Wanted, *, size: int = PAGE, before: int | None = None
) -> list[dict[str, Any]]:
    """The newest ``size`` entries of the audit log, older than entry ``before`` if given."""
    rows = conn.execute(
        "select id, at, actor, via, action, subject, subject_key, detail from audit_log"
        " where (:actor = '' or actor = :actor) and (:action = '' or action = :action)"
        " and (:subject = '' or subject = :subject) and (:key = '' or subject_key = :key)"
        " and (:since = '' or at >= :since) and (:until = '' or substr(at, 1, 10) <= :until)"
        " and (:before is null or id < :before) order by id desc limit :size",
        {
            **{name: getattr(wanted, name) for name in Wanted.__dataclass_fields__},
            "before": before,
            "size": size,
        },
    )
    return [{**dict(row), "detail": json.loads(row["detail"])} for row in rows]


def account_entries(
    conn: sqlite3.Connection, wanted: Wanted, *, size: int = PAGE, before: int | None = None
) -> list[dict[str, Any]]:
    """The newest entries of what happened to accounts: sign-ins, refusals, changes."""
    rows = conn.execute(
        "select id, at, actor, action, username, detail from account_events"
        " where (:actor = '' or actor = :actor or username = :actor)"
        " and (:action = '' or action = :action)"
        " and (:since = '' or at >= :since) and (:until = '' or substr(at, 1, 10) <= :until)"
        " and (:before is null or id < :before) order by id desc limit :size",
        {
            **{name: getattr(wanted, name) for name in ("actor", "action", "since", "until")},
            "before": before,
            "size": size,
        },
    )
    return [{**dict(row), "detail": json.loads(row["detail"])} for row in rows]


def days_ago(days: int) -> str:
    """The day ``days`` before today in Beijing, as the filters of the log take it."""
    return (datetime.now(BEIJING) - timedelta(days=days)).date().isoformat()


def tally(conn: sqlite3.Connection, log: str, since: str) -> list[dict[str, Any]]:
    """How many entries of each act ``log`` (audit_log or account_events) has from ``since`` on.

    Entries are in the order of time, so the count begins at the end and stops at the day.
    """
    before = conn.execute(f"select id from {log} where at < ? order by id desc limit 1", (since,))
    rows = conn.execute(
        f"select action, count(*) as entries from {log} where id > ? group by action order by action",
        ((before.fetchone() or (0,))[0],),
    )
    return [dict(row) for row in rows]


def choices(conn: sqlite3.Connection) -> dict[str, list[str]]:
    """The acts and tables that occur, for the page's lists."""
    return {
        column: [
            row[0] for row in conn.execute(f"select distinct {column} from audit_log order by 1")
        ]
        for column in ("action", "subject")
    }


def differences(detail: dict[str, Any]) -> list[tuple[str, Any, Any]]:
    """Column, old and new value of an edit; empty for an act that says something else."""
    return [
        (name, *value)
        for name, value in detail.items()
        if isinstance(value, list) and len(value) == 2
    ]
