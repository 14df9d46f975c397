"""The chain over the two logs (审计链): nobody without the key rewrites history unseen.

Each link is the HMAC-SHA-256 of the link before it and of its entry. The key is the record's own and
never in a database. Entries are linked inside the act that wrote them; one that is found without a
link was written by a hand in the file, and stays marked as such.
"""

import contextlib
import hashlib
import hmac
import json
import os
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from training import identity


@dataclass(frozen=True)
class Log:
    """One log and its chain: the table of entries, that of links, and what a link covers."""

    entries: str
    links: str
    columns: tuple[str, ...]


AUDIT = Log(
    "audit_log",
    "audit_chain",
    ("id", "at", "actor", "via", "action", "subject", "subject_key", "detail"),
)
ACCOUNTS = Log(
    "account_events", "account_chain", ("id", "at", "actor", "action", "username", "detail")
)
#: The first link has none before it.
START = "0" * 64


@dataclass(frozen=True)
class Fault:
    """What is wrong at one entry: altered, unlinked, outside, removed or truncated."""

    log: str
    entry: int
    kind: str


@dataclass(frozen=True)
class Head:
    """The end of a chain: its last entry and link. Who writes it down can prove a truncation."""

    entry: int
    mac: str

    def __str__(self) -> str:
        return f"{self.entry}:{self.mac}"

    @classmethod
    def of(cls, text: str) -> "Head":
        """Read what :meth:`__str__` writes; ``ValueError`` for anything else."""
        entry, _, mac = text.strip().partition(":")
        if len(mac) != 64:
            raise ValueError(f"no head of a chain: {text!r}")
        return cls(int(entry), mac)


def key_of(conn: sqlite3.Connection) -> bytes | None:
    """The key of the chains of the record whose file, or whose accounts, ``conn`` has open."""
    path = _record_beside(_file(conn))
    try:
        stat = identity.keys_path(path).stat() if not os.environ.get("LINGJUN_KEYS") else None
        return _key(path, stat.st_mtime_ns if stat else 0, os.environ.get("LINGJUN_KEYS", ""))
    except (FileNotFoundError, identity.KeysMissing):
        return None


def _file(conn: sqlite3.Connection) -> Path:
    listed = conn.execute("pragma database_list").fetchall()
    return Path(next((row[2] for row in listed if row[1] == "main"), ""))


def _record_beside(file: Path) -> Path:
    """The record itself, or the one whose accounts these are."""
    if file.name != "accounts.db":
        return file
    # Certificates have keys of their own, without a database of the same name.
    records = (keys.with_suffix(".db") for keys in sorted(file.parent.glob("*.keys")))
    return next((one for one in records if one.exists()), file.with_name("training.db"))


@lru_cache(maxsize=8)
def _key(path: Path, changed: int, environment: str) -> bytes:
    """The key, read once for each state of the file that holds it."""
    return identity.load_keys(path).audit


def link(conn: sqlite3.Connection, log: Log = AUDIT, *, outside: bool = False) -> None:
    """Link what is not linked yet, inside the caller's transaction.

    ``outside`` marks entries that were there before the programme began to act. Without keys
    nothing is linked, and :func:`faults` says so.
    """
    if outside:
        keep(conn, log)
    last = conn.execute(
        f"select entry_id, mac from {log.links} order by entry_id desc limit 1"
    ).fetchone()
    after, mac = last or (0, START)
    waiting = conn.execute(
        f"select {', '.join(log.columns)} from {log.entries} where id > ? order by id", (after,)
    ).fetchall()
    key = key_of(conn) if waiting else None
    if key is None:
        return
    links = []
    for row in waiting:
        mac = _mac(key, mac, tuple(row), outside)
        links.append((row[0], int(outside), mac))
    conn.executemany(f"insert into {log.links} (entry_id, outside, mac) values (?, ?, ?)", links)


def _mac(key: bytes, before: str, entry: tuple[object, ...], outside: bool) -> str:
    text = json.dumps([before, outside, *entry], ensure_ascii=False, separators=(",", ":"))
    return hmac.digest(key, text.encode("utf-8", "surrogatepass"), hashlib.sha256).hex()


def head(conn: sqlite3.Connection, log: Log = AUDIT) -> Head | None:
    """The end of the chain; None before its first link."""
    row = conn.execute(
        f"select entry_id, mac from {log.links} order by entry_id desc limit 1"
    ).fetchone()
    return Head(row[0], row[1]) if row else None


def faults(
    conn: sqlite3.Connection, log: Log = AUDIT, heads: tuple[Head, ...] = ()
) -> Iterator[Fault]:
    """Everything that is wrong with a log, in the order of its entries.

    ``altered``: the entry or its link is not what was linked; ``removed``: entries before it are
    gone; ``unlinked`` and ``outside``: not written by the programme; ``truncated``: a head that was
    known is no longer there. Raises :class:`identity.KeysMissing` without the key.
    """
    key = key_of(conn)
    if key is None:
        raise identity.KeysMissing("the chain can't be verified without the keys of the record")
    links = {row[0]: (row[1], row[2]) for row in conn.execute(f"select * from {log.links}")}
    entries = {
        row[0]: tuple(row)
        for row in conn.execute(f"select {', '.join(log.columns)} from {log.entries}")
    }
    before, expected = START, 1
    for entry in sorted({*links, *entries}):
        if entry != expected:
            yield Fault(log.entries, entry, "removed")
        expected = entry + 1
        outside, mac = links.get(entry, (0, ""))
        if not mac:
            yield Fault(log.entries, entry, "unlinked")
            continue
        if entry not in entries or mac != _mac(key, before, entries[entry], bool(outside)):
            yield Fault(log.entries, entry, "altered" if entry in entries else "removed")
        elif outside:
            yield Fault(log.entries, entry, "outside")
        before = mac
    for known in heads:
        if links.get(known.entry, (0, ""))[1] != known.mac:
            yield Fault(log.entries, known.entry, "truncated")


def heads_path(record: str | Path) -> Path:
    """Where the heads are kept beside the record, in a file of the owner's alone."""
    return Path(record).with_suffix(".heads")


def keep(conn: sqlite3.Connection, log: Log = AUDIT) -> None:
    """Keep the head that is committed outside the databases, so that cutting off the end is seen.

    Called before an act adds to a log, and after each request that wrote.
    """
    end, record = head(conn, log), _record_beside(_file(conn))
    if end is None or not record.name:
        return
    kept = _kept(record)
    if kept.get(log.entries) == str(end):
        return
    # A full disk stops the act itself; what is kept is then merely older.
    with contextlib.suppress(OSError):
        descriptor, temporary = tempfile.mkstemp(dir=record.parent, prefix=".heads-")
        with os.fdopen(descriptor, "w") as file:
            json.dump({**kept, log.entries: str(end)}, file)
        Path(temporary).replace(heads_path(record))


def keep_all(record: Path) -> None:
    """Keep the heads of both logs of the record at ``record``."""
    for log, path in ((AUDIT, record), (ACCOUNTS, record.with_name("accounts.db"))):
        if path.exists():
            with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as conn:
                keep(conn, log)


def kept(record: str | Path, log: Log) -> tuple[Head, ...]:
    """The head of a log that was kept last, if any."""
    found = _kept(Path(record)).get(log.entries)
    return (Head.of(found),) if found else ()


def _kept(record: Path) -> dict[str, str]:
    try:
        found: dict[str, str] = json.loads(heads_path(record).read_text())
    except (FileNotFoundError, ValueError):
        return {}
    return found
