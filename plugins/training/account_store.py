"""The file of accounts: how it is opened, what one account is, and how its history is written.

``accounts.db`` lies beside the record and is never attached to Datasette: no URL reaches it.
"""

import contextlib
import json
import os
import sqlite3
import threading
from dataclasses import dataclass
from datetime import datetime
from importlib import resources
from pathlib import Path

from training import audit_chain
from training.database import BEIJING, prepare, transaction
from training.migrations import statements

#: The history of the file's schema; a step that has run anywhere is never edited.
STEPS = {
    1: "accounts_001.sql",
    3: "accounts_003.sql",
    4: "accounts_004.sql",
    5: "accounts_005.sql",
    6: "accounts_006.sql",
}


@dataclass(frozen=True)
class Account:
    """One row of ``accounts`` without its hash."""

    username: str
    role: str
    institution: str | None
    province: str | None
    display_name: str
    disabled: bool
    must_change_password: bool
    created_at: str
    password_changed_at: str

    @classmethod
    def of(cls, row: sqlite3.Row) -> "Account":
        """The account in a row of the table, whatever other columns the row has."""
        values = {key: row[key] for key in cls.__dataclass_fields__}
        flags = {key: bool(values[key]) for key in ("disabled", "must_change_password")}
        return cls(**{**values, **flags})

    @property
    def actor(self) -> dict[str, str | None]:
        """What Datasette is told. Every key is always there: any canned query may name it."""
        return {
            "id": self.username,
            "name": self.display_name,
            "role": self.role,
            "institution": self.institution,
            "province": self.province,
        }


def beside(record: str | Path) -> Path:
    """Where the accounts of the record at ``record`` are."""
    return Path(record).parent / "accounts.db"


def open(path: str | Path) -> sqlite3.Connection:
    """Open the accounts at ``path``; a new file is made private (0600) before it has content."""
    # Only where there is none: to close a second descriptor of a file drops every lock that SQLite
    # holds on it in this process (POSIX), and another process then takes the journal away under it.
    with contextlib.suppress(FileExistsError):
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    conn = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    conn.row_factory = sqlite3.Row
    prepare(conn)
    # Requests wait for this file on the server's one loop: better an error than a standstill.
    conn.execute("pragma busy_timeout = 2000")
    conn.execute("pragma journal_mode = wal")
    version = _version(conn)
    if version > max(STEPS):
        conn.close()
        raise NewerThanTheCode(f"{NewerThanTheCode.__doc__} ({version} > {max(STEPS)})")
    if version < max(STEPS):
        _upgrade(conn)
    return conn


class NewerThanTheCode(Exception):
    """The accounts were written by a later version of Lingjun: install that one, or restore."""


def _version(conn: sqlite3.Connection) -> int:
    return int(conn.execute("pragma user_version").fetchone()[0])


def _upgrade(conn: sqlite3.Connection) -> None:
    """Take the steps that the file has not seen, each whole or not at all."""
    for step, name in STEPS.items():
        script = resources.files("training").joinpath("schema_history", name)
        with transaction(conn):
            if _version(conn) >= step:
                continue
            for statement in statements(script.read_text(encoding="utf-8")):
                conn.execute(statement)
            conn.execute(f"pragma user_version = {step}")


_threads = threading.local()


def at(path: str | Path) -> sqlite3.Connection:
    """The calling thread's own open connection to the accounts at ``path``."""
    opened: dict[str, sqlite3.Connection] = _threads.__dict__.setdefault("opened", {})
    key = str(path)
    if key not in opened:
        opened[key] = open(key)
    return opened[key]


def present() -> datetime:
    """Now, in Beijing time."""
    return datetime.now(BEIJING)


def stamp(now: datetime) -> str:
    """The one form of time in this file: Beijing, to the second, so text sorts as time."""
    return now.astimezone(BEIJING).isoformat(timespec="seconds")


def find(conn: sqlite3.Connection, username: str) -> Account | None:
    """The account of that name, or None."""
    row = conn.execute("select * from accounts where username = ?", (username,)).fetchone()
    return Account.of(row) if row else None


def history(conn: sqlite3.Connection, username: str, most: int = 20) -> list[sqlite3.Row]:
    """The latest entries about an account, newest first: at, actor, action, detail (JSON)."""
    return conn.execute(
        "select at, actor, action, detail from account_events where username = ?"
        " order by id desc limit ?",
        (username, most),
    ).fetchall()


def everybody(conn: sqlite3.Connection) -> list[Account]:
    """All accounts by name."""
    return [Account.of(row) for row in conn.execute("select * from accounts order by username")]


def record(
    conn: sqlite3.Connection,
    when: str,
    actor: str,
    action: str,
    username: str | None,
    **detail: object,
) -> None:
    """Add an entry to ``account_events``, and link it, inside the caller's transaction."""
    audit_chain.link(conn, audit_chain.ACCOUNTS, outside=True)
    conn.execute(
        "insert into account_events (at, actor, action, username, detail) values (?, ?, ?, ?, ?)",
        (when, actor, action, username, json.dumps(detail, ensure_ascii=False)),
    )
    audit_chain.link(conn, audit_chain.ACCOUNTS)
