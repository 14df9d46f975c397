"""The health of a record (体检): is each file whole, private, with its keys, and is there room?"""

import os
import shutil
import sqlite3
import stat
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from training import accounts, audit_chain, certificate_keys, evidence_files, identity, migrations
from training.audit_chain import ACCOUNTS, AUDIT, Log

#: Bytes that should be free beside the record: an import needs room for its journal.
ROOM = 1 << 30
#: A write-ahead log this long says that somebody has read for hours, or that a process was killed.
LONG_LOG = 256 << 20
#: Files that anybody on the machine may read.
PUBLIC = frozenset({"public.db", "certificates.db"})
OLDEST_SQLITE = (3, 40, 0)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at: ``level`` is ok, warning or fault; what, and what to do about it."""

    level: str
    what: str
    said: str


def damage(path: Path, *, thorough: bool = False) -> str | None:
    """What is wrong with the file of a database; None if it is whole.

    ``thorough`` compares indexes with their tables and looks for broken foreign keys as well.
    """
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as conn:
            check = "integrity_check" if thorough else "quick_check"
            said: str = conn.execute(f"pragma {check}(1)").fetchone()[0]
            if said != "ok":
                return said.splitlines()[0]
            if thorough and conn.execute("pragma foreign_key_check").fetchone():
                return "a row refers to one that is not there"
    except sqlite3.DatabaseError as error:
        # A bad page may hold anything; SQLite's own words for it hold nothing of it.
        return str(error)
    return None


def damaged(paths: Iterable[Path]) -> dict[Path, str]:
    """Those of ``paths`` that are damaged, and what SQLite says of each; missing ones are skipped."""
    said = {path: damage(path) for path in paths if path.exists()}
    return {path: words for path, words in said.items() if words}


def examine(record: Path) -> Iterator[Finding]:
    """Look at everything; the findings in the order in which a cure makes sense."""
    yield from _versions()
    files = databases(record)
    for path in files:
        said = damage(path, thorough=True)
        if said:
            yield Finding("fault", path.name, f"damaged ({said}): restore it from a backup")
        else:
            yield Finding("ok", path.name, "whole")
        yield from _private(path)
        yield from _journal(path)
    yield from _schema(record)
    yield from _keys(record)
    yield from _chain(record, record, AUDIT)
    if accounts.beside(record).exists():
        yield from _chain(record, accounts.beside(record), ACCOUNTS)
    yield from _evidence(record)
    yield _room(record)


def _evidence(record: Path) -> Iterator[Finding]:
    """Every file behind a score is there; said only of a record that names one."""
    try:
        gone = evidence_files.missing(record)
    except sqlite3.DatabaseError:
        return
    if gone:
        said = f"{len(gone)} files behind scores are gone: restore evidence.db from a backup"
        yield Finding("fault", "evidence.db", said)


def databases(record: Path) -> list[Path]:
    """The record, then every other database beside it and of the scopes."""
    folder = record.parent
    beside = {*folder.glob("*.db"), *folder.glob("scopes/*.db")}
    return [record, *sorted(beside - {record})]


def _versions() -> Iterator[Finding]:
    said = f"SQLite {sqlite3.sqlite_version}, Datasette {version('datasette')}"
    if sqlite3.sqlite_version_info < OLDEST_SQLITE:
        yield Finding("fault", "versions", f"{said}: SQLite 3.40 or newer is needed")
    else:
        yield Finding("ok", "versions", said)


def _private(path: Path) -> Iterator[Finding]:
    """Every file is its owner's alone, but for those that are public anyway."""
    if path.name in PUBLIC:
        return
    for file in (path, path.with_name(path.name + "-wal")):
        if file.exists() and file.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
            yield Finding("fault", file.name, f"others can read it: chmod 600 {file.name}")


def _journal(path: Path) -> Iterator[Finding]:
    log = path.with_name(path.name + "-wal")
    if log.exists() and log.stat().st_size > LONG_LOG:
        size = log.stat().st_size >> 20
        yield Finding("warning", log.name, f"{size} MB: restart the server to empty it")
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as conn:
            mode = conn.execute("pragma journal_mode").fetchone()[0]
    except sqlite3.DatabaseError:
        return
    if mode != "wal" and path.name != "internal.db":
        yield Finding("warning", path.name, "readers wait for writers: run scripts/build.py")


def _schema(record: Path) -> Iterator[Finding]:
    try:
        waiting = migrations.waiting(record)
    except sqlite3.DatabaseError:
        return
    if waiting:
        said = f"older than this programme ({', '.join(waiting)}): run scripts/build.py"
        yield Finding("fault", "schema", said)
    else:
        yield Finding("ok", "schema", "up to date")


def _keys(record: Path) -> Iterator[Finding]:
    try:
        keys = identity.load_keys(record)
        opened = _opens_a_seal(record, keys)
        certificate_keys.signing_key(record.parent)
        certificate_keys.verify_key(record.parent)
    except (identity.KeysMissing, sqlite3.DatabaseError) as error:
        yield Finding("fault", "keys", str(error))
        return
    if opened:
        yield Finding("ok", "keys", f"there, sealing with version {keys.current}")
    else:
        yield Finding("fault", "keys", "they are not this record's: restore the right file")


def _opens_a_seal(record: Path, keys: identity.Keys) -> bool:
    """Whether the keys open the newest sealed identity; true of a record that has none."""
    with closing(sqlite3.connect(f"{record.absolute().as_uri()}?mode=ro", uri=True)) as conn:
        row = conn.execute(
            "select t.person_key, s.key_version, s.sealed from sealed_identities as s"
            " join trainees as t on t.id = s.trainee_id order by s.trainee_id desc limit 1"
        ).fetchone()
    return row is None or identity.opens(keys, *row)


def _chain(record: Path, file: Path, log: Log) -> Iterator[Finding]:
    try:
        with closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True)) as conn:
            faults = list(audit_chain.faults(conn, log, audit_chain.kept(record, log)))
            end = audit_chain.head(conn, log)
    except (identity.KeysMissing, sqlite3.DatabaseError) as error:
        yield Finding("fault", log.entries, str(error))
        return
    if faults:
        said = (
            f"{len(faults)} faults, the first at entry {faults[0].entry}: scripts/audit.py verify"
        )
        yield Finding("fault", log.entries, said)
    else:
        yield Finding("ok", log.entries, f"the chain holds, head {end}")


def _room(record: Path) -> Finding:
    free = shutil.disk_usage(record.parent).free
    # A backup or a VACUUM writes the record once more.
    wanted = max(ROOM, 2 * os.stat(record).st_size)
    if free < wanted:
        return Finding("warning", "disk", f"{free >> 20} MB free, {wanted >> 20} MB are wanted")
    return Finding("ok", "disk", f"{free >> 20} MB free")
