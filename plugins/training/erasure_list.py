"""The list of erasures (删除名册) as a file beside the record, so that it outlives the record.

A backup that is older than an erasure holds the person still. Whoever restores it erases again
everybody on this list. It names nobody: each line is a keyed hash and a time.
"""

import json
import os
import sqlite3
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

from training import identity


@dataclass(frozen=True, slots=True)
class Erased:
    """A row that was erased: a keyed hash of its number and of whom it was about, and when."""

    row_hash: str
    at: str


def path_of(record: str | Path) -> Path:
    """Where the list lies: ``training.erased`` beside ``training.db``."""
    return Path(record).with_suffix(".erased")


def row_hash(keys: identity.Keys, trainee: int, person_key: str) -> str:
    """The same hash for the same row about the same person, and for no other row of his."""
    return identity.keyed_hash(keys, "erased", f"{trainee}\0{person_key}")


def of_record(conn: sqlite3.Connection) -> set[Erased]:
    """The erasures that a record knows of; none if it is older than erasures are."""
    if not conn.execute("select 1 from sqlite_master where name = 'erasures'").fetchone():
        return set()
    return {Erased(*row) for row in conn.execute("select row_hash, at from erasures")}


def read(path: Path) -> set[Erased]:
    """The list in a file; empty if there is none. ``ValueError`` if a line is no erasure."""
    if not path.exists():
        return set()
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
        return {Erased(**json.loads(line)) for line in lines if line.strip()}
    except TypeError as error:
        raise ValueError(f"{path.name} is no list of erasures") from error


def write(path: Path, erased: Iterable[Erased]) -> None:
    """Write the list for its owner alone, whole or not at all."""
    part = path.with_name(path.name + ".part")
    descriptor = os.open(part, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        for one in sorted(erased, key=lambda one: (one.at, one.row_hash)):
            file.write(json.dumps(asdict(one)) + "\n")
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)
