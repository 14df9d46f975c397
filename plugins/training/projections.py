"""Projections (投影): the file of each audience, made from the record.

A file is the unit of secrecy: what an audience must not read is not in its file. The SQL in
``projections/<audience>.sql`` creates tables with the columns that the audience may have and fills
them from the attached ``record``.
"""

import hashlib
import os
import re
import sqlite3
from contextlib import closing
from dataclasses import astuple, dataclass
from functools import cache
from importlib import resources
from pathlib import Path

from training.database import connect, transaction
from training.migrations import statements
from training.scope_triggers import SHARED

#: Audiences whose file anybody on the machine may read; every other file is its owner's alone.
OPEN_TO_ALL = frozenset({"public", "register"})
#: Audiences whose files show the closed lists of the record.
SCOPED = frozenset({"institution", "province", "analysis"})

#: A statement that makes a lasting thing, behind the comments before it.
_LAYS_OUT = re.compile(r"(\s|--[^\n]*\n)*create (table|view|index)\b")
_EDITION = """
create table edition (    -- what of the record this file has seen; a single row
    seq integer not null, -- the last entry of its scope in scope_log, 0 before the first
    changed_at text,      -- when that entry was made
    layout text not null  -- SHA-256 of the SQL that made the file
) strict
"""


@dataclass(frozen=True, slots=True)
class Edition:
    """One state of an audience's file (版次). Two files of the same edition have the same rows."""

    seq: int
    changed_at: str | None
    layout: str


def refresh(record: str | Path, audience: str, target: str | Path, **params: str) -> Edition:
    """Make the file of ``audience`` at ``target`` anew, in place; return its edition.

    One transaction: whoever reads the file meanwhile sees all of the old one or all of the new
    one, and a failure leaves the old one. ``params`` are the named parameters of the SQL, e.g.
    ``institution='pku'``. Raises ``FileNotFoundError`` when there is no record.
    """
    record, target = Path(record), Path(target)
    if not record.exists():
        raise FileNotFoundError(record)
    _create(target, 0o644 if audience in OPEN_TO_ALL else 0o600)
    with closing(connect(target)) as conn:
        conn.execute("pragma journal_mode = wal")
        # Rows that are gone must be gone from the bytes too, not merely from the tables.
        conn.execute("pragma secure_delete = on")
        conn.execute("attach ? as record", (f"{record.absolute().as_uri()}?mode=ro",))
        # What an audience's SQL puts aside on its way holds more than the audience may read.
        conn.execute("pragma temp_store = memory")
        with transaction(conn):
            for statement in _cleared(conn, audience):
                conn.execute(statement, params)
            made = wanted(conn, audience, schema="record", **params)
            conn.execute("insert into edition values (?, ?, ?)", astuple(made))
        # Empty the write-ahead log as well; not if a reader still needs it, the next refresh will.
        conn.execute("pragma busy_timeout = 0")
        conn.execute("pragma main.wal_checkpoint(truncate)")
    return made


def refresh_if_stale(record: str | Path, audience: str, target: str | Path, **params: str) -> bool:
    """Refresh the file unless it has seen the last change of its scope; return whether it was."""
    if Path(target).exists():
        with (
            closing(connect(target, read_only=True)) as made,
            closing(connect(record, read_only=True)) as source,
        ):
            if held(made) == wanted(source, audience, **params):
                return False
    refresh(record, audience, target, **params)
    return True


def wanted(conn: sqlite3.Connection, audience: str, schema: str = "main", **params: str) -> Edition:
    """The edition that a file of ``audience`` made of this record now would be."""
    # Each scope counts for itself; the closed lists, which every scope file shows, for all.
    names = [scope(audience, **params)] + [SHARED] * (audience in SCOPED)
    entries = [
        conn.execute(
            f"select seq, at from {schema}.scope_log where scope = ? order by seq desc limit 1",
            (name,),
        ).fetchone()
        for name in names
    ]
    found = [entry for entry in entries if entry]
    changed_at = max((at for _, at in found), default=None)
    return Edition(sum(seq for seq, _ in found), changed_at, _layout(audience))


def held(conn: sqlite3.Connection) -> Edition | None:
    """The edition of an audience's open file; None for one that was never filled."""
    if not conn.execute("select 1 from sqlite_master where name = 'edition'").fetchone():
        return None
    return Edition(*conn.execute("select seq, changed_at, layout from edition").fetchone())


def scope(audience: str, **params: str) -> str:
    """The name of an audience's file in the log of scopes: ``public``, ``institution:pku``."""
    return ":".join((audience, *params.values()))


def _create(target: Path, mode: int) -> None:
    """An empty file with its permissions set before the first byte of content."""
    if not target.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_RDWR, mode))
    target.chmod(mode)


def _cleared(conn: sqlite3.Connection, audience: str) -> list[str]:
    """Empty the file; return the statements that fill it again.

    Of a file with the same layout only the rows go: whoever has read what tables there are (Datasette
    keeps a catalogue) need not do so again.
    """
    script = [*statements(_script(audience)), _EDITION]
    before = held(conn)
    if before is None or before.layout != _layout(audience):
        _drop_everything(conn)
        return script
    for (table,) in conn.execute(
        "select name from main.sqlite_master where type = 'table' order by rowid desc"
    ).fetchall():
        conn.execute(f'delete from main."{table}"')
    return [statement for statement in script if not _LAYS_OUT.match(statement)]


def _drop_everything(conn: sqlite3.Connection) -> None:
    """Empty the file of every table and view, so that nothing of an earlier layout stays behind."""
    things = conn.execute(
        "select type, name from main.sqlite_master where type in ('table', 'view')"
        " and name not like 'sqlite_%' order by rowid desc"  # a child before its parent
    ).fetchall()
    for kind, name in things:
        conn.execute(f'drop {kind} main."{name}"')


def _script(audience: str) -> str:
    path = resources.files("training").joinpath("projections", f"{audience}.sql")
    return path.read_text(encoding="utf-8")


@cache
def _layout(audience: str) -> str:
    return hashlib.sha256(_script(audience).encode()).hexdigest()
