"""Making a complete, empty record: schema, closed lists, keys, and the databases beside it."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

from training import (
    certificate_keys,
    identity,
    migrations,
    publishing,
    register,
    releases,
    seeding,
)
from training.database import connect
from training.system_user import system_user


def build(db: Path, seeds: Path) -> Iterator[str]:
    """Build or update the record at ``db``; yield a line for each thing that was done."""
    steps = migrations.migrate(db)
    if steps:
        yield f"schema: {', '.join(steps)}"
    if identity.create_keys(db):
        yield f"keys: made {identity.keys_path(db).name} (0600); back it up apart from the database"
    for name in certificate_keys.create(db.parent):
        yield f"keys: made {name} (0600) for certificates; back it up apart from the database"
    conn = connect(db)
    try:
        inserted = seeding.seed(conn, seeds, system_user())
        certificate_keys.announce(conn, db.parent)
    finally:
        conn.close()
    if inserted:
        yield f"seed: {inserted} rows"
    _make_staging(db.parent / "staging.db")
    if releases.begin(db, system_user()):
        yield "release: the list of the notice"
    if publishing.publish(db, db.with_name("public.db")):
        yield "public list: made public.db"
    if register.publish(db, db.with_name("certificates.db")):
        yield "register of certificates: made certificates.db"
    yield f"ready: {db.name}"


def _make_staging(path: Path) -> None:
    """The landing place for free tables; nothing of the record is ever in it."""
    conn = sqlite3.connect(path)
    conn.execute("pragma journal_mode = wal")
    conn.close()
    path.chmod(0o600)
