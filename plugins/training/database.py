"""Opening the record: one place that says how a connection to it behaves.

Every connection, whoever opens it, has foreign keys on and waits for a writer instead of failing.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta, timezone
from pathlib import Path

from training import audit_chain

BEIJING = timezone(timedelta(hours=8), "Asia/Shanghai")
BUSY_SECONDS = 30


def now() -> str:
    """The present in Beijing as text, e.g. ``2021-12-31T23:59:59+08:00``.

    The notice counts deadlines in Beijing time; one fixed form keeps text order and time order equal.
    """
    return datetime.now(BEIJING).isoformat(timespec="seconds")


def prepare(conn: sqlite3.Connection) -> None:
    """Give a connection the behaviour that the record's laws rely on."""
    conn.execute("pragma foreign_keys = on")
    conn.execute(f"pragma busy_timeout = {BUSY_SECONDS * 1000}")
    # INSERT OR REPLACE would delete a row without its delete trigger unless this is on.
    conn.execute("pragma recursive_triggers = on")


def connect(path: str | Path, *, read_only: bool = False) -> sqlite3.Connection:
    """Open the database at ``path`` with named rows and explicit transactions.

    Raises ``FileNotFoundError`` when there is no such file: only :mod:`training.migrations`
    makes a new one.
    """
    path = Path(path)
    if not path.exists():
        raise FileNotFoundError(path)
    uri = f"{path.absolute().as_uri()}{'?mode=ro' if read_only else '?mode=rw'}"
    conn = sqlite3.connect(uri, uri=True, isolation_level=None, check_same_thread=False)
    conn.row_factory = sqlite3.Row
    prepare(conn)
    return conn


@contextmanager
def transaction(conn: sqlite3.Connection, mode: str = "immediate") -> Iterator[sqlite3.Connection]:
    """One act, whole or absent: everything inside is committed together or not at all.

    ``mode`` is ``immediate`` for whoever writes to the record, ``deferred`` for work on temporary
    tables, which locks nobody out.
    """
    conn.execute(f"begin {mode}")
    try:
        yield conn
    except BaseException:
        conn.execute("rollback")
        raise
    conn.execute("commit")


@contextmanager
def acting(
    conn: sqlite3.Connection, actor: str, via: str, reason: str | None = None, *, bulk: bool = False
) -> Iterator[None]:
    """Say who acts, for the triggers that write the history of an open transaction.

    ``via`` is ``web`` or ``script``. An act that is ``bulk`` writes itself, once for all rows, what
    the triggers would write for each. The word is taken back before the transaction ends, so the
    next writer can never be mistaken for this one, and what the act has put into the audit log is
    linked to the chain. Raises ``RuntimeError`` outside a transaction.
    """
    conn.execute(
        "insert or replace into write_context (id, actor, via, reason, at, bulk)"
        " values (1, ?, ?, ?, ?, ?)",
        (actor, via, reason, now(), bulk),
    )
    if not conn.in_transaction:
        # Each statement would be an act of its own, and its readers would hear of the first alone.
        conn.execute("delete from write_context")
        raise RuntimeError("acting() needs an open transaction")
    audit_chain.link(conn, outside=True)
    yield
    audit_chain.link(conn)
    conn.execute("delete from write_context")


@contextmanager
def full_disk_in_words() -> Iterator[None]:
    """Let a full disk speak as the record's laws do; nothing of the act is stored."""
    try:
        yield
    except sqlite3.OperationalError as error:
        if "disk is full" not in str(error):
            raise
        said = "服务器磁盘已满，什么都没有保存，请联系管理员 (the disk is full: nothing was stored)"
        raise sqlite3.OperationalError(said) from error
