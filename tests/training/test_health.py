"""The doctor finds what is wrong, and says what to do about it."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from training import accounts, health, identity, roster
from training.rows import Sender

from tests.conftest import YEAR, World
from tests.people import person, roster_csv
from tests.training.test_backups import damage


def faults(world: World) -> dict[str, str]:
    return {f.what: f.said for f in health.examine(world.db) if f.level == "fault"}


def test_a_fresh_record_is_healthy(world: World) -> None:
    accounts.open(accounts.beside(world.db)).close()
    assert faults(world) == {}
    looked_at = {finding.what for finding in health.examine(world.db)}
    assert looked_at >= {
        "versions", "training.db", "public.db", "staging.db", "accounts.db", "schema", "keys",
        "audit_log", "account_events", "disk",
    }  # fmt: skip


def test_a_damaged_file(world: World) -> None:
    damage(world.db)
    assert "restore" in faults(world)["training.db"]


def test_a_file_that_is_no_database(world: World) -> None:
    (world.folder / "staging.db").write_text("not a database, and long enough to be looked at" * 9)
    assert "not a database" in faults(world)["staging.db"]


def test_a_row_that_refers_to_nothing(world: World) -> None:
    with closing(sqlite3.connect(world.db)) as conn, conn:
        conn.execute("insert into institution_tracks values ('1999-2000', 'nobody', 'nothing')")
    assert "refers" in faults(world)["training.db"]


@pytest.mark.parametrize("name", ["training.db", "staging.db", "training.keys"])
def test_a_file_that_others_can_read(world: World, name: str) -> None:
    (world.folder / name).chmod(0o640)
    assert any("chmod 600" in said for said in faults(world).values())


def test_the_public_file_is_for_everybody(world: World) -> None:
    (world.folder / "public.db").chmod(0o644)
    assert faults(world) == {}


def test_no_keys(world: World) -> None:
    identity.keys_path(world.db).unlink()
    assert "build.py" in faults(world)["keys"]


def test_the_keys_of_another_record(world: World, conn: sqlite3.Connection) -> None:
    path = world.folder / "名单.csv"
    path.write_text(roster_csv([person(0)]), encoding="utf-8")
    order = roster.Order(path=path, year=YEAR, sender=Sender("tsinghua"), by="clerk")
    assert roster.run(conn, order, world.keys, commit=True).batch
    assert faults(world) == {}
    identity.keys_path(world.db).unlink()
    identity.create_keys(world.db)
    found = faults(world)
    assert "not this record's" in found["keys"]
    assert "audit.py" in found["audit_log"]


def test_a_log_that_was_cut(world: World, conn: sqlite3.Connection) -> None:
    conn.execute("drop trigger audit_log_kept")
    conn.execute("pragma foreign_keys = off")
    conn.execute("delete from audit_log where id = 1")
    assert "audit.py" in faults(world)["audit_log"]


def test_an_older_schema(world: World, conn: sqlite3.Connection) -> None:
    conn.execute("delete from _sqlite_migrations where name = 'm015_erasures'")
    assert "m015_erasures" in faults(world)["schema"]


def test_what_the_server_looks_at_before_it_starts(world: World) -> None:
    files = [world.db, world.folder / "public.db", world.folder / "none.db"]
    assert health.damaged(files) == {}
    damage(world.db)
    assert list(health.damaged(files)) == [world.db]


def test_an_empty_file_is_whole(tmp_path: Path) -> None:
    (tmp_path / "internal.db").touch()
    assert health.damage(tmp_path / "internal.db") is None
