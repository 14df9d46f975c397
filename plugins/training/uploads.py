"""Files that wait for their sender's word between preview and confirmation, sealed on disk.

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
from pathlib import Path
from typing import Any

from training import identity
from training.database import now, transaction
from training.rows import Sender

WAITING_SECONDS = 24 * 3600
_READABLE = "open-"


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


def forget(folder: Path, token: str) -> None:
    """Delete the sealed bytes; the row stays, so that a second click finds its batch."""
    (folder / f"{token}.sealed").unlink(missing_ok=True)


def sweep(folder: Path) -> int:
    """Delete what was left waiting for a day, and clear text that a killed process left behind."""
    swept = 0
    for path in folder.iterdir():
        if path.name.startswith(_READABLE):
            too_old = time.time() - path.stat().st_mtime > 600
        else:
            too_old = time.time() - path.stat().st_mtime > WAITING_SECONDS
        if too_old:
            shutil.rmtree(path) if path.is_dir() else path.unlink()
            swept += 1
    return swept
