"""How much one answer may hold (结果上限): a query over its share is refused, never cut without a word.

SQLite's own time limit does not help against few rows of very many bytes.
"""

import sqlite3
import threading
import weakref
from typing import Any

#: The longest text or blob that a query may make, in bytes; a note of a roster has 2,000 characters.
MAX_CELL = 1_000_000
#: What all rows of one result may hold together, in bytes; two thousand full rosters' rows are 2 MB.
MAX_RESULT = 20_000_000

#: What SQLite tells of itself. sqlite_stmt lists the statements that others asked on this connection,
#: with the names they looked for.
MACHINERY = frozenset({"sqlite_stmt", "bytecode", "tables_used", "sqlite_dbpage"})

_local = threading.local()


class TooMuch(sqlite3.OperationalError):
    """The result holds more than :data:`MAX_RESULT`."""


class CountedRow(sqlite3.Row):
    """A row with names whose bytes are counted towards its result."""

    def __new__(cls, cursor: sqlite3.Cursor, values: tuple[Any, ...]) -> "CountedRow":
        size = sum(len(value) for value in values if isinstance(value, (str, bytes)))
        known = getattr(_local, "cursor", None)
        total = size if known is None or known() is not cursor else _local.total + size
        if known is None or known() is not cursor:
            _local.cursor = weakref.ref(cursor)
        _local.total = total
        if total > MAX_RESULT:
            raise TooMuch(
                f"查询结果超过 {MAX_RESULT // 1_000_000} MB，请减少行或列"
                f" (the result is larger than {MAX_RESULT // 1_000_000} MB: ask for less)"
            )
        return super().__new__(cls, cursor, values)


def _closed(action: int, table: str | None, *_: object) -> int:
    closed = action == sqlite3.SQLITE_READ and table in MACHINERY
    return sqlite3.SQLITE_DENY if closed else sqlite3.SQLITE_OK


def cap(conn: sqlite3.Connection) -> None:
    """Keep every result of ``conn`` within bounds, and the machinery out of it."""
    conn.set_authorizer(_closed)
    conn.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, MAX_CELL)
    conn.row_factory = CountedRow
