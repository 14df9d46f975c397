"""Files put aside: whose they are, how long they stay, and that they are never in the clear."""

import os
import sqlite3
import time
from pathlib import Path

import pytest
from training import uploads
from training.rows import Sender

from tests.conftest import YEAR, World

SENDER = Sender(institution="tsinghua")
OTHER = Sender(institution="pku")
CONTENT = b"name,number\nsomebody,119999196001019990\n"
DAY = 24 * 3600


def keep(world: World, conn: sqlite3.Connection) -> tuple[Path, str]:
    folder = uploads.folder_of(world.db)
    token = uploads.keep(
        conn, folder, world.keys, CONTENT, account="clerk", year=YEAR, sender=SENDER,
        file_name="a.csv", options={},
    )  # fmt: skip
    return folder, token


def age(path: Path, days: float) -> None:
    then = time.time() - days * DAY
    os.utime(path, (then, then))


def confirm(conn: sqlite3.Connection, token: str) -> int:
    batch = conn.execute(
        "insert into roster_batches (year, institution, file_name, sha256, size_bytes, kind, rows,"
        " new, changed, unchanged, rejected, absent, skipped, uploaded_by, uploaded_at)"
        " values (?, 'tsinghua', 'a.csv', ?, 1, 'csv', 0, 0, 0, 0, 0, 0, 0, 'clerk', '2026')",
        (YEAR, "0" * 64),
    ).lastrowid
    assert batch
    conn.execute("update waiting_uploads set batch_id = ? where token = ?", (batch, token))
    return batch


def test_a_file_is_sealed_and_its_senders_alone(world: World, conn: sqlite3.Connection) -> None:
    folder, token = keep(world, conn)
    sealed = folder / f"{token}.sealed"
    assert b"119999" not in sealed.read_bytes()
    assert sealed.stat().st_mode & 0o077 == 0
    assert uploads.waiting(conn, token, SENDER)
    assert uploads.waiting(conn, token, OTHER) is None
    with uploads.readable(folder, world.keys, token) as path:
        assert path
        assert path.read_bytes() == CONTENT
        assert path.parent.stat().st_mode & 0o077 == 0
    assert [p.name for p in folder.iterdir()] == [sealed.name]


@pytest.mark.parametrize(
    ("confirmed", "days", "stays"),
    [(False, 0.9, True), (False, 1.1, False), (True, 1.1, True), (True, 29.9, True),
     (True, 30.1, False)],
)  # fmt: skip
def test_a_file_waits_a_day_and_is_kept_for_thirty(
    world: World, conn: sqlite3.Connection, confirmed: bool, days: float, stays: bool
) -> None:
    folder, token = keep(world, conn)
    if confirmed:
        assert confirm(conn, token)
    age(folder / f"{token}.sealed", days)
    assert uploads.sweep(conn, folder) == (not stays)
    with uploads.readable(folder, world.keys, token) as path:
        assert bool(path) is stays


def test_clear_text_of_a_killed_process_goes_after_ten_minutes(
    world: World, conn: sqlite3.Connection
) -> None:
    folder, _ = keep(world, conn)
    left = folder / "open-left"
    left.mkdir()
    (left / "roster").write_bytes(CONTENT)
    assert uploads.sweep(conn, folder) == 0
    age(left, 0.01)
    assert uploads.sweep(conn, folder) == 1
    assert not left.exists()


def test_discarding_forgets_what_waits_but_not_what_became_a_batch(
    world: World, conn: sqlite3.Connection
) -> None:
    folder, token = keep(world, conn)
    uploads.discard(conn, folder, token)
    assert list(folder.iterdir()) == []
    assert uploads.waiting(conn, token, SENDER) is None
    folder, token = keep(world, conn)
    batch = confirm(conn, token)
    uploads.discard(conn, folder, token)
    found = uploads.of_batch(conn, batch)
    assert found
    assert found["token"] == token
    assert len(list(folder.iterdir())) == 1
