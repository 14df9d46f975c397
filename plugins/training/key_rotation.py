"""New keys for what is sealed (密钥轮换): made, taken into use, and the old one dropped.

A key file holds the sealing keys by version; the newest seals, older ones only open. So a rotation can
be broken off at any moment and taken up again: what was resealed is, the rest still opens.
"""

import json
import os
import secrets
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from training import account_store, audit, evidence_files, identity, uploads
from training.database import acting, connect, transaction

#: So many rows in one transaction: the server goes on writing between two of them.
BLOCK = 500
#: Tables of sealed texts: key column, and the SQL that finds the owner a text is bound to.
_SEALED = {
    "sealed_identities": (
        "trainee_id",
        "select s.trainee_id as id, t.person_key as owner, s.key_version, s.sealed"
        " from sealed_identities as s join trainees as t on t.id = s.trainee_id",
    ),
    "sealed_changes": (
        "change_id",
        "select s.change_id as id, t.person_key as owner, s.key_version, s.sealed"
        " from sealed_changes as s join batch_changes as c on c.id = s.change_id"
        " join trainees as t on t.id = c.trainee_id",
    ),
}


class NotRotated(Exception):
    """The rotation can't go on; the text says what stands in its way."""


def add_version(record: Path) -> int:
    """Add a new sealing key to the key file, whole or not at all; return its version."""
    found = _read(record)
    version = max(map(int, found["sealing"])) + 1
    _write(record, {**found, "sealing": {**found["sealing"], str(version): secrets.token_hex(32)}})
    return version


def left(record: Path) -> dict[str, int]:
    """How many texts and files each table, and the uploads, still have under an older key."""
    current = identity.load_keys(record).current
    with closing(connect(record, read_only=True)) as conn:
        counts = {
            table: conn.execute(
                f"select count(*) from {table} where key_version <> ?", (current,)
            ).fetchone()[0]
            for table in _SEALED
        }
    return {
        **counts,
        "uploads": sum(_version(path) != current for path in _files(record)),
        "second_factors": len(_factors(record, current)),
        "evidence": evidence_files.older_than(record, current),
    }


def reseal(record: Path, by: str) -> Iterator[tuple[str, int]]:
    """Seal everything under the newest key; yield what was done, block by block."""
    keys = identity.load_keys(record)
    sealer = identity.Sealer(keys)
    with closing(connect(record)) as conn:
        for table, (key, query) in _SEALED.items():
            while moved := _reseal_block(conn, sealer, table, key, query, by):
                yield table, moved
        for path in _files(record):
            if _version(path) != keys.current:
                _reseal_file(sealer, path)
                yield "uploads", 1
        while evidence_files.reseal_one(record, sealer):
            yield "evidence", 1
        moved = _reseal_factors(record, sealer)
        if moved:
            yield "second_factors", moved
        with transaction(conn), acting(conn, by, "script"):
            audit.record(conn, by, "script", "rotate-keys", "sealed_identities", None,
                         version=keys.current)  # fmt: skip


def drop_old(record: Path, by: str) -> list[int]:
    """Take the older sealing keys out of the file; return their versions.

    Raises :class:`NotRotated` while anything is sealed with one of them.
    """
    waiting = {name: count for name, count in left(record).items() if count}
    if waiting:
        said = ", ".join(f"{name} {count}" for name, count in waiting.items())
        raise NotRotated(f"still sealed with an older key: {said}")
    found = _read(record)
    newest = max(map(int, found["sealing"]))
    dropped = sorted(int(version) for version in found["sealing"] if int(version) != newest)
    if dropped:
        _write(record, {**found, "sealing": {str(newest): found["sealing"][str(newest)]}})
        with closing(connect(record)) as conn, transaction(conn), acting(conn, by, "script"):
            audit.record(
                conn, by, "script", "drop-keys", "sealed_identities", None, versions=dropped
            )
    return dropped


def _reseal_block(
    conn: sqlite3.Connection, sealer: identity.Sealer, table: str, key: str, query: str, by: str
) -> int:
    with transaction(conn), acting(conn, by, "script", bulk=True):
        rows = conn.execute(
            f"{query} where s.key_version <> ? limit {BLOCK}", (sealer.version,)
        ).fetchall()
        resealed = []
        for row in rows:
            text = sealer.open(row["owner"], row["key_version"], row["sealed"])
            resealed.append((sealer.version, sealer.seal(row["owner"], text), row["id"]))
        conn.executemany(
            f"update {table} set key_version = ?, sealed = ? where {key} = ?", resealed
        )
    return len(rows)


def _factors(record: Path, current: int) -> list[sqlite3.Row]:
    """The second factors of accounts under an older key."""
    with closing(account_store.open(account_store.beside(record))) as conn:
        return conn.execute(
            "select username, key_version, sealed from second_factors where key_version <> ?",
            (current,),
        ).fetchall()


def _reseal_factors(record: Path, sealer: identity.Sealer) -> int:
    rows = _factors(record, sealer.version)
    with closing(account_store.open(account_store.beside(record))) as conn, transaction(conn):
        for row in rows:
            owner = f"account:{row['username']}"
            text = sealer.open(owner, row["key_version"], row["sealed"])
            conn.execute(
                "update second_factors set key_version = ?, sealed = ? where username = ?",
                (sealer.version, sealer.seal(owner, text), row["username"]),
            )
    return len(rows)


def _files(record: Path) -> list[Path]:
    return sorted(uploads.folder_of(record).glob("*.sealed"))


def _version(path: Path) -> int:
    with path.open("rb") as file:
        return int.from_bytes(file.read(4), "big")


def _reseal_file(sealer: identity.Sealer, path: Path) -> None:
    blob, token = path.read_bytes(), path.name.removesuffix(".sealed")
    content = sealer.open_bytes(token, int.from_bytes(blob[:4], "big"), blob[4:])
    _replace(path, sealer.version.to_bytes(4, "big") + sealer.seal_bytes(token, content))


def _read(record: Path) -> dict[str, dict[str, str]]:
    if os.environ.get("LINGJUN_KEYS"):
        raise NotRotated("the keys are in the environment (LINGJUN_KEYS): change them there")
    identity.load_keys(record)  # says what is wrong with the file
    found: dict[str, dict[str, str]] = json.loads(identity.keys_path(record).read_text())
    return found


def _write(record: Path, found: dict[str, dict[str, str]]) -> None:
    _replace(identity.keys_path(record), (json.dumps(found) + "\n").encode())


def _replace(path: Path, content: bytes) -> None:
    """All of the new content or all of the old, whenever the power goes; the owner's alone."""
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=".new-")
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    Path(temporary).replace(path)
