"""Backups (备份) of the record while it is written, and bringing one back.

A backup is a folder: one file per database that can't be made anew, the list of erasures, and
``manifest.json`` with the SHA-256 of each. The keys are never in it: whoever finds a backup opens no
sealed identity number. Uploaded originals are not in it either, for they have a term of their own,
nor are the files made from the record: they are made again.
"""

import hashlib
import json
import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from training import (
    accounts,
    api_tokens,
    audit,
    audit_chain,
    erasure,
    erasure_list,
    health,
    identity,
    migrations,
)
from training.audit_chain import ACCOUNTS, AUDIT, Head
from training.database import connect, now, transaction

MANIFEST = "manifest.json"
FORMAT = 1
#: What lies beside the record and can't be made from it.
BESIDE = ("accounts.db", "staging.db", "internal.db", "evidence.db")

#: Kinds of files that a restore makes.
_MADE = (".db", ".heads", ".erased")


class NotRestored(Exception):
    """The backup can't be trusted or there is no place for it; the text says why and what to do."""


def take(record: Path, out: Path, by: str) -> dict[str, Any]:
    """Copy the record and what is beside it to the new folder ``out``; return the manifest.

    Everybody may go on reading and writing meanwhile: each copy is the state of one moment.
    Raises ``FileExistsError`` if there is something at ``out``.
    """
    out.mkdir(mode=0o700, parents=True)
    with closing(connect(record)) as conn, transaction(conn):
        audit.record(conn, by, "script", "backup", "databases")
    audit_chain.keep_all(record)
    for source in (record, *(record.with_name(name) for name in BESIDE)):
        if source.exists():
            _copy(source, out / source.name)
    with closing(connect(out / record.name)) as conn:
        erased = erasure_list.of_record(conn)
    listed = erasure_list.path_of(out / record.name)
    erasure_list.write(listed, erased | erasure_list.read(erasure_list.path_of(record)))
    manifest = {
        "format": FORMAT,
        "made_at": now(),
        "made_by": by,
        "record": record.name,
        "keys": "not included: keep the file of keys apart from this folder",
        "files": {path.name: _described(path) for path in sorted(out.iterdir())},
    }
    _write_private(out / MANIFEST, json.dumps(manifest, ensure_ascii=False, indent=1) + "\n")
    return manifest


def restore(
    backup: Path, to: Path, by: str, *, erased: frozenset[erasure_list.Erased] = frozenset()
) -> Iterator[str]:
    """Bring a backup back into the folder ``to``; yield a line for each thing that was done.

    The keys must be there already, or in the environment. ``erased`` are erasures that the backup
    may be too old to know. On :class:`NotRestored` nothing is left in ``to``.
    """
    manifest = verify(backup)
    record = to / manifest["record"]
    if any(path.suffix in _MADE for path in to.glob("*")):
        raise NotRestored(f"there is a record in {to} already: restore to an empty folder")
    to.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        identity.load_keys(record)
    except identity.KeysMissing as error:
        said = f"{error}; or put {record.with_suffix('.keys').name} into {to} first"
        raise NotRestored(said) from error
    made = [to / name for name in manifest["files"]]
    try:
        for path in made:
            _copy_bytes(backup / path.name, path)
        yield f"{len(made)} files, made {manifest['made_at']} by {manifest['made_by']}: as written"
        yield from _unchanged_history(record, manifest)
        yield from _brought_up(record, manifest, by, erased)
    except BaseException:
        for path in to.iterdir():
            if path.suffix in _MADE or path.name.endswith(("-wal", "-shm")):
                path.unlink()
        raise


def verify(backup: Path) -> dict[str, Any]:
    """The manifest of a backup whose every file is as it was written and whole."""
    try:
        manifest: dict[str, Any] = json.loads((backup / MANIFEST).read_text(encoding="utf-8"))
        described = dict(manifest["files"])
        known = manifest["format"] == FORMAT and str(manifest["record"]) in described
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise NotRestored(f"{backup} has no manifest that can be read: it is no backup") from error
    if not known or any(Path(name).name != name for name in described):
        raise NotRestored(f"the manifest of {backup} is not one of this programme's")
    for name, wanted in described.items():
        path = backup / name
        if not path.exists():
            raise NotRestored(f"{name} is missing from the backup")
        if _sha256(path) != wanted["sha256"]:
            raise NotRestored(f"{name} is not as it was written: its SHA-256 differs")
        said = health.damage(path, thorough=True) if path.suffix == ".db" else None
        if said or _described(path) != wanted:
            raise NotRestored(f"{name}: {said or 'not the rows that the manifest counts'}")
    return manifest


def _unchanged_history(record: Path, manifest: dict[str, Any]) -> Iterator[str]:
    """Verify the chains with the keys, to the heads that the manifest names."""
    for log, path in ((AUDIT, record), (ACCOUNTS, accounts.beside(record))):
        if path.exists() and "head" in manifest["files"][path.name]:
            text = manifest["files"][path.name]["head"]
            with closing(connect(path, read_only=True)) as conn:
                known = (Head.of(text),) if text else ()
                for fault in audit_chain.faults(conn, log, known):
                    if fault.kind not in ("outside", "unlinked"):
                        raise NotRestored(
                            f"{fault.log} entry {fault.entry}: {fault.kind}; the backup was changed"
                            " after it was made, or these are not its keys"
                        )
            yield f"{log.entries}: the chain holds, head {text}"


def _brought_up(
    record: Path, manifest: dict[str, Any], by: str, erased: frozenset[erasure_list.Erased]
) -> Iterator[str]:
    """Bring the schema up to date, erase again whom a backup would raise, make the projections."""
    steps = migrations.migrate(record)
    if steps:
        yield f"schema: {', '.join(steps)}"
    everybody = erased | erasure_list.read(erasure_list.path_of(record))
    yield f"erased again: {erasure.again(record, set(everybody), by)} rows"
    with closing(connect(record)) as conn, transaction(conn):
        audit.record(
            conn, by, "script", "restore", "databases", backup=manifest["made_at"],
        )  # fmt: skip
    with closing(accounts.open(accounts.beside(record))) as conn:
        ended = api_tokens.end_all(conn, by, "restore")
        if ended:
            yield f"tokens ended: {ended}"
    erasure.scrub(record)
    for name in manifest["files"]:
        # A copy has no journal beside it; served files have, or readers would wait for writers.
        if name.endswith(".db"):
            with closing(connect(record.with_name(name))) as conn:
                conn.execute("pragma journal_mode = wal")
    erasure.refresh_projections(record)
    audit_chain.keep_all(record)
    yield "made anew: public.db, certificates.db"


def _copy(source: Path, target: Path) -> None:
    """Copy a database as of one moment, page by page, for its owner alone; then look at the copy."""
    os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    uri = f"{source.absolute().as_uri()}?mode=ro"
    with closing(sqlite3.connect(uri, uri=True)) as of, closing(sqlite3.connect(target)) as copy:
        of.backup(copy)
        # One file without a journal beside it, so that its hash says everything.
        copy.execute("pragma journal_mode = delete")
    said = health.damage(target, thorough=True)
    if said:
        raise NotRestored(f"{source.name} is damaged ({said}): this backup can't be used")


def _described(path: Path) -> dict[str, Any]:
    """SHA-256 and size; of a database its rows by table and, of a log, the head of its chain."""
    found: dict[str, Any] = {"sha256": _sha256(path), "bytes": path.stat().st_size}
    if path.suffix != ".db":
        return found
    uri = f"{path.absolute().as_uri()}?mode=ro&immutable=1"
    with closing(sqlite3.connect(uri, uri=True)) as conn:
        tables = [
            row[0]
            for row in conn.execute(
                "select name from sqlite_master where type = 'table' order by 1"
            )
        ]
        found["rows"] = {
            table: conn.execute(f'select count(*) from "{_quoted(table)}"').fetchone()[0]
            for table in tables
        }
        for log in (AUDIT, ACCOUNTS):
            if log.links in tables:
                end = audit_chain.head(conn, log)
                found["head"] = str(end) if end else None
    return found


def _quoted(name: str) -> str:
    return name.replace('"', '""')


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _copy_bytes(source: Path, target: Path) -> None:
    descriptor = os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    with os.fdopen(descriptor, "wb") as to, source.open("rb") as of:
        shutil.copyfileobj(of, to)
        to.flush()
        os.fsync(to.fileno())


def _write_private(path: Path, text: str) -> None:
    descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
