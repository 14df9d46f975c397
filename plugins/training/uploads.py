"""The files that senders uploaded, sealed on disk: a day until they confirm, thirty days after.

What was confirmed is kept so that its faults can be handed back in the sender's own sheet.

A roster is full of identity numbers, so its bytes lie encrypted beside the record and are in the
clear only while they are read, in a folder of the owner's alone.
"""

import hashlib
import json
import os
import secrets
import shutil
import sqlite3
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from training import identity
from training.database import BEIJING, now, transaction
from training.rows import Sender

WAITING_DAYS = 1
KEPT_DAYS = 30
_READABLE = "open-"
_READABLE_SECONDS = 600
_DAY = 24 * 3600


def folder_of(db: str | Path) -> Path:
    """Where the sealed files of the record at ``db`` lie; made on first use, for its owner alone."""
    folder = Path(db).parent / "uploads"
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder


def keep(
    conn: sqlite3.Connection,
    folder: Path,
    keys: identity.Keys,
    content: bytes,
    *,
    account: str,
    year: str,
    sender: Sender,
    file_name: str,
    options: dict[str, Any],
) -> str:
    """Seal ``content`` and remember whose it is; return the token that names it in a URL."""
    token = secrets.token_urlsafe(24)
    sealer = identity.Sealer(keys)
    path = folder / f"{token}.sealed"
    descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(sealer.version.to_bytes(4, "big") + sealer.seal_bytes(token, content))
    with transaction(conn):
        conn.execute(
            "insert into waiting_uploads (token, created_at, account, year, institution, province,"
            " file_name, sha256, options) values (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                token,
                now(),
                account,
                year,
                sender.institution,
                sender.province,
                file_name,
                hashlib.sha256(content).hexdigest(),
                json.dumps(options, ensure_ascii=False),
            ),
        )
    return token


def waiting(conn: sqlite3.Connection, token: str, sender: Sender) -> sqlite3.Row | None:
    """The upload that ``token`` names, if it is this sender's own."""
    row: sqlite3.Row | None = conn.execute(
        "select * from waiting_uploads where token = ? and institution is ? and province is ?",
        (token, sender.institution, sender.province),
    ).fetchone()
    return row


def waiting_of(conn: sqlite3.Connection, token: str, account: str) -> sqlite3.Row | None:
    """The upload that ``token`` names, if this account put it aside for whoever is its sender."""
    row: sqlite3.Row | None = conn.execute(
        "select * from waiting_uploads where token = ? and account = ?", (token, account)
    ).fetchone()
    return row


@contextmanager
def readable(folder: Path, keys: identity.Keys, token: str) -> Iterator[Path | None]:
    """The file in the clear for as long as the block runs; None if it has been deleted."""
    sealed = folder / f"{token}.sealed"
    if not sealed.exists():
        yield None
        return
    blob = sealed.read_bytes()
    place = Path(tempfile.mkdtemp(prefix=_READABLE, dir=folder))
    try:
        path = place / "roster"
        version = int.from_bytes(blob[:4], "big")
        path.write_bytes(identity.Sealer(keys).open_bytes(token, version, blob[4:]))
        yield path
    finally:
        shutil.rmtree(place, ignore_errors=True)


def of_batch(conn: sqlite3.Connection, batch: int) -> sqlite3.Row | None:
    """The upload that became ``batch``; None for a batch that was made otherwise."""
    row: sqlite3.Row | None = conn.execute(
        "select * from waiting_uploads where batch_id = ?", (batch,)
    ).fetchone()
    return row


def choose(conn: sqlite3.Connection, token: str, options: dict[str, Any]) -> None:
    """Replace what the sender chose for a waiting file (encoding, sheet, mode)."""
    with transaction(conn):
        conn.execute(
            "update waiting_uploads set options = ? where token = ? and batch_id is null",
            (json.dumps(options, ensure_ascii=False), token),
        )


def discard(conn: sqlite3.Connection, folder: Path, token: str) -> None:
    """Delete a file that its sender does not want to confirm, and that it ever waited."""
    with transaction(conn):
        gone = conn.execute(
            "delete from waiting_uploads where token = ? and batch_id is null", (token,)
        )
    if gone.rowcount:
        (folder / f"{token}.sealed").unlink(missing_ok=True)


def sweep(conn: sqlite3.Connection, folder: Path) -> int:
    """Delete what :func:`overdue` finds; return how many."""
    found = overdue(conn, folder)
    for path in found:
        shutil.rmtree(path, ignore_errors=True) if path.is_dir() else path.unlink(missing_ok=True)
    return len(found)


def overdue(conn: sqlite3.Connection, folder: Path) -> list[Path]:
    """What waited a day, what was confirmed thirty days ago, and clear text left behind.

    A killed process may leave a file in the clear; nobody reads one for ten minutes.
    """
    confirmed = {
        row[0]
        for row in conn.execute("select token from waiting_uploads where batch_id is not null")
    }
    found = []
    for path in folder.iterdir():
        if path.name.startswith(_READABLE):
            limit = _READABLE_SECONDS
        else:
            limit = (KEPT_DAYS if path.stem in confirmed else WAITING_DAYS) * _DAY
        if time.time() - path.stat().st_mtime > limit:
            found.append(path)
    return found


def forgotten(conn: sqlite3.Connection) -> list[str]:
    """Tokens of files that waited longer than a day and were never confirmed."""
    limit = (datetime.now(BEIJING) - timedelta(days=WAITING_DAYS)).isoformat(timespec="seconds")
    rows = conn.execute(
        "select token from waiting_uploads where batch_id is null and created_at < ?", (limit,)
    )
    return [row[0] for row in rows]


def forget(conn: sqlite3.Connection, tokens: list[str]) -> None:
    """Delete that these files ever waited, inside the caller's transaction."""
    conn.executemany(
        "delete from waiting_uploads where token = ? and batch_id is null",
        [(token,) for token in tokens],
    )
